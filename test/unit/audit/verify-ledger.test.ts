import { describe, expect, it } from 'vitest';

import { MAX_AHEAD_SECONDS } from '../../../core/audit/index.js';
import type { AgencyLedger, AskedOfAgency, AuditEntry, LedgerClaim } from '../../../core/audit-entries/index.js';
import { auditCode } from './audit-fixtures.js';
import {
  answer,
  asked,
  CLAIMS,
  compared,
  failure,
  first,
  headAt,
  headOf,
  ledgerOf,
  LOGGED,
  offer,
  refused,
  release,
  second,
  third,
  tookPart,
} from './ledger-world.js';

/** Code, run and who is accused of every contradiction. */
function contradictions(entries?: readonly AuditEntry[], ledger?: AgencyLedger, signedAt?: number): unknown[] {
  return compared(entries, ledger, signedAt).contradictions.map(({ code, run, accuses }) => [code, run, accuses]);
}

function questions(entries?: readonly AuditEntry[], ledger?: AgencyLedger, signedAt?: number): unknown[] {
  return compared(entries, ledger, signedAt).questions.map(({ code, runs }) => [code, runs]);
}

/** The log with one entry replaced by others, or by none. */
function changed(index: number, ...entries: readonly AuditEntry[]): AuditEntry[] {
  return LOGGED.toSpliced(index, 1, ...entries);
}

function withoutRun(run: string): AuditEntry[] {
  return LOGGED.filter((entry) => !('run' in entry) || entry.run !== run);
}

/** The ledger's first claim otherwise. */
function claiming(changes: Partial<LedgerClaim>): AgencyLedger {
  return ledgerOf([{ ...CLAIMS[0], ...changes }, ...CLAIMS.slice(1)]);
}

describe('a ledger that says what the log says', () => {
  it('holds, with how much was compared', () => {
    expect(compared()).toEqual({
      ...{ agency: 'police', entries: 6, span: ledgerOf([]).span },
      ...{ continues: [3, 7, 10], agreed: 3, unanswered: 0, contradictions: [], questions: [] },
    });
  });

  it('holds where a run ended before its answer came, or the copy did', () => {
    const cut = LOGGED.slice(0, 10);
    expect(compared(cut)).toMatchObject({ agreed: 3, unanswered: 1, contradictions: [], questions: [] });
    expect(compared(changed(10))).toMatchObject({ agreed: 3, unanswered: 1, contradictions: [], questions: [] });
  });

  it('holds where an offer was gone through and refused, could not be answered, or has no head', () => {
    const watched = { ...tookPart(3, second), answer: { refusal: 'NOT_LIVE' } };
    const log = changed(7, answer(second, 'police', 'NOT_LIVE'));
    const last = tookPart(5, third, headAt(third, log));
    const ledger = ledgerOf([CLAIMS[0], watched, refused(4, second, 'NOT_LIVE'), last]);
    expect(compared(log, ledger)).toMatchObject({ agreed: 3, contradictions: [], questions: [] });
    const unable = ledgerOf([CLAIMS[0], { ...CLAIMS[1], answer: null }]);
    expect(compared(LOGGED.slice(0, 7), unable)).toMatchObject({ agreed: 2, unanswered: 1, contradictions: [] });
    expect(compared(LOGGED, ledgerOf([CLAIMS[0], refused(4, second, 'PAUSED', null), CLAIMS[2]]))).toMatchObject({
      ...{ agreed: 3, continues: [3, 10], contradictions: [], questions: [] },
    });
  });

  it('is one of the same federation', () => {
    expect(auditCode(() => compared(LOGGED, ledgerOf([], { federation: 'another' })))).toBe('OTHER_LEDGER');
  });
});

