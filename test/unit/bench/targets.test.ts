import { describe, expect, it } from 'vitest';

import { growthOf } from '../../../bench/report/growth.js';
import { hopCost } from '../../../bench/report/kernel-tables.js';
import type { Report } from '../../../bench/report/report.js';
import type { Timings } from '../../../bench/audit/audit.js';
import {
  AUDIT_ENTRIES,
  AUDIT_ENTRIES_A_SECOND,
  AUDIT_PROOF_MS,
  BUSY,
  hashingMultiple,
  KERNEL_MULTIPLE,
  KERNEL_MULTIPLE_FROM,
  memoryBound,
  PEOPLE_ROWS,
  PREPARE_ROWS,
  PROTOTYPE_RATIOS,
  PSI_RATIO,
  ratioOf,
  targetsOf,
} from '../../../bench/report/targets.js';
import type { Target } from '../../../bench/report/targets.js';
import type { TwoPartyResult } from '../../../bench/two-party/two-party.js';
import { emptyReport, kernelOf, runOf } from './report-fixture.js';

/** The target whose description begins like this, for a report that has these parts. */
function target(what: string, parts: Partial<Report>): Target {
  const found = targetsOf({ ...emptyReport, ...parts }).find((each) => each.what.startsWith(what));
  if (found === undefined) throw new RangeError(`there is no target ${what}`);
  return found;
}

const runsOf = (...runs: ReturnType<typeof runOf>[]): Partial<Report> => ({ runs: { runs, contention: 1 } });

describe('targets', () => {
  it('are neither met nor missed where nothing was measured', () => {
    const targets = targetsOf(emptyReport);
    expect(targets.length).toBeGreaterThan(PROTOTYPE_RATIOS.length);
    for (const { met, measured } of targets) expect([met, measured]).toEqual([null, '–']);
  });

  it.each(PROTOTYPE_RATIOS)('of the kernel: $library, $operation within a tenth of $ratio', (prototype) => {
    const { library, operation, ratio } = prototype;
    const of = (own: number): boolean | null =>
      targetsOf({
        ...emptyReport,
        kernel: kernelOf([
          [library, operation, own],
          ['sodium', 'x25519', 100],
        ]),
      }).find(({ met }) => met !== null)?.met ?? null;
    expect(of(110 * ratio)).toBe(true);
    expect(of(110 * ratio + 0.001)).toBe(false);
  });

  it('of two parties', () => {
    const twoParty = (ratio: number): TwoPartyResult => ({
      elements: 100,
      common: 50,
      exact: true,
      ours: { elementsPerSecond: 1, rounds: [] },
      psi: { elementsPerSecond: 1, rounds: [] },
      ratio,
    });
    expect(target('Two parties', { twoParty: twoParty(PSI_RATIO) }).met).toBe(true);
    expect(target('Two parties', { twoParty: twoParty(PSI_RATIO - 0.001) }).met).toBe(false);
  });

  it('of a whole run’s processor time: the worst of the runs that are large enough', () => {
    const what = 'Processor time of a whole run';
    const run = (people: number, multiple: number): ReturnType<typeof runOf> =>
      runOf({ people }, { cpuSeconds: 10 * multiple, kernelSeconds: 10 });
    const small = run(KERNEL_MULTIPLE_FROM - 1, 5);
    expect(target(what, runsOf(small)).met).toBeNull();
    expect(target(what, runsOf(small, run(KERNEL_MULTIPLE_FROM, KERNEL_MULTIPLE), run(50_000, 1.1)))).toMatchObject({
      met: true,
      measured: '1.10 × to 1.30 ×',
    });
    expect(target(what, runsOf(run(KERNEL_MULTIPLE_FROM, KERNEL_MULTIPLE + 0.01), run(50_000, 1.1))).met).toBe(false);
  });

  it('of growth', () => {
    const runs = (power: number): Partial<Report> =>
      runsOf(
        ...[10_000, 20_000, 50_000].map((people) => {
          const cost = people ** power / 1_000;
          return runOf({ people }, { cpuSeconds: cost, seconds: people / 1_000 });
        }),
      );
    expect(target('Growth of processor time', runs(1.04)).met).toBe(true);
    expect(target('Growth of processor time', runs(1.06)).met).toBe(false);
    expect(target('Growth of time', runs(1.06)).met).toBe(true);
  });

  it('of memory: no process at its bound', () => {
    const bound = memoryBound(2 ** 20);
    expect(bound).toBe(515 * 2 ** 20);
    expect(target('Most memory', runsOf(runOf({}, { peakBytes: bound - 1 }))).met).toBe(true);
    expect(target('Most memory', runsOf(runOf({}), runOf({}, { peakBytes: bound }))).met).toBe(false);
  });

  it('of busy cores: in the largest runs', () => {
    const what = 'Cores busy';
    const small = runOf({ people: 1_000 }, { busy: 0.1 });
    expect(target(what, runsOf(small, runOf({}, { busy: BUSY + 0.001 }))).met).toBe(true);
    expect(target(what, runsOf(small, runOf({}, { busy: BUSY + 0.001 }), runOf({}, { busy: BUSY }))).met).toBe(false);
    expect(target(what, runsOf(runOf({}, { busy: null }))).met).toBeNull();
  });

  it('of the audit log: from a million entries on', () => {
    const [append, prove] = ['Entries a second appended to an audit log', 'Processor time of 99 of 100 proofs'];
    const audit = (entries: number, entriesPerSecond: number, slow: number): Partial<Report> => {
      const timings = (at: number): Timings => ({
        ...{ median: 500, slow: 500, longest: 1_000, cpuMedian: at },
        cpuSlow: at,
      });
      return {
        audit: {
          ...{ entries, entryBytes: 400, fillSeconds: 1, openMs: 1, fileBytes: 1, exact: true },
          batches: [1_000, 100, 1].map((each) => ({
            ...{ entries: each, batches: 10, timings: timings(1) },
            entriesPerSecond: each === 100 ? entriesPerSecond : 1,
          })),
          ...{ inclusion: timings(slow - 1), consistency: timings(slow), checkpoint: timings(1) },
        },
      };
    };
    expect(target(append, audit(AUDIT_ENTRIES - 1, 9_999, 1)).met).toBeNull();
    expect(target(prove, audit(AUDIT_ENTRIES - 1, 9_999, 1)).met).toBeNull();
    expect(target(append, audit(AUDIT_ENTRIES, AUDIT_ENTRIES_A_SECOND + 1, 1)).met).toBe(true);
    expect(target(append, audit(AUDIT_ENTRIES, AUDIT_ENTRIES_A_SECOND, 1)).met).toBe(false);
    expect(target(prove, audit(AUDIT_ENTRIES, 9_999, AUDIT_PROOF_MS - 0.01)).met).toBe(true);
    expect(target(prove, audit(AUDIT_ENTRIES, 9_999, AUDIT_PROOF_MS)).met).toBe(false);
  });

  it('of preparing a million people: from so many on', () => {
    const about = { people: 9, optOuts: null, snapshot: 'ab', hashed: 9, seconds: 1, cpuSeconds: 1, phases: [] };
    for (const [what, part] of [
      ['Most memory while', 'people'],
      ['The same with people on an opt-out list', 'peopleOptedOut'],
    ] as const) {
      const people = (rows: number, peakBytes: number): Partial<Report> => ({ [part]: { ...about, rows, peakBytes } });
      expect(target(what, {}).met).toBeNull();
      expect(target(what, people(PEOPLE_ROWS - 1, 1)).met).toBeNull();
      expect(target(what, people(PEOPLE_ROWS, 512 * 2 ** 20)).met).toBe(true);
      expect(target(what, people(PEOPLE_ROWS, 512 * 2 ** 20 + 1)).met).toBe(false);
    }
  });

  it('of preparing', () => {
    const prepare = (seconds: number, hashing: number): Partial<Report> => ({
      prepare: [
        {
          rows: PREPARE_ROWS,
          keyColumns: 1,
          withoutHashing: { seconds, cpuSeconds: 2 },
          withHashing: { seconds: 9, cpuSeconds: 2 + hashing },
          kernelSeconds: 10,
        },
      ],
    });
    expect(target('Rows prepared', prepare(1, 1)).met).toBe(true);
    expect(target('Rows prepared', prepare(1.001, 1)).met).toBe(false);
    expect(target('Processor time of hashing', prepare(1, 13)).met).toBe(true);
    expect(target('Processor time of hashing', prepare(1, 13.01)).met).toBe(false);
    expect(prepare(1, 13).prepare?.map(hashingMultiple)).toEqual([1.3]);
  });
});

