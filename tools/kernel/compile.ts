import asc from 'assemblyscript/asc';

import { MEMORY_PAGES } from './memory-pages.js';

const OUTPUT = 'kernel.wasm';

/**
 * Compiles AssemblyScript to a WebAssembly module that exports its memory and imports nothing.
 * @param entry path of the entry file
 * @param sources all files, by path
 * @param features of WebAssembly, beyond what every engine has
 * @throws Error with the compiler's messages
 */
export async function compile(
  entry: string,
  sources: ReadonlyMap<string, string>,
  features: readonly string[],
): Promise<Uint8Array> {
  let output: Uint8Array | undefined;
  let messages = '';
  const { error } = await asc.main(
    [
      entry,
      ...['--outFile', OUTPUT],
      ...['-O3', '--noAssert', '--runtime', 'stub'],
      ...['--initialMemory', String(MEMORY_PAGES), '--maximumMemory', String(MEMORY_PAGES)],
      ...features.flatMap((feature) => ['--enable', feature]),
    ],
    {
      stderr: {
        write: (chunk) => {
          messages += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
        },
      },
      readFile: (path) => sources.get(path) ?? null,
      listFiles: () => [],
      writeFile: (path, contents) => {
        if (path === OUTPUT && typeof contents !== 'string') output = contents;
      },
    },
  );
  if (error !== null || output === undefined) throw new Error(messages, { cause: error });
  return output;
}
