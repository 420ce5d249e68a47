import { chmodSync, statSync, symlinkSync } from 'node:fs';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { EXIT_CODES } from '../../../cli/index.js';
import { formatRegisterFile } from '../../../core/governance/index.js';
import { Entries, fingerprintOf, following, ROSTER, signedRoster, without } from '../governance/fixtures.js';
import { NAMED, Officers, PIN, refused } from './officers.js';
import { tally } from './fixtures.js';
import type { Said } from './fixtures.js';

let officers: Officers;

beforeEach(() => {
  officers = new Officers();
  onTestFinished(() => officers.remove());
});

/** A register of these entries in the place of the one that is there. */
function holds(entries: Entries): void {
  officers.write('register.jsonl', formatRegisterFile(entries.list));
}
const show = (...more: string[]): Promise<Said> =>
  tally(['register', 'show', officers.register, '--pin', PIN, ...more]);

describe('tally register add', () => {
  it('makes a register with a roster, and adds to it what can follow', async () => {
    const made = await officers.add('roster-1.json');
    expect(made).toMatchObject({
      exitCode: EXIT_CODES.done,
      out: '',
      err: expect.stringContaining('1 entry') as string,
    });
    expect(officers.read('register.jsonl')).toBe(`${officers.read('roster-1.json')}\n`);
    const act = await officers.propose();
    expect(officers.read('register.jsonl')).toBe(`${officers.read('roster-1.json')}\n${officers.read(act)}\n`);
    expect(officers.has('register.jsonl.unfinished')).toBe(false);
  });

  it('takes an act that an editor has put an end of line after, as it was signed', async () => {
    await officers.begin();
    const act = await officers.propose();
    const signed = officers.read(act);
    const before = officers.read('register.jsonl').replace(`${signed}\n`, '');
    for (const edited of [`${signed}\n`, `\n ${signed}\r\n`]) {
      officers.write('register.jsonl', before);
      officers.write(act, edited);
      expect(await officers.add(act)).toMatchObject({ exitCode: EXIT_CODES.done });
      expect(officers.read('register.jsonl')).toBe(`${before}${signed}\n`);
    }
    officers.write('register.jsonl', before);
    officers.write(act, signed.replace('{', '{ '));
    refused(await officers.add(act), 'BAD_ENTRY');
  });

  it('leaves it to those who could change it', async () => {
    await officers.begin();
    chmodSync(officers.register, 0o660);
    await officers.propose();
    expect(statSync(officers.register).mode & 0o777).toBe(0o660);
  });

  it('begins with the roster that is pinned, or a later one of its chain, and with nothing else', async () => {
    const act = officers.write('act.json', new Entries().list[0] ?? '');
    const other = await tally(['register', 'add', officers.register, act, '--pin', 'ab'.repeat(32)]);
    refused(other, 'ROSTER_NOT_PINNED');
    const entries = new Entries();
    entries.propose();
    officers.write('act.json', entries.list[1] ?? '');
    refused(await officers.add('act.json'), 'NO_ROSTER');
    expect(officers.has('register.jsonl')).toBe(false);
    const second = following(ROSTER);
    const later = officers.write('roster-2.json', signedRoster(second, ['ada', 'ben', 'cyd']));
    const pinned = ['--pin', fingerprintOf(second)];
    const both = await tally(['register', 'add', officers.register, officers.path('roster-1.json'), later, ...pinned]);
    expect(both.exitCode).toBe(EXIT_CODES.done);
  });

  it('takes all or nothing, and names the file that it can not take', async () => {
    await officers.begin();
    const before = officers.read('register.jsonl');
    const entries = new Entries();
    const proposal = entries.propose();
    entries.act({ act: 'publish', proposal }, 'ada');
    const files = entries.list.slice(1).map((entry, index) => officers.write(`${index}.json`, entry));
    const said = await tally(['register', 'add', officers.register, ...files, '--pin', PIN]);
    expect(refused(said, 'WRONG_STATE')).toContain(`${files[1] ?? ''}: `);
    expect(officers.read('register.jsonl')).toBe(before);
    expect(officers.has('register.jsonl.unfinished')).toBe(false);
    refused(await officers.add('roster-1.json'), 'ROSTER_ROLLBACK');
    officers.write('broken.json', officers.read('0.json').replace('{', '{\n'));
    refused(await officers.add('broken.json'), 'BAD_REGISTER_FILE');
    officers.write('other.json', '{}');
    refused(await officers.add('other.json'), 'BAD_REGISTER_FILE');
    expect(officers.read('register.jsonl')).toBe(before);
  });

  it('waits for nobody: a register that is being changed is left alone', async () => {
    await officers.begin();
    const before = officers.read('register.jsonl');
    officers.write('register.jsonl.unfinished', '');
    const roster = officers.write('2.json', signedRoster(following(ROSTER), ['ada', 'ben', 'cyd']));
    const add = ['register', 'add', officers.register, roster, '--pin', PIN];
    expect(refused(await tally(add), 'FILE_UNWRITABLE')).toContain('register.jsonl.unfinished');
    expect(officers.read('register.jsonl')).toBe(before);
    expect(officers.has('register.jsonl.unfinished')).toBe(true);
    refused(await tally(['register', 'add', officers.path('no/such/folder'), roster, '--pin', PIN]), 'FILE_UNWRITABLE');
  });

  it('changes the file that a link leads to', async () => {
    await officers.begin();
    symlinkSync(officers.register, officers.path('link.jsonl'));
    const roster = officers.write('2.json', signedRoster(following(ROSTER), ['ada', 'ben', 'cyd']));
    await tally(['register', 'add', officers.path('link.jsonl'), roster, '--pin', PIN]);
    expect((await officers.shown()).entries).toBe(2);
    expect(statSync(officers.path('link.jsonl')).ino).toBe(statSync(officers.register).ino);
  });

  it('believes no roster that nobody has pinned', async () => {
    const add = ['register', 'add', officers.register, officers.path('roster-1.json')];
    refused(await tally(add), 'BAD_USAGE');
    refused(await tally([...add, '--pin', 'ABCD']), 'BAD_USAGE');
    expect((await tally(add, { environment: { TALLY_PIN: PIN } })).exitCode).toBe(EXIT_CODES.done);
  });
});

