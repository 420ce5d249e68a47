import type { KernelResult, KernelRow } from '../kernel/kernel.js';
import { LIBRARIES, OPERATIONS } from '../kernel/operation.js';
import type { LibraryName, OperationName } from '../kernel/operation.js';
import { left, NOTHING, number, right } from './table.js';
import type { Table } from './table.js';
import { ratioOf } from './targets.js';

const libraries = Object.keys(LIBRARIES) as LibraryName[];
const operations = Object.keys(OPERATIONS) as OperationName[];

/** Key columns of the records for which the cost of a hop is worked out. */
const HOP_KEYS = [1, 4, 8];

export function kernelTables(kernel: KernelResult): Table[] {
  return [ratios(kernel), hops(kernel), times(kernel)];
}

function ratios(kernel: KernelResult): Table {
  return {
    title: 'Kernel operations, as a multiple of X25519 in sodium-native (first quartiles)',
    columns: [...left('operation'), ...right(...libraries.map((library) => LIBRARIES[library]))],
    rows: operations
      .map((operation) => [
        OPERATIONS[operation],
        ...libraries.map((library) => optional(ratioOf(kernel, library, operation), 2)),
      ])
      .filter((cells) => cells.some((cell, place) => place > 0 && cell !== NOTHING)),
    notes: ['Lower is better. 1 is what sodium-native, in machine code, takes for one X25519.'],
  };
}

/** What one record costs one agency at one hop: its keys multiplied, its label re-randomised. */
export function hopCost(kernel: KernelResult, library: LibraryName, keys: number): number | null {
  const [multiply, rerandomise] = (['multiply', 'rerandomise'] as const).map(
    (operation) => rowOf(kernel, library, operation)?.spread.firstQuartile,
  );
  return multiply === undefined || rerandomise === undefined ? null : keys * multiply + rerandomise;
}

function hops(kernel: KernelResult): Table {
  const measured = libraries.filter((library) => hopCost(kernel, library, 1) !== null);
  return {
    title: 'One record at one hop, in microseconds',
    columns: [...left('record'), ...right(...measured.map((library) => LIBRARIES[library]))],
    rows: HOP_KEYS.map((keys) => [
      `${keys} ${keys === 1 ? 'key' : 'keys'} and a label`,
      ...measured.map((library) => optional(hopCost(kernel, library, keys), 0)),
    ]),
    notes: ['Worked out: so many multiplications and one re-randomisation, first quartiles.'],
  };
}

function times(kernel: KernelResult): Table {
  return {
    title: 'Kernel operations, in microseconds of processor time for each element',
    columns: [...left('operation', 'library'), ...right('elements in a slice', 'minimum', 'first quartile', 'median')],
    rows: operations.flatMap((operation) =>
      libraries.flatMap((library) => {
        const row = rowOf(kernel, library, operation);
        if (row === undefined) return [];
        const { minimum, firstQuartile, median } = row.spread;
        const cells = [minimum, firstQuartile, median].map((value) => number(value, 2));
        return [[OPERATIONS[operation], LIBRARIES[library], number(row.count), ...cells]];
      }),
    ),
    notes: [
      `Slices of all of them in turns, ${number(kernel.rows[0]?.spread.samples ?? 0)} rounds. ElGamal’s operations are for one ciphertext, which is two elements.`,
    ],
  };
}

function rowOf(kernel: KernelResult, library: LibraryName, operation: OperationName): KernelRow | undefined {
  return kernel.rows.find((row) => row.library === library && row.operation === operation);
}

function optional(value: number | null, decimals: number): string {
  return value === null ? NOTHING : number(value, decimals);
}
