import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { entryOf, featuresOf, generatedSources, MODULES } from './module.js';

/*
 * Builds the kernel: core/private-join/kernel/assembly and what is generated here become four WebAssembly modules in
 * core/private-join/kernel/generated, as base64 in TypeScript, for core/ reads no files. Nothing is done when the files
 * there were made from the same sources.
 */

const TOOLS = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(TOOLS, '..', '..');
const ASSEMBLY = join(ROOT, 'core', 'private-join', 'kernel', 'assembly');
const GENERATED = join(ROOT, 'core', 'private-join', 'kernel', 'generated');

async function filesOf(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts')).sort();
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
  );
  return new Map(files);
}

async function compilerVersion(): Promise<string> {
  return readFile(join(ROOT, 'node_modules', 'assemblyscript', 'package.json'), 'utf8');
}

/** Of everything that the modules depend on. */
function digestOf(parts: readonly (ReadonlyMap<string, string> | string)[]): string {
  const text = JSON.stringify(parts.map((part) => (typeof part === 'string' ? part : [...part])));
  return createHash('sha256').update(text).digest('hex');
}

async function isCurrent(path: string, header: string): Promise<boolean> {
  try {
    return (await readFile(path, 'utf8')).startsWith(header);
  } catch {
    return false;
  }
}

const assembly = await filesOf(ASSEMBLY);
const digest = digestOf([assembly, await filesOf(TOOLS), await compilerVersion()]);
const header = `// Made by tools/kernel/main.ts from sources with the digest ${digest}.\n`;
await mkdir(GENERATED, { recursive: true });
for (const module of MODULES) {
  const path = join(GENERATED, `${module.name}.ts`);
  if (await isCurrent(path, header)) continue;
  // The compiler takes longer to load than all the rest where nothing is to be done.
  const { compile } = await import('./compile.js');
  const wasm = await compile(entryOf(module), new Map([...assembly, ...generatedSources(module)]), featuresOf(module));
  const base64 = Buffer.from(wasm).toString('base64');
  // In one step: half a file would have the header of a whole one.
  const unfinished = `${path}.${String(process.pid)}`;
  await writeFile(unfinished, `${header}export const wasm: string =\n  '${base64}';\n`);
  await rename(unfinished, path);
}
