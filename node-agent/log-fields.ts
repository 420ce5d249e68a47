/** What this program's log lines may show beside what every program's may. */
export const NODE_LOG_FIELDS: readonly string[] = [
  'clipped',
  'cpuSeconds',
  'duplicates',
  'entries',
  'event',
  'hash',
  'hashed',
  'matchKey',
  'outcome',
  'people',
  'present',
  'rows',
  'snapshot',
  'withdrawn',
];
