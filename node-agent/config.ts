import { resolve } from 'node:path';

import { z } from 'zod';

import { MAX_IDENTIFIER_VALUES, normaliseDate } from '../core/linkage/index.js';
import { COORDINATOR } from '../core/private-join/index.js';
import {
  besideFile,
  governanceFrom,
  governanceSchema,
  MAX_SPOOL_MEMORY_MIB,
  MIN_SPOOL_MEMORY_MIB,
  readYamlConfig,
} from '../runtime/index.js';
import type { GovernanceFiles } from '../runtime/index.js';
import { optOutsFrom, optOutsSchema } from './consent/opt-outs-config.js';
import type { SourceIdentifier } from './source/mapping.js';
import { placeFrom, placeSettings, sourcePlace } from './source/source-config.js';

/** Datasets one agency may offer. */
export const MAX_SOURCES = 64;
export const MAX_WORKERS = 256;
/** Runs that one node takes part in at once. */
export const MAX_CONCURRENT_RUNS = 16;
const MAX_PORT = 65_535;
const DEFAULT_CONSOLE_PORT = 7_480;
/** Local codes of one field: more belong into a table of their own, and a view that looks them up. */
export const MAX_LOCAL_CODES = 2_000;
/** A longer code is a text. */
export const MAX_CODE_CHARACTERS = 200;
/** A day: a deadline beyond it is no deadline. */
export const MAX_DEADLINE_SECONDS = 86_400;

const path = z.string().min(1);
const name = z.string().min(1).max(200);
const seconds = z.number().positive().max(MAX_DEADLINE_SECONDS);
const isoDate = z.string().refine((text) => normaliseDate(text) === text, 'a date written as YYYY-MM-DD');

/** Of one identifier: preferred first. */
const columns = z.union([name, z.array(name).min(1).max(MAX_IDENTIFIER_VALUES)], {
  error: `must be a column, or a list of 1 to ${MAX_IDENTIFIER_VALUES} columns`,
});

/** A column of the agency's own codes, and which of the dataset's each means; null where it means nothing recorded. */
const codedColumn = z.strictObject({
  column: name,
  codes: z
    .record(
      z.string().max(MAX_CODE_CHARACTERS),
      z.union([name, z.null()], { error: 'must be a code of the dataset, or null for nothing recorded' }),
    )
    .refine((codes) => Object.keys(codes).length > 0, 'must have at least 1 code')
    .refine((codes) => Object.keys(codes).length <= MAX_LOCAL_CODES, `must have at most ${MAX_LOCAL_CODES} codes`),
});

const sourceSchema = z
  .strictObject({
    dataset: name,
    ...placeSettings,
    asAt: isoDate.optional(),
    identifiers: z
      .strictObject({
        forename: columns.exactOptional(),
        surname: columns.exactOptional(),
        dateOfBirth: columns.exactOptional(),
        postcode: columns.exactOptional(),
        sex: codedOr(columns).exactOptional(),
        place: columns.exactOptional(),
        area: columns.exactOptional(),
        nhsNumber: columns.exactOptional(),
        pnc: columns.exactOptional(),
        cro: columns.exactOptional(),
        urn: name.exactOptional(),
      } satisfies Record<SourceIdentifier, z.ZodType>)
      .default({}),
    /** Purpose code to the column that says whether somebody has consented to it, where the dataset's basis is opt-in. */
    consent: z.record(name, name).default({}),
    fields: z.record(name, codedOr(name)).default({}),
  })
  .transform((settings, context) => {
    const { dataset, asAt, identifiers, consent, fields } = settings;
    const found = sourcePlace(settings);
    if ('place' in found) return { dataset, asAt, identifiers, consent, fields, place: found.place };
    context.addIssue({ code: 'custom', path: [...found.at], message: found.message });
    return z.NEVER;
  });

/** Which of the two it is shows in its form, so that each says for itself what is wrong with it. */
function codedOr<Other extends z.ZodType>(other: Other): z.ZodType<z.output<Other> | z.output<typeof codedColumn>> {
  return z.unknown().transform((value, context) => {
    const isBlock = typeof value === 'object' && value !== null && !Array.isArray(value);
    const parsed = (isBlock ? codedColumn : other).safeParse(value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) context.addIssue({ ...issue, path: [...issue.path] });
    return z.NEVER;
  });
}

