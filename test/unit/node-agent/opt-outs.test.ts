import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { keyMaker, schemes } from '../../../core/linkage/index.js';
import { createGroup, inlineEngine, matchKeyDomain } from '../../../core/private-join/index.js';
import { OPT_OUTS } from '../../../core/templates/index.js';
import { loadAgreements } from '../../../node-agent/agreements.js';
import { loadConfig } from '../../../node-agent/config.js';
import { consentGrounds } from '../../../node-agent/consent/consent-grounds.js';
import { publishedCount, publishedLeftOut, describePublished } from '../../../node-agent/consent/left-out.js';
import { OptOutKeys } from '../../../node-agent/consent/opt-out-keys.js';
import { MAX_OPT_OUT_LISTS, MAX_OPT_OUTS_AGE_HOURS } from '../../../node-agent/consent/opt-outs-config.js';
import { optOutsLayout } from '../../../node-agent/consent/prepare-opt-outs.js';
import { LINES_NAMED_MAX, MAX_OPT_OUT_LINES } from '../../../node-agent/consent/read-opt-outs.js';
import { describeTrouble } from '../../../node-agent/consent/refresh-opt-outs.js';
import { layoutOf } from '../../../node-agent/snapshot/layout.js';
import { SnapshotStore } from '../../../node-agent/snapshot/snapshot-store.js';
import { packagePath } from '../../../runtime/index.js';
import { seededRng } from '../../support/seeded-rng.js';
import type { AgencyFiles } from './agency-folder.js';
import { codeOf, codeOfAsync, crimesMapping, thrownBy } from './fixtures.js';
import {
  agencyWithList,
  elementsIn,
  keyOf,
  listFile,
  optOutColumns,
  prepare,
  quillfeather,
  recordingLog,
  refresh,
  without,
  writeList,
} from './opt-outs-fixtures.js';
import type { OptOutLine } from './opt-outs-fixtures.js';
import { federation, storageKey } from './snapshot-fixtures.js';

/** Nobody on any list here, and nothing like her. */
const stranger = { first_name: 'Olwen', last_name: 'Brackenbury', dob: '1961-05-09', postcode: 'M1 1AE', sex: 'F' };

