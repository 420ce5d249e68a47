import { describe, expect, it } from 'vitest';

import { entryBytes } from '../../../core/audit-entries/index.js';
import { concatBytes, fromBase64, toBase64, utf8Bytes } from '../../../core/base/index.js';
import { MAX_RELEASE_BYTES, verifyProvenance } from '../../../core/provenance/index.js';
import type { Provenance } from '../../../core/provenance/index.js';
import type { SignedRoster } from '../../../core/governance/index.js';
import { seconds, testKey } from '../audit/audit-fixtures.js';
import { following } from '../governance/fixtures.js';
import type { Entries } from '../governance/fixtures.js';
import {
  ask,
  codeOf,
  copyOf,
  cosignedBy,
  cutOff,
  governed,
  noteOf,
  offer,
  register,
  registerEntry,
  release,
  releaseBytes,
  roster,
  RUN,
  signed,
  told,
  under,
} from './provenance-fixtures.js';
import type { Story } from './provenance-fixtures.js';

const { provenance, entries } = told();
const bytes = signed(provenance);

describe('a provenance of which everything holds', () => {
  it('says who has signed and cosigned, and what was held against it', () => {
    expect(verifyProvenance(bytes, { register })).toEqual({
      provenance,
      checkpoint: expect.objectContaining({ size: entries.length, at: seconds(20) }) as unknown,
      roster,
      approvers: ['ben', 'dan'],
      cosigned: [{ agency: 'police', at: seconds(21) }],
      hasRelease: false,
      log: undefined,
    });
    const all = verifyProvenance(bytes, { register, release: releaseBytes, log: copyOf(entries) });
    expect(all).toMatchObject({ hasRelease: true, log: { continues: [entries.length], register: register.head.size } });
  });

  it('counts no cosignature of whom the roster doesn’t know, or that another key has made', () => {
    const note = noteOf(entries, 20);
    const cosignedOf = (checkpoint: string): unknown =>
      verifyProvenance(signed({ ...provenance, checkpoint }), { register }).cosigned;
    expect(cosignedOf(note)).toEqual([]);
    expect(cosignedOf(cosignedBy(note, 'prison', testKey(7)))).toEqual([]);
    expect(cosignedOf(cosignedBy(note, 'police', testKey(7)))).toEqual([]);
    expect(cosignedOf(cosignedBy(note, 'charity', testKey(3)))).toEqual([{ agency: 'charity', at: seconds(21) }]);
  });
});

/** Every value in it that is not made of others, with its path. */
function* leaves(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value !== 'object' || value === null) {
    yield path;
    return;
  }
  for (const [key, inner] of Object.entries(value)) yield* leaves(inner, [...path, key]);
}

/** Another value of the same form. */
function other(value: unknown, path: readonly string[]): unknown {
  const field = path.findLast((key) => !/^\d+$/.test(key)) ?? '';
  if (typeof value === 'number') return value + 1;
  if (value === null) return field === 'refusal' ? 'PAUSED' : 1;
  if (typeof value !== 'string') throw new TypeError('a text is expected');
  const text = value;
  if (field === 'at') return text.replace(/\.000Z$/, '.001Z');
  if (field === 'inclusion') {
    return toBase64(fromBase64(text).map((byte, place) => (place === 0 ? byte ^ 1 : byte)));
  }
  if (/^[0-9a-f-]{36,64}$/.test(text)) return `${text[0] === '0' ? '1' : '0'}${text.slice(1)}`;
  if (field === 'checkpoint') return text.replace('.000Z', '.001Z');
  return `${text}x`;
}

function withOther(path: readonly string[]): unknown {
  const copy: unknown = structuredClone(provenance);
  let at = copy as Record<string, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  const last = path.at(-1) ?? '';
  at[last] = other(at[last], path);
  return copy;
}

const CODES: Readonly<Record<string, string>> = {
  federation: 'OTHER_FEDERATION',
  checkpoint: 'BAD_CHECKPOINT_SIGNATURE',
  'offer.register.size': 'REGISTER_STALE',
  'offer.register.root': 'LOG_INCONSISTENT',
};

