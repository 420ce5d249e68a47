import { statSync } from 'node:fs';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { EXIT_CODES } from '../../../cli/index.js';
import { edited, SOUND } from '../templates/lint-corpus/sound.js';
import { toBase64 } from '../../../core/base/index.js';
import { createKeyFile, readKeyFile } from '../../../core/signing/index.js';
import { seededRng } from '../../support/seeded-rng.js';
import { Entries, following, ROSTER, signedRoster } from '../governance/fixtures.js';
import { reviewForm } from '../../../cli/review-form.js';
import { registerOf } from '../../../core/governance/index.js';
import type { Proposal } from '../../../core/governance/index.js';
import { DATASETS, NAMED, Officers, PIN } from './officers.js';
import { tally } from './fixtures.js';
import type { Said } from './fixtures.js';

let officers: Officers;

beforeEach(async () => {
  officers = new Officers();
  onTestFinished(() => officers.remove());
  await officers.begin();
});

const APPROVE = ['template', 'approve', ...NAMED];
const PUBLISH = ['template', 'publish', ...NAMED];
const REVOKE = ['template', 'revoke', ...NAMED, '--reason', 'The law has changed.'];
const GIVE = [
  'grant',
  'give',
  '--organisation',
  'justice',
  '--purpose',
  'research-statistics',
  '--until',
  '2027-01-31',
];

/** A command with a key, which has to be refused with this code and to write nothing. */
async function refusal(officer: string, command: readonly string[], ...more: readonly string[]): Promise<string> {
  const out = officers.path('refused.json');
  const { exitCode, err } = await officers.on(command, ...more, '--key', officers.path(`${officer}.pem`), '--out', out);
  expect(exitCode).toBe(EXIT_CODES.wrongUse);
  expect(officers.has('refused.json')).toBe(false);
  return codeOf(err);
}

/** Of the last line that has one: before it stands what was about to be signed. */
function codeOf(err: string): string {
  return [...err.matchAll(/^([A-Z_]+): /gm)].at(-1)?.[1] ?? err;
}
/** What is in a register of the fixtures. */
function proposals(): readonly Proposal[] {
  const entries = new Entries();
  entries.propose();
  return registerOf(entries.list, PIN).proposals;
}
const said = ({ err }: Said): string => err.replaceAll(/\s+/g, ' ');

describe('the way of a template by commands', () => {
  it('goes from a proposal to being live, and to being revoked by one', async () => {
    await officers.propose();
    expect(await officers.state()).toBe('proposed');
    await officers.commit('ben');
    expect(await officers.state()).toBe('under-review');
    await officers.commit('cyd');
    for (const officer of ['ben', 'cyd']) {
      expect((await officers.show(officer)).exitCode).toBe(EXIT_CODES.done);
      await officers.add(`${officer}.review.json`);
    }
    const first = await officers.sign('ben', APPROVE);
    const both = officers.path('both.json');
    const sign = await officers.on(
      ['act', 'sign', officers.path(first)],
      '--key',
      officers.path('dan.pem'),
      '--out',
      both,
    );
    expect(sign.exitCode).toBe(EXIT_CODES.done);
    await officers.add('both.json');
    expect(await officers.state()).toBe('approved');
    await officers.signed('ada', PUBLISH);
    expect(await officers.state()).toBe('live');
    await officers.signed('abe', REVOKE);
    const [standing] = (await officers.shown()).templates;
    expect(standing).toMatchObject({
      state: 'revoked',
      revoked: { on: '2026-11-02', by: 'abe', reason: 'The law has changed.' },
      approvals: [
        { officer: 'ben', organisation: 'police' },
        { officer: 'dan', organisation: 'probation' },
      ],
    });
  });

  it('starts anew with an edit', async () => {
    await officers.propose();
    await officers.reviewed();
    await officers.signed('ben', APPROVE);
    officers.write('template.yaml', edited(SOUND, [['Do victims stay', 'Do people stay']]));
    await officers.propose('abe');
    const [standing] = (await officers.shown()).templates;
    expect(standing).toMatchObject({ state: 'proposed', reviewers: [], reviews: null, approvals: [] });
    expect(await refusal('ben', APPROVE)).toBe('REVIEWS_MISSING');
  });

  it('goes back to its authors when one reviewer finds a principle not met', async () => {
    await officers.propose();
    await officers.reviewed(['ben', 'cyd'], 'not-met');
    expect(await officers.state()).toBe('draft');
    expect(await refusal('dan', APPROVE)).toBe('WRONG_STATE');
  });

  it('is refused to those who may not, before anything is written', async () => {
    await officers.propose('ada', '--organisation', 'probation');
    const form = await officers.form('abe');
    const commit = ['template', 'commit-review', form, '--keep', officers.path('kept.json')];
    expect(await refusal('ada', commit)).toBe('AUTHOR_MAY_NOT');
    expect(await refusal('abe', commit)).toBe('AUTHORS_ORGANISATION_MAY_NOT');
    expect(await refusal('dan', commit)).toBe('AUTHORS_ORGANISATION_MAY_NOT');
    expect(await refusal('eve', commit)).toBe('UNKNOWN_SIGNER');
    // A review whose commitment nobody could take is of no use to anybody.
    expect(officers.has('kept.json')).toBe(false);
    await officers.reviewed();
    expect(await refusal('ada', APPROVE)).toBe('AUTHOR_MAY_NOT');
    expect(await refusal('abe', APPROVE)).toBe('AUTHORS_ORGANISATION_MAY_NOT');
    expect(await refusal('eve', REVOKE)).toBe('UNKNOWN_SIGNER');
    expect(await refusal('ben', PUBLISH)).toBe('WRONG_STATE');
    expect(await refusal('ben', ['template', 'publish', '--template', 'nothing', '--version', '1'])).toBe('BAD_USAGE');
  });
});

