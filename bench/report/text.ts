import { auditTable } from './audit-table.js';
import { kernelTables } from './kernel-tables.js';
import type { Report } from './report.js';
import { isExact } from './report.js';
import { runTables } from './run-tables.js';
import { mebibytes, number, tableAsText } from './table.js';
import { peopleTable, prepareTable, targetTable, twoPartyTable } from './tables.js';
import { targetsOf } from './targets.js';

/** Everything for a person at a terminal. */
export function reportAsText(report: Report): string {
  const { machine, kernel, twoParty, runs, prepare, people, peopleOptedOut, audit } = report;
  const tables = [
    ...(kernel === null ? [] : kernelTables(kernel)),
    ...(twoParty === null ? [] : [twoPartyTable(twoParty)]),
    ...(runs === null ? [] : runTables(runs)),
    ...(prepare === null ? [] : [prepareTable(prepare)]),
    ...[people, peopleOptedOut].flatMap((prepared) => (prepared === null ? [] : [peopleTable(prepared)])),
    ...(audit === null ? [] : [auditTable(audit)]),
    targetTable(targetsOf(report).filter(({ met }) => met !== null)),
  ];
  return [
    `${machine.processor}, ${machine.cores} cores, ${mebibytes(machine.memoryBytes)} MiB; ${machine.system}; ` +
      `Node ${machine.node} (V8 ${machine.v8}), kernel module ${machine.kernel}; ` +
      `load before: ${number(machine.loadBefore, 2)}`,
    ...tables.map(tableAsText),
    ...(isExact(report) ? [] : ['SOMETHING WAS COUNTED OR COMPUTED WRONGLY. This is a bug: please report it.']),
  ].join('\n\n');
}
