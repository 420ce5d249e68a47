import { resolve } from 'node:path';

import { z } from 'zod';

import { MAXIMUM_THRESHOLD } from '../core/disclosure/index.js';
import { MAX_IDENTIFIER_VALUES, normaliseDate } from '../core/linkage/index.js';
import { MAXIMUM_EPSILON, MINIMUM_EPSILON } from '../core/noise/index.js';
import { COORDINATOR } from '../core/private-join/index.js';
import { DEFAULT_BUDGET, MINIMUM_PARTICIPANTS } from '../core/templates/index.js';
import { besideFile, MAX_SPOOL_MEMORY_MIB, MIN_SPOOL_MEMORY_MIB, readYamlConfig } from '../runtime/index.js';
import { DENY_ALL } from './policy/policy.js';
import type { SourceIdentifier } from './source/mapping.js';
import { placeFrom, placeSettings, sourcePlace } from './source/source-config.js';

/** Datasets one agency may offer. */
export const MAX_SOURCES = 64;
/** Entries of one agency's allow-list. */
export const MAX_ALLOWED_TEMPLATES = 1_000;
export const MAX_WORKERS = 256;
/** Runs that one node takes part in at once. */
export const MAX_CONCURRENT_RUNS = 16;
/** Privacy loss (epsilon) that a budget may allow: beyond it, it is no budget. */
export const MAX_BUDGET = 1_000_000;
/** A day: a deadline beyond it is no deadline. */
export const MAX_DEADLINE_SECONDS = 86_400;

const path = z.string().min(1);
const name = z.string().min(1).max(200);
const seconds = z.number().positive().max(MAX_DEADLINE_SECONDS);
/** Nothing may be given away where it is 0. */
const budget = z.number().min(0).max(MAX_BUDGET);
const isoDate = z.string().refine((text) => normaliseDate(text) === text, 'a date written as YYYY-MM-DD');

/** Of one identifier: preferred first. */
const columns = z.union([name, z.array(name).min(1).max(MAX_IDENTIFIER_VALUES)], {
  error: `must be a column, or a list of 1 to ${MAX_IDENTIFIER_VALUES} columns`,
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
        sex: columns.exactOptional(),
        place: columns.exactOptional(),
        area: columns.exactOptional(),
        nhsNumber: columns.exactOptional(),
        pnc: columns.exactOptional(),
        cro: columns.exactOptional(),
        urn: name.exactOptional(),
      } satisfies Record<SourceIdentifier, z.ZodType>)
      .default({}),
    fields: z.record(name, name).default({}),
  })
  .transform((settings, context) => {
    const { dataset, asAt, identifiers, fields } = settings;
    const found = sourcePlace(settings);
    if ('place' in found) return { dataset, asAt, identifiers, fields, place: found.place };
    context.addIssue({ code: 'custom', path: [...found.at], message: found.message });
    return z.NEVER;
  });

/** Deny by default: what is left out here is not allowed. */
const policySchema = z.strictObject({
  allow: z
    .array(z.strictObject({ template: name, version: z.int().min(1).optional() }))
    .max(MAX_ALLOWED_TEMPLATES)
    .default([]),
  minimumThreshold: z.int().min(0).max(MAXIMUM_THRESHOLD).default(0),
  minimumRounding: z.int().min(0).max(MAXIMUM_THRESHOLD).default(0),
  maximumEpsilon: z.number().min(MINIMUM_EPSILON).max(MAXIMUM_EPSILON).optional(),
  budget: z
    .strictObject({
      perSnapshot: budget.default(DEFAULT_BUDGET.perSnapshot),
      perQuarter: budget.default(DEFAULT_BUDGET.perQuarter),
    })
    .default({ ...DEFAULT_BUDGET }),
  minimumParticipants: z.int().min(MINIMUM_PARTICIPANTS).default(MINIMUM_PARTICIPANTS),
});

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
    roster: path,
    datasets: path,
    snapshots: path,
    /** A file beside the folder of snapshots where it isn't given. */
    ledger: path.optional(),
    sources: z.array(sourceSchema).min(1).max(MAX_SOURCES),
    policy: policySchema.default({ ...DENY_ALL, allow: [] }),
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
export type NodeConfig = z.infer<typeof configSchema> & { readonly ledger: string };
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
    roster: from(config.roster),
    datasets: from(config.datasets),
    snapshots: from(config.snapshots),
    // Not in the folder: that may be emptied and prepared anew, and what has been given away stays given away.
    ledger: from(config.ledger ?? `${config.snapshots.replace(/[/]+$/, '')}.ledger`),
    sources: config.sources.map((source) => ({ ...source, place: placeFrom(source.place, from) })),
    spool: { ...config.spool, directory: from(config.spool.directory) },
  };
}