describe('tally template propose', () => {
  const propose = (file: string, ...more: string[]): readonly string[] => [
    ...['template', 'propose', file, '--datasets', DATASETS],
    ...more,
  ];

  it('says in plain English what is signed, and names all authors', async () => {
    const out = officers.path('act.json');
    const key = ['--key', officers.path('ada.pem'), '--out', out];
    const file = officers.path('template.yaml');
    const proposed = await officers.on(propose(file, '--author', 'abe', '--organisation', 'charity'), ...key);
    expect(said(proposed)).toContain('You are about to sign: Proposal of engagement-by-delay version 1');
    expect(said(proposed)).toContain('Authors are those who sign this, abe and people of charity.');
    expect(said(proposed)).toContain('You sign it as Officer ada (ada).');
    await officers.add('act.json');
    expect((await officers.shown()).templates).toMatchObject([{ authors: ['justice', 'charity'] }]);
    expect(await refusal('ada', propose(file, '--author', 'nobody'))).toBe('UNKNOWN_SIGNER');
    expect(await refusal('ada', propose(file, '--organisation', 'nobody'))).toBe('UNKNOWN_ORGANISATION');
  });

  it('shows what the lint finds, and refuses errors', async () => {
    const weak = officers.write('weak.yaml', edited(SOUND, [['epsilon: 1', 'epsilon: 3']]));
    const out = officers.path('weak.json');
    const warned = await officers.on(propose(weak), '--key', officers.path('ada.pem'), '--out', out);
    expect(warned.exitCode).toBe(EXIT_CODES.done);
    expect(warned.err).toContain('warning: WEAK_EPSILON at disclosure.epsilon (line ');
    const late = officers.write('late.yaml', edited(SOUND, [['expires: 2027-06-30', 'expires: 2026-11-01']]));
    expect(await refusal('ada', propose(late))).toBe('TEMPLATE_HAS_ERRORS');
    const broken = officers.write('broken.yaml', edited(SOUND, [['victim-age', 'victim-height']]));
    expect(await refusal('ada', propose(broken))).toBe('NOT_BINDABLE');
  });

  it('compares with what is live in the register', async () => {
    await officers.propose();
    await officers.reviewed();
    const first = await officers.sign('ben', APPROVE);
    await officers.signed('dan', ['act', 'sign', officers.path(first)]);
    await officers.signed('ada', PUBLISH);
    const other = edited(SOUND, [
      ['template: engagement-by-delay', 'template: engagement-by-delay-adults'],
      ['[18, 120]', '[30, 120]'],
    ]);
    const file = officers.write('other.yaml', other);
    const out = officers.path('other.json');
    const nested = await officers.on(propose(file), '--key', officers.path('ada.pem'), '--out', out);
    expect(nested.err).toContain('POPULATIONS_NEST');
    expect(nested.err).toContain('engagement-by-delay (version 1) can count all');
  });
});

