import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { silentLog } from '../../../core/base/index.js';
import { configText, loadConfig, tokenHash } from '../../../coordinator/index.js';
import { readClientSecret } from '../../../coordinator/configured-files.js';
import { MAX_PEOPLE, PeopleFile } from '../../../coordinator/sign-in/people-file.js';
import {
  MAX_CLAIM_VALUES,
  MAX_SESSION_HOURS,
  signInSchema,
  type SignInConfig,
} from '../../../coordinator/sign-in/sign-in-config.js';
import { packagePath } from '../../../runtime/index.js';

const BASE = configText(tokenHash('a token'));
const PROXY = BASE.replace('tlsTerminatedUpstream: false', 'tlsTerminatedUpstream: true');
const SIGN_IN = {
  issuer: 'https://sign-in.example',
  clientId: 'tallystick',
  redirectBase: 'https://tally.example',
  roles: { people: 'people.yaml' },
};
const ROLE = { roles: ['analyst'], organisation: 'analysts', analyst: 'desk' };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sign-in-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

function load(changes: object, text = PROXY): SignInConfig | undefined {
  const file = join(folder, 'coordinator.yaml');
  writeFileSync(file, `${text}\nsignIn: ${JSON.stringify({ ...SIGN_IN, ...changes })}\n`);
  return loadConfig(file).signIn;
}

function problemsOf(changes: object, text = PROXY): string[] {
  try {
    load(changes, text);
  } catch (thrown) {
    return (thrown as { problems: { path: string }[] }).problems.map(({ path }) => path);
  }
  return [];
}

/** Fenced YAML of the page about signing in. */
const shown = [
  ...readFileSync(packagePath('docs', 'coordinator', 'sign-in.md'), 'utf8').matchAll(/^```yaml\n([^]*?)^```$/gm),
].map(([, text]) => text ?? '');

