import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

import { replaceFile } from '../../../cli/files.js';
import { CliError } from '../../../cli/index.js';

/**
 * `append-lines.ts FILE NAME LINES`: says that it is there, and when it hears something adds so many lines that begin
 * with the name to the file, each by itself and again as long as another process is at it. Whatever else goes wrong ends it.
 */
const [file = '', name = '', lines = '0'] = process.argv.slice(2);
/** Long enough that a file can be seen half written. */
const FILLING = 'x'.repeat(2_000);

function isBusy(thrown: unknown): boolean {
  if (!(thrown instanceof CliError) || thrown.code !== 'FILE_UNWRITABLE') return false;
  const { cause } = thrown;
  return cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
}

process.stdout.write('there\n');
await once(process.stdin, 'data');
process.stdin.destroy();
for (let line = 0; line < Number(lines);) {
  try {
    replaceFile(file, (before = new Uint8Array()) =>
      Buffer.concat([before, Buffer.from(`${name}${line} ${FILLING}\n`)]),
    );
    line += 1;
  } catch (thrown) {
    if (!isBusy(thrown)) throw thrown;
    await setTimeout(1);
  }
}
