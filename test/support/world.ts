import { generateKeyPairSync } from 'node:crypto';

import type { Rng } from '../../core/base/index.js';
import type { LinkageReport, LinkageStatistics } from '../../core/linkage/index.js';
import {
  CHUNK_RECORDS,
  COORDINATOR,
  CoordinatorJoin,
  createGroup,
  inlineEngine,
  JoinError,
  matchKeyDomain,
  memoryStores,
  NodeJoin,
  signingKey,
} from '../../core/private-join/index.js';
import type {
  Engine,
  FailureCode,
  Group,
  JoinPlan,
  Link,
  ListId,
  ListSource,
  PartyId,
  RecordStores,
  SigningKey,
} from '../../core/private-join/index.js';
import type { CoordinatorObserver } from '../../core/private-join/coordinator-join.js';
import type { NodeObserver } from '../../core/private-join/node-join.js';
import { keyedNoise, NOISE_KEY_BYTES } from '../../core/noise/index.js';
import type { NoiseSource } from '../../core/noise/index.js';
import { IDENTITY } from '../../core/private-join/group.js';
import { createMemoryNetwork } from '../../transport/index.js';
import type { Tamper } from '../../transport/index.js';
import { concatBytes, utf8Bytes } from '../../core/base/index.js';
import type { PlainLists, PlainRecord } from './naive-join.js';
import { seededRng } from './seeded-rng.js';

export const FEDERATION = 'test';

/** What every party of a world was shown of the audit log, as far as nothing else is said: the protocol only compares it. */
export const CHECKPOINT = 'tallystick/test/audit-log\n7\n…\n';

/** How one party of a world differs from an honest one. */
export interface Variant {
  readonly rng?: Rng;
  readonly group?: Group;
  readonly engine?: Engine;
  readonly stores?: RecordStores;
  readonly identity?: SigningKey;
  readonly source?: ListSource;
  /** The node's; its own key on the plan's request where not given. */
  readonly noise?: NoiseSource | null;
  readonly plan?: JoinPlan;
  readonly checkpoint?: string;
  /** The node's: hears of checkpoints that are not its own. */
  readonly otherCheckpoints?: NodeObserver['otherCheckpoints'];
  /** The coordinator's. */
  readonly observer?: CoordinatorObserver;
}

export interface WorldOptions {
  readonly seed?: number | string;
  readonly tamper?: Tamper;
  /** Roster keys that are not those made for this world. */
  readonly peers?: Readonly<Record<PartyId, Uint8Array>>;
  readonly variants?: Readonly<Record<PartyId, Variant>>;
  /** What agencies have told the coordinator of how often their own people share keys. */
  readonly statistics?: ReadonlyMap<ListId, LinkageStatistics>;
  /** Called with the network's links, for tests that speak in a party's name. */
  readonly onLink?: (party: PartyId, link: Link) => void;
  /** Called with each node, for tests that end one's attempt at a moment of their choice. */
  readonly onNode?: (party: PartyId, node: NodeJoin) => void;
}

export interface WorldOutcome {
  /** The coordinator's counts, or the code with which it ended. */
  readonly counts: readonly number[] | FailureCode;
  /** The coordinator's sums, for each column of the plan by cell; none where it failed. */
  readonly sums: readonly (readonly number[])[];
  /** What the coordinator says of how well people could be linked; nothing where it failed. */
  readonly linkage: readonly LinkageReport[];
  /** How each party ended, in words that a test can compare. */
  readonly ends: Readonly<Record<PartyId, 'finished' | FailureCode>>;
  /** At which party each thought the trouble arose. */
  readonly blamed: Readonly<Record<PartyId, PartyId>>;
}