describe('the section signIn', () => {
  it('need not be there', () => {
    const file = join(folder, 'coordinator.yaml');
    writeFileSync(file, BASE);
    expect(loadConfig(file).signIn).toBeUndefined();
  });

  it('has paths from its folder, and says the rest itself', () => {
    expect(load({ clientSecret: 'sign-in.secret' })).toEqual({
      ...SIGN_IN,
      clientSecret: join(folder, 'sign-in.secret'),
      scopes: ['openid', 'profile', 'email'],
      sessionHours: 8,
      roles: { people: join(folder, 'people.yaml') },
    });
  });

  it('is as its example and its guide show it', () => {
    const example = readFileSync(packagePath('coordinator', 'coordinator.example.yaml'), 'utf8');
    const section = /^# signIn:\n(?:# .*\n)+/m.exec(example)?.[0].replaceAll(/^# /gm, '') ?? '';
    expect(signInSchema.parse((parse(section) as { signIn: unknown }).signIn)).toMatchObject(SIGN_IN);
    const sections = shown
      .map((text) => parse(text) as { signIn?: unknown })
      .filter(({ signIn }) => signIn !== undefined);
    expect(sections.map(({ signIn }) => signInSchema.parse(signIn).clientId)).toEqual(['tallystick', 'tallystick']);
  });

  it.each<[string, object, string]>([
    ['an issuer without TLS', { issuer: 'http://sign-in.example' }, 'signIn.issuer'],
    ['an issuer that only begins like this computer', { issuer: 'http://127.0.0.1.example' }, 'signIn.issuer'],
    ['an issuer with a password', { issuer: 'https://a:b@sign-in.example' }, 'signIn.issuer'],
    ['no address', { issuer: 'sign-in.example' }, 'signIn.issuer'],
    ['pages without TLS', { redirectBase: 'http://tally.example' }, 'signIn.redirectBase'],
    ['pages below a path', { redirectBase: 'https://tally.example/tally' }, 'signIn.redirectBase'],
    ['no openid', { scopes: ['profile'] }, 'signIn.scopes'],
    ['a session that never ends', { sessionHours: MAX_SESSION_HOURS + 0.1 }, 'signIn.sessionHours'],
    ['no roles', { roles: {} }, 'signIn.roles'],
    ['both ways to roles', { roles: { people: 'x', claim: 'y', mapping: {} } }, 'signIn.roles'],
    [
      'a role that there is not',
      { roles: { claim: 'c', mapping: { v: { roles: ['owner'] } } } },
      'signIn.roles.mapping.v.roles[0]',
    ],
    ['a misspelt key', { clientID: 'x' }, 'signIn.clientID'],
  ])('is refused with %s', (_, changes, path) => {
    expect(problemsOf(changes)).toEqual([path]);
  });

  it.each<[string, object, string[]]>([
    ['https without a proxy', {}, ['signIn.redirectBase']],
    ['this computer', { redirectBase: 'http://127.0.0.1:7401' }, []],
    ['nothing said', { redirectBase: undefined }, []],
  ])('without a proxy that speaks TLS: %s', (_, changes, problems) => {
    expect(problemsOf(changes, BASE)).toEqual(problems);
  });

  it('has to say its address behind a proxy', () => {
    expect(problemsOf({ redirectBase: undefined })).toEqual(['signIn.redirectBase']);
  });

  it(`maps ${MAX_CLAIM_VALUES} values of a claim, and not one more`, () => {
    const mapping = (values: number): object => ({
      roles: {
        claim: 'groups',
        mapping: Object.fromEntries(Array.from({ length: values }, (_, index) => [`v${index}`, ROLE])),
      },
    });
    expect(problemsOf(mapping(MAX_CLAIM_VALUES))).toEqual([]);
    expect(problemsOf(mapping(MAX_CLAIM_VALUES + 1))).toEqual(['signIn.roles.mapping']);
    expect(load({ sessionHours: MAX_SESSION_HOURS })?.sessionHours).toBe(MAX_SESSION_HOURS);
  });

  it('keeps the client’s secret in a file for its owner alone', () => {
    const file = join(folder, 'sign-in.secret');
    const withCode = (code: string): Error => expect.objectContaining({ code }) as Error;
    expect(readClientSecret({})).toBeUndefined();
    expect(() => readClientSecret({ clientSecret: file })).toThrow(withCode('CONFIG_INVALID'));
    writeFileSync(file, ' a secret\n', { mode: 0o644 });
    expect(() => readClientSecret({ clientSecret: file })).toThrow(withCode('KEY_FILE_EXPOSED'));
    chmodSync(file, 0o600);
    expect(readClientSecret({ clientSecret: file })).toBe('a secret');
    writeFileSync(file, '\n');
    expect(() => readClientSecret({ clientSecret: file })).toThrow(withCode('CONFIG_INVALID'));
  });
});

describe('a file of people', () => {
  const open = (text: string): PeopleFile => {
    const file = join(folder, 'people.yaml');
    writeFileSync(file, text);
    return new PeopleFile(file, silentLog);
  };

  it('is as the guide shows it', () => {
    const people = open(shown.find((text) => text.startsWith('people:')) ?? '');
    expect(people.find({ email: 'sam@data.example' })).toMatchObject({ roles: ['officer', 'operator'] });
    expect(people.find({ subject: '5f0c1d2e-6a7b-4c8d-9e0f-1a2b3c4d5e6f' })).toMatchObject({ analyst: 'desk-1' });
    expect(people.find({ subject: 'sam@data.example' })).toBeUndefined();
  });

  it(`has ${MAX_PEOPLE} people, and not one more`, () => {
    const text = (people: number): string =>
      JSON.stringify({
        people: Array.from({ length: people }, (_, index) => ({ sub: `${index}`, name: 'N', roles: ['operator'] })),
      });
    expect(open(text(MAX_PEOPLE)).find({ subject: `${MAX_PEOPLE - 1}` })).toBeDefined();
    expect(() => open(text(MAX_PEOPLE + 1))).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});
