import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';

import { silentLog, toHex } from '../../core/base/index.js';
import type { LinkageStatistics } from '../../core/linkage/index.js';
import { registerHead } from '../../core/governance/index.js';
import { createGroup, ELEMENT_BYTES, inlineEngine } from '../../core/private-join/index.js';
import type { JoinPlan, ListId, ListSource, PartyId } from '../../core/private-join/index.js';
import { bindParameters, canonicalTemplate, NO_FLOORS, planRun, templateDigest } from '../../core/templates/index.js';
import type { BoundParameters, BoundTemplate, ParameterValues, Participant } from '../../core/templates/index.js';
import { AGENCIES } from '../../examples/bold/agencies.js';
import { makeFederationFolder } from '../../examples/bold/demo/federation-folder.js';
import { generateFederation } from '../../examples/bold/federation.js';
import type { Source } from '../../examples/bold/sources.js';
import { loadConfig, prepareAll } from '../../node-agent/index.js';
import { loadAgreements } from '../../node-agent/agreements.js';
import type { Agreements } from '../../node-agent/agreements.js';
import { layoutOf } from '../../node-agent/snapshot/layout.js';
import { SnapshotListSource } from '../../node-agent/snapshot/snapshot-list-source.js';
import { SnapshotStore } from '../../node-agent/snapshot/snapshot-store.js';
import { readStorageKey } from '../../node-agent/snapshot/storage-key.js';
import { systemClock } from '../../runtime/index.js';
import { exactDatasetTexts } from './exact-templates.js';
import { identifierColumns } from './identifier-columns.js';
import type { Evidence, PlainLists, PlainRecord } from './naive-join.js';
import { seededRng } from './seeded-rng.js';

const FEDERATION = 'bold-test';

/** The BOLD agencies with their snapshots, in this process: no coordinator, no connection, nothing but what nodes read. */
export interface BoldAgencies {
  readonly sources: readonly Source[];
  /** A run of a template over every agency that offers one of its datasets. */
  question(bound: BoundTemplate, values: ParameterValues): Question;
  close(): void;
}

export interface Question {
  readonly bound: BoundTemplate;
  readonly parameters: BoundParameters;
  readonly plan: JoinPlan;
  /** What an agency's node would contribute. */
  source(agency: PartyId): ListSource;
  /** What the agencies say of how often their own people share keys, without noise. */
  readonly statistics: ReadonlyMap<ListId, LinkageStatistics>;
  readonly evidence: Evidence;
  /** The same for all agencies, as plain records: keys are their points in hexadecimal. */
  plainLists(): PlainLists;
}

export interface BoldOptions {
  readonly people: number;
  readonly seed: number;
  /** Makes identifiers collide and go missing everywhere, empties one charity and gives cases twice. */
  readonly mangled?: boolean;
}

