import { z } from 'zod';

import { MODES } from '../policy/policy.js';
import { readStateFile, writeStateFile } from './state-file.js';

export const STATUS_FORMAT = 2;

/** How often a running node says how it is, beside every change. */
export const STATUS_WRITE_MS = 2_000;
/** A node that has said nothing for so long is not there, or hangs. */
export const STATUS_STALE_SECONDS = 15;

const statusSchema = z.strictObject({
  format: z.literal(STATUS_FORMAT),
  writtenAt: z.iso.datetime(),
  agency: z.string(),
  federation: z.string(),
  softwareVersion: z.string(),
  pid: z.int(),
  startedAt: z.iso.datetime(),
  /** Null as long as the node runs. */
  stoppedAt: z.iso.datetime().nullable(),
  connection: z.strictObject({
    address: z.string(),
    isConnected: z.boolean(),
    since: z.iso.datetime(),
    /** Code of why there is none, where something went wrong. */
    code: z.string().nullable(),
  }),
  policy: z.strictObject({
    file: z.string(),
    /** Of the file when it was taken, 64 hexadecimal digits. */
    digest: z.string(),
    mode: z.enum(MODES),
    /** The file says something else by now, and that is no use. */
    isFileRefused: z.boolean(),
  }),
  register: z.strictObject({
    file: z.string(),
    /** Version of the roster in force. */
    roster: z.int(),
    entries: z.int(),
    /** When a registrar last said how far it is; null where nobody has that can be believed. */
    stated: z.string().nullable(),
    /** Why nothing is answered by it now; null where it is fresh. */
    trouble: z.string().nullable(),
    /** The file says something else by now, and that is no use. */
    isFileRefused: z.boolean(),
  }),
  /** Why the computer's clock can't be right; null where it may be. */
  clockTrouble: z.string().nullable(),
  paused: z.strictObject({ since: z.string().nullable(), reason: z.string().nullable() }).nullable(),
  snapshots: z.array(
    z.strictObject({
      dataset: z.string(),
      snapshot: z.string(),
      /** ISO date of the data. */
      asAt: z.string(),
      /** Epsilon that may still be spent on it. */
      epsilonLeft: z.number(),
    }),
  ),
  /** The opt-out lists in force; null where none were ever read. They have no budget: nothing is counted from them. */
  optOuts: z.strictObject({ snapshot: z.string(), readAt: z.iso.datetime(), lines: z.int().min(0) }).nullable(),
  runs: z.array(
    z.strictObject({
      runId: z.string(),
      template: z.string(),
      version: z.int(),
      phase: z.string(),
      since: z.iso.datetime(),
    }),
  ),
});

/** How a node is, in its own words. No secrets, nothing of anybody's data. */
export type NodeStatus = z.infer<typeof statusSchema>;

export function statusFile(ledger: string): string {
  return `${ledger}.status`;
}

/** Thrown when it can't be written: NodeError STATE_FILE_UNUSABLE. */
export function writeStatus(ledger: string, status: Omit<NodeStatus, 'format'>): void {
  writeStateFile(statusFile(ledger), `${JSON.stringify({ format: STATUS_FORMAT, ...status })}\n`, false);
}

/**
 * Undefined where no node has ever said how it is, or one of another version has.
 * Thrown when the file can't be read: NodeError STATE_FILE_UNUSABLE.
 */
export function readStatus(ledger: string): NodeStatus | undefined {
  const text = readStateFile(statusFile(ledger));
  if (text === undefined) return undefined;
  try {
    return statusSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
