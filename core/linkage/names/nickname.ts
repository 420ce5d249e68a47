import { NICKNAMES } from './nicknames.js';
import { SPELLINGS } from './spellings.js';

/** Groups of names: what the others of a group become first. */
const groups: readonly (readonly string[])[] = `${NICKNAMES}${SPELLINGS}`
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '')
  .map((line) => line.split(/:? /));

const canonical: ReadonlyMap<string, string> = new Map(
  groups.flatMap((group) => group.map((name) => [name, group[0] ?? name] as const)),
);

/** What a forename, normalised, is short for or a spelling of; itself where it is neither. */
export function canonicalForename(name: string): string {
  return canonical.get(name) ?? name;
}

/** Whether the table has the name at all. */
export function isListed(name: string): boolean {
  return canonical.has(name);
}
