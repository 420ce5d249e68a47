import { readFileSync } from 'node:fs';

import { packagePath } from '../runtime/index.js';

/** As package.json says it; `unknown` where it doesn't. */
export function softwareVersion(): string {
  const read: unknown = JSON.parse(readFileSync(packagePath('package.json'), 'utf8'));
  const version = typeof read === 'object' && read !== null && 'version' in read ? read.version : undefined;
  return typeof version === 'string' ? version : 'unknown';
}
