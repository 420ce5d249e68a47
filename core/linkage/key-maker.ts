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

/**
 * Makes a person's keys, in the order of the definitions: of each all values there are, distinct, at most MAX_KEY_COPIES,
 * those of preferred identifiers first; none where the key doesn't exist.
 */
export type KeyMaker = (person: Identifiers) => readonly (readonly string[])[];

/** Makes keys of people in a dataset that holds these identifiers. Remembers names: one maker for one source. */
export function keyMaker(keys: readonly KeyDefinition[], held: HeldIdentifiers): KeyMaker {
  const reader = new ParticularsReader(held);
  const plans = keys.map(({ atoms }) => ({
    of: atoms.map((atom): ((chosen: Particulars) => string | null) => ATOMS[atom].of),
    from: particularsOf(atoms),
  }));
  const needed = [...new Set(plans.flatMap(({ from }) => from))];
  return (person) => {
    const values: Partial<Record<Particular, readonly unknown[]>> = {};
    for (const particular of needed) values[particular] = reader[particular](person);
    const choice = new Choice(values as ParticularValues);
    return plans.map(({ of, from }) => {
      const found: string[] = [];
      choice.each(from, (chosen) => {
        const key = join(of, chosen);
        if (key !== null && !found.includes(key)) found.push(key);
        return found.length < MAX_KEY_COPIES;
      });
      return found;
    });
  };
}

function join(of: readonly ((chosen: Particulars) => string | null)[], chosen: Particulars): string | null {
  let key = '';
  for (let place = 0; place < of.length; place += 1) {
    const atom = of[place]?.(chosen) ?? null;
    if (atom === null) return null;
    key = place === 0 ? atom : key + SEPARATOR + atom;
  }
  return key;
}

/** One value of each particular at a time. */
class Choice {
  readonly #values: ParticularValues;
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

  constructor(values: ParticularValues) {
    this.#values = values;
  }

  /** Every combination of values of some particulars, those of the most preferred first, until `visit` returns false. */
  each(particulars: readonly Particular[], visit: (chosen: Particulars) => boolean): void {
    let furthest = 0;
    for (const particular of particulars) furthest += this.#values[particular].length - 1;
    for (let distance = 0; distance <= furthest; distance += 1) {
      if (!this.#within(particulars, 0, distance, visit)) return;
    }
  }

  /** Combinations of those from a place on whose places in their lists add up to `distance`. */
  #within(
    particulars: readonly Particular[],
    place: number,
    distance: number,
    visit: (chosen: Particulars) => boolean,
  ): boolean {
    const particular = particulars[place];
    if (particular === undefined) return distance > 0 || visit(this.#chosen);
    const last = Math.min(distance, this.#values[particular].length - 1);
    for (let index = 0; index <= last; index += 1) {
      this.#choose(particular, index);
      if (!this.#within(particulars, place + 1, distance - index, visit)) return false;
    }
    return true;
  }

  // The type parameter is what says that both sides have the same particular's type.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  #choose<Name extends Particular>(particular: Name, index: number): void {
    const value = this.#values[particular][index];
    if (value !== undefined) this.#chosen[particular] = value;
  }
}

/** Says which identifiers that a dataset holds a person has no usable value of. */
export function missingIdentifiers(held: HeldIdentifiers): (person: Identifiers) => readonly IdentifierName[] {
  const reader = new ParticularsReader(held);
  return (person) => reader.missing(person);
}

const ONCE: HeldIdentifiers = new Map(IDENTIFIERS.map((name) => [name, 1]));
const makers = new WeakMap<Scheme, KeyMaker>();

/** The preferred value of each of a scheme's keys where everything is held once; null where the key doesn't exist. */
export function personKeys(scheme: Scheme, person: Identifiers): (string | null)[] {
  let maker = makers.get(scheme);
  if (maker === undefined) makers.set(scheme, (maker = keyMaker(scheme.keys, ONCE)));
  return maker(person).map(([first]) => first ?? null);
}
