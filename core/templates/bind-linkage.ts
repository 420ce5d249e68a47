import { CASE_KEY, keyCopies, keysOf, schemes } from '../linkage/index.js';
import type { Scheme } from '../linkage/index.js';
import type { KeyColumn, LinkOn } from '../private-join/index.js';
import type { Catalogue, DatasetDefinition } from './dataset.js';
import { OPT_OUTS_DEFINITION } from './opt-outs.js';
import type { ProblemList } from './problems.js';
import type { Template } from './template.js';

/** Whether anything is joined on the person. */
export function joinsPeople({ unit, links }: Template): boolean {
  return unit === 'person' || links.some(({ on }) => on === 'person');
}

/** Null where there is none, or none that exists. */
export function resolveScheme(template: Template, used: Catalogue, problems: ProblemList): Scheme | null {
  if (template.linkage !== undefined && !joinsPeople(template)) {
    problems.add(['linkage'], 'is not needed: nothing is joined on the person');
  }
  if (template.scheme === undefined) {
    if (joinsPeople(template)) problems.add(['scheme'], 'is missing: it is needed wherever people are joined');
    return null;
  }
  const population = used.get(template.population.dataset);
  const scheme = schemes.get(template.scheme);
  if (scheme === undefined) problems.add(['scheme'], `must be ${[...schemes.keys()].join(' or ')}`);
  // A scheme that joins nobody may still say who the people are that contributionLimit counts.
  if (population !== undefined && !population.keys.includes('person') && !joinsPeople(template)) {
    problems.add(['scheme'], 'is not needed: there are no people in the population');
  }
  if (scheme !== undefined && joinsPeople(template)) checkScheme(scheme, template, used, problems);
  return scheme ?? null;
}

/** Snapshots hold keys of the schemes that their dataset names, and of what it knows of people. */
function checkScheme(scheme: Scheme, { population, links }: Template, used: Catalogue, problems: ProblemList): void {
  const onPerson = links.filter(({ on }) => on === 'person').map(({ dataset }) => dataset);
  for (const name of [population.dataset, ...onPerson]) {
    const linkage = used.get(name)?.linkage ?? null;
    if (linkage === null) continue;
    if (!linkage.schemes.includes(scheme.id)) {
      problems.add(['scheme'], `is not one that ${name} has keys for: ${linkage.schemes.join(', ')}`);
    } else if (keysOf(scheme, linkage.identifiers).length === 0) {
      problems.add(['scheme'], `has no key that can be made of what ${name} knows of people`);
    }
  }
}

/** What linked people agree in is told from three keys, which the datasets on both sides must have. */
export function checkCaptures(
  { population, dimensions }: Template,
  scheme: Scheme | null,
  used: Catalogue,
  problems: ProblemList,
): void {
  if (scheme === null || scheme.captures === null) return;
  const { nameAndDate, dateAndPlace, nameAndPlace } = scheme.captures;
  const captures = [nameAndDate, dateAndPlace, nameAndPlace].map((place) => scheme.keys[place]);
  dimensions.forEach((clause, index) => {
    if (!('agreement' in clause)) return;
    for (const name of [population.dataset, clause.agreement]) {
      const linkage = used.get(name)?.linkage ?? null;
      if (linkage === null) continue;
      const held = keysOf(scheme, linkage.identifiers);
      if (captures.every((key) => key !== undefined && held.includes(key))) continue;
      const at = ['dimensions', index, 'agreement'];
      problems.add(at, `can't be told: ${name} doesn't know name, birth date and place of people`);
    }
  });
}

const CASE_COLUMN: KeyColumn = { name: CASE_KEY, on: 'case' };

/** All keys that the dataset can make have their first column before any has a second, and so on. */
function personColumns({ linkage }: DatasetDefinition, scheme: Scheme | null): KeyColumn[] {
  if (scheme === null || linkage === null) return [];
  const keys = keysOf(scheme, linkage.identifiers);
  const copies = keyCopies(keys, linkage.identifiers);
  return Array.from({ length: Math.max(0, ...copies) }, (_, copy) =>
    keys.filter((_key, place) => copy < (copies[place] ?? 0)),
  ).flatMap((withCopy) => withCopy.map(({ name }): KeyColumn => ({ name, on: 'person' })));
}

/** All that any link, and the union of several agencies' people, looks for. */
export function baseKeys(template: Template, population: DatasetDefinition, scheme: Scheme | null): KeyColumn[] {
  return [
    ...(joinsPeople(template) ? personColumns(population, scheme) : []),
    ...(template.links.some(({ on }) => on === 'case') ? [CASE_COLUMN] : []),
  ];
}

/** What an opt-out list has of everybody in it: all keys by which a run with this scheme joins people. */
export function optOutKeys(scheme: Scheme | null): KeyColumn[] {
  return personColumns(OPT_OUTS_DEFINITION, scheme);
}

/** What a link on this looks for in its dataset. */
export function linkedKeys(on: LinkOn, dataset: DatasetDefinition, scheme: Scheme | null): KeyColumn[] {
  return on === 'person' ? personColumns(dataset, scheme) : [CASE_COLUMN];
}