describe('a provenance in which one thing is another, and which the coordinator has signed all the same', () => {
  const paths = [...leaves(provenance)].filter(([first]) => first !== 'format');

  it('has at least all fields that it should have', () => {
    const fields = new Set(paths.map((path) => path.filter((key) => !/^\d+$/.test(key)).join('.')));
    expect([...fields].toSorted()).toEqual([
      ...['answers.agency', 'answers.at', 'answers.inclusion', 'answers.index', 'answers.refusal'],
      ...['checkpoint', 'federation', 'offer.at', 'offer.inclusion', 'offer.index', 'offer.parameters.quarters'],
      ...['offer.participants.agency', 'offer.participants.datasets.dataset', 'offer.participants.datasets.snapshot'],
      ...['offer.participants.floors.epsilon', 'offer.participants.floors.roundTo'],
      ...['offer.participants.floors.threshold', 'offer.purpose', 'offer.register.root', 'offer.register.size'],
      'offer.requester',
      ...['release.at', 'release.digest', 'release.inclusion', 'release.index', 'release.suppressed', 'run'],
      ...['template.digest', 'template.template', 'template.version'],
    ]);
  });

  it.each(paths.map((path) => [path.join('.'), path] as const))('%s', (_, path) => {
    const altered = withOther(path) as Provenance;
    expect(codeOf(signed(altered))).toBe(CODES[path.join('.')] ?? 'ENTRY_NOT_LOGGED');
  });

  it.each<readonly [string, Partial<Provenance>, string]>([
    ['an answer less', { answers: provenance.answers.slice(1) }, 'ANSWERS_DIFFER'],
    ['an answer twice', { answers: [...provenance.answers, ...provenance.answers] }, 'ENTRIES_OUT_OF_ORDER'],
    ['answers in another order', { answers: provenance.answers.toReversed() }, 'ENTRIES_OUT_OF_ORDER'],
    ['another run’s name', { run: RUN.replace('3', '4') }, 'ENTRY_NOT_LOGGED'],
    [
      'a participant less',
      { offer: { ...provenance.offer, participants: provenance.offer.participants.slice(1) } },
      'ENTRY_NOT_LOGGED',
    ],
    [
      'more than fits an entry',
      {
        offer: {
          ...provenance.offer,
          parameters: { quarters: Array.from({ length: 1_024 }, () => 'x'.repeat(128)) },
        },
      },
      'ENTRY_NOT_LOGGED',
    ],
  ])('%s', (_, changes, code) => {
    expect(codeOf(signed({ ...provenance, ...changes }))).toBe(code);
  });

  it('the checkpoint of another log, or none', () => {
    const fork = [
      ...entries.slice(0, -1),
      entryBytes({ type: 'failure', at: seconds(9).toISOString(), run: RUN, code: 'REFUSED' }),
    ];
    expect(codeOf(signed({ ...provenance, checkpoint: noteOf(fork, 20) }))).toBe('ENTRY_NOT_LOGGED');
    expect(codeOf(signed({ ...provenance, checkpoint: noteOf(entries.slice(0, -1), 20) }))).toBe('ENTRY_NOT_LOGGED');
    expect(codeOf(signed({ ...provenance, checkpoint: '' }))).toBe('BAD_CHECKPOINT');
    const elsewhere = provenance.checkpoint.replaceAll('bold-test', 'bold-other');
    expect(codeOf(signed({ ...provenance, checkpoint: elsewhere }))).toBe('OTHER_LOG');
  });
});

describe('a log that no honest coordinator can have', () => {
  const lie = (changes: Partial<Story>): string | undefined => codeOf(signed(told(changes).provenance));
  const { logged } = (() => {
    const { template: name, version } = provenance.template;
    return { logged: { template: name, version, at: provenance.offer.at } };
  })();
  const answer = (agency: string, refusal: string | null = null): Story['answers'][number] => ({ agency, refusal });

  it.each<readonly [string, Partial<Story>, string]>([
    ['names another template', { logged: { ...logged, template: 'another' } }, 'TEMPLATE_DIFFERS'],
    ['names another version', { logged: { ...logged, version: 99 } }, 'TEMPLATE_DIFFERS'],
    ['asks what nobody signed', { offer: { ...offer, templateDigest: 'ab'.repeat(32) } }, 'TEMPLATE_NOT_APPROVED'],
    ['asks for somebody of no organisation', { offer: { ...offer, requester: 'analyst' } }, 'PURPOSE_NOT_GRANTED'],
    ['asks for another organisation', { offer: { ...offer, requester: 'analyst@charity' } }, 'PURPOSE_NOT_GRANTED'],
    ['has an answer of who wasn’t asked', { answers: [answer('charity'), answer('courts')] }, 'ANSWERS_DIFFER'],
    ['has not every answer', { answers: [answer('police')] }, 'ANSWERS_DIFFER'],
    ['has one answer more', { answers: ['charity', 'police', 'prison'].map((one) => answer(one)) }, 'ANSWERS_DIFFER'],
    ['has a refusal', { answers: [answer('charity'), answer('police', 'PAUSED')] }, 'ANSWERS_DIFFER'],
    ['has the release before an answer', { places: [0, 1, 3, 2] }, 'ENTRIES_OUT_OF_ORDER'],
    ['has the offer after an answer', { places: [1, 0, 2, 3] }, 'ENTRIES_OUT_OF_ORDER'],
    [
      'asks somebody who isn’t in the roster',
      { offer: { ...offer, participants: offer.participants.map((one) => ({ ...one, agency: `${one.agency}-2` })) } },
      'UNKNOWN_PARTICIPANT',
    ],
    [
      'asks for what an agency may not offer',
      {
        offer: {
          ...offer,
          participants: offer.participants.map((one) => ({
            ...one,
            datasets: [{ dataset: 'courts.hearings', snapshot: 'ab'.repeat(32) }],
          })),
        },
      },
      'UNKNOWN_PARTICIPANT',
    ],
  ])('%s', (_, changes, code) => {
    expect(lie(changes)).toBe(code);
  });
});