describe('tally register verify', () => {
  const verify = (...more: string[]): Promise<Said> =>
    tally(['register', 'verify', officers.register, '--pin', PIN, ...more]);

  it('says that all entries hold, and for programs', async () => {
    const entries = new Entries();
    entries.live();
    holds(entries);
    expect((await verify()).out).toBe(
      `demo: ${entries.list.length} entries hold; 1 live; version 1 of the roster is in force until 2027-03-31.\nfingerprint ${PIN}\n`,
    );
    expect(JSON.parse((await verify('--json')).out)).toEqual({
      federation: 'demo',
      entries: entries.list.length,
      roster: { version: 1, fingerprint: PIN, expires: '2027-03-31', isInForce: true },
      live: 1,
    });
  });

  it('names the line of an entry that does not hold', async () => {
    const entries = new Entries();
    entries.live();
    entries.list.splice(3, 1);
    holds(entries);
    expect(refused(await verify(), 'REVIEW_TOO_EARLY')).toContain(`${officers.register}, line 4: `);
    officers.write('register.jsonl', 'x\n');
    expect(refused(await verify(), 'BAD_REGISTER_FILE')).toContain('line 1 ');
  });

  it('says whether another copy is the same so far, and where two part', async () => {
    const entries = new Entries();
    entries.propose();
    holds(entries);
    const copy = officers.write('copy.jsonl', officers.read('register.jsonl'));
    expect((await verify('--copy', copy)).err).toBe(`${copy} is the same.\n`);
    entries.grant();
    holds(entries);
    expect((await verify('--copy', copy)).err).toContain('but for the last 1 entry, which it lacks');
    const longer = officers.write('longer.jsonl', officers.read('register.jsonl'));
    officers.write('register.jsonl', officers.read('copy.jsonl'));
    expect((await verify('--copy', longer)).err).toContain('goes on with 1 entry more');
    entries.list.pop();
    entries.grant();
    holds(entries);
    expect(refused(await verify('--copy', longer), 'LOG_INCONSISTENT')).toContain('part at line 3: ');
  });

  it('needs a fingerprint, and the right one', async () => {
    await officers.begin();
    refused(await tally(['register', 'verify', officers.register]), 'BAD_USAGE');
    const other = await tally(['register', 'verify', officers.register, '--pin', 'ab'.repeat(32)]);
    refused(other, 'ROSTER_NOT_PINNED');
  });

  it('says when the roster has expired', async () => {
    const old = { ...ROSTER, expires: '2026-11-01' };
    officers.write('register.jsonl', formatRegisterFile([signedRoster(old, ['ada', 'ben', 'cyd'])]));
    refused(await tally(['register', 'verify', officers.register, '--pin', fingerprintOf(old)]), 'ROSTER_STALE');
    const shown = await tally(['register', 'show', officers.register, '--pin', fingerprintOf(old)]);
    expect(shown.out).toContain('EXPIRED on 2026-11-01');
    expect(shown.err).toContain('expired on 2026-11-01');
  });
});

