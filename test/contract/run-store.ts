import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  MAX_RUNS_LISTED,
  type AskedRequest,
  type NewRunEvent,
  type Release,
  type RunEnding,
  type RunRequest,
  type RunStore,
} from '../../coordinator/index.js';
import { NO_FLOORS } from '../../core/templates/index.js';

/** What a store under test is opened and closed with. */
export interface OpenedStore {
  readonly store: RunStore;
  readonly close: () => void;
}

const request = (id: string, changes: Partial<RunRequest> = {}): RunRequest => ({
  id,
  template: 'a-template',
  templateVersion: 3,
  templateTitle: 'What is asked?',
  templateDigest: 'd'.repeat(64),
  parameters: { quarters: ['2025-Q1', '2025-Q2'] },
  requester: 'analyst@research-office',
  purpose: 'research-statistics',
  submittedAt: '2026-11-22T10:00:00.000Z',
  ...changes,
});

const offering: NewRunEvent = { at: '2026-11-22T10:00:01.000Z', name: 'offer-sent', state: 'offering' };
const failed: NewRunEvent = { at: '2026-11-22T10:00:09.000Z', name: 'run-failed', state: 'failed' };
const finished: NewRunEvent = { at: '2026-11-22T10:00:09.000Z', name: 'table-released', state: 'finished' };
const ending: RunEnding = { code: 'PARTY_LOST', party: 'police', message: 'gone' };

const release: Release = {
  question: 'What is asked?',
  chosen: [{ parameter: 'quarters', values: ['January to March 2025'] }],
  table: {
    dimensions: [{ name: 'a.b.c', label: 'C', categories: [{ code: 'x', label: 'X' }] }],
    cells: [{ categories: [0], value: null, status: 'primary', reason: 'few', interval: null }],
    totals: [{ categories: [null], value: 15, status: 'ok', reason: '', interval: { low: 10, high: 20 } }],
    rates: [
      {
        group: [null],
        value: 0.5,
        status: 'ok',
        reason: '',
        band: null,
        interval: { low: 0.25, high: 0.75 },
        longRun: { low: 0.2, high: 0.8 },
        difference: null,
        ratio: { value: 1.5, low: 1, high: 2 },
      },
    ],
    quantiles: [{ group: [null], at: 0.5, value: 0, status: 'ok', reason: '', interval: { low: 0, high: 0 } }],
    recalls: [
      {
        group: [null],
        recall: { value: 0.9, low: 0.85, high: 0.95 },
        linked: 90,
        ratio: null,
        weight: 1.11,
        reason: 'Estimated.',
        warning: 'Careful.',
      },
    ],
    measures: [
      {
        name: 'a.b.d',
        label: 'D',
        kind: 'variance',
        range: [-10, 10],
        cells: [
          {
            categories: [0],
            contributors: 15,
            value: { value: -1.5, low: -2, high: -1 },
            variance: { value: 4, low: 3, high: 5 },
            status: 'ok',
            reason: '',
          },
        ],
      },
    ],
    policy: { threshold: 10, roundTo: 6, rounding: 'midpoint-6', wholeLines: true },
    noise: { epsilon: 1, standardDeviation: 4.5 },
    suppressed: 1,
  },
  presentation: {
    margins: 'totals',
    rate: { of: 0, yes: [0], among: [0], by: [] },
    quantiles: { of: 0, bands: [0], at: [0.5], by: [] },
    recall: { of: 0, all: 0, butOne: [1, 2, 3], other: 4, several: { least: 1.4, likely: 1.8, most: 2.2 }, by: [] },
  },
  sources: [{ agency: 'police', agencyName: 'The police', dataset: 'a.b', asAt: '2026-10-31', rejectedPercent: 1 }],
  optOuts: {
    lists: [
      { agency: 'police', agencyName: 'The police', dataset: 'opt-outs', asAt: '2026-10-31', rejectedPercent: 0 },
    ],
    unit: 'person',
    leftOut: { value: 15, status: 'ok' },
    standardDeviation: 4.2,
  },
  linkage: {
    scheme: 'standard',
    schemeVersion: 1,
    normaliser: 1,
    threshold: 0.5,
    links: [
      {
        kind: 'link',
        dataset: 'c.d',
        title: 'Support',
        people: { base: { value: 100, status: 'ok' }, linked: { value: 60, status: 'ok' } },
        keys: [{ name: 'F1.S3.Dw', links: { value: null, status: 'few' } }],
        at: [
          {
            threshold: 0.5,
            links: { value: 40, status: 'ok' },
            share: { value: 0.4, status: 'ok' },
            precision: { value: 0.987, status: 'ok' },
          },
        ],
        recall: { value: null, status: 'not-estimable' },
        recallReason: 'its parts disagree',
        headline: { verdict: 'stands', sentence: 'It stands.' },
      },
    ],
    lists: [
      {
        agency: 'police',
        agencyName: 'The police',
        dataset: 'a.b',
        statistics: {
          noisy: true,
          people: { value: 1000, status: 'ok' },
          duplicates: { value: 20, status: 'ok' },
          missing: [{ identifier: 'postcode', share: { value: 0.12, status: 'ok' } }],
          keys: [
            {
              name: 'F1.S3.Dw',
              keyed: { value: null, status: 'most' },
              withdrawn: { value: null, status: 'few' },
            },
          ],
        },
      },
      { agency: 'charity', agencyName: 'The charity', dataset: 'c.d', statistics: null },
    ],
  },
  notes: ['A note.'],
};