describe('the register', () => {
  const revoked = (entries: Entries): void => {
    entries.grant();
    entries.act({ act: 'revoke', proposal: entries.live(), reason: 'Not any more.' }, 'cyd');
  };
  const later = (act: (entries: Entries) => void): ReturnType<typeof governed> => governed((entries) => act(entries));

  it.each<readonly [string, Partial<SignedRoster>, string]>([
    [
      'of another coordinator',
      { coordinator: { identityKey: toBase64(testKey(9).publicKey) } },
      'BAD_PROVENANCE_SIGNATURE',
    ],
    ['of another federation', { federation: 'bold-other' }, 'OTHER_FEDERATION'],
    ['without an agency', { agencies: roster.agencies.slice(1), witnesses: 0 }, 'UNKNOWN_PARTICIPANT'],
    [
      'that lets an agency offer less',
      { agencies: roster.agencies.map((agency) => ({ ...agency, datasets: [] })) },
      'UNKNOWN_PARTICIPANT',
    ],
    ['whose last day had passed', { expires: '2026-11-22' }, 'ROSTER_STALE'],
  ])('%s is another', (_, changes, code) => {
    const other = governed(ask, changes);
    expect(codeOf(signed(under(other).provenance), { register: other })).toBe(code);
    expect(codeOf(bytes, { register: other })).toBe('LOG_INCONSISTENT');
  });

  it('is too short where it ends before what the coordinator had', () => {
    expect(codeOf(bytes, { register: cutOff(register, register.head.size - 1) })).toBe('REGISTER_STALE');
  });

  it('is another where one entry is another, of the same federation', () => {
    const other = governed((entries) => {
      entries.grant({ until: '2027-01-30' });
      entries.live();
    });
    expect(other.head.size).toBe(register.head.size);
    expect(codeOf(bytes, { register: other })).toBe('LOG_INCONSISTENT');
  });

  it.each<readonly [string, (entries: Entries) => void, (entries: Entries) => void, string]>([
    [
      'had not published the template',
      (entries) => void entries.grant(),
      (entries) => void entries.live(),
      'TEMPLATE_NOT_APPROVED',
    ],
    [
      'had not granted the purpose',
      (entries) => void entries.live(),
      (entries) => void entries.grant(),
      'PURPOSE_NOT_GRANTED',
    ],
    ['had revoked the template', revoked, () => undefined, 'TEMPLATE_REVOKED'],
  ])('is held as it stood: it %s when it was asked', (_, then, since, code) => {
    const before = governed(then);
    const now = later((entries) => {
      then(entries);
      since(entries);
    });
    expect(now.entries.slice(0, before.head.size)).toEqual(before.entries);
    expect(codeOf(signed(under(before).provenance), { register: now })).toBe(code);
  });

  it('may go on: what was revoked since was approved when it was asked', () => {
    const now = later(revoked);
    expect(now.entries.slice(0, -1)).toEqual(register.entries);
    expect(verifyProvenance(bytes, { register: now })).toMatchObject({ approvers: ['ben', 'dan'] });
  });

  it('may go on: who has left since took part all the same, and signed with the key of then', () => {
    const next = following(roster, {
      agencies: roster.agencies.filter(({ id }) => id !== 'police'),
      coordinator: { identityKey: toBase64(testKey(9).publicKey) },
    });
    const now = later((entries) => {
      ask(entries);
      entries.roster(next, ['ada', 'ben', 'cyd']);
    });
    expect(now.register.current.roster.version).toBe(2);
    const found = verifyProvenance(bytes, { register: now, log: copyOf(entries) });
    expect(found).toMatchObject({
      roster: { version: 1 },
      cosigned: [{ agency: 'police' }],
      log: { register: register.head.size },
    });
  });
});

