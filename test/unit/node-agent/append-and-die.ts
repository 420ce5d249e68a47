import { writeSync } from 'node:fs';

import { Ledger } from '../../../node-agent/ledger/ledger.js';
import { ledgerFile, owner, refusedEntry } from './ledger-fixtures.js';

/**
 * `append-and-die.ts FOLDER`: appends to the ledger until it is killed, two entries at a time, and writes to stdout how
 * many there are as soon as they are in.
 */
const ledger = Ledger.open({ file: ledgerFile(process.argv[2] ?? ''), ...owner, clock: { now: () => new Date() } });
for (;;) {
  ledger.atomically(() => {
    ledger.append('refused', refusedEntry('first of two'));
    ledger.append('refused', refusedEntry('second of two'));
  });
  writeSync(process.stdout.fd, `${ledger.head.entries}\n`);
}
