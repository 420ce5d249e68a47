import { describe, expect, it } from 'vitest';

import { CHARGES, compile, CRIMES, labels, run } from './snapshots.js';
import type { Row } from './snapshots.js';

describe('which records stand', () => {
  const byOffence = 'dimensions: [{ field: police.crimes.offence }]\n';
  /** One person's records: theft first, then rape and stalking on one day; and one without a day. */
  const rows: Row[] = [
    { person: 7, reported: '2025-02-01', offence: 'rape' },
    { person: 7, reported: '2025-01-01', offence: 'theft' },
    { person: 7, reported: '2025-02-01', offence: 'stalking' },
    { person: 7, reported: null, offence: null },
    { person: 8, reported: null, offence: 'theft' },
  ];

  it('for a count of people: the latest of each, of two on one day the one with the higher number', () => {
    const list = compile(`unit: person\nscheme: exact\npopulation: { dataset: police.crimes }\n${byOffence}`, CRIMES);
    expect(list.sql).toContain(
      'ROW_NUMBER() OVER (PARTITION BY "person" ORDER BY "f:reported" DESC, "record" DESC) AS "place"',
    );
    expect(list.parameters.at(-1)).toBe(1);
    expect(list.keys.map(({ name }) => name)).toEqual(['exact.1', 'exact.2']);
    expect(labels(list, CRIMES, rows)).toEqual([3, 1]);
  });

  it('for a count of records: at most as many of each person as the template says, latest first', () => {
    const body = (limit: number): string =>
      `unit: victim-case\ncontributionLimit: ${limit}\npopulation: { dataset: police.crimes }\n${byOffence}`;
    expect(compile(body(2), CRIMES).parameters.at(-1)).toBe(2);
    expect(labels(compile(body(1), CRIMES), CRIMES, rows)).toEqual([3, 1]);
    expect(labels(compile(body(2), CRIMES), CRIMES, rows)).toEqual([2, 3, 1]);
    expect(labels(compile(body(3), CRIMES), CRIMES, rows)).toEqual([2, 1, 3, 1]);
    expect(labels(compile(body(4), CRIMES), CRIMES, rows)).toEqual([2, 1, 3, 4, 1]);
  });

  it('after the filters: the latest of those that match', () => {
    const body = `unit: person
scheme: exact
population: { dataset: police.crimes, where: [{ field: offence, in: [theft] }] }
${byOffence}`;
    expect(labels(compile(body, CRIMES), CRIMES, rows)).toEqual([1, 1]);
  });

  const linked = (on: string, take: string): string => `unit: victim-case
${on === 'person' ? 'scheme: exact\n' : ''}population: { dataset: police.crimes }
links: [{ dataset: cps.charges, on: ${on}, keep: all, take: ${take} }]
dimensions: [{ field: cps.charges.outcome }]
`;
  const charges: Row[] = [
    { person: 1, case_group: 1, case: 'A', 'exact.2': 'x', days: 5, outcome: 'charged' },
    { person: 1, case_group: 1, case: 'A', 'exact.2': 'x', days: null, outcome: 'dropped' },
    { person: 1, case_group: 2, case: 'B', 'exact.2': 'x', days: 9, outcome: 'dropped' },
    { person: 2, case_group: null, days: 1, outcome: 'charged' },
    { person: 3, case_group: null, days: 1, outcome: null },
  ];

  it('of a dataset linked on the person: the latest or the earliest of each person', () => {
    const latest = compile(linked('person', 'latest'), CHARGES);
    expect(latest.sql).toContain('ROW_NUMBER() OVER (PARTITION BY "person" ORDER BY "f:days" DESC, "record" DESC)');
    expect(run(latest, CHARGES, charges)).toEqual([
      [2, null, 'x'],
      [1, null, null],
      [3, null, null],
    ]);
    const earliest = compile(linked('person', 'earliest'), CHARGES);
    expect(earliest.sql).toContain('ROW_NUMBER() OVER (PARTITION BY "person" ORDER BY "f:days" ASC, "record" ASC)');
    // A record without the order field counts as earliest.
    expect(labels(earliest, CHARGES, charges)).toEqual([2, 1, 3]);
    expect(earliest.parameters).toEqual(latest.parameters);
  });

  it('of a dataset linked on the case: one of each case, and every record without one', () => {
    const latest = compile(linked('case', 'latest'), CHARGES);
    expect(latest.sql).toContain(
      'CASE WHEN "case_group" IS NULL THEN 1 ELSE ROW_NUMBER() OVER (PARTITION BY "case_group" ORDER BY "f:days" DESC, "record" DESC) END AS "place"',
    );
    expect(run(latest, CHARGES, charges)).toEqual([
      [1, 'A'],
      [2, 'B'],
      [1, null],
      [3, null],
    ]);
    expect(run(compile(linked('case', 'earliest'), CHARGES), CHARGES, charges)).toEqual([
      [2, 'A'],
      [2, 'B'],
      [1, null],
      [3, null],
    ]);
  });
});
