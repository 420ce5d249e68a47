import type { AuditResult, Timings } from '../audit/audit.js';
import { left, mebibytes, NOTHING, number, right } from './table.js';
import type { Table } from './table.js';

export function auditTable(result: AuditResult): Table {
  const { entries, entryBytes, fillSeconds, batches, inclusion, consistency, checkpoint, openMs, fileBytes } = result;
  const cells = ({ median, slow, longest, cpuMedian, cpuSlow }: Timings): string[] =>
    [median, slow, longest, cpuMedian, cpuSlow].map((milliseconds) => number(milliseconds, 2));
  return {
    title: 'The audit log',
    columns: [
      ...left('call'),
      ...right(
        'entries/s',
        'median ms',
        '99 of 100 within ms',
        'longest ms',
        'median CPU ms',
        '99 of 100 within CPU ms',
      ),
    ],
    rows: [
      ...batches.map(({ entries: each, entriesPerSecond, timings }) => [
        each === 1 ? 'append one entry' : `append ${number(each)} entries`,
        number(entriesPerSecond),
        ...cells(timings),
      ]),
      ['prove inclusion', NOTHING, ...cells(inclusion)],
      ['prove consistency', NOTHING, ...cells(consistency)],
      ['sign a checkpoint', NOTHING, ...cells(checkpoint)],
    ],
    notes: [
      `With ${number(entries)} entries of ${number(entryBytes)} bytes in it; every append and every checkpoint is on the disk when its call returns. ` +
        `Filling it took ${number(fillSeconds, 1)} seconds, opening it ${number(openMs)} ms; its file has ${mebibytes(fileBytes)} MiB.`,
      result.exact ? 'Every proof was verified.' : 'SOME PROOFS WERE WRONG.',
    ],
  };
}
