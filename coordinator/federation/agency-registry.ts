import type { Clock, Log } from '../../core/base/index.js';
import type { LinkageStatistics } from '../../core/linkage/index.js';
import type { LinkagePlan, PartyId } from '../../core/private-join/index.js';
import { NO_FLOORS, OPT_OUTS, type Floors } from '../../core/templates/index.js';
import type { Hello, HeldSnapshot, NodeConnection } from '../../transport/index.js';
import type { AgencyStore } from '../store/agency-store.js';

/** An agency of the roster, as far as the registry minds. */
export interface RegisteredAgency {
  readonly id: PartyId;
  readonly name: string;
  /** Datasets that the roster lets it offer. */
  readonly datasets: readonly string[];
}

/** `never-seen`: in the roster, and its node has never connected to this coordinator. */
export const AGENCY_STATES = ['never-seen', 'online', 'offline'] as const;
export type AgencyState = (typeof AGENCY_STATES)[number];

export interface AgencyStatus {
  readonly id: PartyId;
  readonly name: string;
  readonly state: AgencyState;
  /** ISO 8601, UTC; the present while it is online, null when it was never seen. */
  readonly lastSeenAt: string | null;
  /** Of its node; null unless it is online. */
  readonly softwareVersion: string | null;
  /** What it asks of every table beyond what templates do; null unless it is online. */
  readonly floors: Floors | null;
  readonly datasets: readonly AgencyDataset[];
}

export interface AgencyDataset {
  readonly dataset: string;
  /** Date of the snapshot that its node holds; null where it holds none or is not online. */
  readonly asAt: string | null;
  /** What is left of its privacy budget; null where it holds none or is not online. */
  readonly epsilonLeft: number | null;
}

/** Which agencies there are, which are connected, and what each holds. */
export class AgencyRegistry {
  #agencies: readonly RegisteredAgency[];
  readonly #store: AgencyStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #connections = new Map<PartyId, { readonly connection: NodeConnection; readonly hello: Hello }>();

  /** `agencies` in roster order. */
  constructor(agencies: readonly RegisteredAgency[], store: AgencyStore, clock: Clock, log: Log) {
    this.#agencies = agencies;
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** Goes by a newer roster from now on. Whoever isn't in it any more is cut off by the federation's server. */
  take(agencies: readonly RegisteredAgency[]): void {
    this.#agencies = agencies;
    for (const [agency, { connection }] of this.#connections) {
      this.#connections.set(agency, { connection, hello: this.#checked(agency, connection.hello) });
    }
  }

  /** The agency's control stream is up; a later one takes the place of an earlier. */
  connected(connection: NodeConnection): void {
    const { agency, hello } = connection;
    if (!this.#agencies.some(({ id }) => id === agency)) {
      connection.disconnect('The roster of this federation does not name the agency.');
      return;
    }
    this.#connections.set(agency, { connection, hello: this.#checked(agency, hello) });
    this.#seen(agency);
    this.#log.info({ event: 'agency-connected', agency }, 'agency connected');
  }

  /** The agency's snapshots, floors or budgets changed. */
  updated(agency: PartyId, hello: Hello): void {
    const known = this.#connections.get(agency);
    if (known === undefined) return;
    this.#connections.set(agency, { connection: known.connection, hello: this.#checked(agency, hello) });
    this.#log.info({ event: 'agency-updated', agency }, 'agency said anew what it holds');
  }

  disconnected(agency: PartyId, reason: string): void {
    if (!this.#connections.delete(agency)) return;
    this.#seen(agency);
    this.#log.warn({ event: 'agency-disconnected', agency, reason }, 'agency disconnected');
  }

  /** Remembers the time at which those connected were last seen; for a coordinator that stops. */
  close(): void {
    for (const agency of this.#connections.keys()) this.#seen(agency);
    this.#connections.clear();
  }

  /** In roster order. */
  list(): readonly AgencyStatus[] {
    const lastSeen = this.#store.getLastSeen();
    return this.#agencies.map(({ id, name, datasets }) => {
      const online = this.#connections.get(id);
      return {
        id,
        name,
        state: online !== undefined ? 'online' : lastSeen.has(id) ? 'offline' : 'never-seen',
        lastSeenAt: online !== undefined ? this.#now() : (lastSeen.get(id) ?? null),
        softwareVersion: online?.hello.softwareVersion ?? null,
        floors: online?.hello.floors ?? null,
        datasets: datasets.map((dataset) => {
          const held = this.snapshotOf(id, dataset);
          return { dataset, asAt: held?.asAt ?? null, epsilonLeft: held?.epsilonLeft ?? null };
        }),
      };
    });
  }

  /** Undefined when the agency is not connected. */
  connectionOf(agency: PartyId): NodeConnection | undefined {
    return this.#connections.get(agency)?.connection;
  }

  /** Undefined when the agency is not connected or holds no snapshot of the dataset. */
  snapshotOf(agency: PartyId, dataset: string): HeldSnapshot | undefined {
    return this.#connections.get(agency)?.hello.snapshots.find((snapshot) => snapshot.dataset === dataset);
  }

  /**
   * What the agency says of the people in that very snapshot, for that version of the scheme and of the normalisation.
   * Undefined when it has said nothing, is not connected, or holds another snapshot by now: what is said of one snapshot
   * is no word on another.
   */
  statisticsOf(
    agency: PartyId,
    { dataset, snapshot }: Pick<HeldSnapshot, 'dataset' | 'snapshot'>,
    { scheme, schemeVersion, normaliser }: Pick<LinkagePlan, 'scheme' | 'schemeVersion' | 'normaliser'>,
  ): LinkageStatistics | undefined {
    const held = this.snapshotOf(agency, dataset);
    if (held?.snapshot !== snapshot) return undefined;
    return held.linkage.find(
      (said) => said.scheme === scheme && said.schemeVersion === schemeVersion && said.normaliser === normaliser,
    );
  }

  /** None where the agency is not connected. */
  floorsOf(agency: PartyId): Floors {
    return this.#connections.get(agency)?.hello.floors ?? NO_FLOORS;
  }

  /** Without the datasets that the roster doesn't let the agency offer. */
  #checked(agency: PartyId, hello: Hello): Hello {
    const allowed = this.#agencies.find(({ id }) => id === agency)?.datasets ?? [];
    // Every agency may have opt-outs; they are no dataset that anybody asks for.
    const isForeign = ({ dataset }: HeldSnapshot): boolean => dataset !== OPT_OUTS && !allowed.includes(dataset);
    const foreign = hello.snapshots.filter(isForeign);
    if (foreign.length > 0) {
      const datasets = foreign.map(({ dataset }) => dataset);
      this.#log.warn(
        { event: 'dataset-not-in-roster', agency, datasets },
        'agency offers what the roster does not let it',
      );
    }
    return { ...hello, snapshots: hello.snapshots.filter((held) => !isForeign(held)) };
  }

  /** Who is connected matters more than when somebody was: a disk that is full disconnects nobody, and ends no process. */
  #seen(agency: PartyId): void {
    try {
      this.#store.putSeen(agency, this.#now());
    } catch (err) {
      this.#log.error({ event: 'seen-not-recorded', agency, err }, 'when an agency was last seen could not be stored');
    }
  }

  #now(): string {
    return this.#clock.now().toISOString();
  }
}
