import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Board } from '../../../examples/bold/demo/board.js';

/** Writes the officers' register into the folder, as governance hands it out; how a command is told of it. */
export function writeRegister(folder: string, { file: bytes, fingerprint }: Board): readonly string[] {
  const file = join(folder, 'register.jsonl');
  writeFileSync(file, bytes);
  return ['--register', file, '--pin', fingerprint];
}
