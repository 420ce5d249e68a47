import { writeSync } from 'node:fs';

import { AuditLog, MAX_BATCH_ENTRIES } from '../../../coordinator/index.js';
import { utf8Bytes } from '../../../core/base/index.js';
import { auditOptions } from './audit-log-fixtures.js';

/**
 * `audit-and-die.ts FOLDER`: appends to the audit log and signs checkpoints until it is killed, in batches of 1 to
 * MAX_BATCH_ENTRIES, and writes to stdout how many entries there are as soon as a call has returned.
 */
const log = AuditLog.open(auditOptions(process.argv[2] ?? '', { clock: { now: () => new Date() } }));
for (let round = 0; ; round += 1) {
  const count = [1, 2, 40, MAX_BATCH_ENTRIES][round % 4] ?? 1;
  const { size } = log.head;
  log.append(Array.from({ length: count }, (_, place) => utf8Bytes(`entry ${size + place}`)));
  writeSync(process.stdout.fd, `${log.head.size} appended\n`);
  log.checkpoint();
  writeSync(process.stdout.fd, `${log.head.size} signed\n`);
}
