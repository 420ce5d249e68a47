/** Coarse areas of Northshire, each of several postcode districts, so that none of them tells where anybody lives. */
export type Region = 'city' | 'coast' | 'country' | 'towns';

/** Districts are numbered `NS1` to `NS30`; of each region the last one. */
const LAST_DISTRICTS: readonly { readonly region: Region; readonly last: number }[] = [
  { region: 'city', last: 10 },
  { region: 'towns', last: 19 },
  { region: 'coast', last: 24 },
  { region: 'country', last: 30 },
];

/**
 * Where a postcode is, as it stands in a record: mistakes and all. Of the district alone it can be told as well; null where
 * nothing is written, or nothing that names a district of the county (no fixed abode, words).
 */
export function regionOf(postcode: string | null): Region | null {
  const district = Number(/^NS([1-9]\d?)(?= |$)/.exec(postcode ?? '')?.[1]);
  return LAST_DISTRICTS.find(({ last }) => district <= last)?.region ?? null;
}
