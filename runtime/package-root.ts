import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RuntimeError } from './errors.js';

let found: string | undefined;

/**
 * The folder that holds package.json. Code runs from the sources (tests) and from `dist/`, one level deeper, so files
 * that the compiler doesn't move (.proto, .sql) are found from here.
 * Thrown when no folder above this file has one: RuntimeError PACKAGE_INCOMPLETE.
 */
export function packageRoot(): string {
  found ??= findRoot(dirname(fileURLToPath(import.meta.url)));
  return found;
}

/** A file of the package, whatever this code runs from. `packagePath('proto', 'tallystick')` */
export function packagePath(...parts: readonly string[]): string {
  return join(packageRoot(), ...parts);
}

function findRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) {
      throw new RuntimeError('PACKAGE_INCOMPLETE', 'package.json is missing: install the package again.');
    }
  }
}
