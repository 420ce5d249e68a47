/** Names in a snapshot, shared by those who write it and those who query it. */
export const RECORDS_TABLE = 'records';
export const RECORD_COLUMN = 'record';
export const PERSON_COLUMN = 'person';
export const CASE_GROUP_COLUMN = 'case_group';

export function fieldColumn(field: string): string {
  return `f:${field}`;
}

export function keyColumn(key: string): string {
  return `k:${key}`;
}

/** The one place where a name becomes SQL. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
