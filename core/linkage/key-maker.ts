import { ATOMS, particularsOf } from './atoms.js';
import type { Particular, Particulars } from './atoms.js';
import { IDENTIFIERS } from './identifiers.js';
import type { HeldIdentifiers, IdentifierName, Identifiers } from './identifiers.js';
import { ParticularsReader } from './particulars-reader.js';
import type { ParticularValues } from './particulars-reader.js';
import { MAX_KEY_COPIES } from './scheme.js';
import type { KeyDefinition, Scheme } from './scheme.js';

/** No normalised atom contains it, so different atoms never join to the same key. */
const SEPARATOR = '|';

/** Of each key all values there are, distinct, at most MAX_KEY_COPIES by default, those of preferred identifiers first. */
export type KeyValues = readonly (readonly string[])[];

/** Makes a person's keys, in the order of the definitions; no value of a key that doesn't exist. */
export type KeyMaker = (person: Identifiers) => KeyValues;

/** What is made of a record. */
export interface RecordKeys {
  readonly keys: KeyValues;
  /** Which identifiers that the dataset holds the person has no usable value of. */
  readonly missing: readonly IdentifierName[];
}

/**
 * Makes keys of people in a dataset that holds these identifiers. Remembers names: one maker for one source.
 * @param most values of a key, where a person has more
 */
export function keyMaker(
  keys: readonly KeyDefinition[],
  held: HeldIdentifiers,
  most: number = MAX_KEY_COPIES,
): KeyMaker {
  const [reader, joiner] = [new ParticularsReader(held), new KeyJoiner(keys, most)];
  return (person) => joiner.keys(reader.particulars(reader.read(person)));
}

/** The same, and says what is missing. */
export function recordKeyMaker(
  keys: readonly KeyDefinition[],
  held: HeldIdentifiers,
): (person: Identifiers) => RecordKeys {
  const [reader, joiner] = [new ParticularsReader(held), new KeyJoiner(keys)];
  return (person) => {
    const values = reader.read(person);
    return { keys: joiner.keys(reader.particulars(values)), missing: reader.missing(values) };
  };
}

type AtomOf = (chosen: Particulars) => string | null;

/** How a key is made. */
interface KeyPlan {
  readonly of: readonly AtomOf[];
  readonly from: readonly Particular[];
}

/** Joins keys of one value of each particular at a time. */
class KeyJoiner {
  /** Values of one key. */
  readonly #most: number;
  readonly #plans: readonly KeyPlan[];
  readonly #needed: readonly Particular[];
  /** Of what there is one of, that one; of what there are several of, whichever was chosen last. */
  readonly #chosen: Particulars = {
    forename: null,
    surname: null,
    birthDate: null,
    place: null,
    district: null,
    sex: null,
    nhsNumber: null,
    pnc: null,
    cro: null,
  };

  constructor(keys: readonly KeyDefinition[], most: number = MAX_KEY_COPIES) {
    this.#most = most;
    this.#plans = keys.map(({ atoms }) => ({
      of: atoms.map((atom): AtomOf => ATOMS[atom].of),
      from: particularsOf(atoms),
    }));
    this.#needed = [...new Set(this.#plans.flatMap(({ from }) => from))];
  }

  keys(values: ParticularValues): KeyValues {
    for (const particular of this.#needed) this.#choose(particular, values[particular][0]);
    return this.#plans.map((plan) => this.#keysOf(plan, values));
  }

  /** Every combination of values of what the key is made of, those of the most preferred first. */
  #keysOf(plan: KeyPlan, values: ParticularValues): readonly string[] {
    const found: string[] = [];
    let furthest = 0;
    for (const particular of plan.from) furthest += values[particular].length - 1;
    for (let distance = 0; distance <= furthest; distance += 1) {
      if (!this.#within(plan, values, 0, distance, found)) break;
    }
    return found;
  }

  /**
   * Combinations of the particulars from a place on whose places in their lists add up to `distance`. False when there are
   * enough keys.
   */
  #within(plan: KeyPlan, values: ParticularValues, place: number, distance: number, found: string[]): boolean {
    const particular = plan.from[place];
    if (particular === undefined) {
      if (distance > 0) return true;
      const key = join(plan.of, this.#chosen);
      if (key !== null && !found.includes(key)) found.push(key);
      return found.length < this.#most;
    }
    const most = values[particular].length - 1;
    // What there is one of is chosen.
    if (most === 0) return this.#within(plan, values, place + 1, distance, found);
    for (let index = 0; index <= Math.min(distance, most); index += 1) {
      this.#choose(particular, values[particular][index]);
      if (!this.#within(plan, values, place + 1, distance - index, found)) return false;
    }
    return true;
  }

  #choose<Name extends Particular>(particular: Name, value: Particulars[Name] | undefined): void {
    if (value !== undefined) this.#chosen[particular] = value;
  }
}

function join(of: readonly AtomOf[], chosen: Particulars): string | null {
  let key = '';
  for (let place = 0; place < of.length; place += 1) {
    const atom = of[place]?.(chosen) ?? null;
    if (atom === null) return null;
    key = place === 0 ? atom : key + SEPARATOR + atom;
  }
  return key;
}

const ONCE: HeldIdentifiers = new Map(IDENTIFIERS.map((name) => [name, 1]));
const makers = new WeakMap<Scheme, KeyMaker>();

/** The preferred value of each of a scheme's keys where everything is held once; null where the key doesn't exist. */
export function personKeys(scheme: Scheme, person: Identifiers): (string | null)[] {
  let maker = makers.get(scheme);
  if (maker === undefined) makers.set(scheme, (maker = keyMaker(scheme.keys, ONCE)));
  return maker(person).map(([first]) => first ?? null);
}
