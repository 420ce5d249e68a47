import { describe, expect, it } from 'vitest';

import { fromBase64, toBase64 } from '../../core/base/index.js';
import { ACT_PAYLOAD_TYPE, MAX_ACT_BYTES } from '../../core/governance/index.js';
import { preAuthenticationEncoding } from '../../core/signing/index.js';
import { MAX_FORM_BYTES } from '../../coordinator/pages/site.js';
import { MAX_PART_CHARACTERS, MAX_SIGNED_ACTS } from '../../coordinator/pages/governance/sign-page.js';
import { templateText } from '../../examples/bold/library.js';
import { Authenticator } from '../unit/signing/passkeys.js';
import { testSeed } from '../support/seeded-rng.js';
import { wordsOf } from './console-site.js';
import { GovernanceSite, OFFICERS } from './governance-site.js';
import type { Person } from './governance-site.js';
import type { Seen, WebVisitor } from './web-visitor.js';

/* What governance's pages refuse, and how they say so: over HTTP, with passkeys whose signatures are real. */

const NAME = 'access-to-support-after-conviction';
const TEXT = templateText(NAME);
const NOTHING = '0'.repeat(64);
const SIGN = '/governance/sign';

interface Part {
  readonly payload: string;
  readonly signature: string;
  readonly authenticatorData: string;
  readonly clientDataJSON: string;
}

/** Somebody signed in who has a passkey, and, unless said otherwise, has it in the roster. */
class Signer {
  readonly visitor: WebVisitor;
  readonly authenticator = new Authenticator('es256');
  readonly #home: string;

  private constructor(visitor: WebVisitor, home: string) {
    this.visitor = visitor;
    this.#home = home;
  }

  static async at(site: GovernanceSite, person: Person, isSeated = true): Promise<Signer> {
    const made = new Signer(await site.signedIn(person), site.home);
    if (!isSeated) return made;
    const publicKey = toBase64(made.authenticator.key.publicKey);
    site.board.catchUp(site.registers.copy.entries);
    site.board.giveKey(OFFICERS[person], { kind: 'webauthn', publicKey });
    site.hear();
    return made;
  }

  /** The page on which an act is signed. */
  open(path: string, form: Readonly<Record<string, string>> = {}): Promise<Seen> {
    return this.visitor.post(path, form);
  }

