import Database from 'better-sqlite3';

import type { Source } from '../sources.js';

/** Who each row of the source is about, by the row's number: what no agency knows. Rows about nobody are left out. */
export function identitiesOf({ agency, mapping }: Source, truth: string): ReadonlyMap<number, number> {
  const database = new Database(truth, { readonly: true });
  try {
    const rows = database
      .prepare<[string, string], [number, number]>(
        'SELECT source_row, person FROM appearances WHERE agency = ? AND dataset = ? AND person IS NOT NULL',
      )
      .raw()
      .all(agency, mapping.dataset);
    return new Map(rows);
  } finally {
    database.close();
  }
}
