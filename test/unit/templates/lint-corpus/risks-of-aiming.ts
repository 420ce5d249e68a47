import type { PlantedRisk } from './risks-of-asking.js';
import type { Edit } from './sound.js';

/** A filter more, before the one by age. */
export function filteredBy(field: string, values: string): Edit {
  return ['    - { field: victim-age', `    - { field: ${field}, in: ${values} }\n    - { field: victim-age`];
}

/** A filter more by what analysts choose: so many of these at a time. */
export function chosenBy(field: string, choices: readonly string[], number: string): readonly Edit[] {
  return [
    filteredBy(field, '{ parameter: chosen }'),
    ['parameters:\n', `parameters:\n  chosen: { from: [${choices.join(', ')}], ${number} }\n`],
  ];
}

/** A field more at the police, or at the charities, with these codes. */
export function withCodes(
  field: string,
  codes: readonly string[],
  meaning: string,
  dataset = 'police.victim-crimes',
): NonNullable<PlantedRisk['datasets']> {
  const said = codes.map((code) => `${code}: The ${code}`).join(', ');
  const line = `  ${field}: { type: code, codes: { ${said} }, meaning: ${meaning}, category: investigation }`;
  return { [dataset]: [['fields:', `fields:\n${line}`]] };
}

const FORCES = ['north', 'south', 'east'];
const WARDS = ['harbour', 'mill', 'castle'];
const AREAS = Array.from({ length: 60 }, (_, index) => `a${index}`);
const RECORDED = 'Who recorded it';
const LIVED = 'Where it was';

/** Risks of tables that are by nothing fine and about something fine: of a place or an organisation, one after the other. */
export const RISKS_OF_AIMING: readonly PlantedRisk[] = [
  {
    name: 'a ward at a time',
    edits: chosenBy('ward', WARDS, 'min: 1, max: 1'),
    datasets: withCodes('ward', WARDS, LIVED),
    finds: 'warning FINE_PLACES population.where[1]',
    on: 'field: ward',
  },
  {
    name: 'one postcode sector and no other',
    edits: [filteredBy('postcode-sector', '[harbour]')],
    datasets: withCodes('postcode-sector', WARDS, LIVED),
    finds: 'warning FINE_PLACES population.where[1]',
    on: 'field: postcode-sector',
  },
  {
    name: 'all wards but one',
    edits: [filteredBy('ward', '[harbour, mill]')],
    datasets: withCodes('ward', WARDS, LIVED),
    finds: 'warning FINE_PLACES population.where[1]',
    on: 'field: ward',
  },
  {
    name: 'one of sixty areas at a time',
    edits: chosenBy('area', AREAS, 'min: 1, max: 1'),
    datasets: withCodes('area', AREAS, LIVED),
    finds: 'warning FINE_PLACES population.where[1]',
    on: 'field: area',
  },
  {
    name: 'a police force at a time',
    edits: chosenBy('police-force', FORCES, 'min: 1, max: 1'),
    datasets: withCodes('police-force', FORCES, RECORDED),
    finds: 'warning NAMES_ORGANISATIONS population.where[1]',
    on: 'field: police-force',
  },
  {
    name: 'one police force and no other',
    edits: [filteredBy('police-force', '[north]')],
    datasets: withCodes('police-force', FORCES, RECORDED),
    finds: 'warning NAMES_ORGANISATIONS population.where[1]',
    on: 'field: police-force',
  },
  {
    name: 'one charity and no other, in a link',
    edits: [['unlinked: unknown }', 'unlinked: unknown, where: [{ field: helper, in: [harbour] }] }']],
    datasets: withCodes('helper', WARDS, 'Name of the charity that helped', 'third-sector.support'),
    finds: 'warning NAMES_ORGANISATIONS links[0].where[0]',
    on: 'field: helper',
  },
];

/** The same, where nobody can be told apart by it. */
export const SOUND_FILTERS: readonly Pick<PlantedRisk, 'name' | 'edits' | 'datasets'>[] = [
  {
    name: 'all police forces always, chosen',
    edits: chosenBy('police-force', FORCES, 'min: 3, max: 3'),
    datasets: withCodes('police-force', FORCES, RECORDED),
  },
  {
    name: 'several police forces, always the same',
    edits: [filteredBy('police-force', '[north, south]')],
    datasets: withCodes('police-force', FORCES, RECORDED),
  },
  {
    name: 'all wards always',
    edits: [filteredBy('ward', `[${WARDS.join(', ')}]`)],
    datasets: withCodes('ward', WARDS, LIVED),
  },
  {
    name: 'a kind of police force at a time',
    edits: chosenBy('police-force', FORCES, 'min: 1, max: 1'),
    datasets: withCodes('police-force', FORCES, 'Which kind of force recorded it'),
  },
  {
    name: 'some of sixty areas, always the same',
    edits: [filteredBy('area', `[${AREAS.slice(0, 55).join(', ')}]`)],
    datasets: withCodes('area', AREAS, LIVED),
  },
];