describe('figures worked out from others', () => {
  const kernel = kernelOf([
    ['fma', 'multiply', 30],
    ['fma', 'rerandomise', 20],
    ['noble', 'multiply', 900],
    ['sodium', 'x25519', 40],
  ]);

  it('are ratios of first quartiles', () => {
    expect(ratioOf(kernel, 'fma', 'multiply')).toBe(0.75);
    expect(ratioOf(kernel, 'i64', 'multiply')).toBeNull();
    expect(ratioOf(kernelOf([['fma', 'multiply', 30]]), 'fma', 'multiply')).toBeNull();
  });

  it('are what a record costs at a hop', () => {
    expect([1, 4, 8].map((keys) => hopCost(kernel, 'fma', keys))).toEqual([50, 140, 260]);
    expect(hopCost(kernel, 'noble', 1)).toBeNull();
  });

  it('are exponents for each kind of run apart', () => {
    const runs = [
      ...[20_000, 10_000].map((people) => runOf({ people, agencies: 2 }, { cpuSeconds: people, seconds: people ** 2 })),
      ...[10_000, 20_000].map((people) => runOf({ people, agencies: 3 }, { cpuSeconds: 7, seconds: people })),
      runOf({ people: 10_000, agencies: 3, keys: 3 }),
    ];
    const rounded = (value: number | null): number | null => (value === null ? null : Number(value.toFixed(9)));
    expect(growthOf(runs).map((row) => ({ ...row, cpu: rounded(row.cpu), seconds: rounded(row.seconds) }))).toEqual([
      { agencies: 2, keys: 1, people: [10_000, 20_000], cpu: 1, seconds: 2 },
      { agencies: 3, keys: 1, people: [10_000, 20_000], cpu: 0, seconds: 1 },
      { agencies: 3, keys: 3, people: [10_000], cpu: null, seconds: null },
    ]);
  });
});
