import type { Identifiers } from '../../core/linkage/index.js';
import { AVERAGE_AGENCY, faultyIdentity, personasOf } from '../../examples/bold/faults/index.js';
import type { FaultLevel, Persona } from '../../examples/bold/faults/index.js';
import { household, householdSize } from '../../examples/bold/people.js';
import { SeededRandom } from '../../examples/bold/random.js';

/** The purposes of the streams drawn here; the example's own are small numbers. */
const PURPOSES = { people: 101, writing: 102 } as const;

/** People as the example has them, with what else is true of them. */
export function somePersonas(seed: number, count: number): Persona[] {
  const personas: Persona[] = [];
  for (let number = 1; personas.length < count; number += 1) {
    const random = new SeededRandom(seed, number, PURPOSES.people);
    const size = householdSize(random, count - personas.length);
    const lookalikes = personas.slice(-40).map(({ person }) => person);
    const people = household(random, { number, count: size, firstId: personas.length + 1 }, lookalikes);
    personas.push(...personasOf(seed, number, people));
  }
  return personas;
}

/** One record of a person as an agency has written it, aliases and earlier postcodes last. @param seed of the record */
export function writtenRecord(persona: Persona, level: FaultLevel, seed: number): Identifiers {
  const written = faultyIdentity(persona, AVERAGE_AGENCY, level, new SeededRandom(seed, 0, PURPOSES.writing));
  return {
    forename: written.forename,
    surname: [written.surname, written.otherSurname],
    dateOfBirth: written.dateOfBirth,
    postcode: [written.postcode, written.otherPostcode],
    sex: written.sex,
  };
}
