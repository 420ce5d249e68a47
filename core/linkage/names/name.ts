import { soundOf } from '../phonetics.js';

/** A normalised name and what of it goes into match keys. Letters A to Z only. */
export interface Name {
  /** Null where only an initial is known, and the two below with it. */
  readonly name: string | null;
  readonly initial: string;
  /** First three letters; a shorter name whole. */
  readonly three: string | null;
  readonly sound: string | null;
}

export type Surname = Name;

export interface Forename extends Name {
  /** As written, where `name` is what a nickname is short for. */
  readonly written: string | null;
}

export function nameOf(name: string): Name {
  return { name, initial: name.charAt(0), three: name.slice(0, 3), sound: soundOf(name) };
}

export function initialOf(initial: string): Name {
  return { name: null, initial, three: null, sound: null };
}
