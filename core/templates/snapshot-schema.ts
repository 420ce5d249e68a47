/** Names in a snapshot, shared by those who write it and those who query it. */
export const RECORDS_TABLE = 'records';
export const RECORD_COLUMN = 'record';
export const PERSON_COLUMN = 'person';
export const CASE_GROUP_COLUMN = 'case_group';

export function fieldColumn(field: string): string {
  return `f:${field}`;
}

/** 1 in records that somebody has consented to be used for the purpose, else 0. */
export function consentColumn(purpose: string): string {
  return `c:${purpose}`;
}

/** `copy` counts the columns of one key from 1: a person may have several values of it, in any of them. */
export function keyColumn(key: string, copy = 1): string {
  return copy === 1 ? `k:${key}` : `k:${key}#${copy}`;
}

/** The one place where a name becomes SQL. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