describe('a review by commands', () => {
  it('explains the template, gives the lint’s findings and a form with every principle', async () => {
    await officers.propose();
    const out = officers.path('form.yaml');
    const form = await officers.on(['template', 'review-form', ...NAMED], '--datasets', DATASETS, '--out', out);
    expect(form.out).toContain('The lint finds nothing.');
    expect(form.out).toContain('Under which law');
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const text = officers.read('form.yaml');
    expect(text.match(/mark: FILL IN/g)).toHaveLength(4);
    expect(text).toContain('# The authors: The table is about how long institutions take');
  });

  it('is not signed while a blank is in its form', async () => {
    await officers.propose();
    const form = await officers.form('ben');
    const filled = officers.read('ben.form.yaml');
    officers.write('ben.form.yaml', filled.replace('mark: met', 'mark: FILL IN'));
    const commit = ['template', 'commit-review', form, '--keep', officers.path('kept.json')];
    expect(await refusal('ben', commit)).toBe('BAD_REVIEW');
    officers.write('ben.form.yaml', filled.replace('mark: met', 'mark: perhaps'));
    expect(await refusal('ben', commit)).toBe('BAD_REVIEW');
    officers.write('ben.form.yaml', filled.replace('What ben thinks of it.', 'FILL IN'));
    expect(await refusal('ben', commit)).toBe('BAD_REVIEW');
  });

  it('is kept for its reviewer alone, and says nothing in its commitment', async () => {
    await officers.propose();
    const commitment = await officers.commit('ben');
    expect(statSync(officers.path('ben.kept.json')).mode & 0o777).toBe(0o600);
    const { act } = JSON.parse((await tally(['act', 'explain', officers.path(commitment), '--json'])).out) as {
      act: object;
    };
    expect(Object.keys(act).toSorted()).toEqual([
      'act',
      'federation',
      'made',
      'officer',
      'proposal',
      'review',
      'roster',
    ]);
    const explained = await tally(['act', 'explain', officers.path(commitment)]);
    expect(explained.out).not.toContain('What ben thinks');
  });

  it('is not shown before both are committed to, and never another than that', async () => {
    await officers.propose();
    await officers.commit('ben');
    const early = await officers.show('ben');
    expect(early).toMatchObject({ exitCode: EXIT_CODES.wrongUse, out: '' });
    expect(codeOf(early.err)).toBe('REVIEW_TOO_EARLY');
    expect(officers.has('ben.review.json')).toBe(false);
    await officers.commit('cyd');
    await officers.show('ben');
    await officers.add('ben.review.json');
    // Cyd has read it and thinks again.
    const form = await officers.form('cyd', 'not-met');
    const again = ['template', 'commit-review', form, '--keep', officers.path('again.json')];
    expect(await refusal('cyd', again)).toBe('DUPLICATE_SIGNER');
    officers.write('other.json', '');
    const peeked = await officers.on(['template', 'review', await changedReview()], '--out', officers.path('x.json'));
    expect(codeOf(peeked.err)).toBe('REVIEW_NOT_COMMITTED');
  });

  /** A second review of cyd's, signed as good as the first. */
  async function changedReview(): Promise<string> {
    const other = new Officers();
    onTestFinished(() => other.remove());
    other.write('register.jsonl', `${officers.read('register.jsonl').split('\n').slice(0, 3).join('\n')}\n`);
    await other.commit('cyd', 'not-met');
    return officers.write('changed.json', other.read('cyd.kept.json'));
  }

  it('may have reasons of several lines, and reasons with blanks around them', async () => {
    await officers.propose();
    const form = await officers.form('ben');
    const lines = 'reason: |\n      First.\n      Second.\n';
    officers.write('ben.form.yaml', officers.read('ben.form.yaml').replace('reason: What ben thinks of it.\n', lines));
    await officers.signed('ben', ['template', 'commit-review', form], '--keep', officers.path('ben.kept.json'));
    await officers.commit('cyd');
    await officers.show('ben');
    expect((await officers.add('ben.review.json')).exitCode).toBe(EXIT_CODES.done);
    await officers.signed('ada', ['template', 'revoke', ...NAMED, '--reason', ' Not now. ']);
    expect((await officers.shown()).templates).toMatchObject([{ revoked: { reason: 'Not now.' } }]);
  });

  it('has a form in which authors can’t answer for the reviewer', () => {
    const [first] = proposals();
    if (first === undefined) throw new TypeError('a proposal');
    const answer = 'It is.\u2028  relevant: { mark: met, reason: Yes. }\r  impactful: { mark: met, reason: Yes. }';
    const template = { ...first.template, principles: { ...first.template.principles, relevant: answer } };
    const lines = reviewForm({ ...first, template }).split(/[\r\n\u2028]+/);
    expect(lines.filter((line) => line.includes('reason: Yes.'))).toEqual([
      '  #   relevant: { mark: met, reason: Yes. }',
      '  #   impactful: { mark: met, reason: Yes. }',
    ]);
  });

  it('is of the text that was reviewed', async () => {
    await officers.propose();
    const form = await officers.form('ben');
    officers.write('template.yaml', edited(SOUND, [['Do victims stay', 'Do people stay']]));
    await officers.propose();
    const commit = ['template', 'commit-review', form, '--keep', officers.path('kept.json')];
    expect(await refusal('ben', commit)).toBe('UNKNOWN_PROPOSAL');
  });
});

