import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

import { COORDINATOR } from '../../core/private-join/index.js';
import { makeFederationFolder } from '../../examples/bold/demo/federation-folder.js';
import type { FederationFolder } from '../../examples/bold/demo/federation-folder.js';
import { systemClock } from '../../runtime/index.js';
import { writeSourceDatabase } from './source-database.js';
import { datasetTexts, listsOf, templateText } from './study.js';
import type { StudyShape } from './study.js';

export interface ProcessOptions {
  /** Threads for the arithmetic in each process. */
  readonly workers: number;
  /** What each process may keep of lists in memory before they go to the spool. */
  readonly spoolMiB: number;
}

/** The ending says that nobody in it is real, which lets the coordinator show exact counts. */
const FEDERATION = 'bench-test';
/** A benchmark is never too slow. */
const DEADLINE_SECONDS = 86_400;

/** A folder with all that the parties of a study need: keys, certificates, configurations, synthetic databases. */
export class StudyFolder {
  readonly directory: string;
  readonly shape: StudyShape;
  readonly #files: FederationFolder;
  readonly #options: ProcessOptions;

  private constructor(directory: string, shape: StudyShape, files: FederationFolder, options: ProcessOptions) {
    this.directory = directory;
    this.shape = shape;
    this.#files = files;
    this.#options = options;
    mkdirSync(this.logs, { recursive: true });
  }

  /** Makes it among the temporary files. */
  static async make(shape: StudyShape, options: ProcessOptions): Promise<StudyFolder> {
    const directory = mkdtempSync(join(tmpdir(), 'tallystick-bench-'));
    try {
      const lists = listsOf(shape);
      const files = await makeFederationFolder({
        directory,
        federation: FEDERATION,
        agencies: lists.map(({ agency, dataset }) => ({ id: agency, name: agency, datasets: [dataset] })),
        sources: lists.map((list) => ({
          agency: list.agency,
          mapping: writeSourceDatabase(list, join(directory, `${list.agency}.sqlite`)),
        })),
        templates: [templateText(shape)],
        clock: systemClock,
        workers: options.workers,
      });
      for (const party of [COORDINATOR, ...lists.map(({ agency }) => agency)]) {
        writeDatasets(join(directory, party, 'datasets'), shape);
      }
      return new StudyFolder(directory, shape, files, options);
    } catch (thrown) {
      rmSync(directory, { recursive: true, force: true });
      throw thrown;
    }
  }

  get agencies(): readonly string[] {
    return listsOf(this.shape).map(({ agency }) => agency);
  }

  get logs(): string {
    return join(this.directory, 'logs');
  }

  get token(): string {
    return this.#files.token;
  }

  coordinatorConfig(): string {
    return this.#adjusted(this.#files.coordinatorConfig, {
      offerAnswerSeconds: DEADLINE_SECONDS,
      roundProgressSeconds: DEADLINE_SECONDS,
    });
  }

  nodeConfig(agency: string, coordinatorAddress: string): string {
    return this.#adjusted(this.#files.writeNodeConfig(agency, coordinatorAddress), {
      runProgressSeconds: DEADLINE_SECONDS,
    });
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** The demonstration's configuration with this benchmark's bounds. */
  #adjusted(file: string, deadlines: Readonly<Record<string, number>>): string {
    const config = parse(readFileSync(file, 'utf8')) as Record<string, Record<string, unknown>>;
    const spool = { ...config['spool'], memoryMiB: this.#options.spoolMiB };
    writeFileSync(file, stringify({ ...config, spool, deadlines: { ...config['deadlines'], ...deadlines } }));
    return file;
  }
}

/** In the place of the demonstration's. */
function writeDatasets(folder: string, shape: StudyShape): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [dataset, text] of datasetTexts(shape)) writeFileSync(join(folder, `${dataset}.yaml`), text);
}
