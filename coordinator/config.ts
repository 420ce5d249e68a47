import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { isoDateSchema, nameSchema } from '../core/templates/index.js';
import {
  governanceFrom,
  governanceSchema,
  MAX_SPOOL_MEMORY_MIB,
  MIN_SPOOL_MEMORY_MIB,
  readYamlConfig,
  type GovernanceFiles,
} from '../runtime/index.js';
import { signInFrom, signInSchema } from './sign-in/sign-in-config.js';
import { scopesSchema } from './tokens/scopes.js';

/** Tokens that may open the API. */
export const MAX_API_TOKENS = 100;
export const MAX_WORKERS = 256;
/** A day: a deadline beyond it is no deadline. */
export const MAX_DEADLINE_SECONDS = 86_400;

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

const path = z.string().min(1);
const port = z.int().min(0).max(65_535);
const seconds = z.number().positive().max(MAX_DEADLINE_SECONDS);

const tokenSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.@-]{0,63}$/, 'lower-case letters, digits, dots, @ and hyphens; at most 64')
    .describe('who asks, as agencies see it'),
  organisation: nameSchema.describe('of which organisation of the roster: purposes are granted to organisations'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits: the SHA-256 of the token'),
  scopes: scopesSchema.describe('what it is good for; everything where it is left out').exactOptional(),
  expires: isoDateSchema.describe('the last day on which it is good; no last day where it is left out').exactOptional(),
});

export const configSchema = z
  .strictObject({
    federation: z.strictObject({
      host: z.string().min(1),
      port,
      tls: z.strictObject({ authority: path, certificate: path, privateKey: path }),
    }),
    enrolment: z
      .strictObject({ host: z.string().min(1), port, authorityKey: path, database: path })
      .describe('where nodes get their certificates; none is given where it is left out')
      .exactOptional(),
    api: z.strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port,
      tokens: z.array(tokenSchema).min(1).max(MAX_API_TOKENS),
      tlsTerminatedUpstream: z.boolean().default(false),
    }),
    trial: z
      .strictObject({ url: z.url({ protocol: /^https?$/ }).max(300), token: path })
      .describe('a federation of invented people, where analysts try a question first; none where it is left out')
      .exactOptional(),
    signIn: signInSchema
      .describe('by whom and how people sign in to the pages; nobody can where it is left out')
      .exactOptional(),
    identityKey: path,
    governance: governanceSchema,
    datasets: path,
    database: path,
    spool: z.strictObject({ directory: path, memoryMiB: z.int().min(MIN_SPOOL_MEMORY_MIB).max(MAX_SPOOL_MEMORY_MIB) }),
    workers: z.int().min(1).max(MAX_WORKERS),
    deadlines: z.strictObject({
      offerAnswerSeconds: seconds,
      roundProgressSeconds: seconds,
      stopSeconds: seconds,
    }),
    logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    revealUnprotectedCountsOfSyntheticData: z.boolean().default(false),
  })
  .superRefine(({ api, signIn }, context) => {
    const pages = signIn?.redirectBase;
    if (signIn !== undefined && pages === undefined && api.tlsTerminatedUpstream) {
      context.addIssue({
        code: 'custom',
        path: ['signIn', 'redirectBase'],
        message: 'behind a proxy it has to be said',
      });
    }
    if (pages?.startsWith('https:') === true && !api.tlsTerminatedUpstream) {
      context.addIssue({
        code: 'custom',
        path: ['signIn', 'redirectBase'],
        message: 'https needs a proxy that speaks TLS before it, and api.tlsTerminatedUpstream: true',
      });
    }
    if (!LOOPBACK.has(api.host) && !api.tlsTerminatedUpstream) {
      context.addIssue({
        code: 'custom',
        path: ['api', 'host'],
        message:
          'the API speaks plain HTTP: listen on 127.0.0.1, or put a proxy that speaks TLS before it and set ' +
          'tlsTerminatedUpstream: true',
      });
    }
    const names = api.tokens.map(({ name }) => name);
    names.forEach((name, index) => {
      if (names.indexOf(name) !== index) {
        context.addIssue({ code: 'custom', path: ['api', 'tokens', index, 'name'], message: 'stands there twice' });
      }
    });
  });

/** The coordinator's configuration, with every path made absolute. */
export type CoordinatorConfig = Omit<z.infer<typeof configSchema>, 'governance'> & {
  readonly governance: GovernanceFiles;
};
export type EnrolmentConfig = NonNullable<CoordinatorConfig['enrolment']>;

/** A federation whose name ends like this has synthetic people only, and says so in every match key it makes. */
const SYNTHETIC_ENDINGS = ['-demo', '-test'];

export function isSynthetic(federation: string): boolean {
  return SYNTHETIC_ENDINGS.some((ending) => federation.endsWith(ending));
}

/**
 * Reads the configuration; relative paths in it are meant from its own folder.
 * Thrown when it can't be read or is not a configuration: RuntimeError CONFIG_UNREADABLE or CONFIG_INVALID.
 */
export function loadConfig(file: string): CoordinatorConfig {
  return fromFolder(readYamlConfig(file, configSchema), dirname(resolve(file)));
}

function fromFolder(config: z.infer<typeof configSchema>, folder: string): CoordinatorConfig {
  const from = (relative: string): string => resolve(folder, relative);
  const { enrolment, signIn, trial } = config;
  const { tls } = config.federation;
  return {
    ...config,
    ...(enrolment === undefined
      ? {}
      : {
          enrolment: {
            ...enrolment,
            authorityKey: from(enrolment.authorityKey),
            database: from(enrolment.database),
          },
        }),
    ...(signIn === undefined ? {} : { signIn: signInFrom(signIn, from) }),
    federation: {
      ...config.federation,
      tls: {
        authority: from(tls.authority),
        certificate: from(tls.certificate),
        privateKey: from(tls.privateKey),
      },
    },
    ...(trial === undefined ? {} : { trial: { ...trial, token: from(trial.token) } }),
    identityKey: from(config.identityKey),
    governance: governanceFrom(config.governance, from),
    datasets: from(config.datasets),
    database: from(config.database),
    spool: { ...config.spool, directory: from(config.spool.directory) },
  };
}