describe('tally grant', () => {
  it('gives a purpose once enough grantors have signed, and one takes it back', async () => {
    const first = await officers.sign('ada', GIVE);
    expect(codeOf((await officers.add(first)).err)).toBe('TOO_FEW_SIGNERS');
    const act = ['act', 'sign', officers.path(first)];
    expect(await refusal('ben', act)).toBe('NOT_A_GRANTOR');
    expect(await refusal('ada', act)).toBe('DUPLICATE_SIGNER');
    expect(await refusal('ada-home', act)).toBe('DUPLICATE_SIGNER');
    await officers.signed('cyd', act);
    const [grant] = (await officers.shown()).grants;
    expect(grant).toMatchObject({ organisation: 'justice', analyst: null, until: '2027-01-31' });
    const withdraw = ['grant', 'withdraw', '--grant', String(grant?.['grant']), '--reason', 'The project has ended.'];
    await officers.signed('dan', withdraw);
    expect((await officers.shown()).grants).toEqual([]);
    const again = [...withdraw.slice(0, -1), 'Again.'];
    expect(await refusal('dan', again)).toBe('UNKNOWN_GRANT');
  });

  it('is not signed further, or added, once another roster is in force than it was signed under', async () => {
    const first = await officers.sign('ada', GIVE);
    officers.write('roster-2.json', signedRoster(following(ROSTER), ['ada', 'ben', 'cyd']));
    await officers.add('roster-2.json');
    expect(codeOf((await officers.add(first)).err)).toBe('ROSTER_NOT_IN_FORCE');
    const more = ['--key', officers.path('cyd.pem'), '--out', officers.path('more.json')];
    const said = await officers.on(['act', 'sign', officers.path(first)], ...more);
    expect(codeOf(said.err)).toBe('ROSTER_NOT_IN_FORCE');
    // Before anybody is shown what they sign, and asked for a passphrase.
    expect(said.err).not.toContain('about to sign');
    await officers.signed('cyd', ['act', 'sign', officers.path(await officers.sign('ada', GIVE))]);
    expect((await officers.shown()).grants).toHaveLength(1);
  });

  it('says which signatures are missing', async () => {
    const out = officers.path('grant.json');
    const given = await officers.on([...GIVE, '--analyst', 'anna'], '--key', officers.path('ada.pem'), '--out', out);
    expect(said(given)).toContain('anna of justice, and nobody else there, may ask live templates for the purpose');
    expect(said(given)).toContain('A grant needs 2 grantors and has 1. Next: the others sign it with tally act sign');
  });

  it.each([
    ['a purpose that nobody knows', ['--purpose', 'marketing'], 'UNKNOWN_PURPOSE'],
    ['an organisation that it is not open to', ['--organisation', 'police'], 'PURPOSE_NOT_OPEN'],
    ['a day that there is not', ['--until', '2027-02-30'], 'BAD_PAYLOAD'],
    ['a month that there is not', ['--until', '2027-13-01'], 'BAD_PAYLOAD'],
  ])('refuses %s', async (_, change, code) => {
    // To the first who signs, not only to the last.
    expect(await refusal('ada', [...GIVE, ...change])).toBe(code);
  });
});