describe('tally register show', () => {
  it('says where each template stands, by whom, since when, and which grants are in force', async () => {
    const entries = new Entries();
    const proposal = entries.live();
    const grant = entries.grant();
    entries.grant({ analyst: 'anna', until: '2026-10-31' });
    holds(entries);
    const { exitCode, out } = await show();
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(out.replaceAll(/[0-9a-f]{64}/g, 'DIGEST')).toBe(`\
demo: 10 entries; version 1 of the roster, in force until 2027-03-31
fingerprint DIGEST

Live
  withdrawal-by-delay version 2
    “Do victims withdraw when the charge is slow?”
    for research-statistics, until 2027-06-30; digest DIGEST
    proposed 2026-11-23 by justice
    reviewers of police, charity; both reviews are in
    review by ben of police
    Relevant: met. Asked for by victims.
    Impactful: met. It is.
    Clear and informative: met. It is.
    Non-stigmatising: met. It is.
    review by cyd of charity
    Relevant: met. Asked for by victims.
    Impactful: met. It is.
    Clear and informative: met. It is.
    Non-stigmatising: met. It is.
    approved by ben of police, dan of probation
    published 2026-11-23

Grants in force
  all analysts of justice: research-statistics, granted 2026-11-23, until 2027-01-31
    grant DIGEST
`);
    const { templates, grants } = await officers.shown();
    expect(templates).toMatchObject([
      { proposal, state: 'live', authors: ['justice'], reviewers: ['police', 'charity'] },
    ]);
    expect(grants).toEqual([
      {
        grant,
        organisation: 'justice',
        analyst: null,
        purpose: 'research-statistics',
        granted: '2026-11-23',
        until: '2027-01-31',
      },
    ]);
  });

  it('keeps a review to itself until both are in', async () => {
    const entries = new Entries();
    const proposal = entries.propose();
    const reviews = ['ben', 'cyd'].map((id) => entries.review(proposal, id));
    for (const review of reviews) entries.commit(review);
    entries.reveal(reviews[0] ?? entries.review(proposal, 'ben'));
    holds(entries);
    const { out } = await show();
    expect(out).toContain('reviewers of police, charity; reviews are shown here once both are in');
    expect(out).not.toContain('Asked for by victims.');
    const [standing] = (await officers.shown()).templates;
    expect(standing).toMatchObject({ state: 'under-review', reviews: null });
    expect(JSON.stringify(standing)).not.toContain('Asked for by victims.');
    entries.reveal(reviews[1] ?? entries.review(proposal, 'cyd'));
    holds(entries);
    expect((await show()).out).toContain('Asked for by victims.');
  });

  it('says what has been revoked, by whom and why, and what has expired by another day', async () => {
    const entries = new Entries();
    const proposal = entries.live();
    holds(entries);
    expect((await show('--at', '2027-06-30')).out).toContain('\nLive\n');
    expect((await show('--at', '2027-07-01')).out).toContain('\nExpired\n');
    refused(await show('--at', '2027-02-30'), 'BAD_USAGE');
    entries.act({ act: 'revoke', proposal, reason: 'The law has changed.' }, 'abe');
    holds(entries);
    expect((await show()).out).toContain('revoked 2026-11-23 by abe: The law has changed.');
  });

  it('knows who has signed by the roster of that time', async () => {
    const entries = new Entries();
    entries.live();
    entries.roster(without(ROSTER, 'dan'), ['ada', 'ben', 'cyd']);
    holds(entries);
    expect((await show()).out).toContain('approved by ben of police, dan of probation');
  });

  it('says that nobody’s word was taken where nothing is pinned', async () => {
    await officers.begin();
    const said = await tally(['register', 'show', officers.register]);
    expect(said.err).toContain(PIN);
    expect(said.out).toContain('Nothing has been proposed.');
  });
});

describe('tally register template', () => {
  it('writes a template that has the digest which was proposed', async () => {
    await officers.begin();
    await officers.propose();
    const out = officers.path('copy.yaml');
    const said = await tally(['register', 'template', officers.register, '--pin', PIN, ...NAMED, '--out', out]);
    const [standing] = (await officers.shown()).templates;
    const digest = String(standing?.['digest']);
    expect(said.err).toContain(digest);
    expect((await tally(['template', 'check', out])).out).toContain(`digest ${digest}`);
    const other = ['--template', 'engagement-by-delay', '--version', '2', '--out', officers.path('x.yaml')];
    const none = await tally(['register', 'template', officers.register, '--pin', PIN, ...other]);
    expect(refused(none, 'BAD_USAGE')).toContain('it has engagement-by-delay version 1');
  });
});
