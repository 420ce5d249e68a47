import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { silentLog } from '../../core/base/index.js';
import { IDENTIFIERS } from '../../core/linkage/index.js';
import { parseDataset } from '../../core/templates/index.js';
import { prepareOptOuts } from '../../node-agent/consent/prepare-opt-outs.js';
import type { OptOutsInForce } from '../../node-agent/consent/prepare-opt-outs.js';
import { openPostgresSource } from '../../node-agent/source/connectors/postgres-source.js';
import { bindMapping } from '../../node-agent/source/mapping.js';
import { prepareSnapshot } from '../../node-agent/snapshot/prepare.js';
import type { PreparePhase } from '../../node-agent/snapshot/prepare.js';
import { createWorkerEngine, systemClock, systemRng } from '../../runtime/index.js';
import { cpuMicroseconds } from '../cpu-clock.js';
import { peakBytesOf } from '../process-figures.js';
import {
  OPT_OUTS_COLUMNS,
  OPT_OUTS_TABLE,
  PEOPLE_DATABASE,
  PEOPLE_DATASET,
  PEOPLE_MAPPING,
  PEOPLE_TABLE,
} from './people-table.js';

/** What a prepare of people took, as the process that did it says. */
export interface PeoplePrepared {
  /** Rows of the table. */
  readonly rows: number;
  /** Null where there was no opt-out list. */
  readonly optOuts: PeopleOptedOut | null;
  readonly people: number | null;
  readonly snapshot: string;
  /** Match keys hashed. */
  readonly hashed: number;
  readonly seconds: number;
  /** Of the whole process, its workers too. */
  readonly cpuSeconds: number;
  /** The most memory that the process has had resident at once. */
  readonly peakBytes: number;
  readonly phases: readonly PeoplePhase[];
}

export interface PeopleOptedOut {
  /** On the list. */
  readonly lines: number;
  /** Of the table, which are not in the snapshot for that. */
  readonly rows: number;
}

export interface PeoplePhase {
  /** `lists`: while the opt-out list is read and hashed. */
  readonly phase: PreparePhase | 'lists';
  readonly seconds: number;
  /** The most seen in this phase, between two batches. */
  readonly peakBytes: number;
}

/**
 * `people-process.js SERVER-FOLDER WORKING-FOLDER WORKERS LINES`: prepares the table of the server, without whoever is on
 * its opt-out list where that has any lines, and writes PeoplePrepared.
 */
const [host = '', folder = '', workers = '1', lines = '0'] = process.argv.slice(2);
const definition = parseDataset(PEOPLE_DATASET);
const mapping = bindMapping(PEOPLE_MAPPING, definition);
const engine = createWorkerEngine({ workers: Number(workers) });
const server = { host, port: 5_432, ...PEOPLE_DATABASE, tls: { mode: 'off' }, statementSeconds: 600 } as const;
const lockTimeoutMs = 10_000;
const means = {
  ...{ engine, federation: 'bench-test', directory: join(folder, 'snapshots') },
  ...{ storageKey: new Uint8Array(32).fill(7), clock: systemClock, rng: systemRng },
};
const phases: { phase: PeoplePhase['phase']; from: number; peakBytes: number }[] = [];
const seen = (phase: PeoplePhase['phase']): void => {
  const memory = process.memoryUsage.rss();
  const last = phases.at(-1);
  if (last?.phase === phase) last.peakBytes = Math.max(last.peakBytes, memory);
  else phases.push({ phase, from: performance.now(), peakBytes: memory });
};

const began = performance.now();
let hashed = 0;
mkdirSync(folder, { recursive: true });
const optOuts = Number(lines) === 0 ? undefined : await readList();
const source = await openPostgresSource({
  ...{ server, selection: { table: PEOPLE_TABLE }, columns: mapping.columns, lockTimeoutMs },
});
const prepared = await prepareSnapshot({
  ...{ ...means, mapping, source, asAt: '2026-03-31', log: silentLog, optOuts: optOuts?.applied },
  progress: (step) => {
    hashed = step.hashed;
    seen(step.phase);
  },
});
const ended = performance.now();
optOuts?.applied.keys.wipe();
await source.close();
await engine.stop();
const { optedOut } = prepared.leftOut;
const result: PeoplePrepared = {
  rows: prepared.rows + optedOut,
  optOuts: optOuts === undefined ? null : { lines: optOuts.prepared.lines, rows: optedOut },
  people: prepared.people,
  snapshot: prepared.snapshot,
  hashed,
  seconds: (ended - began) / 1_000,
  cpuSeconds: cpuMicroseconds() / 1_000_000,
  peakBytes: peakBytesOf(process.pid),
  phases: phases.map(({ phase, from, peakBytes }, place) => ({
    phase,
    seconds: ((phases[place + 1]?.from ?? ended) - from) / 1_000,
    peakBytes,
  })),
};
process.stdout.write(JSON.stringify(result));

function readList(): Promise<OptOutsInForce> {
  const place = { kind: 'postgres', server, selection: { table: OPT_OUTS_TABLE } } as const;
  const identifiers = new Map(
    IDENTIFIERS.flatMap((name) => {
      const columns = OPT_OUTS_COLUMNS[name];
      return columns === undefined ? [] : [[name, columns] as const];
    }),
  );
  const lists = [{ place, identifiers }];
  return prepareOptOuts({
    ...means,
    lists,
    lockTimeoutMs,
    keysInUse: null,
    acceptShorter: true,
    progress: () => seen('lists'),
  });
}
