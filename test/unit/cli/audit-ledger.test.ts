import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { MAX_SHOWN_CONTRADICTIONS } from '../../../cli/ledger-text.js';
import { frontierOf, frontierRoot } from '../../../core/audit/index.js';
import { parseEntry, parseLogCopy } from '../../../core/audit-entries/index.js';
import type { AuditEntryOf } from '../../../core/audit-entries/index.js';
import { toHex } from '../../../core/base/index.js';
import type { EntryBody } from '../../../node-agent/ledger/entries.js';
import { Ledger } from '../../../node-agent/ledger/ledger.js';
import { MemoryLog } from '../audit/audit-fixtures.js';
import { REQUEST, roster } from '../coordinator/fixtures.js';
import { testFolder } from '../node-agent/fixtures.js';
import { serve, tally } from './fixtures.js';
import type { Said } from './fixtures.js';
import { writeRegister } from './register-file.js';

const at = new Date('2026-11-02T11:00:00Z');

/** A saved log with two runs, and what is needed to write an agency's ledger of it. */
interface SavedLog {
  readonly offers: readonly { readonly offer: AuditEntryOf<'offer'>; readonly head: EntryBody<'spent'>['log'] }[];
  readonly verify: (...words: readonly string[]) => Promise<Said>;
  /** Writes on in a ledger of the agency and closes it; the file. */
  readonly ledger: (agency: string, write: (ledger: Ledger) => void) => string;
}

async function savedLog(): Promise<SavedLog> {
  const { rig, environment } = await serve();
  const folder = testFolder();
  const register = writeRegister(folder, rig.governance.board);
  for (const quarters of [['2025-Q1'], ['2025-Q2']]) {
    const { id } = rig.service.submit({ ...REQUEST, parameters: { quarters } });
    expect(await rig.ended(id)).toBe('finished');
  }
  const copy = join(folder, 'log.jsonl');
  await tally(['audit', 'save', '--out', copy], { environment });
  const { entries } = parseLogCopy(readFileSync(copy));
  const log = new MemoryLog(entries);
  const offers = entries.map(parseEntry).flatMap((offer, index) => {
    if (offer.type !== 'offer') return [];
    return [{ offer, head: { size: index + 1, root: toHex(frontierRoot(frontierOf(log, index + 1))) } }];
  });
  return {
    offers,
    verify: (...words) => tally(['audit', 'verify', copy, ...register, ...words], { columns: 1_000 }),
    ledger: (agency, write) => {
      const file = join(folder, `${agency}.ledger`);
      const clock = { now: () => at };
      const ledger = Ledger.open({ file, federation: roster.federation, agency, clock });
      onTestFinished(() => ledger.close());
      write(ledger);
      ledger.close();
      return file;
    },
  };
}

/** What a node of the agency writes when it takes part. */
function spent({ offer, head }: SavedLog['offers'][number], agency: string): EntryBody<'spent'> {
  const { run, template, version, templateDigest, parameters, requester, purpose, participants } = offer;
  const datasets = participants.find((one) => one.agency === agency)?.datasets ?? [];
  return {
    ...{ runId: run, request: '0'.repeat(64), template, version, templateDigest, requester, purpose },
    ...{ parameters: Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, [...values]])) },
    ...{ ...(head === undefined ? {} : { log: head }), quarter: '2026-Q4', spent: 0 },
    datasets: datasets.map((one) => ({ ...one, question: null })),
  };
}

function refused(runId: string): EntryBody<'refused'> {
  return { runId, code: 'PAUSED', reason: 'for a test', templateDigest: '0'.repeat(64), requester: 'analyst@research-office' };
}

