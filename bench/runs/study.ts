import { stringify } from 'yaml';

/** How large a measured run is. */
export interface StudyShape {
  /** Records in each agency's list, one for each person. */
  readonly people: number;
  /** 2 to MAX_AGENCIES. The first holds the base list, every other one a list that is linked to it. */
  readonly agencies: number;
  /** Key columns of the base list: the case alone; or two for the person and the case. */
  readonly keys: KeyColumns;
}

export const KEY_COLUMNS = [1, 3] as const;
export type KeyColumns = (typeof KEY_COLUMNS)[number];

/** With one more the table would have more cells than a table may have: 6 * 5^(agencies - 1). */
export const MAX_AGENCIES = 6;

/** One agency's list: persons first..first+records-1, each once. */
export interface StudyList {
  readonly agency: string;
  readonly dataset: string;
  readonly role: 'base' | 'linked';
  /** What a linked list links on; the base list has the columns of all. */
  readonly on: readonly ('person' | 'case')[];
  readonly keyColumns: number;
  readonly records: number;
  readonly first: number;
  /** The field that the table shows, and its codes. */
  readonly field: string;
  readonly codes: readonly string[];
}

const PERSON_COLUMNS = 2;
const GROUPS = ['a', 'b', 'c', 'd'];
const OUTCOMES = ['x', 'y', 'z'];

/** Of agency k = 1, 2, …, the list begins with person people*k/agencies, so the k-th overlaps with the base by the rest. */
export function listsOf({ people, agencies, keys }: StudyShape): StudyList[] {
  return Array.from({ length: agencies }, (_, place): StudyList => {
    const agency = `agency-${place + 1}`;
    if (place === 0) {
      return {
        agency,
        dataset: 'bench.base',
        role: 'base',
        on: keys === 1 ? ['case'] : ['person', 'case'],
        keyColumns: keys,
        records: people,
        first: 0,
        field: 'group',
        codes: GROUPS,
      };
    }
    const on = keys === 1 || place === 1 ? 'case' : 'person';
    return {
      agency,
      dataset: `bench.linked-${place}`,
      role: 'linked',
      on: [on],
      keyColumns: on === 'case' ? 1 : PERSON_COLUMNS,
      records: people,
      first: Math.floor((people * place) / agencies),
      field: 'outcome',
      codes: OUTCOMES,
    };
  });
}

/** The code that a list has for a person. */
export function codeOf(list: Pick<StudyList, 'codes' | 'first'>, person: number): string {
  return list.codes[(person + list.first) % list.codes.length] ?? '';
}

/** The true table, counted from what the lists are made of: codes in list order, joined by commas, to people. */
export function trueCounts(shape: StudyShape): ReadonlyMap<string, number> {
  const lists = listsOf(shape);
  const counts = new Map<string, number>();
  for (let person = 0; person < shape.people; person += 1) {
    const cell = lists
      // Every list goes on to the base's last person and beyond.
      .map((list) => (person >= list.first ? codeOf(list, person) : 'not-linked'))
      .join();
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return counts;
}

/** The definitions that every party has a copy of, as YAML, by dataset. */
export function datasetTexts(shape: StudyShape): ReadonlyMap<string, string> {
  return new Map(
    listsOf(shape).map(({ dataset, on, field, codes }) => [
      dataset,
      stringify({
        dataset,
        version: 1,
        title: `Invented records of ${dataset}`,
        description: 'Made by the benchmark. Nobody in it is real.',
        unit: 'benchmark-record',
        keys: [...on],
        ...(on.includes('person') ? { linkage: { schemes: [SCHEME], epsilon: 'none' } } : {}),
        order: 'day',
        purposes: [PURPOSE],
        fields: {
          day: { type: 'date', meaning: 'The day of the record.', category: 'services' },
          [field]: {
            type: 'code',
            codes: Object.fromEntries(codes.map((code) => [code, `Code ${code}`])),
            meaning: `The ${field} of the record.`,
            category: 'services',
          },
        },
      }),
    ]),
  );
}

const PURPOSE = 'research-statistics';
export const TEMPLATE = 'benchmark';
/** Invented people write themselves alike everywhere; one key column or two are what is measured. */
const SCHEME = 'exact';

/** The question: the base list by group and by the outcome in every other list. */
export function templateText(shape: StudyShape): string {
  const lists = listsOf(shape);
  const [base, ...linked] = lists;
  const why = 'A benchmark: it counts invented records.';
  return stringify({
    template: TEMPLATE,
    version: 1,
    title: 'How long does it take to count?',
    pilot: TEMPLATE,
    purpose: PURPOSE,
    lawfulBasis: why,
    success: why,
    principles: { relevant: why, impactful: why, clearAndInformative: why, nonStigmatising: why },
    expires: '2099-12-31',
    ...(shape.keys === 1 ? { unit: 'benchmark-record' } : { unit: 'person', scheme: SCHEME }),
    population: { dataset: base?.dataset },
    links: linked.map(({ dataset, on }) => ({ dataset, on: on[0], keep: 'all' })),
    dimensions: lists.map(({ dataset, field }) => ({ field: `${dataset}.${field}`, label: dataset })),
    disclosure: { threshold: 10, roundTo: 5, epsilon: 'none' },
  });
}
