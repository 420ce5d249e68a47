import { ALL, labelOf, type Group, type TableDimension } from '../../core/disclosure/index.js';

type Dimensions = readonly TableDimension[];

/** `those with “Kind of crime: Rape” and “Supported: Yes”`; `everybody` where no dimension is told apart. */
export function thoseWith(group: Group, dimensions: Dimensions): string {
  const parts = group.flatMap((place, index) => (place === null ? [] : [quoted(dimensions[index], [place])]));
  return parts.length === 0 ? 'everybody' : `those with ${parts.join(' and ')}`;
}

/** `Kind of crime: Rape; Supported: Yes`; `All` where no dimension is told apart. */
export function groupText(group: Group, dimensions: Dimensions): string {
  const parts = group.flatMap((place, index) =>
    place === null ? [] : [`${dimensions[index]?.label ?? ''}: ${labelOf(dimensions[index], place)}`],
  );
  return parts.length === 0 ? ALL : parts.join('; ');
}

/** `“Response: Enhanced or Basic”` */
export function quoted(dimension: TableDimension | undefined, places: readonly number[]): string {
  return `“${dimension?.label ?? ''}: ${places.map((place) => labelOf(dimension, place)).join(' or ')}”`;
}