describe('tally audit verify --ledger', () => {
  it('says of each agency how far its ledger and the log say the same', async () => {
    const { offers, verify, ledger } = await savedLog();
    const police = ledger('police', (open) => {
      for (const one of offers) open.append('spent', spent(one, 'police'));
    });
    const charity = ledger('charity-a', (open) => {
      open.append('refused', refused('9f0c8f0e-5a52-4a1f-9d55-6f1f3c1a2b3c'));
    });
    const { exitCode, out, err } = await verify('--ledger', police, charity);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toContain(
      'police: its ledger is whole, 2 entries from 2026-11-02 11:00:00 UTC to 2026-11-02 11:00:00 UTC.',
    );
    expect(out).toContain(
      `police: the log continues what the node saw of it, 2 times, the last with ${offers[1]?.head?.size} entries.`,
    );
    expect(out).toContain('police: ledger and log say the same of 2 runs.');
    expect(out).toContain('charity-a: nothing of this log had been proved to its node by then.');
    expect(out).toContain('charity-a: open question (OFFER_NOT_PROVED): 1 offer of the ledger, ');
    expect(out).toContain(
      'charity-a: open question (ANSWER_BEFORE_LEDGER): The ledger begins on 2026-11-02 11:00:00 UTC',
    );

    const json = await verify('--ledger', police, charity, '--json');
    expect(JSON.parse(json.out)).toMatchObject({
      offers: 2,
      ledgers: [
        {
          ...{ agency: 'police', entries: 2, from: at.toISOString(), until: at.toISOString() },
          ...{ continues: offers.map(({ head }) => head?.size), agreed: 2, unanswered: 0 },
          ...{ contradictions: [], questions: [] },
        },
        { agency: 'charity-a', questions: [{ code: 'OFFER_NOT_PROVED' }, { code: 'ANSWER_BEFORE_LEDGER' }] },
      ],
    });
    expect(JSON.parse((await verify('--json')).out)).not.toHaveProperty('ledgers');
  });

  it('ends with the code of a contradiction, and says all of them', async () => {
    const { offers, verify, ledger } = await savedLog();
    const [one, other] = offers;
    if (one === undefined || other === undefined) throw new RangeError('two runs');
    const police = ledger('police', (open) => {
      open.append('spent', { ...spent(one, 'police'), log: { size: (one.head?.size ?? 0) + 1, root: '0'.repeat(64) } });
      open.append('refused', refused(other.offer.run));
    });
    const { exitCode, out, err } = await verify('--ledger', police);
    expect(exitCode).toBe(2);
    expect(out).toContain('police: ledger and log contradict each other in 2 points.');
    expect(err).toMatch(/^LOG_NOT_AS_SEEN: police: Entry 1 of the ledger /);
    expect(err).toContain(`\n  ANSWER_NOT_AS_GIVEN: police: Run ${other.offer.run}: `);
    const json = await verify('--ledger', police, '--json');
    expect(json.exitCode).toBe(2);
    expect(JSON.parse(json.out)).toMatchObject({
      ledgers: [{ contradictions: [{ code: 'LOG_NOT_AS_SEEN' }, { code: 'ANSWER_NOT_AS_GIVEN', accuses: 'log' }] }],
    });
  });

  it('says so many contradictions one by one, and counts the rest', async () => {
    const { offers, verify, ledger } = await savedLog();
    const [one] = offers;
    if (one === undefined) throw new RangeError('a run');
    const strangers = (numbers: readonly number[]) => (open: Ledger) => {
      for (const number of numbers) open.append('spent', { ...spent(one, 'courts'), runId: `stranger ${number}` });
    };
    const most = ledger('courts', strangers([...Array(MAX_SHOWN_CONTRADICTIONS).keys()]));
    const all = (await verify('--ledger', most)).err;
    expect(all.match(/RUN_NOT_IN_LOG/g)).toHaveLength(MAX_SHOWN_CONTRADICTIONS);
    expect(all).not.toContain('more: ');
    const cut = (await verify('--ledger', ledger('courts', strangers([MAX_SHOWN_CONTRADICTIONS])))).err;
    expect(cut.match(/RUN_NOT_IN_LOG/g)).toHaveLength(MAX_SHOWN_CONTRADICTIONS);
    expect(cut).toContain('\n  and 1 more: `--json` has all of them');
  });

  it('refuses what is no ledger of this federation', async () => {
    const { verify, ledger } = await savedLog();
    const file = ledger('police', () => undefined);
    const other = Ledger.open({
      file: `${file}.other`,
      federation: 'other',
      agency: 'police',
      clock: { now: () => at },
    });
    onTestFinished(() => other.close());
    expect(await verify('--ledger', `${file}.other`)).toMatchObject({
      ...{ exitCode: 2, out: '', err: expect.stringMatching(/^OTHER_LEDGER: The ledger of police is of /) as string },
    });
    expect((await verify('--ledger', `${file}.none`)).err).toMatch(/^LEDGER_UNUSABLE: /);
  });
});
