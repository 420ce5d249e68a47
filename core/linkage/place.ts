import type { Raw } from './identifiers.js';
import { inLatin } from './names/letters.js';
import { isPlaceholder } from './names/placeholders.js';
import { bounded } from './normalise.js';

/** Shorter ones are a house number or a mistake. */
const SHORTEST_PLACE = 2;

/** Words that are written in full and short, by what they become. */
const SHORT: ReadonlyMap<string, string> = new Map(
  Object.entries({
    APT: 'APARTMENT FLAT FLT FL UNIT',
    AVE: 'AVENUE AV',
    BLDG: 'BUILDING BUILDINGS BLDGS',
    BLVD: 'BOULEVARD BVD',
    CCT: 'CIRCUIT CRT',
    CL: 'CLOSE CLS',
    COTT: 'COTTAGE COTTAGES COTTS',
    CRES: 'CRESCENT CR CRS CRESENT',
    CT: 'COURT',
    DR: 'DRIVE DRV',
    EST: 'ESTATE',
    GDNS: 'GARDENS GARDEN GDN GDS',
    GR: 'GROVE GRV',
    HO: 'HOUSE HSE',
    LN: 'LANE LA',
    MT: 'MOUNT',
    N: 'NORTH NTH',
    PDE: 'PARADE',
    PK: 'PARK',
    PL: 'PLACE PLC',
    RD: 'ROAD',
    S: 'SOUTH STH',
    SQ: 'SQUARE',
    ST: 'STREET STR SAINT',
    TCE: 'TERRACE TERR TER',
    W: 'WEST',
    E: 'EAST',
    WLK: 'WALK',
    WY: 'WAY',
  }).flatMap(([short, forms]) => forms.split(' ').map((form) => [form, short] as const)),
);

/** Words around the name of a district that some write and some leave out. */
const AROUND_DISTRICTS = new Set(
  'LONDON BOROUGH OF ROYAL CITY COUNTY DISTRICT METROPOLITAN UNITARY AUTHORITY COUNCIL THE LB'.split(' '),
);

/** A line of an address, a suburb: letters and digits, `12 Stanley Street` as `12STANLEYST`. */
export function placeOf(raw: Raw): string | null {
  const text = joined(wordsOf(raw).map((word) => SHORT.get(word) ?? word));
  // Words that are one word when they are joined: `AV` of `A V`.
  return text === null ? null : (SHORT.get(text) ?? text);
}

/** A district or local authority: `London Borough of Camden` as `CAMDEN`. */
export function areaOf(raw: Raw): string | null {
  const words = wordsOf(raw);
  const name = words.filter((word) => !AROUND_DISTRICTS.has(word));
  return joined(name.length === 0 ? words : name);
}

function wordsOf(raw: Raw): readonly string[] {
  return inLatin(bounded(raw))
    .replace(/['`]/g, '')
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== '');
}

function joined(words: readonly string[]): string | null {
  const text = bounded(words.join(''));
  return text.length < SHORTEST_PLACE || isPlaceholder(text) ? null : text;
}
