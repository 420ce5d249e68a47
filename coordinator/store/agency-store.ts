import type Database from 'better-sqlite3';
import { z } from 'zod';

/** When each agency was first and last connected. */
export interface AgencyStore {
  putSeen(agency: string, at: string): void;
  /** The last time, by agency; agencies never seen are absent. */
  getLastSeen(): ReadonlyMap<string, string>;
}

const seenRow = z.object({ agency: z.string(), last_seen_at: z.string() });

export function createAgencyStore(database: Database.Database): AgencyStore {
  return {
    putSeen: (agency, at) => {
      database
        .prepare(
          `INSERT INTO agencies (agency, first_seen_at, last_seen_at) VALUES (@agency, @at, @at)
           ON CONFLICT (agency) DO UPDATE SET last_seen_at = @at`,
        )
        .run({ agency, at });
    },
    getLastSeen: () => {
      const rows = database.prepare('SELECT agency, last_seen_at FROM agencies').all();
      return new Map(rows.map((row) => seenRow.parse(row)).map(({ agency, last_seen_at }) => [agency, last_seen_at]));
    },
  };
}
