import { describe, expect, it } from 'vitest';
import {
  addressOf,
  choiceOf,
  fieldOf,
  MAX_SEARCH_CHARACTERS,
  pageOf,
} from '../../../../coordinator/pages/public/page-query.js';
import { paged } from '../../../../coordinator/pages/public/pagination.js';
import { filteredQuestions, questionChoices } from '../../../../coordinator/pages/public/question-list.js';
import type { QuestionFilter, QuestionLine } from '../../../../coordinator/pages/public/question-list.js';
import { leftOutWords } from '../../../../coordinator/pages/public/opt-out-view.js';

const hrefOf = (page: number): string => `?page=${page}`;
const upTo = (length: number): number[] => Array.from({ length }, (_, place) => place);

describe('pages of a list', () => {
  it('are one, without links, where everything fits', () => {
    expect(paged(upTo(20), 1, 20, hrefOf)).toMatchObject({ page: 1, pages: 1, count: 20, links: null });
    expect(paged([], 1, 20, hrefOf)).toMatchObject({ items: [], pages: 1, links: null });
    expect(paged(upTo(21), 2, 20, hrefOf)).toMatchObject({ items: [20], page: 2, pages: 2 });
  });

  it('name the first, the last and those around, and leave gaps between', () => {
    const { links } = paged(upTo(200), 5, 20, hrefOf);
    expect(links).toEqual({
      previous: { href: '?page=4' },
      next: { href: '?page=6' },
      items: [
        { number: 1, href: '?page=1' },
        { ellipsis: true },
        { number: 4, href: '?page=4' },
        { number: 5, href: '?page=5', current: true },
        { number: 6, href: '?page=6' },
        { ellipsis: true },
        { number: 10, href: '?page=10' },
      ],
    });
  });

  it('end with the last, whatever number is asked for', () => {
    const last = paged(upTo(41), 999, 20, hrefOf);
    expect(last).toMatchObject({ items: [40], page: 3 });
    expect(last.links?.next).toBeUndefined();
  });
});

describe('what an address says', () => {
  it('is a field that is there once, and no longer than anybody types', () => {
    const long = 'a'.repeat(MAX_SEARCH_CHARACTERS);
    expect(fieldOf({ query: { q: ` ${long.slice(2)} ` } }, 'q')).toBe(long.slice(2));
    expect(fieldOf({ query: { q: long } }, 'q')).toBe(long);
    expect(fieldOf({ query: { q: `${long}a` } }, 'q')).toBe('');
    expect(fieldOf({ query: { q: ['a', 'b'] } }, 'q')).toBe('');
    expect(fieldOf({ query: {} }, 'constructor')).toBe('');
  });

  it('is one of the choices, or none of them', () => {
    expect(choiceOf({ query: { state: 'live' } }, 'state', ['live', 'past'])).toBe('live');
    expect(choiceOf({ query: { state: 'Live' } }, 'state', ['live', 'past'])).toBeUndefined();
    expect(choiceOf({ query: { state: '' } }, 'state', ['live'])).toBeUndefined();
  });

  it('is a page from 1 on, the first where it says something else', () => {
    expect(['1', '17', '999999', '0', '-1', '1e3', '1000000', 'x'].map((page) => pageOf({ query: { page } }))).toEqual([
      ...[1, 17, 999_999],
      ...[1, 1, 1, 1, 1],
    ]);
  });

  it('is made without what is empty, and escaped', () => {
    expect(addressOf('/runs', { question: undefined, page: '' })).toBe('/runs');
    expect(addressOf('/runs', { question: 'a&b', page: '2' })).toBe('/runs?question=a%26b&page=2');
  });
});

describe('the register of questions', () => {
  const line = (name: string, more: Partial<QuestionLine> = {}): QuestionLine => ({
    ...{ href: `/questions/${name}/1`, title: `Question ${name}`, name, version: 1, state: 'live', stateWords: '' },
    ...{ pilot: 'victims', purpose: 'research', purposeTitle: 'Research', datasets: [{ id: 'a.b', title: 'Crimes' }] },
    ...{ proposed: '2026-01-01', published: null, expires: '2027-01-01' },
    ...more,
  });
  const everything: QuestionFilter = {
    words: '',
    group: undefined,
    pilot: undefined,
    purpose: undefined,
    dataset: undefined,
  };
  const lines = [
    line('old', { state: 'revoked', pilot: 'homelessness' }),
    line('first', { title: 'Do victims wait?' }),
    line('asked', { state: 'under-review', purpose: 'planning', purposeTitle: 'Planning of services' }),
    line('second', { datasets: [{ id: 'c.d', title: 'Support by charities' }] }),
  ];
  const found = (filter: Partial<QuestionFilter>): string[] =>
    filteredQuestions(lines, { ...everything, ...filter }).map(({ name }) => name);

  it('has what may be asked first, the newest of it first, and what is past last', () => {
    expect(found({})).toEqual(['second', 'first', 'asked', 'old']);
  });

  it('is filtered by each of its marks', () => {
    expect(found({ group: 'past' })).toEqual(['old']);
    expect(found({ group: 'deciding' })).toEqual(['asked']);
    expect(found({ pilot: 'homelessness' })).toEqual(['old']);
    expect(found({ purpose: 'planning' })).toEqual(['asked']);
    expect(found({ dataset: 'c.d' })).toEqual(['second']);
    expect(found({ dataset: 'c.d', group: 'past' })).toEqual([]);
  });

  it('is searched for all the words, in title, name and data, whatever their case', () => {
    expect(found({ words: 'WAIT victims' })).toEqual(['first']);
    expect(found({ words: 'charities' })).toEqual(['second']);
    expect(found({ words: 'wait charities' })).toEqual([]);
    expect(found({ words: '  ' })).toHaveLength(4);
  });

  it('offers each choice once, by its words', () => {
    const { pilot, dataset } = questionChoices(lines);
    expect([...pilot]).toEqual([
      ['homelessness', 'Homelessness'],
      ['victims', 'Victims'],
    ]);
    expect([...dataset.keys()]).toEqual(['a.b', 'c.d']);
  });
});

describe('how many were left out', () => {
  const told = { lists: [], unit: 'person', standardDeviation: 0 } as const;
  it('is said as it was released, and not at all where it was not', () => {
    expect(leftOutWords({ ...told, leftOut: { value: 1_020, status: 'ok' } }, 10)).toBe('About 1,020 people');
    expect(leftOutWords({ ...told, leftOut: { value: 20, status: 'ok' }, standardDeviation: 3.2 }, 10)).toBe(
      'About 20 people, give or take 7',
    );
    expect(leftOutWords({ ...told, leftOut: { value: null, status: 'few' }, unit: 'record' }, 10)).toBe(
      'Fewer than 10 records',
    );
    expect(leftOutWords({ ...told, leftOut: { value: null, status: 'withheld' } }, 10)).toBe(
      'Not shown: it would be the one exact number',
    );
  });
});