describe('prepare with an opt-out list', () => {
  it('leaves out every record of whoever is on it, and counts them', async () => {
    const { rows, leftOut } = await prepare(agencyWithList([quillfeather], [{}, stranger, { days: 3 }]));
    expect(rows).toBe(1);
    expect(leftOut).toMatchObject({ optedOut: 2, withoutConsent: 0 });
  });

  it.each<[what: string, line: OptOutLine]>([
    ['another forename', { ...quillfeather, first: 'Georgiana' }],
    ['another surname', { ...quillfeather, last: 'Oystermouth' }],
    [
      'a surname of old that is the record’s',
      { ...quillfeather, last: 'Oystermouth', former: 'Quillfeather', first: '' },
    ],
    ['another address', { ...quillfeather, home: 'TR19 7AA' }],
    ['an address of old that is the record’s', { ...quillfeather, home: 'TR19 7AA', before: 'LS6 3QT', born: '' }],
    ['another date of birth', { ...quillfeather, born: '1950-01-31' }],
    ['day and month swapped', { ...quillfeather, born: '23/11/1987', home: '' }],
    ['names swapped', { ...quillfeather, first: 'Quillfeather', last: 'Philippa' }],
  ])('leaves out who shares any key though the list has %s', async (_, line) => {
    const { rows } = await prepare(agencyWithList([line], [{}, stranger]));
    expect(rows).toBe(1);
  });

  it('leaves out by keys of every scheme, not only of those that the dataset names', async () => {
    // `FSm.Dym` is a key of `light`; this dataset names `exact`, and tells its own people by others.
    const line = { first: 'Philippa', last: 'Quilfeather', born: '1987-11-05', home: 'TR19 7AA', sex: 'F' };
    expect((await prepare(agencyWithList([line], [{}, stranger]))).rows).toBe(1);
  });

  it('leaves out by keys that are made of the agency’s own codes', async () => {
    // `Dyd.P.X` is all that they share.
    const line = { ...quillfeather, first: 'Wilhelmina', last: 'Oystermouth' };
    const coded = ({ config }: AgencyFiles): void => {
      const sources = config['sources'] as { identifiers: object }[];
      const sex = { column: 'sex', codes: { weiblich: 'F' } };
      config['sources'] = sources.map((source) => ({ ...source, identifiers: { ...source.identifiers, sex } }));
    };
    const rows = [{ sex: 'weiblich' }, { ...stranger, sex: 'weiblich' }];
    expect((await prepare(agencyWithList([line], rows, coded))).leftOut.optedOut).toBe(1);
  });

  it('leaves out by keys that two people in the source share, which are withdrawn from both', async () => {
    const twins = [
      { first_name: 'Ada', urn: 'A' },
      { first_name: 'Zoe', urn: 'B' },
    ];
    const line = { last: 'Quillfeather', born: '1987-11-23', home: 'LS6 3QT', sex: 'F' };
    const { rows, leftOut } = await prepare(agencyWithList([line], [...twins, stranger]));
    expect([rows, leftOut.optedOut]).toEqual([1, 2]);
  });

  it('leaves out both of two who share keys on the list', async () => {
    const lines = [
      { ...quillfeather, first: 'Ada' },
      { ...quillfeather, first: 'Zoe' },
    ];
    const { leftOut } = await prepare(agencyWithList(lines, [{ first_name: 'Ada' }, { first_name: 'Zoe' }, stranger]));
    expect(leftOut.optedOut).toBe(2);
  });

  it('leaves out all records of a person of whom one is recognised', async () => {
    const held = { forename: 1, surname: 1, dateOfBirth: 1, postcode: 1, sex: 1, nhsNumber: 1 };
    const before = { last_name: 'Oystermouth', dob: '1950-01-31', postcode: 'TR19 7AA', first_name: 'Wilhelmina' };
    const rows = [
      { days: '9434765919' },
      { ...before, days: '9434765919' },
      {
        ...before,
        days: '9434765870',
        last_name: 'Trelissick',
        first_name: 'Morwenna',
        dob: '1971-07-17',
        postcode: 'EX1 1AA',
      },
    ];
    const agency = agencyWithList([quillfeather], rows, (files) => {
      files.dataset['linkage'] = { identifiers: held, schemes: ['standard'], epsilon: 'none' };
      delete (files.dataset['fields'] as Record<string, unknown>)['days-to-charge'];
      const fields = without(crimesMapping.fields, 'days-to-charge');
      const identifiers = { ...crimesMapping.identifiers, nhsNumber: 'days' };
      files.config['sources'] = [
        { ...crimesMapping, fields, identifiers, sqlite: 'source.sqlite', table: 'victim crimes' },
      ];
    });
    const { rows: kept, leftOut } = await prepare(agency);
    expect([kept, leftOut.optedOut]).toEqual([1, 2]);
  });

  it('leaves nobody else out', async () => {
    const { rows, leftOut } = await prepare(
      agencyWithList(
        [{ ...quillfeather, first: 'Olga', last: 'Umber', born: '1933-03-03', home: 'EX1 1AA' }],
        [{}, stranger],
      ),
    );
    expect([rows, leftOut.optedOut]).toEqual([2, 0]);
  });

  it('does not look at the values of who is on it', async () => {
    const agency = agencyWithList([quillfeather], [{ 'offence group': 'not a code' }, stranger]);
    expect((await prepare(agency)).rows).toBe(1);
  });

  it('takes an empty list, and remembers that it did', async () => {
    const agency = agencyWithList([], [{}, stranger]);
    const { rows, leftOut } = await prepare(agency);
    expect(rows).toBe(2);
    expect(leftOut.optOuts).toMatch(/^[0-9a-f]{64}$/);
  });

  it('makes no snapshot when a list can’t be read, and leaves the old ones in force', async () => {
    const agency = agencyWithList([quillfeather], [{}, stranger]);
    await prepare(agency);
    const files = [listFile(agency), join(agency.folder, 'snapshots', 'police.victim-crimes.snapshot')];
    const before = files.map((file) => readFileSync(file));
    rmSync(join(agency.folder, 'opt-outs.csv'));
    expect(await codeOfAsync(() => prepare(agency))).toBe('SOURCE_MISSING');
    expect(await codeOfAsync(() => refresh(agency))).toBe('SOURCE_MISSING');
    expect(files.map((file, index) => readFileSync(file).equals(before[index] ?? Buffer.alloc(0)))).toEqual([
      true,
      true,
    ]);
  });

  it('refuses a list by which nobody in some dataset could be known', async () => {
    const agency = agencyWithList([], [{}], (files) => {
      files.config['optOuts'] = { lists: [{ csv: { file: 'opt-outs.csv' }, identifiers: { nhsNumber: 'nhs' } }] };
    });
    const { code, message } = await thrownBy(() => prepare(agency));
    expect([code, message]).toEqual(['OPT_OUTS_UNUSABLE', expect.stringContaining('optOuts.lists[0]')]);
    expect(await codeOfAsync(() => refresh(agency))).toBe('OPT_OUTS_UNUSABLE');
  });

  it('leaves out by lists without sex, and from datasets without it', async () => {
    const withoutSex = without(optOutColumns, 'sex');
    const line = { born: '1987-12-23', home: 'LS6 3QT' };
    const listWithout = agencyWithList([line], [{}, stranger], (files) => {
      files.config['optOuts'] = { lists: [{ csv: { file: 'opt-outs.csv' }, identifiers: withoutSex }] };
    });
    expect((await prepare(listWithout)).rows).toBe(1);
    const datasetWithout = agencyWithList([{ ...line, sex: 'F' }], [{}, stranger], (files) => {
      const held = { forename: 1, surname: 1, dateOfBirth: 1, postcode: 1 };
      files.dataset['linkage'] = { identifiers: held, schemes: ['standard'], epsilon: 'none' };
      const identifiers = without(crimesMapping.identifiers, 'sex');
      files.config['sources'] = [{ ...crimesMapping, identifiers, sqlite: 'source.sqlite', table: 'victim crimes' }];
    });
    expect((await prepare(datasetWithout)).rows).toBe(1);
  });
});

