import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { COORDINATOR } from '../../../core/private-join/index.js';
import { packagePath } from '../../../runtime/index.js';
import { makeFederationFolder, THIS_COMPUTER } from './federation-folder.js';
import type { FederationFolder, FederationPlan } from './federation-folder.js';
import { Program } from './program.js';
import { logFile, prepareSnapshots } from './snapshots.js';
import type { Announce } from './snapshots.js';

/** For a process to say that it has started. */
const START_DEADLINE_MS = 60_000;
/** For a node to have dialled in. */
const CONNECT_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 10_000;

/** A coordinator and a node for each agency, each a process of its own, with what is needed to stop and restart them. */
export class RunningFederation {
  readonly folder: FederationFolder;
  readonly #plan: FederationPlan;
  readonly #programs = new Map<string, Program>();
  #ports: Ports = { federation: 0, api: 0 };

  private constructor(plan: FederationPlan, folder: FederationFolder) {
    this.#plan = plan;
    this.folder = folder;
    mkdirSync(this.#logs, { recursive: true });
  }

  /** Makes the folder, starts the coordinator, makes every agency's snapshot, starts the nodes, waits until all are connected. */
  static async start(plan: FederationPlan, announce: Announce): Promise<RunningFederation> {
    announce('Making keys, certificates, a roster and signed templates …');
    const federation = new RunningFederation(plan, await makeFederationFolder(plan));
    try {
      await federation.startCoordinator();
      const configs = new Map(plan.agencies.map(({ id }) => [id, federation.#nodeConfig(id)]));
      await prepareSnapshots(configs, federation.#logs, announce);
      announce('Starting the nodes …');
      await Promise.all(plan.agencies.map(({ id }) => federation.startNode(id)));
      return federation;
    } catch (thrown) {
      await federation.stop();
      throw thrown;
    }
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${this.#ports.api}`;
  }

  /** As a browser has to be told it: passkeys are good for a name, not for an address in numbers. */
  get pagesUrl(): string {
    return `http://${THIS_COMPUTER.host}:${this.#ports.api}`;
  }

  get parties(): readonly string[] {
    return [COORDINATOR, ...this.#plan.agencies.map(({ id }) => id)];
  }

  program(party: string): Program {
    const program = this.#programs.get(party);
    if (program === undefined) throw new RangeError(`${party} has not been started`);
    return program;
  }

  /** Starts the coordinator, also again after it was stopped or killed; nodes find it at the same address. */
  async startCoordinator(): Promise<void> {
    const program = this.#launch(COORDINATOR, 'coordinator', this.folder.coordinatorConfig);
    const { federationPort, apiPort } = await program.waitFor(({ event }) => event === 'started', START_DEADLINE_MS);
    this.#ports = { federation: Number(federationPort), api: Number(apiPort) };
    this.folder.writeCoordinatorConfig(this.#ports.federation, this.#ports.api);
  }

  /** Starts a node with a configuration written anew, at the coordinator's present address. */
  async startNode(agency: string): Promise<void> {
    await this.#startWith(agency, this.#nodeConfig(agency));
  }

  /** Starts a node again with the configuration that is in its folder. */
  async restartNode(agency: string): Promise<void> {
    await this.#startWith(agency, this.folder.nodeConfig(agency));
  }

  async #startWith(agency: string, config: string): Promise<void> {
    const program = this.#launch(agency, 'node-agent', config);
    await program.waitFor(({ event }) => event === 'connected', CONNECT_DEADLINE_MS);
  }

  /** Stops every process: nodes first, then the coordinator. */
  async stop(): Promise<void> {
    const nodes = [...this.#programs].filter(([party]) => party !== COORDINATOR);
    await Promise.all(nodes.map(([, program]) => program.stop(STOP_DEADLINE_MS)));
    await this.#programs.get(COORDINATOR)?.stop(STOP_DEADLINE_MS);
  }

  #launch(party: string, folder: string, config: string): Program {
    const command = [packagePath('dist', folder, 'main.js'), 'start', '--config', config];
    const program = new Program(party, command, logFile(this.#logs, party));
    this.#programs.set(party, program);
    return program;
  }

  #nodeConfig(agency: string): string {
    return this.folder.writeNodeConfig(agency, `${THIS_COMPUTER.host}:${this.#ports.federation}`);
  }

  get #logs(): string {
    return join(this.#plan.directory, 'logs');
  }
}

interface Ports {
  readonly federation: number;
  readonly api: number;
}
