import { z } from 'zod';
import { nameSchema } from '../../core/templates/index.js';
import { ROLES } from '../access/account.js';

/** Values of a claim that stand for roles. */
export const MAX_CLAIM_VALUES = 1_000;
/** At most so long after signing in, whatever somebody does, they have to sign in again. */
export const MAX_SESSION_HOURS = 24;
const DEFAULT_SESSION_HOURS = 8;
/** Of a subject, by OpenID Connect Core 1.0, section 2. */
export const MAX_SUBJECT_CHARACTERS = 255;
const MAX_SCOPES = 20;

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** What somebody may be here, whoever says so. */
export const standingShape = {
  roles: z.array(z.enum(ROLES)).min(1).describe('what they may do'),
  organisation: nameSchema.exactOptional().describe('of the roster'),
  analyst: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'lower-case letters, digits, dots and hyphens; at most 64')
    .exactOptional()
    .describe('the name under which they ask, a role’s and no person’s: agencies and the audit log have it'),
  officer: nameSchema.exactOptional().describe('their id as an officer or registrar in the roster'),
};

interface Said {
  readonly roles: readonly string[];
  readonly organisation?: string;
  readonly analyst?: string;
  readonly officer?: string;
}

/** What a role needs beside its name. */
export function checkStanding({ roles, organisation, analyst, officer }: Said, context: z.RefinementCtx): void {
  const issue = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
  if (roles.includes('analyst') && organisation === undefined) issue('organisation', 'an analyst is of one');
  if (roles.includes('analyst') !== (analyst !== undefined)) {
    issue('analyst', 'the name under which they ask: an analyst has one, and nobody else');
  }
  if (roles.includes('officer') !== (officer !== undefined)) {
    issue('officer', 'their id in the roster: an officer has one, and nobody else');
  }
}

const standingSchema = z.strictObject(standingShape).superRefine(checkStanding);
export type Standing = z.infer<typeof standingSchema>;

/** Where roles come from: a file of people, or a claim of the sign-in service's. */
export type RoleSource =
  { readonly people: string } | { readonly claim: string; readonly mapping: Readonly<Record<string, Standing>> };

const rolesSchema = z
  .strictObject({
    people: z.string().min(1).exactOptional(),
    claim: z.string().min(1).max(MAX_SUBJECT_CHARACTERS).exactOptional(),
    mapping: z
      .record(z.string().min(1).max(MAX_SUBJECT_CHARACTERS), standingSchema)
      .refine((mapping) => Object.keys(mapping).length <= MAX_CLAIM_VALUES, `at most ${MAX_CLAIM_VALUES} values`)
      .exactOptional(),
  })
  .transform(({ people, claim, mapping }, context): RoleSource => {
    if (people !== undefined && claim === undefined && mapping === undefined) return { people };
    if (people === undefined && claim !== undefined && mapping !== undefined) return { claim, mapping };
    context.addIssue({ code: 'custom', message: 'either `people`, a file, or both `claim` and `mapping`' });
    return z.NEVER;
  });

/** By which people sign in to the coordinator's pages (OpenID Connect, code flow with PKCE). */
export const signInSchema = z
  .strictObject({
    issuer: httpUrl('the address of the sign-in service'),
    clientId: z.string().min(1),
    clientSecret: z.string().min(1).exactOptional().describe('a file; a public client has none'),
    redirectBase: httpUrl('the address of the pages, without a path')
      .refine((url) => isOrigin(url), 'without a path, as in https://tally.example')
      .exactOptional(),
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/))
      .max(MAX_SCOPES)
      .default(['openid', 'profile', 'email']),
    sessionHours: z.number().positive().max(MAX_SESSION_HOURS).default(DEFAULT_SESSION_HOURS),
    roles: rolesSchema,
  })
  .refine(({ scopes }) => scopes.includes('openid'), { path: ['scopes'], message: 'openid has to be among them' });

export type SignInConfig = z.infer<typeof signInSchema>;

/** HTTP without TLS is for this computer only. */
function httpUrl(what: string): z.ZodString {
  return z
    .string()
    .refine((text) => isProtected(text), `${what}: https, or http on this computer; without user, query or fragment`);
}

function isProtected(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  if (username + password + search + hash !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && [new URL(text).origin, `${new URL(text).origin}/`].includes(text);
}

/** @param from makes a path absolute */
export function signInFrom(config: SignInConfig, from: (path: string) => string): SignInConfig {
  const { clientSecret, roles } = config;
  return {
    ...config,
    ...(clientSecret === undefined ? {} : { clientSecret: from(clientSecret) }),
    roles: 'people' in roles ? { people: from(roles.people) } : roles,
  };
}
