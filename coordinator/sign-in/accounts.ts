import { z } from 'zod';
import type { Log } from '../../core/base/index.js';
import type { SignedRoster } from '../../core/governance/index.js';
import type { Account, Role } from '../access/account.js';
import { asEmail, PeopleFile } from './people-file.js';
import { MAX_SUBJECT_CHARACTERS, type RoleSource, type SignInConfig, type Standing } from './sign-in-config.js';

/** What the sign-in service says of somebody, when it can be believed. */
export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

/** What is kept of whoever has signed in, and no more: who they are by it is looked up at each request. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  /** Only where the file of people knows them by it. */
  readonly email?: string;
  /** Only where roles come from a claim: what people see as their own name, and the values that stand for roles. */
  readonly name?: string;
  readonly values?: readonly string[];
}

export interface Accounts {
  /** What to keep of them; undefined for whom nobody here knows. */
  identify(claims: Claims): Identity | undefined;
  /** Who they are now; undefined for whom nobody knows any more. Without roles for whose roles the roster doesn't bear out. */
  accountOf(identity: Identity): Account | undefined;
}

export interface AccountsOptions {
  readonly config: Pick<SignInConfig, 'issuer' | 'roles'>;
  /** The one in force. */
  readonly roster: () => Pick<SignedRoster, 'organisations' | 'officers' | 'roles'>;
  readonly log: Log;
}

/** Longer ones are cut: a name is for its owner's page. */
const MAX_NAME_CHARACTERS = 200;

/** Thrown when a file of people is no use: RuntimeError CONFIG_UNREADABLE or CONFIG_INVALID. */
export function createAccounts({ config, roster, log }: AccountsOptions): Accounts {
  const { issuer, roles } = config;
  const borneOut = new RosterCheck(roster, log);
  const source = 'people' in roles ? byPeople(new PeopleFile(roles.people, log)) : byClaim(roles, log);
  return {
    identify: (claims) => {
      const found = source.identify(claims);
      return found === undefined ? undefined : { issuer, subject: claims.sub, ...found };
    },
    accountOf: (identity) => {
      // Another service may give the same id to somebody else.
      const found = identity.issuer === issuer ? source.find(identity) : undefined;
      return found === undefined ? undefined : borneOut.account(identity.subject, found.name, found.standing);
    },
  };
}

interface Source {
  identify(claims: Claims): Omit<Identity, 'issuer' | 'subject'> | undefined;
  find(identity: Identity): { readonly name: string; readonly standing: Standing } | undefined;
}

const verifiedEmail = z.object({
  email: z.string().max(MAX_SUBJECT_CHARACTERS),
  email_verified: z.literal(true),
});

function byPeople(file: PeopleFile): Source {
  return {
    identify: (claims) => {
      if (file.find({ subject: claims.sub }) !== undefined) return {};
      const { data } = verifiedEmail.safeParse(claims);
      if (data === undefined) return undefined;
      const email = asEmail(data.email);
      return file.find({ email }) === undefined ? undefined : { email };
    },
    find: (identity) => {
      const person = file.find(identity);
      return person === undefined ? undefined : { name: person.name, standing: person };
    },
  };
}

const oneOrMore = z.union([z.array(z.unknown()), z.string().transform((value) => [value])]);

function byClaim({ claim, mapping }: Extract<RoleSource, { readonly claim: string }>, log: Log): Source {
  const standings = new Map(Object.entries(mapping));
  return {
    identify: (claims) => {
      const said = Object.hasOwn(claims, claim) ? (oneOrMore.safeParse(claims[claim]).data ?? []) : [];
      const values = said.filter((value): value is string => typeof value === 'string' && standings.has(value));
      return values.length === 0 ? undefined : { name: nameOf(claims), values };
    },
    find: ({ name = '', values = [] }) => {
      const held = values.flatMap((value) => standings.get(value) ?? []);
      const standing = together(held);
      if (standing !== undefined) return { name, standing };
      if (held.length > 0) {
        log.warn({ event: 'roles-contradict', reason: claim }, 'values of a claim give one person two organisations');
      }
      return undefined;
    },
  };
}

function nameOf(claims: Claims): string {
  const { data } = z.object({ name: z.string().min(1) }).safeParse(claims);
  return (data?.name ?? 'You').slice(0, MAX_NAME_CHARACTERS);
}

/** What several values of a claim give somebody; undefined where they say two things. */
function together(held: readonly Standing[]): Standing | undefined {
  const only = (key: 'organisation' | 'analyst' | 'officer'): Set<string> =>
    new Set(held.flatMap((standing) => standing[key] ?? []));
  const [organisations, analysts, officers] = [only('organisation'), only('analyst'), only('officer')];
  if (held.length === 0 || [organisations, analysts, officers].some(({ size }) => size > 1)) return undefined;
  const [organisation] = organisations;
  const [analyst] = analysts;
  const [officer] = officers;
  return {
    roles: [...new Set(held.flatMap(({ roles }) => roles))],
    ...(organisation === undefined ? {} : { organisation }),
    ...(analyst === undefined ? {} : { analyst }),
    ...(officer === undefined ? {} : { officer }),
  };
}

/** Gives nobody a role that the roster in force doesn't know an organisation or an officer for. */
class RosterCheck {
  readonly #roster: AccountsOptions['roster'];
  readonly #log: Log;
  /** What was said already: once is enough, however often somebody asks. */
  readonly #said = new Set<string>();

  constructor(roster: AccountsOptions['roster'], log: Log) {
    this.#roster = roster;
    this.#log = log;
  }

  account(subject: string, name: string, standing: Standing): Account {
    const { organisations, officers, roles: signers } = this.#roster();
    const { organisation, analyst, officer } = standing;
    const isKnown = organisation === undefined || organisations.some(({ id }) => id === organisation);
    const listed = officers.find(({ id }) => id === officer);
    const isRegistrar = signers.registrars.some(({ id }) => id === officer);
    const isOfficer = isRegistrar || (listed !== undefined && [undefined, listed.organisation].includes(organisation));
    if (!isKnown) this.#say('organisation', organisation);
    if (officer !== undefined && !isOfficer) this.#say('officer', officer);
    const held: Readonly<Record<Role, boolean>> = {
      analyst: isKnown && organisation !== undefined,
      officer: isKnown && isOfficer,
      operator: true,
    };
    const roles = standing.roles.filter((role) => held[role]);
    return {
      ...{ subject, name, roles },
      organisation: isKnown ? (organisation ?? listed?.organisation ?? null) : null,
      analyst: roles.includes('analyst') ? (analyst ?? null) : null,
      officer: roles.includes('officer') ? (officer ?? null) : null,
    };
  }

  #say(reason: 'organisation' | 'officer', party: string): void {
    const key = `${reason} ${party}`;
    if (this.#said.has(key)) return;
    this.#said.add(key);
    this.#log.warn({ event: 'role-unknown', reason, party }, 'the roster does not have it, so it gives nobody a role');
  }
}
