import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { silentLog, toBase64 } from '../../../core/base/index.js';
import type { AlarmClock, LogFields } from '../../../core/base/index.js';
import { createGroup, inlineEngine } from '../../../core/private-join/index.js';
import { NO_FLOORS } from '../../../core/templates/index.js';
import type { Participant, RunOffer, Template } from '../../../core/templates/index.js';
import { createNode } from '../../../node-agent/app.js';
import type { Node } from '../../../node-agent/app.js';
import { loadConfig } from '../../../node-agent/config.js';
import { prepareAll } from '../../../node-agent/prepare-all.js';
import type { PreparedSnapshot } from '../../../node-agent/snapshot/prepare.js';
import { systemClock } from '../../../runtime/index.js';
import type { ClientHandlers, FederationClientOptions, FromNode } from '../../../transport/index.js';
import { seededRng } from '../../support/seeded-rng.js';
import { agencyFolder } from './agency-folder.js';
import type { AgencyFiles, AgencyFolder } from './agency-folder.js';
import { identityOf, offer, template } from './federation-fixtures.js';
import type { Question } from './federation-fixtures.js';
import { crimes, writeCrimes } from './fixtures.js';
import type { CrimeRow } from './fixtures.js';
import { OfferedLog } from './offer-log-fixtures.js';
import { now } from './snapshot-fixtures.js';

export const clock: AlarmClock = { ...systemClock, now: () => now };
export const rng = seededRng('app');
export const engine = inlineEngine(await createGroup(), rng);

export async function prepare({ configFile }: AgencyFolder, only?: string): Promise<readonly PreparedSnapshot[]> {
  return prepareAll(loadConfig(configFile), { clock, rng, log: silentLog, engine }, only);
}

export interface Started {
  readonly node: Node;
  readonly events: LogFields[];
  /** What left on the control stream, but for cosignatures of the audit log. */
  readonly sent: FromNode[];
  readonly cosigned: FromNode[];
  /** What left by the links of runs. */
  readonly carried: unknown[];
  readonly calls: string[];
  readonly options: () => FederationClientOptions;
  readonly handlers: () => ClientHandlers;
}

export interface ApprovedRun {
  readonly agency: AgencyFolder;
  readonly asked: RunOffer;
  /** The same again, as a run of its own. */
  readonly another: () => RunOffer;
}

export interface ApprovedRunChanges {
  readonly policy?: Record<string, unknown>;
  readonly rows?: readonly Partial<CrimeRow>[];
  /** Of anything else before it is written. */
  readonly files?: (files: AgencyFiles) => void;
  /** Done before `prepare`. */
  readonly written?: (agency: AgencyFolder) => void;
}

// Nothing is joined on the person, so no scheme may be named.
const { scheme, ...rest } = template;
if (scheme !== 'exact') throw new Error('the test template joins people');

/** The test template without its links: it takes one dataset alone, and costs 2.5. */
export const alone: Template = {
  ...rest,
  links: [],
  dimensions: [{ field: 'police.victim-crimes.offence-group' }],
  disclosure: { ...template.disclosure, epsilon: 2, overlapEpsilon: 0.5 },
};

/** An agency with a snapshot, and an offer that it takes part in; it costs 2.5. */
export async function approvedRun({
  policy,
  rows,
  files: change,
  written,
}: ApprovedRunChanges = {}): Promise<ApprovedRun> {
  const agency = agencyFolder((files) => {
    const { roster } = files;
    if (policy !== undefined) files.policy = policy;
    change?.(files);
    const datasets = [...(roster.agencies[0]?.datasets ?? [])];
    const identityKey = toBase64(identityOf('charity').publicKey);
    roster.agencies.push({ id: 'charity', name: 'Charity', identityKey, datasets });
  });
  if (rows !== undefined) writeCrimes(join(agency.folder, 'source.sqlite'), rows);
  written?.(agency);
  const [prepared] = await prepare(agency);
  const of = (id: string, snapshot: string): Participant => ({
    agency: id,
    datasets: [{ dataset: crimes.dataset, snapshot }],
    floors: NO_FLOORS,
  });
  const participants = [of('police', prepared?.snapshot ?? ''), of('charity', 'c'.repeat(64))];
  const asked: RunOffer = { ...offer, ...live(agency, alone), participants };
  return { agency, asked, another: () => ({ ...asked, runId: randomUUID() }) };
}

/** Has it made live, and the node know; what an offer of it says of governance. */
export function live({ board, writeRegister }: AgencyFolder, template: Template): Question {
  const templateDigest = board.publishTemplate(template);
  writeRegister();
  return { templateDigest, register: board.head };
}

const offered = new OfferedLog();

/** As they are, but that each offer stands in the coordinator's log. */
function logging(handlers: ClientHandlers): ClientHandlers {
  return {
    ...handlers,
    received: (message) => {
      const isBare = message.kind === 'offer' && message.evidence === undefined;
      handlers.received(isBare ? { ...message, evidence: offered.evidenceOf(message.offer) } : message);
    },
  };
}

export function nodeIn({ configFile }: AgencyFolder, { openRun = false, at = now } = {}): Started {
  const events: LogFields[] = [];
  const sent: FromNode[] = [];
  const cosigned: FromNode[] = [];
  const calls: string[] = [];
  const carried: unknown[] = [];
  let given: { options: FederationClientOptions; handlers: ClientHandlers } | undefined;
  const note = (fields: LogFields): void => {
    if ('event' in fields) events.push(fields);
  };
  const node = createNode(loadConfig(configFile), {
    clock: { ...clock, now: () => at },
    rng,
    engine,
    log: { ...silentLog, info: note, warn: note, error: note },
    connect: (options, handlers) => {
      given = { options, handlers };
      return {
        start: () => void calls.push('start'),
        stop: () => Promise.resolve(calls.push('stop')).then(() => undefined),
        send: (message) =>
          Promise.resolve((message.kind === 'cosignature' ? cosigned : sent).push(message)).then(() => undefined),
        openRun: () => {
          if (!openRun) throw new Error('no run is expected');
          const carry = (...what: unknown[]): Promise<void> =>
            Promise.resolve(carried.push(what)).then(() => undefined);
          return { link: { send: carry, transfer: carry }, close: () => undefined };
        },
      };
    },
  });
  onTestFinished(() => node.stop());
  const known = (): NonNullable<typeof given> => {
    if (given === undefined) throw new Error('the node has not connected');
    return given;
  };
  return {
    node,
    events,
    sent,
    cosigned,
    carried,
    calls,
    options: () => known().options,
    handlers: () => logging(known().handlers),
  };
}