describe('a log that is not as the node saw it', () => {
  it('was rewritten: what follows differs, what was before agrees', () => {
    const rewritten = changed(5, { ...release(first), suppressed: 3 } as AuditEntry);
    expect(contradictions(rewritten)).toEqual([['LOG_NOT_AS_SEEN', null, 'log']]);
    const { contradictions: found, continues } = compared(rewritten);
    expect(continues).toEqual([3]);
    expect(found[0]).toMatchObject({ entry: 4 });
    expect(found[0]?.message).toMatch(/^2 entries of the ledger, the first of them 4 .* They agree in the first 3\. /);
  });

  it('has lost a run: the run is named', () => {
    expect(contradictions(withoutRun(second))).toEqual([
      ['LOG_NOT_AS_SEEN', null, 'log'],
      ['RUN_NOT_IN_LOG', second, 'log'],
    ]);
    // Where it was put back later, it isn't where it was.
    const later = [...withoutRun(second), ...LOGGED.filter((entry) => 'run' in entry && entry.run === second)];
    expect(contradictions(later)).toEqual([
      ['LOG_NOT_AS_SEEN', null, 'log'],
      ['RUN_NOT_IN_LOG', second, 'log'],
    ]);
  });

  it('is shorter than what the node saw before the copy was signed', () => {
    const older = LOGGED.slice(0, 9);
    // Entry 5 of the ledger is of five seconds after the start.
    const within = 5 + MAX_AHEAD_SECONDS;
    expect(contradictions(older, undefined, within)).toEqual([]);
    expect(questions(older, undefined, within)).toEqual([['COPY_OLDER_THAN_LEDGER', [third]]]);
    expect(contradictions(older, undefined, within + 1)).toEqual([['LOG_SHORTER_THAN_SEEN', null, 'log']]);
    expect(questions(older, undefined, within + 1)).toEqual([]);
  });

  it('says otherwise what was asked, where the node had nothing proved of it', () => {
    const [, ...rest] = CLAIMS;
    const ledger = ledgerOf([tookPart(2, first, null), ...rest]);
    const rewritten = changed(2, offer(first, { version: 4 }));
    expect(contradictions(rewritten, ledger)).toEqual([
      ['LOG_NOT_AS_SEEN', null, 'log'],
      ['OFFER_NOT_AS_ASKED', first, 'log'],
    ]);
    // Nor where it was proved in another log than this.
    expect(contradictions(rewritten)).toEqual([
      ['LOG_NOT_AS_SEEN', null, 'log'],
      ['OFFER_NOT_AS_ASKED', first, 'log'],
    ]);
    expect(compared(rewritten)).toMatchObject({ agreed: 2, continues: [] });
  });
});

describe('a log that says otherwise what was answered', () => {
  it.each<readonly [string, readonly AuditEntry[]]>([
    ['that it takes part, where it refused', changed(7, answer(second))],
    ['another refusal', changed(7, answer(second, 'police', 'BUSY'))],
  ])('says %s', (_, entries) => {
    const ledger = ledgerOf([CLAIMS[0], CLAIMS[1]]);
    expect(contradictions(entries, ledger)).toEqual([['ANSWER_NOT_AS_GIVEN', second, 'log']]);
  });

  it('says that it refused, where it took part', () => {
    const entries = changed(10, answer(third, 'police', 'PAUSED'));
    expect(contradictions(entries)).toEqual([['ANSWER_NOT_AS_GIVEN', third, 'log']]);
  });

  it('has an answer where it could not answer', () => {
    const ledger = ledgerOf([...CLAIMS.slice(0, 2), { ...CLAIMS[2], answer: null }]);
    expect(contradictions(LOGGED, ledger)).toEqual([['ANSWER_NOT_AS_GIVEN', third, 'log']]);
  });

  it('has none of a run in which its share of the key was used', () => {
    const ended = (opened: boolean): AgencyLedger => ledgerOf(CLAIMS, { ends: [{ run: third, opened }] });
    expect(contradictions(changed(10), ended(true))).toEqual([['ANSWER_NOT_AS_GIVEN', third, 'log']]);
    expect(contradictions(changed(10), ended(false))).toEqual([]);
    expect(contradictions(LOGGED.slice(0, 10), ended(true))).toEqual([]);
  });

  it('has a table of a run in which its share of the key was never used', () => {
    const ended = (opened: boolean): AgencyLedger => ledgerOf(CLAIMS, { ends: [{ run: first, opened }] });
    expect(contradictions(LOGGED, ended(false))).toEqual([['TABLE_NOT_OPENED', first, 'log']]);
    expect(contradictions(LOGGED, ended(true))).toEqual([]);
    // A node that was killed noted no end.
    expect(contradictions(LOGGED, ledgerOf(CLAIMS, { ends: [] }))).toEqual([]);
    expect(
      contradictions(LOGGED.slice(0, 5), ledgerOf([CLAIMS[0]], { ends: [{ run: first, opened: false }] })),
    ).toEqual([]);
  });
});