describe('tally act', () => {
  it('explains what another has signed, who that was, and whether the register can take it', async () => {
    await officers.propose();
    await officers.reviewed();
    const act = officers.path(await officers.sign('ben', APPROVE));
    const explained = await officers.on(['act', 'explain', act]);
    const text = explained.out.replaceAll(/\s+/g, ' ');
    expect(text).toContain('Approval of engagement-by-delay version 1');
    expect(text).toContain('Review by cyd: All four principles are met.');
    expect(text).toContain('What cyd thinks of it.');
    expect(text).toContain('signed by ben of police The register can take it.');
    const alone = await tally(['act', 'explain', act]);
    expect(alone.out).toMatch(/Approval of the proposal [0-9a-f]{64}/);
    expect(alone.out).not.toContain('signed by');
    await officers.signed('ben', APPROVE);
    const late = await officers.on(['act', 'explain', act]);
    expect(late.out).toContain("The register can't take it: ");
    const json = await officers.on(['act', 'explain', act], '--json');
    expect(JSON.parse(json.out)).toMatchObject({ act: { act: 'approve' }, signers: ['ben of police'] });
  });

  it('does not believe a signature that does not hold', async () => {
    await officers.propose();
    const act = await officers.sign('ben', REVOKE);
    const json = JSON.parse(officers.read(act)) as { payload: string };
    const payload = Buffer.from(json.payload, 'base64').toString('utf8').replace('The law', 'A law');
    officers.write(act, JSON.stringify({ ...json, payload: Buffer.from(payload).toString('base64') }));
    const explained = await officers.on(['act', 'explain', officers.path(act)]);
    expect(codeOf(explained.err)).toBe('BAD_SIGNATURE');
    expect(codeOf((await officers.add(act)).err)).toBe('BAD_SIGNATURE');
  });

  it('signs no roster, and explains none', async () => {
    const roster = officers.write('roster-2.json', signedRoster(following(ROSTER), ['ada']));
    expect(await refusal('ben', ['act', 'sign', roster])).toBe('BAD_ENTRY');
    expect(codeOf((await tally(['act', 'explain', roster])).err)).toBe('BAD_ENTRY');
  });

  it('shows what is signed before the passphrase is asked for, and signs nothing without it', async () => {
    const bytes = createKeyFile('three hazel sticks', seededRng('passphrase'));
    const key = officers.write('ben.key', bytes);
    await officers.propose();
    // Of nobody: the passphrase of a key that counts for nothing is not asked for.
    const out = officers.path('x.json');
    const unknown = await officers.on(REVOKE, '--key', key, '--out', out);
    expect(unknown.err).toMatch(/^UNKNOWN_SIGNER: /);
    const publicKey = toBase64(readKeyFile(bytes).publicKey);
    const roster = following(ROSTER, {
      officers: ROSTER.officers.map((each) =>
        each.id === 'ben' ? { ...each, keys: [{ kind: 'ed25519' as const, publicKey }] } : each,
      ),
    });
    officers.write('roster-2.json', signedRoster(roster, ['ada', 'cyd', 'dan']));
    await officers.add('roster-2.json');
    const untyped = await officers.on(REVOKE, '--key', key, '--out', out);
    expect(untyped.err).toMatch(/^You are about to sign:[^]*\(ben\)\.\n\nNO_PASSPHRASE: /);
    expect(officers.has('x.json')).toBe(false);
  });
});
