import { writeSync } from 'node:fs';

import { systemRng } from '../../../runtime/index.js';
import { createConsoleSecret } from '../../../node-agent/console/console-secret.js';
import { readOrCreateIdentity } from '../../../node-agent/enrolment/identity-key.js';
import { NodeError } from '../../../node-agent/errors.js';
import { PRIVATE_FILE_MODE } from '../../../node-agent/key-files.js';
import { readOrCreateStorageKey } from '../../../node-agent/snapshot/storage-key.js';
import { writePause } from '../../../node-agent/status/pause.js';
import { writeStateFile } from '../../../node-agent/status/state-file.js';
import { createSecretFile, writeWholeFile } from '../../../node-agent/whole-file.js';

/** `write-or-say.ts WHAT FILE CHARACTERS`: writes so many where it can, and says on stdout what came of it. */
const [, , what, file = '', characters = '0'] = process.argv;
const text = 'x'.repeat(Number(characters));
const writers: Readonly<Record<string, () => unknown>> = {
  'state file': () => writeStateFile(file, text, true),
  'whole file': () => writeWholeFile(file, text, PRIVATE_FILE_MODE),
  'storage key': () => readOrCreateStorageKey(file, `${file}.snapshots`, systemRng),
  'console secret': () => createConsoleSecret(file, systemRng),
  'identity key': () => readOrCreateIdentity(file).publicKey.length,
  'secret file': () => createSecretFile(file, text),
  pause: () => writePause(file, { since: '2026-04-02T09:30:00Z', reason: text }),
};
const answer: { code?: string; came?: unknown } = {};
try {
  answer.came = writers[what ?? '']?.();
} catch (thrown) {
  if (!(thrown instanceof NodeError)) throw thrown;
  answer.code = thrown.code;
}
writeSync(process.stdout.fd, JSON.stringify(answer));