export const configSchema = z
  .strictObject({
    agency: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]*$/, 'the agency’s id as the roster writes it: lower-case letters, digits and hyphens')
      .refine((agency) => agency !== COORDINATOR, `${COORDINATOR} is not an agency`),
    coordinator: z.strictObject({
      address: z.string().regex(/^.+:[0-9]{1,5}$/, 'host:port of the coordinator'),
      useHttpProxy: z.boolean().default(false),
    }),
    tls: z.strictObject({ authority: path, certificate: path, privateKey: path }),
    identityKey: path,
    storageKey: path,
    governance: governanceSchema,
    datasets: path,
    snapshots: path,
    /** A file beside the folder of snapshots where it isn't given. */
    ledger: path.optional(),
    sources: z.array(sourceSchema).min(1).max(MAX_SOURCES),
    optOuts: optOutsSchema.exactOptional(),
    /** A file of its own: a running node takes it up when it changes. */
    policy: z
      .string({ error: 'must be the path of a file that says what this section said' })
      .min(1)
      .default('policy.yaml'),
    /** Pages for whoever looks after the node, for a browser on this computer. */
    console: z
      .strictObject({ port: z.int().min(0).max(MAX_PORT), secret: path })
      .default({ port: DEFAULT_CONSOLE_PORT, secret: 'console.secret' }),
    spool: z.strictObject({ directory: path, memoryMiB: z.int().min(MIN_SPOOL_MEMORY_MIB).max(MAX_SPOOL_MEMORY_MIB) }),
    workers: z.int().min(1).max(MAX_WORKERS),
    concurrentRuns: z.int().min(1).max(MAX_CONCURRENT_RUNS).default(2),
    deadlines: z
      .strictObject({ runProgressSeconds: seconds, stopSeconds: seconds, sourceLockedSeconds: seconds })
      .default({ runProgressSeconds: 300, stopSeconds: 10, sourceLockedSeconds: 5 }),
    logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  })
  .superRefine(({ sources }, context) => {
    const datasets = sources.map(({ dataset }) => dataset);
    datasets.forEach((dataset, index) => {
      if (datasets.indexOf(dataset) === index) return;
      context.addIssue({ code: 'custom', path: ['sources', index, 'dataset'], message: 'has a source already' });
    });
  });

/** A node's configuration, with every path made absolute. */
export type NodeConfig = Omit<z.infer<typeof configSchema>, 'governance'> & {
  readonly ledger: string;
  readonly governance: GovernanceFiles;
};
export type SourceConfig = NodeConfig['sources'][number];

/**
 * Reads the configuration; relative paths in it are meant from its own folder.
 * Thrown when it can't be read or is not a configuration: RuntimeError CONFIG_UNREADABLE or CONFIG_INVALID.
 */
export function loadConfig(file: string): NodeConfig {
  const config = readYamlConfig(file, configSchema);
  const from = (relative: string): string => besideFile(resolve(file), relative);
  const { tls } = config;
  return {
    ...config,
    tls: {
      authority: from(tls.authority),
      certificate: from(tls.certificate),
      privateKey: from(tls.privateKey),
    },
    identityKey: from(config.identityKey),
    storageKey: from(config.storageKey),
    governance: governanceFrom(config.governance, from),
    datasets: from(config.datasets),
    snapshots: from(config.snapshots),
    // Not in the folder: that may be emptied and prepared anew, and what has been given away stays given away.
    ledger: from(config.ledger ?? `${config.snapshots.replace(/[/]+$/, '')}.ledger`),
    policy: from(config.policy),
    console: { ...config.console, secret: from(config.console.secret) },
    sources: config.sources.map((source) => ({ ...source, place: placeFrom(source.place, from) })),
    ...(config.optOuts === undefined ? {} : { optOuts: optOutsFrom(config.optOuts, from) }),
    spool: { ...config.spool, directory: from(config.spool.directory) },
  };
}
