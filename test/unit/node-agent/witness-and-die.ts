import { writeSync } from 'node:fs';

import { consistencyProof } from '../../../core/audit/index.js';
import { checkpointAt, honest, openWitness } from './witness-fixtures.js';

/**
 * `witness-and-die.ts FOLDER`: is shown larger and larger checkpoints until it is killed, and writes to stdout the size of
 * each as soon as it has cosigned it.
 */
const witness = openWitness(process.argv[2] ?? '');
for (let round = 0; ; round += 1) {
  const seen = witness.last?.checkpoint ?? { size: 0, at: new Date(0) };
  const size = Math.min(seen.size + 1, honest.entries.length);
  const answer = witness.look(checkpointAt(honest, size).note, consistencyProof(honest, seen.size, size));
  if (answer.verdict !== 'cosigned') throw new Error(answer.code);
  writeSync(process.stdout.fd, `${size}\n`);
}
