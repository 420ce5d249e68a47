import type { Source } from '../../examples/bold/sources.js';

/** One column of a source that has an identifier in it; place: from 0, the preferred first. */
export interface IdentifierColumn {
  readonly name: string;
  readonly column: string;
  readonly place: number;
}

/** The columns of all identifiers, of one that has several values all of them. */
export function identifierColumns({ identifiers }: Source['mapping']): IdentifierColumn[] {
  return Object.entries(identifiers).flatMap(([name, columns]) =>
    (typeof columns === 'string' ? [columns] : (columns ?? [])).map((column, place) => ({ name, column, place })),
  );
}