describe('the snapshot of the opt-out lists', () => {
  it('holds every key of every scheme of everybody on it, also what they share, each as a run makes it', async () => {
    const lines: readonly OptOutLine[] = [
      { ...quillfeather, former: 'Oystermouth', before: 'TR19 7AA' },
      { ...quillfeather, first: 'Ada' },
    ];
    const agency = agencyWithList(lines, [{}]);
    await refresh(agency);
    const group = await createGroup();
    const engine = inlineEngine(group, seededRng('opt-outs'));
    const all = [...schemes.values()].flatMap(({ keys }) => keys);
    const held = new Map([
      ['forename', 1] as const,
      ['surname', 2] as const,
      ['dateOfBirth', 1] as const,
      ['postcode', 2] as const,
      ['sex', 1] as const,
    ]);
    // Other agencies' datasets may not hold sex.
    const withoutSex = new Map([...held].filter(([name]) => name !== 'sex'));
    const makers = [held, withoutSex].map((known) => keyMaker(all, known, Number.POSITIVE_INFINITY));
    const expected = new Set<string>();
    for (const { first, last, former, born, home, before, sex } of lines) {
      const person = { forename: first, surname: [last, former], dateOfBirth: born, postcode: [home, before], sex };
      for (const [place, values] of makers.flatMap((make) => [...make(person).entries()])) {
        const name = all[place]?.name ?? '';
        const inputs = values.map((value) => Buffer.from(value));
        if (inputs.length === 0) continue;
        const elements = Buffer.from(
          await engine.run({ kind: 'hash', domain: matchKeyDomain(federation, name), inputs }),
        );
        for (let index = 0; index < inputs.length; index += 1) {
          expected.add(`${name} ${elements.subarray(index * 32, (index + 1) * 32).toString('hex')}`);
        }
      }
    }
    expect(expected.size).toBeGreaterThan(30);
    const found = elementsIn(agency);
    expect([...expected].filter((element) => !found.has(element))).toEqual([]);
    expect(found.size).toBe(expected.size);
  });

  it('uses only columns that every scheme takes, each key once', async () => {
    const agency = agencyWithList([{ ...quillfeather, former: 'Oystermouth', before: 'TR19 7AA' }, quillfeather], [{}]);
    await refresh(agency);
    const layout = optOutsLayout(federation);
    const database = new Database(listFile(agency), { readonly: true });
    for (const { name, copies } of layout.keys) {
      for (let copy = (copies[0] ?? 0) + 1; copy <= (copies.at(-1) ?? 0); copy += 1) {
        const used = database.prepare(`SELECT count("k:${name}#${copy}") FROM records`).pluck().get();
        expect([name, copy, used]).toEqual([name, copy, 0]);
      }
    }
    database.close();
  });

  it('is the same for the same people on another day, in another order, and another for others', async () => {
    const other = { ...quillfeather, first: 'Olga', last: 'Umber', born: '1933-03-03', home: 'EX1 1AA' };
    const agency = agencyWithList([quillfeather, other], [{}]);
    const first = await refresh(agency);
    writeList(join(agency.folder, 'opt-outs.csv'), [other, quillfeather, quillfeather]);
    const second = await refresh(agency, { clock: { now: () => new Date('2026-04-03T08:00:00Z') } });
    expect([second.snapshot, second.digest]).toEqual([first.snapshot, first.digest]);
    expect([first.readAt, second.readAt]).toEqual(['2026-04-02T09:30:00.000Z', '2026-04-03T08:00:00.000Z']);
    expect([first.lines, second.lines]).toEqual([2, 3]);
    writeList(join(agency.folder, 'opt-outs.csv'), [quillfeather]);
    const third = await refresh(agency, { acceptShorterLists: true });
    expect([third.snapshot === first.snapshot, third.digest === first.digest]).toEqual([false, false]);
  });

  it('is a private file with nothing of anybody in the clear, and says nothing to who hasn’t the storage key', async () => {
    const agency = agencyWithList([quillfeather], [{}]);
    const { digest } = await refresh(agency);
    const bytes = readFileSync(listFile(agency)).toString('latin1');
    for (const value of ['Philippa', 'QUILLFEATHER', 'Quillfeather', '1987', 'LS6', '19871123'])
      expect(bytes).not.toContain(value);
    expect(statSync(listFile(agency)).mode & 0o777).toBe(0o600);
    const elsewhere = agencyWithList([quillfeather], [{}]);
    writeFileSync(join(elsewhere.folder, 'storage.key'), Buffer.alloc(32, 7), { mode: 0o600 });
    expect((await refresh(elsewhere)).digest).not.toBe(digest);
  });

  it('is in force in a store apart from the datasets, and may be leased', async () => {
    const agency = agencyWithList([quillfeather], [{}, stranger]);
    const prepared = await prepare(agency);
    const read = await refresh(agency);
    const loaded = loadConfig(agency.configFile);
    const { sources } = loadAgreements(loaded);
    const store = new SnapshotStore({
      directory: loaded.snapshots,
      layouts: [optOutsLayout(federation), ...sources.map(({ mapping }) => layoutOf(mapping, federation))],
      storageKey: keyOf(agency),
    });
    expect(consentGrounds(loaded.optOuts, sources, store).optOuts).toMatchObject({
      inForce: null,
      maximumAgeMs: 86_400_000,
    });
    await store.refresh();
    expect(store.inForce.map(({ dataset }) => dataset)).toEqual(['opt-outs', 'police.victim-crimes']);
    expect(store.optOuts).toEqual({
      snapshot: read.snapshot,
      asAt: '2026-04-02',
      digest: read.digest,
      readAt: read.readAt,
      lines: 1,
      linesOfLists: [1],
    });
    expect(store.leftOut.get('police.victim-crimes')).toEqual(prepared.leftOut);
    const grounds = consentGrounds(loaded.optOuts, sources, store).optOuts;
    expect(grounds?.appliedTo.get('police.victim-crimes')).toBe(grounds?.inForce?.digest);
    expect(store.lease(OPT_OUTS, read.snapshot)).toBeDefined();
    expect(consentGrounds(undefined, sources, store).optOuts).toBeNull();
    // A newer list is taken up while the store is open, and the datasets are behind it until they are prepared.
    writeList(join(agency.folder, 'opt-outs.csv'), []);
    const newer = await refresh(agency, { acceptShorterLists: true });
    await store.refresh();
    expect(store.optOuts?.digest).toBe(newer.digest);
    expect(store.leftOut.get('police.victim-crimes')?.optOuts).not.toBe(newer.digest);
    store.close();
  });
});

