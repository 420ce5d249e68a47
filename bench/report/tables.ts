import type { PeoplePrepared } from '../prepare/people-process.js';
import type { PrepareResult } from '../prepare/prepare.js';
import type { TwoPartyResult } from '../two-party/two-party.js';
import { left, mebibytes, number, percent, right } from './table.js';
import type { Table } from './table.js';
import { hashingMultiple, PSI_RATIO, PSI_RATIO_STRETCH } from './targets.js';
import type { Target } from './targets.js';

export function twoPartyTable({ elements, common, exact, ours, psi, ratio }: TwoPartyResult): Table {
  return {
    title: 'Two parties, size of the intersection',
    columns: [
      ...left('program'),
      ...right('elements of each', 'in common', 'rounds', 'elements for each CPU second', 'seconds of a round'),
    ],
    rows: [
      { name: 'tallystick', side: ours },
      { name: '@openmined/psi.js', side: psi },
    ].map(({ name, side: { elementsPerSecond, rounds } }) => [
      name,
      number(elements),
      exact ? number(common) : 'WRONG',
      number(rounds.length),
      number(elementsPerSecond),
      number(Math.min(...rounds.map(({ seconds }) => seconds)), 2),
    ]),
    notes: [
      `${number(ratio, 1)} times as many for each second of one core; wanted are ${PSI_RATIO}, better ${PSI_RATIO_STRETCH}.`,
      'The same sets, in turns, in one process; processor time is that of all its threads, for both parties together.',
    ],
  };
}

export function prepareTable(results: readonly PrepareResult[]): Table {
  return {
    title: 'Preparing a snapshot from SQLite',
    columns: right(
      'rows',
      'keys of a row',
      'rows/s without hashing',
      'rows/s with hashing',
      'CPU s without',
      'CPU s with',
      'share of hashing',
      'hashing CPU / kernel',
    ),
    rows: results.map((result) => {
      const { rows, keyColumns, withoutHashing, withHashing } = result;
      return [
        number(rows),
        number(keyColumns),
        number(rows / withoutHashing.seconds),
        number(rows / withHashing.seconds),
        number(withoutHashing.cpuSeconds, 1),
        number(withHashing.cpuSeconds, 1),
        percent(Math.max(0, 1 - withoutHashing.cpuSeconds / withHashing.cpuSeconds)),
        number(hashingMultiple(result), 2),
      ];
    }),
    notes: [
      'Without hashing, random bytes stand in for the hashes: what is left is reading, checking, normalising, sealing, grouping and writing.',
      'Keys that only tell an agency’s own records apart, a dozen of a row about a person, are made and compared too, but not hashed; they are not counted here.',
    ],
  };
}

export function peopleTable(prepared: PeoplePrepared): Table {
  const { rows, optOuts, people, hashed, seconds, cpuSeconds, peakBytes, phases } = prepared;
  return {
    title: `Preparing people from PostgreSQL${optOuts === null ? '' : ', with an opt-out list'}`,
    columns: [...left('phase'), ...right('seconds', 'most MiB resident')],
    rows: [
      ...phases.map((phase) => [phase.phase, number(phase.seconds, 1), mebibytes(phase.peakBytes)]),
      ['all', number(seconds, 1), mebibytes(peakBytes)],
    ],
    notes: [
      ...(optOuts === null
        ? []
        : [
            `${number(optOuts.lines)} people on the list; ${number(optOuts.rows)} rows left out, the others counted here.`,
          ]),
      `${number(rows - (optOuts?.rows ?? 0))} rows about ${number(people ?? 0)} people, ${number(hashed)} different match keys hashed: ${number(rows / seconds)} rows a second, ${number(cpuSeconds, 1)} seconds of processor time.`,
      'Identifiers, schemes and match keys are those of the BOLD example’s datasets. Memory is that of the whole process with its worker threads; of a phase it is what was seen between two batches, of all the system’s own count.',
    ],
  };
}

export function targetTable(targets: readonly Target[]): Table {
  return {
    title: 'Targets',
    columns: left('target', 'wanted', 'measured', 'result'),
    rows: targets.map(({ what, wanted, measured, met }) => [
      what,
      wanted,
      measured,
      met === null ? 'not measured' : met ? 'met' : 'MISSED',
    ]),
    notes: [],
  };
}