/** Runs a whole join in this process: every party, real cryptography, links in memory. */
export async function runWorld(plan: JoinPlan, lists: PlainLists, options: WorldOptions = {}): Promise<WorldOutcome> {
  const honest = await createGroup();
  const rng = seededRng(options.seed ?? 'world');
  const parties = [...plan.mixers, COORDINATOR];
  const identities = new Map(parties.map((party) => [party, signingKey(generateKeyPairSync('ed25519').privateKey)]));
  const peers = new Map([...identities].map(([party, { publicKey }]) => [party, options.peers?.[party] ?? publicKey]));
  const network = createMemoryNetwork(options.tamper === undefined ? {} : { tamper: options.tamper });

  const joins = parties.map((party) => {
    const variant = options.variants?.[party] ?? {};
    const own = variant.rng ?? rng;
    const group = variant.group ?? honest;
    const link = network.link(party);
    options.onLink?.(party, link);
    const common = {
      plan: variant.plan ?? plan,
      identity: variant.identity ?? identityOf(identities, party),
      peers,
      link,
      engine: variant.engine ?? inlineEngine(group, own),
      stores: variant.stores ?? memoryStores,
      rng: own,
      group,
      checkpoint: variant.checkpoint ?? CHECKPOINT,
    };
    const join =
      party === COORDINATOR
        ? new CoordinatorJoin({
            ...common,
            ...(variant.observer === undefined ? {} : { observer: variant.observer }),
            ...(options.statistics === undefined ? {} : { statistics: options.statistics }),
          })
        : new NodeJoin({
            ...common,
            self: party,
            source: variant.source ?? plainSource(honest, plan, lists),
            noise: variant.noise === undefined ? worldNoise(plan, party) : variant.noise,
            ...(variant.otherCheckpoints === undefined
              ? {}
              : { observer: { phase: () => undefined, otherCheckpoints: variant.otherCheckpoints } }),
          });
    if (join instanceof NodeJoin) options.onNode?.(party, join);
    network.register(party, join);
    return { party, join };
  });

  for (const { party, join } of joins) if (party === COORDINATOR) await join.start();
  await Promise.all(joins.filter(({ party }) => party !== COORDINATOR).map(({ join }) => join.start()));

  const ends: Record<PartyId, 'finished' | FailureCode> = {};
  const blamed: Record<PartyId, PartyId> = {};
  let counts: readonly number[] | FailureCode = 'INTERNAL';
  let sums: readonly (readonly number[])[] = [];
  let linkage: readonly LinkageReport[] = [];
  for (const { party, join } of joins) {
    try {
      const result = await join.outcome;
      ends[party] = 'finished';
      if (result === undefined) continue;
      counts = [...result.counts];
      sums = result.sums.map((column) => [...column]);
      linkage = result.linkage;
    } catch (thrown) {
      if (!(thrown instanceof JoinError)) throw thrown;
      if (thrown.code === 'INTERNAL') throw thrown;
      ends[party] = thrown.code;
      blamed[party] = thrown.party;
      if (party === COORDINATOR) counts = thrown.code;
    }
  }
  return { counts, sums, linkage, ends, blamed };
}

function identityOf(identities: ReadonlyMap<PartyId, SigningKey>, party: PartyId): SigningKey {
  const identity = identities.get(party);
  if (identity === undefined) throw new RangeError(`no identity for ${party}`);
  return identity;
}

/** The noise of one party of a world: the same whenever the same is asked. */
export function worldNoise({ request }: JoinPlan, party: PartyId): NoiseSource {
  return keyedNoise(seededRng(`noise key of ${party}`).bytes(NOISE_KEY_BYTES), request);
}

/** A provider's rows straight from plain records. */
export function plainSource(group: Group, plan: JoinPlan, lists: PlainLists): ListSource {
  return {
    open(id: ListId) {
      const records = lists.get(id) ?? [];
      const list = plan.lists.find((item) => item.id === id);
      const names = list?.keys.map(({ name }) => name) ?? [];
      const noNumbers = Array.from({ length: list?.sums ?? 0 }, () => 0);
      return {
        count: records.length,
        close: () => undefined,
        *chunks() {
          for (let from = 0; from < records.length; from += CHUNK_RECORDS) {
            const chunk = records.slice(from, from + CHUNK_RECORDS);
            yield {
              count: chunk.length,
              keys: concatBytes(...chunk.flatMap((record) => hashedKeys(group, names, record))),
              labels: Uint32Array.from(chunk.map(({ label }) => label)),
              numbers: Float64Array.from(chunk.flatMap(({ numbers }) => numbers ?? noNumbers)),
            };
          }
        },
      };
    },
  };
}

function hashedKeys(group: Group, names: readonly string[], record: PlainRecord): Uint8Array[] {
  return names.map((name, column) => {
    const key = record.keys[column] ?? null;
    return key === null ? IDENTITY : group.hashToGroup(matchKeyDomain(FEDERATION, name), [utf8Bytes(key)]);
  });
}