describe('trouble with a list', () => {
  const useless = [
    { first: 'Philippa' },
    { ...quillfeather },
    { nhs: '9434765919' },
    { last: 'Quillfeather', sex: 'F' },
  ];

  it('is lines that make no key: counted, named by their numbers, and nobody is named', async () => {
    const agency = agencyWithList(useless, [{}]);
    const { log, text } = recordingLog();
    const prepared = await refresh(agency, { log });
    expect(prepared).toMatchObject({
      lines: 4,
      withoutKeys: {
        count: 3,
        first: [1, 3, 4].map((line) => ({ list: 1, line })),
      },
      unreadable: { count: 0 },
    });
    expect(describeTrouble(prepared)).toEqual([
      expect.stringMatching(/^3 lines .* NOBODY IS LEFT OUT .*\(list 1 line 1, list 1 line 3, list 1 line 4\)\.$/),
    ]);
    expect(text()).toContain('list 1 line 3');
    expect(text()).toMatch(/"level":"?(warn|40)/);
  });

  it('is lines whose keys no dataset has: a number alone, where none holds it', async () => {
    const identifiers = { ...optOutColumns, nhsNumber: 'nhs' };
    const lists = { lists: [structuredClone({ csv: { file: 'opt-outs.csv' }, identifiers })] };
    const lines = [{ nhs: '9434765919' }, { ...quillfeather, nhs: '9434765919' }];
    const agency = agencyWithList(lines, [{}], ({ config }) => (config['optOuts'] = lists));
    expect((await refresh(agency)).withoutKeys).toEqual({ count: 1, first: [{ list: 1, line: 1 }] });
    const numbered = agencyWithList(lines, [{}], ({ config, dataset }) => {
      config['optOuts'] = lists;
      const held = { forename: 1, surname: 1, dateOfBirth: 1, postcode: 1, sex: 1, nhsNumber: 1 };
      dataset['linkage'] = { identifiers: held, schemes: ['standard'], epsilon: 'none' };
      const columns = { ...crimesMapping.identifiers, nhsNumber: 'urn' };
      config['sources'] = [{ ...crimesMapping, identifiers: columns, sqlite: 'source.sqlite', table: 'victim crimes' }];
    });
    expect((await refresh(numbered)).withoutKeys.count).toBe(0);
  });

  it('names so many lines and counts the others', async () => {
    const lines = Array.from({ length: LINES_NAMED_MAX + 1 }, () => ({ first: 'Philippa' }));
    const prepared = await refresh(agencyWithList(lines, [{}]));
    expect(prepared.withoutKeys.count).toBe(LINES_NAMED_MAX + 1);
    expect(prepared.withoutKeys.first).toHaveLength(LINES_NAMED_MAX);
    expect(describeTrouble(prepared)[0]).toMatch(/, …\)\.$/);
  });

  it('is text that is none', async () => {
    const agency = agencyWithList([], [{}], (files) => {
      files.config['optOuts'] = {
        lists: [
          {
            sqlite: 'list.sqlite',
            table: 'list',
            identifiers: { surname: 'last', dateOfBirth: 'born', postcode: 'home', forename: 'first' },
          },
        ],
      };
    });
    const database = new Database(join(agency.folder, 'list.sqlite'));
    database.exec(`CREATE TABLE list (first, last, born, home);
      INSERT INTO list VALUES ('Philippa', x'51', '1987-11-23', 'LS6 3QT')`);
    database.close();
    const prepared = await refresh(agency);
    expect(prepared.unreadable).toEqual({ count: 1, first: [{ list: 1, line: 1 }] });
    expect(describeTrouble(prepared)[0]).toContain('no text');
  });

  it('never has who is on it in a log or an error, however it goes', async () => {
    const { log, text } = recordingLog();
    const agency = agencyWithList([...useless, { ...quillfeather, born: 'Quillfeather-day' }], [{}, stranger]);
    await prepare(agency, { log });
    await refresh(agency, { log });
    writeFileSync(
      join(agency.folder, 'opt-outs.csv'),
      'first,last,former,born,home,before,sex\nPhilippa,"Quillfeather\n',
    );
    const { message } = await thrownBy(() => refresh(agency, { log }));
    for (const said of [text(), message]) {
      for (const value of ['Philippa', 'Quillfeather', '1987', 'LS6', '9434765919']) expect(said).not.toContain(value);
    }
    expect(text()).toContain('"event":"left-out"');
    expect(text()).toContain('"optedOut":1');
  });
});

