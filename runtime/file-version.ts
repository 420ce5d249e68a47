import { statSync } from 'node:fs';

/** Tells one content of a file from another that has taken its name, without reading it; undefined where there is none. */
export function fileVersion(file: string): string | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? undefined : [found.dev, found.ino, found.mtimeNs, found.size].join(' ');
}