  /** What the page's script would send of it. */
  parts(page: Seen, by = this.authenticator): Part[] {
    const payloads = [...page.body.matchAll(/data-payload="([^"]+)"/g)].map(([, payload = '']) => payload);
    return payloads.map((payload) => {
      const { sig, webauthn } = by.sign(preAuthenticationEncoding(ACT_PAYLOAD_TYPE, fromBase64(payload)), {
        rpId: 'localhost',
        clientData: { origin: this.#home },
      });
      if (webauthn === undefined) throw new Error('a passkey signs with an assertion');
      const { authenticatorData, clientDataJson } = webauthn;
      return {
        ...{ payload, signature: toBase64(sig) },
        ...{ authenticatorData: toBase64(authenticatorData), clientDataJSON: toBase64(clientDataJson) },
      };
    });
  }

  send(parts: unknown, next = '/governance'): Promise<Seen> {
    const signed = typeof parts === 'string' ? parts : JSON.stringify(parts);
    return this.visitor.post(SIGN, { signed, next });
  }

  async act(path: string, form: Readonly<Record<string, string>> = {}): Promise<Seen> {
    return this.send(this.parts(await this.open(path, form)));
  }

  propose(text = TEXT): Promise<Seen> {
    return this.act('/governance/propose', { text, step: 'sign' });
  }
}

const REVIEW = Object.fromEntries(
  ['relevant', 'impactful', 'clearAndInformative', 'nonStigmatising'].flatMap((principle) => [
    [`${principle}-mark`, 'met'],
    [`${principle}-reason`, 'It is.'],
  ]),
);

const codeOf = ({ status, body }: Seen): unknown[] => [status, /Code: ([A-Z_]+)/.exec(body)?.[1]];
const pageOf = (site: GovernanceSite, further = ''): string =>
  `/governance/proposals/${site.proposal(NAME).digest}${further}`;

describe(`what governance’s pages refuse (seed ${testSeed})`, () => {
  it('is everything, to whoever is no officer by the roster in force', async () => {
    const site = await GovernanceSite.open();
    const author = await Signer.at(site, 'carys');
    expect((await author.propose()).status).toBe(303);
    const paths = ['', '/propose', '/add', '/passkey', '/calendar'].map((path) => `/governance${path}`);
    const all = [...paths, pageOf(site), pageOf(site, '/review'), pageOf(site, '/revoke')];
    const posts = ['/governance/propose', '/governance/add', '/governance/passkey', SIGN, pageOf(site, '/approve')];
    posts.push(pageOf(site, '/publish'), pageOf(site, '/revoke'), pageOf(site, '/review'));
    const stranger = site.visitor();
    for (const path of all) {
      const { status, headers } = await stranger.ask(path);
      expect([path, status, headers.location]).toEqual([path, 303, `/sign-in?next=${encodeURIComponent(path)}`]);
    }
    const analyst = await site.signedIn('amara');
    for (const path of all) expect([path, codeOf(await analyst.ask(path))]).toEqual([path, [403, 'NOT_YOUR_ROLE']]);
    for (const path of posts) expect([path, codeOf(await analyst.post(path))]).toEqual([path, [403, 'NOT_YOUR_ROLE']]);
    // Whom the sign-in service calls an officer, and the roster doesn't, is not let in at all.
    const pretender = site.visitor();
    expect(codeOf(await pretender.signIn('demo-nobody'))).toEqual([403, 'NO_ROLE']);
    for (const path of all) expect([path, (await pretender.ask(path)).status]).toEqual([path, 303]);
  });

  it('is everything, to whoever leaves the roster while they are signed in', async () => {
    const site = await GovernanceSite.open();
    const colleague = await Signer.at(site, 'colin');
    expect((await colleague.visitor.ask('/governance')).status).toBe(200);
    const signed = colleague.parts(await colleague.open('/governance/propose', { text: TEXT, step: 'sign' }));
    site.amend(({ officers }) => ({ officers: officers.filter(({ id }) => id !== OFFICERS.colin) }));
    expect(codeOf(await colleague.visitor.ask('/governance'))).toEqual([403, 'NOT_YOUR_ROLE']);
    expect(codeOf(await colleague.send(signed))).toEqual([403, 'NOT_YOUR_ROLE']);
    expect(site.registers.register.proposals).toEqual([]);
  });

  it('is a proposal that is not there', async () => {
    const site = await GovernanceSite.open();
    const { visitor } = await Signer.at(site, 'dev');
    for (const digest of [NOTHING, 'x', '..%2f..%2fetc', '%00', '<script>alert(1)</script>', '%E0%A4%A']) {
      const seen = await visitor.ask(`/governance/proposals/${digest}`);
      expect([digest, seen.status < 500 && seen.status >= 400]).toEqual([digest, true]);
      expect(seen.body).not.toContain('<script>alert');
    }
    const missing = await visitor.ask(`/governance/proposals/${NOTHING}`);
    expect(codeOf(missing)).toEqual([404, 'UNKNOWN_PROPOSAL']);
    expect(wordsOf(missing)).toContain('If it was edited, the edit has a page of its own.');
    for (const what of ['review', 'approve', 'publish', 'revoke']) {
      expect(codeOf(await visitor.post(`/governance/proposals/${NOTHING}/${what}`, REVIEW))).toEqual([
        404,
        'UNKNOWN_PROPOSAL',
      ]);
    }
  });

  it('is a signature of another’s passkey, of another payload, or of none that the roster has', async () => {
    const site = await GovernanceSite.open();
    const author = await Signer.at(site, 'carys');
    const other = await Signer.at(site, 'dev');
    const page = await author.open('/governance/propose', { text: TEXT, step: 'sign' });
    const [part] = author.parts(page);
    if (part === undefined) throw new Error('there is something to sign');
    const payload = Buffer.from(part.payload, 'base64').toString();
    const altered = Buffer.from(payload.replace('"authors":[]', '"authors":["dev"]')).toString('base64');
    expect(altered).not.toBe(part.payload);
    const unseated = await Signer.at(site, 'esther', false);
    for (const bad of [
      author.parts(page, other.authenticator),
      author.parts(page, unseated.authenticator),
      [{ ...part, payload: altered }],
      [{ ...part, signature: toBase64(new Uint8Array(70)) }],
    ]) {
      const seen = await author.send(bad);
      expect(codeOf(seen)).toEqual([409, 'BAD_SIGNATURE']);
      expect(wordsOf(seen)).toContain('What to do Nothing was added to the register.');
    }
    // Whoever is signed in as somebody else signs in nobody's name but their own.
    expect(codeOf(await other.send([part]))).toEqual([409, 'BAD_SIGNATURE']);
    expect(site.registers.register.proposals).toEqual([]);
  });

  it('is the same form again, and says that there is nothing more to do', async () => {
    const site = await GovernanceSite.open();
    const author = await Signer.at(site, 'carys');
    const reviewer = await Signer.at(site, 'dev');
    const proposal = author.parts(await author.open('/governance/propose', { text: TEXT, step: 'sign' }));
    expect((await author.send(proposal)).status).toBe(303);
    const again = await author.send(proposal);
    expect(codeOf(again)).toEqual([409, 'DUPLICATE_ENTRY']);
    expect(wordsOf(again)).toContain('It counts once, and there is nothing more to do.');

    const review = reviewer.parts(await reviewer.open(pageOf(site, '/review'), REVIEW));
    expect((await reviewer.send(review)).status).toBe(303);
    // The second time must not cost the first its review, which is still kept.
    expect(codeOf(await reviewer.send(review))).toEqual([409, 'DUPLICATE_ENTRY']);
    const second = await Signer.at(site, 'esther');
    expect((await second.act(pageOf(site, '/review'), REVIEW)).status).toBe(303);
    expect(site.proposal(NAME).reviews.size).toBe(2);
    expect(codeOf(await reviewer.send(review))).toEqual([409, 'DUPLICATE_ENTRY']);
  });

  it('keeps a review while the coordinator is down, and shows it when the other commitment comes by a file', async () => {
    const site = await GovernanceSite.open();
    const author = await Signer.at(site, 'carys');
    const [first, second] = [await Signer.at(site, 'dev'), await Signer.at(site, 'esther')];
    await author.propose();
    await first.act(pageOf(site, '/review'), REVIEW);
    await site.closePages();
    await site.openPages();
    expect(wordsOf(await first.visitor.ask(pageOf(site)))).toContain('Your review is signed. It waits for a second');
    await second.act(pageOf(site, '/review'), REVIEW);
    expect([...site.proposal(NAME).reviews.keys()].toSorted()).toEqual(['data-officer', 'victims-officer']);
  });

  it('is an act that names a roster before the one in force, and says to sign anew', async () => {
    const site = await GovernanceSite.open();
    const author = await Signer.at(site, 'carys');
    const signed = author.parts(await author.open('/governance/propose', { text: TEXT, step: 'sign' }));
    site.amend(() => ({}));
    const seen = await author.send(signed);
    expect(codeOf(seen)).toEqual([409, 'ROSTER_NOT_IN_FORCE']);
    expect(wordsOf(seen)).toContain('A new roster came into force before you signed');
    expect(wordsOf(seen)).toContain('Open the proposal again, read it, and sign it anew.');
    expect((await author.propose()).status).toBe(303);
  });

  it('is a way past the author’s place, whoever knows the address', async () => {
    const site = await GovernanceSite.open();
    const [author, colleague] = [await Signer.at(site, 'carys'), await Signer.at(site, 'colin')];
    const [first, second] = [await Signer.at(site, 'dev'), await Signer.at(site, 'esther')];
    await author.propose();
    expect(codeOf(await author.act(pageOf(site, '/review'), REVIEW))).toEqual([409, 'AUTHOR_MAY_NOT']);
    expect(codeOf(await colleague.act(pageOf(site, '/review'), REVIEW))).toEqual([409, 'AUTHORS_ORGANISATION_MAY_NOT']);
    expect(codeOf(await first.act(pageOf(site, '/approve')))).toEqual([409, 'REVIEWS_MISSING']);
    expect(codeOf(await first.act(pageOf(site, '/publish')))).toEqual([409, 'WRONG_STATE']);
    for (const reviewer of [first, second]) await reviewer.act(pageOf(site, '/review'), REVIEW);
    for (const aside of [author, colleague]) {
      const seen = await aside.act(pageOf(site, '/approve'));
      expect(seen.status).toBe(409);
      expect(wordsOf(seen)).toContain('You stand aside from this template');
    }
    expect((await first.act(pageOf(site, '/approve'))).status).toBe(303);
    site.aheadMs += 2_000;
    expect(codeOf(await first.act(pageOf(site, '/approve')))).toEqual([409, 'DUPLICATE_SIGNER']);
    expect(site.proposal(NAME).state).toBe('under-review');
  });

  it('is what is longer than anything that is signed, and garbage, without ever failing', async () => {
    const site = await GovernanceSite.open();
    const author = await Signer.at(site, 'carys');
    const [part] = author.parts(await author.open('/governance/propose', { text: TEXT, step: 'sign' }));
    const characters = Math.ceil(MAX_ACT_BYTES / 3) * 4;
    const said = async (parts: unknown): Promise<unknown[]> => codeOf(await author.send(parts));
    const unread = [422, undefined];
    // At the limit it is read, and no act; one past it, it isn't read at all.
    expect(await said([{ ...part, payload: 'A'.repeat(characters) }])).toEqual([409, 'BAD_PAYLOAD']);
    expect(await said([{ ...part, payload: 'A'.repeat(characters + 4) }])).toEqual(unread);
    expect(await said([{ ...part, signature: 'A'.repeat(MAX_PART_CHARACTERS) }])).toEqual([409, 'BAD_SIGNATURE']);
    expect(await said([{ ...part, signature: 'A'.repeat(MAX_PART_CHARACTERS + 4) }])).toEqual(unread);
    expect(await said(Array.from({ length: MAX_SIGNED_ACTS + 1 }, () => part))).toEqual(unread);
    for (const bad of [
      '',
      '[]',
      '{',
      'null',
      '[null]',
      '[[]]',
      [{ ...part, more: 1 }],
      [{ ...part, payload: '%' }],
      '['.repeat(50_000),
    ]) {
      expect(await said(bad)).toEqual(unread);
    }
    const add = (act: string): Promise<Seen> => author.visitor.post('/governance/add', { act });
    const { body } = await author.visitor.ask('/account');
    const [, token = ''] = /name="_csrf" value="([0-9a-f]+)"/.exec(body) ?? [];
    const room = MAX_FORM_BYTES - new URLSearchParams({ _csrf: token, act: '' }).toString().length;
    expect((await add('a'.repeat(room))).status).toBe(422);
    const long = await add('a'.repeat(room + 1));
    expect(long.status).toBe(413);
    expect(wordsOf(long)).toContain('too long for this page');
    for (const bad of [
      '',
      '{}',
      '\u0000',
      '<script>alert(1)</script>',
      '{"payloadType":"x","payload":"","signatures":[]}',
    ]) {
      const seen = await add(bad);
      expect([bad, seen.status]).toEqual([bad, 422]);
      expect(seen.body).not.toContain('<script>alert');
      expect(seen.body).not.toMatch(/\n\s+at .*\.[jt]s:\d+/);
    }
    for (const text of [
      '',
      '\u0000',
      '<script>alert(1)</script>',
      '- 1',
      'a: &a [*a]',
      'x'.repeat(70_000),
      `${TEXT}\n---\n${TEXT}`,
    ]) {
      const seen = await author.open('/governance/propose', { text, step: 'sign' });
      expect([text.slice(0, 20), seen.status]).toEqual([text.slice(0, 20), 422]);
      expect(seen.body).not.toContain('<script>alert');
    }
    for (const publicKey of ['', '%', 'AAAA', 'A'.repeat(500)]) {
      expect((await author.visitor.post('/governance/passkey', { publicKey })).status).toBe(422);
    }
    expect(site.log.of('page-error')).toEqual([]);
    expect(site.registers.register.proposals).toEqual([]);
  });

  it('sends nobody to another site, and takes no form without its token', async () => {
    const site = await GovernanceSite.open();
    const author = await Signer.at(site, 'carys');
    for (const next of ['https://evil.example', '//evil.example', '/governance/../sign-out', '/governance\\evil']) {
      const page = await author.open('/governance/propose', { text: TEXT, step: 'sign' });
      const seen = await author.send(author.parts(page), next);
      // A proposal may be made again as an edit of itself, as long as it is of another second.
      if (seen.status === 303) expect(seen.headers.location).toBe('/governance');
      site.aheadMs += 2_000;
    }
    const forged = await author.visitor.ask(SIGN, { method: 'POST', form: { signed: '[]' } });
    expect(codeOf(forged)).toEqual([403, 'FORM_EXPIRED']);
  });

  it('takes a registrar’s statement and a roster that were signed elsewhere, and says what it does not take', async () => {
    const site = await GovernanceSite.open();
    const author = await Signer.at(site, 'carys');
    await author.propose();
    expect(wordsOf(await author.visitor.ask('/governance'))).toContain('One entry was added since');
    site.board.catchUp(site.registers.copy.entries);
    site.aheadMs += 2_000;
    const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
    const statement = text(site.board.statement());
    const add = (act: string): Promise<Seen> => author.visitor.post('/governance/add', { act });
    expect((await add(statement)).status).toBe(303);
    expect(wordsOf(await author.visitor.ask('/governance'))).not.toContain('since the registrar’s last statement');
    expect(wordsOf(await add(statement))).toContain('There is a later statement already');
    site.board.amend(() => ({}));
    const roster = text(site.board.entries.at(-1) ?? new Uint8Array());
    expect((await add(roster)).status).toBe(303);
    expect(site.registers.roster.version).toBe(site.board.roster.version);
    expect(wordsOf(await add(roster))).toMatch(/There is a problem/);
  });
});
