import { writeSync } from 'node:fs';

import { silentLog } from '../../../core/base/index.js';
import { Changes } from '../../../node-agent/ledger/changes.js';
import { Ledger } from '../../../node-agent/ledger/ledger.js';
import { PauseSwitch, removePause, writePause } from '../../../node-agent/status/pause.js';
import { writeStatus } from '../../../node-agent/status/node-status.js';
import { ledgerFile, owner } from './ledger-fixtures.js';
import { statusOf } from './status-fixtures.js';

/**
 * `pause-and-die.ts FOLDER`: pauses and resumes, notices it, and says how it is, until it is killed; writes a line to
 * stdout for every time round.
 */
const file = ledgerFile(process.argv[2] ?? '');
const clock = { now: () => new Date() };
const ledger = Ledger.open({ file, ...owner, clock });
const pause = new PauseSwitch({ ledger: file, changes: new Changes(ledger), log: silentLog });
for (let round = 1; ; round += 1) {
  writePause(file, { since: clock.now().toISOString(), reason: 'x'.repeat(round % 200) });
  pause.look();
  writeStatus(file, statusOf(clock.now(), { paused: pause.pause ?? null }));
  removePause(file);
  pause.look();
  writeStatus(file, statusOf(clock.now(), { paused: null }));
  writeSync(process.stdout.fd, `${round}\n`);
}