describe('the release that is held against it', () => {
  const codeWith = (text: string | Uint8Array): string | undefined =>
    codeOf(bytes, { release: typeof text === 'string' ? utf8Bytes(text) : text });

  it('is the same however it is laid out', () => {
    expect(codeWith(JSON.stringify(release))).toBeUndefined();
    expect(codeWith(JSON.stringify({ table: release.table, question: release.question }))).toBeUndefined();
  });

  it.each<readonly [string, string]>([
    ['another number', JSON.stringify(release).replace('15', '16')],
    ['a number that was suppressed', JSON.stringify(release).replace('null', '1')],
    ['another word', JSON.stringify(release).replace('What', 'Who')],
    ['something more', JSON.stringify({ ...release, note: 'x' })],
    ['half of a character', JSON.stringify({ ...release, question: '\ud800' })],
  ])('is another with %s', (_, text) => {
    expect(codeWith(text)).toBe('RELEASE_DIFFERS');
  });

  it.each(['', 'x', '{}', '[]', JSON.stringify({ table: {} })])('is none: %j', (text) => {
    expect(codeWith(text)).toBe('BAD_RELEASE');
  });

  it('has as many suppressed cells as the log says', () => {
    const lying = told({ release: { digest: provenance.release.digest, suppressed: 1 } }).provenance;
    expect(codeOf(signed(lying))).toBeUndefined();
    expect(codeOf(signed(lying), { release: releaseBytes })).toBe('RELEASE_DIFFERS');
  });

  it(`has at most ${MAX_RELEASE_BYTES} bytes`, () => {
    const padded = (length: number): Uint8Array =>
      concatBytes(releaseBytes, new Uint8Array(length - releaseBytes.length).fill(0x20));
    expect(codeWith(padded(MAX_RELEASE_BYTES))).toBeUndefined();
    expect(codeWith(padded(MAX_RELEASE_BYTES + 1))).toBe('BAD_RELEASE');
  });
});

describe('the copy of the log that is held against it', () => {
  // An entry that has come to the register since, of which the register here has not heard.
  const since = entryBytes(registerEntry(utf8Bytes('since'), register.head.size));
  const after = entryBytes(registerEntry(utf8Bytes('after'), register.head.size + 1));
  const again = entryBytes({ type: 'failure', at: seconds(31).toISOString(), run: RUN, code: 'REFUSED' });

  it('may be longer', () => {
    const { log } = verifyProvenance(bytes, { register, log: copyOf([...entries, since]) });
    expect(log?.checkpoint.size).toBe(entries.length + 1);
    expect(log?.continues).toEqual([entries.length]);
  });

  it('tells of the register that is held against it, or it is another', () => {
    expect(codeOf(bytes, { log: copyOf([...entries, since]) })).toBeUndefined();
    const longer = governed((more) => {
      ask(more);
      more.grant({ organisation: 'charity' });
    });
    expect(codeOf(bytes, { register: longer, log: copyOf(entries) })).toBeUndefined();
    expect(codeOf(bytes, { register: longer, log: copyOf([...entries, since]) })).toBe('REGISTER_DIFFERS');
  });

  it('is older, another, or one in which the run ends twice', () => {
    expect(codeOf(bytes, { log: copyOf(entries.slice(0, -1), 10) })).toBe('CHECKPOINT_OLD');
    const fork = [...entries.slice(0, -1), since];
    expect(codeOf(bytes, { log: copyOf(fork) })).toBe('LOG_FORKED');
    expect(codeOf(bytes, { log: copyOf([...fork, after]) })).toBe('LOG_INCONSISTENT');
    expect(codeOf(bytes, { log: copyOf([...entries, again]) })).toBe('BAD_ENTRY');
    expect(codeOf(bytes, { log: { ...copyOf(entries), entries: entries.slice(1) } })).toBe('LOG_COPY_DIFFERS');
  });
});