/** Generates agencies, has each node make its snapshots, and opens them. */
export async function prepareBoldAgencies({ people, seed, mangled = false }: BoldOptions): Promise<BoldAgencies> {
  const directory = mkdtempSync(join(tmpdir(), 'tallystick-test-'));
  const { sources } = generateFederation({ people, seed, directory: join(directory, 'data') });
  if (mangled) for (const [index, source] of sources.entries()) mangle(source, seed + index);
  const folder = await makeFederationFolder({
    directory,
    federation: FEDERATION,
    agencies: AGENCIES,
    sources,
    templates: [],
    datasets: exactDatasetTexts(),
    clock: systemClock,
    workers: 1,
  });
  const rng = seededRng(seed);
  const engine = inlineEngine(await createGroup(), rng);
  const opened = new Map<PartyId, Opened>();
  for (const { id } of AGENCIES) {
    const config = loadConfig(folder.writeNodeConfig(id, 'localhost:1'));
    await prepareAll(config, { clock: systemClock, rng, log: silentLog, engine });
    const agreements = loadAgreements(config);
    const snapshots = new SnapshotStore({
      directory: config.snapshots,
      layouts: agreements.sources.map(({ mapping }) => layoutOf(mapping, FEDERATION)),
      storageKey: readStorageKey(config.storageKey),
    });
    await snapshots.refresh();
    opened.set(id, { agreements, snapshots });
  }
  return {
    sources,
    question: (bound, values) => questionOf(opened, bound, values),
    close: () => {
      for (const { snapshots } of opened.values()) snapshots.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

interface Opened {
  readonly agreements: Agreements;
  readonly snapshots: SnapshotStore;
}

function questionOf(opened: ReadonlyMap<PartyId, Opened>, bound: BoundTemplate, values: ParameterValues): Question {
  const asked = [bound.population, ...bound.links].map(({ dataset }) => dataset.dataset);
  const participants: Participant[] = [...opened].flatMap(([agency, { snapshots }]) => {
    const datasets = snapshots.inForce.filter(({ dataset }) => asked.includes(dataset));
    return datasets.length === 0 ? [] : [{ agency, datasets, floors: NO_FLOORS }];
  });
  const parameters = bindParameters(bound, values);
  const roster = [...opened.values()][0]?.agreements.roster;
  if (roster === undefined) throw new RangeError('no agencies');
  const plan = planRun({
    offer: {
      runId: randomUUID(),
      templateDigest: templateDigest(canonicalTemplate(bound.template)),
      register: registerHead([]),
      parameters: values,
      requester: 'test',
      purpose: bound.template.purpose,
      participants,
    },
    bound,
    parameters,
    roster,
  });
  const source = (agency: PartyId): ListSource => {
    const snapshots = opened.get(agency)?.snapshots;
    const leases = participants
      .filter((participant) => participant.agency === agency)
      .flatMap(({ datasets }) => datasets)
      .flatMap(({ dataset, snapshot }) => {
        const lease = snapshots?.lease(dataset, snapshot);
        return lease === undefined ? [] : [[dataset, lease] as const];
      });
    return new SnapshotListSource(agency, bound, parameters, new Map(leases));
  };
  const statistics = new Map(
    plan.lists.flatMap(({ id, dataset, provider }) => {
      const told = opened.get(provider)?.snapshots.inForce.find((held) => held.dataset === dataset)
        ?.linkage?.statistics;
      const own = told?.find(({ scheme }) => scheme === plan.linkage?.scheme);
      return own === undefined ? [] : [[id, own] as const];
    }),
  );
  return {
    bound,
    parameters,
    plan,
    source,
    statistics,
    evidence: new Map([...statistics].map(([id, { nonMatches }]) => [id, nonMatches])),
    plainLists: () =>
      new Map(
        plan.lists.map(({ id, provider, keys, sums }) => [id, plain(source(provider), id, keys.length, sums ?? 0)]),
      ),
  };
}

/** The rows of a list as plain records: keys are their points in hexadecimal. */
export function plain(source: ListSource, list: string, columns: number, sums: number): PlainRecord[] {
  const rows = source.open(list);
  const absent = toHex(new Uint8Array(ELEMENT_BYTES));
  const records: PlainRecord[] = [];
  for (const chunk of rows.chunks()) {
    for (let row = 0; row < chunk.count; row += 1) {
      const keys = Array.from({ length: columns }, (_, column) => {
        const start = (row * columns + column) * ELEMENT_BYTES;
        const key = toHex(chunk.keys.subarray(start, start + ELEMENT_BYTES));
        return key === absent ? null : key;
      });
      const numbers = chunk.numbers.subarray(row * sums, (row + 1) * sums);
      records.push({ keys, label: chunk.labels[row] ?? 0, numbers: [...numbers] });
    }
  }
  rows.close();
  return records;
}

/** Small pools to draw identifiers from: in a few hundred rows everything collides. */
const POOLS: Readonly<Record<string, readonly (string | null)[]>> = {
  forename: ['Anne', 'Ben', 'Chi', 'Dee', null],
  surname: ['Smith', 'O’Neil', 'Singh'],
  dateOfBirth: ['1990-01-31', '1991-02-28', '1992-03-15', null],
  postcode: ['NS1 1AA', 'NS2 2BB', null],
  sex: ['M', 'F', null],
};
/** Cases are few, so that several records of one list have the same. */
const CASES = 40;

function mangle({ agency, mapping }: Source, seed: number): void {
  const database = new Database(mapping.sqlite);
  try {
    if (agency === 'charity-b') database.exec(`DELETE FROM "${mapping.table}"`);
    const draw = drawer(seed);
    const columns = identifierColumns(mapping);
    const update = database.prepare(
      `UPDATE "${mapping.table}" SET ${columns.map(({ column }) => `"${column}" = ?`).join(', ')} WHERE rowid = ?`,
    );
    const rows = database.prepare<[], { id: number }>(`SELECT rowid AS id FROM "${mapping.table}"`).all();
    database.transaction(() => {
      for (const { id } of rows) {
        update.run(
          ...columns.map(({ name }) =>
            name === 'urn' ? `01AB${1000000 + draw(CASES)}24` : pick(POOLS[name] ?? [null], draw),
          ),
          id,
        );
      }
    })();
  } finally {
    database.close();
  }
}

function pick<Item>(items: readonly Item[], draw: (bound: number) => number): Item | undefined {
  return items[draw(items.length)];
}

function drawer(seed: number): (bound: number) => number {
  const rng = seededRng(seed);
  return (bound) => new DataView(rng.bytes(4).buffer).getUint32(0) % bound;
}