const participants = [
  {
    agency: 'police',
    datasets: [
      { dataset: 'a.b', snapshot: '1'.repeat(64) },
      { dataset: 'a.c', snapshot: '2'.repeat(64) },
    ],
    floors: { threshold: 20, roundTo: 10, epsilon: 0.5 },
  },
  { agency: 'charity', datasets: [{ dataset: 'c.d', snapshot: '3'.repeat(64) }], floors: NO_FLOORS },
];
const asked: AskedRequest = { participants, requestDigest: 'a'.repeat(64) };
const other = { participants, requestDigest: 'b'.repeat(64) };
const replayed: NewRunEvent = { at: '2026-11-22T12:00:00.000Z', name: 'release-replayed', state: 'finished' };

/** What every store of runs has to do. */
export function runStoreContract(name: string, open: () => OpenedStore): void {
  describe(`a run store ${name}`, () => {
    let store: RunStore;
    let close: () => void;

    beforeEach(() => {
      ({ store, close } = open());
    });
    afterEach(() => close());

    it('keeps a request as it was made, submitted, with its first event', () => {
      const event = store.putRun(request('one'));
      expect(event).toEqual({
        sequence: 1,
        at: '2026-11-22T10:00:00.000Z',
        name: 'run-submitted',
        state: 'submitted',
        party: null,
        code: null,
        message: null,
      });
      expect(store.getRun('one')).toEqual({
        ...request('one'),
        state: 'submitted',
        startedAt: null,
        endedAt: null,
        ending: null,
        participants: [],
        requestDigest: null,
        replayOf: null,
      });
      expect(store.getEvents('one', 0)).toEqual([event]);
    });

    it('knows nothing of runs there are not', () => {
      expect(store.getRun('none')).toBeUndefined();
      const unknown = expect.objectContaining({ code: 'UNKNOWN_RUN' }) as Error;
      expect(() => store.getEvents('none', 0)).toThrow(unknown);
      expect(() => store.getPhases('none')).toThrow(unknown);
      expect(() => store.getRelease('none')).toThrow(unknown);
      expect(() => store.putEvent('none', offering)).toThrow(unknown);
      expect(() => store.endRun('none', failed, ending, [])).toThrow(unknown);
      expect(() => store.finishRun('none', finished, release, [])).toThrow(unknown);
      expect(() => store.putAsked('none', asked)).toThrow(unknown);
      expect(() => store.replayRun('none', replayed, 'none', asked)).toThrow(unknown);
      expect(() => store.listRuns(1, 'none')).toThrow(unknown);
    });

    it('refuses a second run of the same id', () => {
      store.putRun(request('one'));
      expect(() => store.putRun(request('one'))).toThrow();
      expect(store.getEvents('one', 0)).toHaveLength(1);
    });

    it('keeps who is asked what in the order given, with what each demands', () => {
      store.putRun(request('one'));
      store.putAsked('one', asked);
      expect(store.getRun('one')).toMatchObject(asked);
    });

    it('knows what was offered, and who released an answer to it first', () => {
      for (const id of ['failing', 'first', 'second']) {
        store.putRun(request(id));
        expect(store.wasOffered(asked.requestDigest)).toBe(id !== 'failing');
        store.putAsked(id, asked);
        expect(store.wasOffered(asked.requestDigest)).toBe(true);
        expect(store.findReleased(asked.requestDigest)).toBe(id === 'second' ? 'first' : undefined);
        if (id === 'failing') store.endRun(id, failed, ending, []);
        else store.finishRun(id, finished, release, []);
      }
      expect(store.findReleased(asked.requestDigest)).toBe('first');
      expect(store.findReleased(other.requestDigest)).toBeUndefined();
      expect(store.wasOffered(other.requestDigest)).toBe(false);
    });

    it('gives the release of another run again without a copy of it', () => {
      for (const id of ['first', 'again']) store.putRun(request(id));
      store.putAsked('first', asked);
      store.finishRun('first', finished, release, []);
      const event = store.replayRun('again', replayed, 'first', asked);
      expect(event).toMatchObject({ sequence: 2, name: 'release-replayed', state: 'finished' });
      expect(store.getRun('again')).toMatchObject({
        ...asked,
        state: 'finished',
        replayOf: 'first',
        startedAt: replayed.at,
        endedAt: replayed.at,
        ending: null,
      });
      expect(store.getRelease('again')).toEqual(release);
      expect(store.getPhases('again')).toEqual([]);
      expect(store.unfinishedRuns()).toEqual([]);
      // It is nobody's original: the first stays the one.
      expect(store.findReleased(asked.requestDigest)).toBe('first');
      expect(store.listReleased('d'.repeat(64), participants).map(({ id }) => id)).toEqual(['first']);
    });

    it('gives nothing again that has no release of its own', () => {
      for (const id of ['first', 'again', 'third']) store.putRun(request(id));
      expect(() => store.replayRun('again', replayed, 'first', asked)).toThrow(RangeError);
      expect(store.getRun('again')).toMatchObject({ state: 'submitted', requestDigest: null });
      store.finishRun('first', finished, release, []);
      store.replayRun('again', replayed, 'first', asked);
      expect(() => store.replayRun('third', replayed, 'again', asked)).toThrow(RangeError);
    });

    it('lists what was released of one template from the same snapshots, newest first', () => {
      const template = 'd'.repeat(64);
      const renewed = participants.map((participant, index) =>
        index === 0 ? participant : { ...participant, datasets: [{ dataset: 'c.d', snapshot: '4'.repeat(64) }] },
      );
      const stricter = participants.map((participant) => ({ ...participant, floors: NO_FLOORS })).toReversed();
      const runs: [string, Partial<RunRequest>, AskedRequest['participants']][] = [
        ['one', { parameters: { quarters: ['2025-Q1'] } }, participants],
        ['other-template', { templateDigest: 'e'.repeat(64) }, participants],
        ['other-snapshot', {}, renewed],
        ['fewer', {}, participants.slice(0, 1)],
        ['other-floors-and-order', {}, stricter],
        ['unfinished', {}, participants],
      ];
      for (const [id, changes, who] of runs) {
        store.putRun(request(id, changes));
        store.putAsked(id, { participants: who, requestDigest: id });
        if (id !== 'unfinished') store.finishRun(id, finished, release, []);
      }
      expect(store.listReleased(template, participants)).toEqual([
        { id: 'other-floors-and-order', parameters: { quarters: ['2025-Q1', '2025-Q2'] } },
        { id: 'one', parameters: { quarters: ['2025-Q1'] } },
      ]);
      expect(store.listReleased(template, []).map(({ id }) => id)).toEqual([]);
    });

    it('numbers events within a run, moves its state, and remembers when its turn came', () => {
      store.putRun(request('one'));
      store.putRun(request('two'));
      store.putEvent('one', offering);
      const answer = store.putEvent('one', {
        at: '2026-11-22T10:00:02.000Z',
        name: 'agency-refused',
        state: 'offering',
        party: 'police',
        code: 'NOT_ALLOWED_HERE',
        message: 'no',
      });
      expect(answer).toMatchObject({ sequence: 3, party: 'police', code: 'NOT_ALLOWED_HERE', message: 'no' });
      expect(store.getEvents('one', 1).map(({ sequence, name: event }) => [sequence, event])).toEqual([
        [2, 'offer-sent'],
        [3, 'agency-refused'],
      ]);
      expect(store.getRun('one')).toMatchObject({ state: 'offering', startedAt: offering.at });
      expect(store.getRun('two')).toMatchObject({ state: 'submitted', startedAt: null });
    });

    it('ends a run with its reason and what it cost', () => {
      store.putRun(request('one'));
      store.putEvent('one', offering);
      const phases = [{ phase: 'offering' as const, seconds: 1.25, bytes: 0 }];
      store.endRun('one', { ...failed, ...ending }, ending, phases);
      expect(store.getRun('one')).toMatchObject({ state: 'failed', endedAt: failed.at, ending });
      expect(store.getPhases('one')).toEqual(phases);
      expect(store.getRelease('one')).toBeUndefined();
    });

    it('keeps an ending that is nobody’s', () => {
      store.putRun(request('one'));
      store.endRun('one', failed, { ...ending, party: null }, []);
      expect(store.getRun('one')?.ending).toEqual({ ...ending, party: null });
    });

    it('finishes a run with its table', () => {
      store.putRun(request('one'));
      store.putEvent('one', offering);
      const phases = [
        { phase: 'ring' as const, seconds: 2, bytes: 2_097_152 },
        { phase: 'tallying' as const, seconds: 1, bytes: 1_048_576 },
      ];
      store.finishRun('one', finished, release, phases);
      expect(store.getRun('one')).toMatchObject({ state: 'finished', endedAt: finished.at, ending: null });
      expect(store.getRelease('one')).toEqual(release);
      expect(store.getPhases('one')).toEqual(phases);
    });

    it('writes nothing of an end that it cannot write whole', () => {
      store.putRun(request('one'));
      store.finishRun('one', finished, release, []);
      const later = { ...finished, at: '2026-11-22T11:00:00.000Z' };
      expect(() => store.finishRun('one', later, release, [])).toThrow();
      expect(store.getRun('one')?.endedAt).toBe(finished.at);
      expect(store.getEvents('one', 0)).toHaveLength(2);
    });

    it('lists the newest first, so many and no more, from any place on', () => {
      const ids = ['a', 'b', 'c', 'd'];
      for (const id of ids) store.putRun(request(id));
      expect(store.listRuns(3).map(({ id }) => id)).toEqual(['d', 'c', 'b']);
      expect(store.listRuns(3, 'b').map(({ id }) => id)).toEqual(['a']);
      expect(store.listRuns(3, 'a')).toEqual([]);
      expect(store.listRuns(MAX_RUNS_LISTED)).toHaveLength(4);
    });

    it('knows the runs that have not ended, oldest first', () => {
      for (const id of ['a', 'b', 'c']) store.putRun(request(id));
      store.putEvent('c', offering);
      store.endRun('b', failed, ending, []);
      expect(store.unfinishedRuns().map(({ id, state }) => [id, state])).toEqual([
        ['a', 'submitted'],
        ['c', 'offering'],
      ]);
    });

    it('takes text as text', () => {
      const odd = `'; DROP TABLE runs; -- "\u0000\n€`;
      store.putRun(request('one', { requester: odd, parameters: { [odd]: [odd] } }));
      expect(store.getRun('one')).toMatchObject({ requester: odd, parameters: { [odd]: [odd] } });
    });
  });
}