describe('the limits of opt-out lists', () => {
  const list = { csv: { file: 'opt-outs.csv' }, identifiers: optOutColumns };
  const configured = (optOuts: unknown): (() => unknown) => {
    const agency = agencyWithList([], [{}], (files) => (files.config['optOuts'] = optOuts));
    return () => loadConfig(agency.configFile);
  };

  it('are a day unless it is said, and a week at most', () => {
    expect(configured({ lists: [list] })()).toMatchObject({ optOuts: { maximumAgeHours: 24 } });
    expect(configured({ lists: [list], maximumAgeHours: MAX_OPT_OUTS_AGE_HOURS })).not.toThrow();
    expect(codeOf(configured({ lists: [list], maximumAgeHours: MAX_OPT_OUTS_AGE_HOURS + 1 }))).toBe('CONFIG_INVALID');
    expect(codeOf(configured({ lists: [list], maximumAgeHours: 0 }))).toBe('CONFIG_INVALID');
  });

  it('let through what the page for information officers has', () => {
    const page = readFileSync(packagePath('docs', 'agency', 'consent.md'), 'utf8');
    const blocks = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(
      ([, text = '']) => parse(text) as Record<string, unknown>,
    );
    const [optOuts] = blocks.flatMap((block) => block['optOuts'] ?? []);
    expect(configured(optOuts)()).toMatchObject({ optOuts: { maximumAgeHours: 24, lists: [{}] } });
    expect(page).toContain(
      `up to ${MAX_OPT_OUT_LISTS} lists and ${MAX_OPT_OUT_LINES.toLocaleString('en-GB')}`.replace('up', 'Up'),
    );
  });

  it('are so many lists, and at least one', () => {
    expect(configured({ lists: Array.from({ length: MAX_OPT_OUT_LISTS }, () => structuredClone(list)) })).not.toThrow();
    expect(
      codeOf(configured({ lists: Array.from({ length: MAX_OPT_OUT_LISTS + 1 }, () => structuredClone(list)) })),
    ).toBe('CONFIG_INVALID');
    expect(codeOf(configured({ lists: [] }))).toBe('CONFIG_INVALID');
  });

  it.each([
    ['identifiers that make no key', { ...list, identifiers: { forename: 'first' } }],
    ['none', { ...list, identifiers: {} }],
    ['one that doesn’t tell people', { ...list, identifiers: { ...optOutColumns, urn: 'urn' } }],
    ['too many columns for one', { ...list, identifiers: { ...optOutColumns, surname: ['a', 'b', 'c', 'd', 'e'] } }],
    ['no place', { identifiers: optOutColumns }],
    ['two places', { ...list, sqlite: 'list.sqlite' }],
    ['a key nobody knows', { ...list, dataset: 'x' }],
  ])('refuses a list with %s', (_, wrong) => {
    expect(codeOf(configured({ lists: [wrong] }))).toBe('CONFIG_INVALID');
  });

  it('says when a refresh has nothing to refresh', async () => {
    const agency = agencyWithList([], [{}], (files) => delete files.config['optOuts']);
    expect(await codeOfAsync(() => refresh(agency))).toBe('USAGE');
  });

  it('are so many lines', async () => {
    const header = 'first,last,former,born,home,before,sex,nhs\n';
    const agency = agencyWithList([], [{}]);
    const write = (lines: number): void =>
      writeFileSync(join(agency.folder, 'opt-outs.csv'), header + ',,,,,,,\n'.repeat(lines));
    write(MAX_OPT_OUT_LINES);
    expect((await refresh(agency)).lines).toBe(MAX_OPT_OUT_LINES);
    write(MAX_OPT_OUT_LINES + 1);
    expect(await codeOfAsync(() => refresh(agency))).toBe('SOURCE_TOO_LARGE');
  });
});

