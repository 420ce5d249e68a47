/** What a source may say of a person that match keys are made of. */
export const IDENTIFIERS = [
  'forename',
  'surname',
  'dateOfBirth',
  'postcode',
  'sex',
  /** A place where postcodes are poor: a line of an address, a suburb. Serves where a key wants a postcode. */
  'place',
  /** The wider place of a person whose postcode is not known: a district, a local authority. */
  'area',
  'nhsNumber',
  'pnc',
  'cro',
] as const;
export type IdentifierName = (typeof IDENTIFIERS)[number];

export type Raw = string | null | undefined;

/** As the source says it. Several values of one (aliases, earlier postcodes) stand in the order of preference. */
export type Identifiers = Readonly<Partial<Record<IdentifierName, Raw | readonly Raw[]>>>;

/** Which identifiers a dataset holds, and how many values of each a person may have, 1..MAX_IDENTIFIER_VALUES. */
export type HeldIdentifiers = ReadonlyMap<IdentifierName, number>;

export const MAX_IDENTIFIER_VALUES = 4;
