import { ApiClient } from '../../cli/index.js';
import { COORDINATOR } from '../../core/private-join/index.js';
import { Program } from '../../examples/bold/demo/program.js';
import { logFile, prepareSnapshots } from '../../examples/bold/demo/snapshots.js';
import { packagePath } from '../../runtime/index.js';
import { StudyFolder } from './study-folder.js';
import type { ProcessOptions } from './study-folder.js';
import type { StudyShape } from './study.js';

const START_DEADLINE_MS = 120_000;
const STOP_DEADLINE_MS = 20_000;

/** The processes of a study: a coordinator and a node for each agency, connected by mutual TLS. */
export class StudyFederation {
  readonly folder: StudyFolder;
  readonly client: ApiClient;
  /** Seconds that making all snapshots took, several at a time. */
  readonly prepareSeconds: number;
  readonly #programs: ReadonlyMap<string, Program>;

  private constructor(
    folder: StudyFolder,
    client: ApiClient,
    prepareSeconds: number,
    programs: ReadonlyMap<string, Program>,
  ) {
    this.folder = folder;
    this.client = client;
    this.prepareSeconds = prepareSeconds;
    this.#programs = programs;
  }

  /** Resolves when every node is connected. `announce` hears what is going on, and may throw to stop it. */
  static async start(
    shape: StudyShape,
    options: ProcessOptions,
    announce: (text: string) => void,
  ): Promise<StudyFederation> {
    announce('making databases, keys and certificates');
    const folder = await StudyFolder.make(shape, options);
    const programs = new Map<string, Program>();
    const launch = (party: string, program: string, config: string): Program => {
      const command = [packagePath('dist', program, 'main.js'), 'start', '--config', config];
      const launched = new Program(party, command, logFile(folder.logs, party));
      programs.set(party, launched);
      return launched;
    };
    try {
      const coordinator = launch(COORDINATOR, 'coordinator', folder.coordinatorConfig());
      const started = await coordinator.waitFor(({ event }) => event === 'started', START_DEADLINE_MS);
      const address = `localhost:${Number(started['federationPort'])}`;
      const configs = new Map(folder.agencies.map((agency) => [agency, folder.nodeConfig(agency, address)]));
      const began = performance.now();
      await prepareSnapshots(configs, folder.logs, announce);
      const prepareSeconds = (performance.now() - began) / 1000;
      announce('starting the nodes');
      await Promise.all(
        [...configs].map(([agency, config]) =>
          launch(agency, 'node-agent', config).waitFor(({ event }) => event === 'connected', START_DEADLINE_MS),
        ),
      );
      const client = new ApiClient({ url: `http://127.0.0.1:${Number(started['apiPort'])}`, token: folder.token });
      return new StudyFederation(folder, client, prepareSeconds, programs);
    } catch (thrown) {
      await stopAll(programs);
      folder.remove();
      throw thrown;
    }
  }

  /** The coordinator first. */
  get parties(): readonly string[] {
    return [...this.#programs.keys()];
  }

  program(party: string): Program {
    const program = this.#programs.get(party);
    if (program === undefined) throw new RangeError(`there is no ${party}`);
    return program;
  }

  /** Ends every process and removes the folder. */
  async stop(): Promise<void> {
    await stopAll(this.#programs);
    this.folder.remove();
  }
}

async function stopAll(programs: ReadonlyMap<string, Program>): Promise<void> {
  const nodes = [...programs].filter(([party]) => party !== COORDINATOR);
  await Promise.all(nodes.map(([, program]) => program.stop(STOP_DEADLINE_MS)));
  await programs.get(COORDINATOR)?.stop(STOP_DEADLINE_MS);
}