describe('keys of people who have opted out', () => {
  it('are found whatever their order, and no others', () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `value ${index}`);
    const [one, other] = [new OptOutKeys(storageKey), new OptOutKeys(storageKey)];
    expect(names.every((name) => one.add('F.S', name))).toBe(true);
    for (const name of names.toReversed()) other.add('F.S', name);
    expect(one.add('F.S', 'value 7')).toBe(false);
    expect(one.size).toBe(names.length);
    expect(names.every((name) => one.has('F.S', name))).toBe(true);
    expect([one.has('F.S', 'value'), one.has('F.D', 'value 7'), one.has('F.S', 'value 20000')]).toEqual([
      false,
      false,
      false,
    ]);
    expect(one.digest()).toBe(other.digest());
    other.add('F.S', 'one more');
    expect(one.digest()).not.toBe(other.digest());
    expect(new OptOutKeys(storageKey).has('F.S', 'value 7')).toBe(false);
  });
});

describe('what is said outside of those left out', () => {
  it.each([
    [0, 0],
    [9, 0],
    [10, 10],
    [14, 10],
    [15, 20],
    [104, 100],
  ])('is of %d that it is %d', (count, published) => {
    expect(publishedCount(count)).toBe(published);
  });

  it('is in words', () => {
    expect([describePublished(0), describePublished(20)]).toEqual(['fewer than 10', 'about 20']);
    expect(publishedLeftOut({ optOuts: null, optedOut: 9, withoutConsent: 23, unclearConsents: 5 })).toEqual({
      optedOut: 0,
      withoutConsent: 20,
    });
  });
});
