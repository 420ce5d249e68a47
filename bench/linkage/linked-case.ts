import { schemes } from '../../core/linkage/index.js';
import type { HeldIdentifiers, Identifiers, Scheme } from '../../core/linkage/index.js';
import { linkagePair } from '../../examples/bold/index.js';
import type { LinkageRow } from '../../examples/bold/index.js';
import type { LinkageCase } from './cases.js';
import { LinkageFileError } from './errors.js';
import { fileNoise } from './file-noise.js';
import { linkSides } from './link-sides.js';
import type { LinkedSides } from './link-sides.js';
import type { PersonRow } from './person-file.js';
import { sideOf } from './side.js';
import type { Side, SideOptions } from './side.js';

/** A case, linked in three ways. */
export interface LinkedCase extends LinkageCase {
  readonly scheme: string;
  readonly linked: LinkedSides;
  /** The same at a threshold of STRICT_THRESHOLD. */
  readonly strict: LinkedSides;
  /** The same without admission: whatever shares a key. */
  readonly plain: LinkedSides;
  readonly seconds: number;
}

export const THRESHOLD = 0.5;
export const STRICT_THRESHOLD = 0.9;

export interface CaseOptions extends Pick<SideOptions, 'epsilon' | 'rng'> {
  readonly scheme: Scheme;
  readonly seed: number;
  /** Monotonic, in seconds. */
  readonly now: () => number;
}

const HELD: HeldIdentifiers = new Map([
  ['forename', 1],
  ['surname', 2],
  ['dateOfBirth', 1],
  ['postcode', 2],
  ['sex', 1],
]);

export function linkCase(each: LinkageCase, { scheme, seed, epsilon, rng, now }: CaseOptions): LinkedCase {
  const begun = now();
  const { first, second, overlap, level, duplicates } = each;
  const pair = linkagePair({
    people: { a: first, b: second },
    overlap: overlap / Math.min(first, second),
    level,
    duplicates,
    seed,
  });
  const side = (rows: Iterable<LinkageRow>, file: number): Side =>
    sideOf(personRows(rows), { scheme, held: HELD, epsilon, noise: fileNoise(seed, file), rng });
  const [a, b] = [side(pair.a, 0), side(pair.b, 1)];
  const link = (threshold: number, admission: boolean): LinkedSides =>
    linkSides(a, b, { scheme, threshold, admission, rng });
  return {
    ...each,
    scheme: scheme.id,
    linked: link(THRESHOLD, true),
    strict: link(STRICT_THRESHOLD, true),
    plain: link(THRESHOLD, false),
    seconds: now() - begun,
  };
}

/** Thrown when there is none of that name that links people: LinkageFileError BAD_SCHEME. */
export function schemeNamed(name: string): Scheme {
  const scheme = schemes.get(name);
  if (scheme !== undefined && scheme.keys.length > 0) return scheme;
  const names = [...schemes.values()].filter(({ keys }) => keys.length > 0).map(({ id }) => id);
  throw new LinkageFileError('BAD_SCHEME', `There is no scheme ${name} for people. There are: ${names.join(', ')}.`);
}

function* personRows(rows: Iterable<LinkageRow>): Generator<PersonRow> {
  for (const { id, forename, surname, otherSurname, dateOfBirth, postcode, otherPostcode, sex } of rows) {
    const identifiers: Identifiers = {
      forename,
      surname: [surname, otherSurname],
      dateOfBirth,
      postcode: [postcode, otherPostcode],
      sex,
    };
    yield { truth: String(id), identifiers };
  }
}