describe('an answer in the log that the ledger hasn’t', () => {
  it('is somebody else’s, where the ledger has runs before and after', () => {
    const ledger = ledgerOf([CLAIMS[0], CLAIMS[2]]);
    expect(contradictions(LOGGED, ledger)).toEqual([['ANSWER_NOT_IN_LEDGER', second, 'log']]);
    expect(compared(LOGGED, ledger).contradictions[0]?.message).toContain('a refusal (PAUSED)');
    expect(questions(LOGGED, ledger)).toEqual([]);
  });

  it('is no contradiction where it was only asked', () => {
    const unanswered = changed(7);
    const ledger = ledgerOf([CLAIMS[0], tookPart(5, third, headAt(third, unanswered))]);
    expect(contradictions(unanswered, ledger)).toEqual([]);
  });

  it('is an open question before the ledger and after it', () => {
    expect(contradictions(LOGGED, ledgerOf([CLAIMS[1]]))).toEqual([]);
    expect(questions(LOGGED, ledgerOf([CLAIMS[1]]))).toEqual([
      ['ANSWER_BEFORE_LEDGER', [first]],
      ['ANSWER_AFTER_LEDGER', [third]],
    ]);
    const [before, after] = compared(LOGGED, ledgerOf([CLAIMS[1]])).questions.map(({ message }) => message);
    expect(before).toContain(`has 1 answer of this agency (the first in run ${first}) from before`);
    expect(after).toContain(`has 1 answer of this agency (the first in run ${third}) from after`);
    expect(questions(LOGGED, ledgerOf([], { entries: 0, span: null }))).toEqual([
      ['ANSWER_BEFORE_LEDGER', [first, second, third]],
    ]);
  });

  it('counts what the node had proved, also of runs that the log hasn’t', () => {
    const stranger = '9f0c8f0e-5a52-4a1f-9d55-6f1f3c1a2b3c';
    expect(contradictions(LOGGED, ledgerOf([tookPart(2, stranger, headAt(second))]))).toEqual([
      ['RUN_NOT_IN_LOG', stranger, 'ledger'],
      ['ANSWER_NOT_IN_LEDGER', second, 'log'],
    ]);
  });

  it('counts the ledger’s runs that have no head for where it was kept', () => {
    const ledger = ledgerOf([tookPart(2, first, null), tookPart(5, third, null)]);
    expect(contradictions(LOGGED, ledger)).toEqual([['ANSWER_NOT_IN_LEDGER', second, 'log']]);
  });
});

describe('a ledger that contradicts itself', () => {
  it.each<readonly [string, Partial<AskedOfAgency>]>([
    ['template', { template: 'another' }],
    ['template', { version: 4 }],
    ['digest of the template', { templateDigest: 'ef'.repeat(32) }],
    ['parameters', { parameters: { quarters: ['2025-Q1'] } }],
    ['parameters', { parameters: { quarters: ['2025-Q1', '2025-Q2'], offences: ['a'] } }],
    ['purpose', { purpose: 'another' }],
    ['snapshots of this agency', { snapshots: [] }],
    ['snapshots of this agency', { snapshots: [{ dataset: 'police.crimes', snapshot: 'ef'.repeat(32) }] }],
  ])('has another %s than the log that it had the offer proved in', (field, changes) => {
    const ledger = claiming({ asked: { ...asked, ...changes } });
    expect(contradictions(LOGGED, ledger)).toEqual([['OFFER_NOT_AS_ASKED', first, 'ledger']]);
    expect(compared(LOGGED, ledger).contradictions[0]?.message).toContain(`(${field})`);
  });

  it('has another requester, or is of an agency that was not asked', () => {
    expect(contradictions(LOGGED, claiming({ requester: 'another' }))).toEqual([
      ['OFFER_NOT_AS_ASKED', first, 'ledger'],
    ]);
    const courts = ledgerOf([{ ...refused(4, second, 'PAUSED'), answer: null }], { agency: 'courts', ends: [] });
    expect(compared(LOGGED, courts).contradictions[0]?.message).toContain('(whether this agency is asked)');
  });

  it('has a run in a log that never had it', () => {
    const stranger = '9f0c8f0e-5a52-4a1f-9d55-6f1f3c1a2b3c';
    const ledger = ledgerOf([...CLAIMS, tookPart(6, stranger, headAt(third))]);
    expect(contradictions(LOGGED, ledger)).toEqual([['RUN_NOT_IN_LOG', stranger, 'ledger']]);
    // The log had it later than the head says.
    for (const head of [headAt(second), headOf(headAt(third).size - 1)]) {
      const early = ledgerOf([CLAIMS[0], CLAIMS[1], tookPart(5, third, head)]);
      expect(contradictions(LOGGED, early)).toEqual([['RUN_NOT_IN_LOG', third, 'ledger']]);
    }
  });
});

describe('an offer that came without a proof', () => {
  it('is an open question where the copy hasn’t it', () => {
    const stranger = '9f0c8f0e-5a52-4a1f-9d55-6f1f3c1a2b3c';
    const ledger = ledgerOf([...CLAIMS, refused(6, stranger, 'LOG_INCONSISTENT', null)]);
    expect(contradictions(LOGGED, ledger)).toEqual([]);
    expect(questions(LOGGED, ledger)).toEqual([['OFFER_NOT_PROVED', [stranger]]]);
  });

  it('is accused where it said another thing than what was logged', () => {
    const ledger = ledgerOf([
      ...CLAIMS.slice(0, 2),
      { ...refused(5, third, 'LOG_INCONSISTENT', null), requester: 'another' },
    ]);
    const log = [...LOGGED.slice(0, 10), answer(third, 'police', 'LOG_INCONSISTENT'), failure(third)];
    expect(contradictions(log, ledgerOf(ledger.claims, { ends: [] }))).toEqual([['OFFER_NOT_AS_ASKED', third, 'log']]);
  });
});
