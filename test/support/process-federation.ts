import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ApiClient } from '../../cli/index.js';
import type { RunDetailView, UnprotectedCountsView } from '../../coordinator/index.js';
import { bindParameters } from '../../core/templates/index.js';
import type { BoundTemplate, ParameterValues } from '../../core/templates/index.js';
import { AGENCIES } from '../../examples/bold/agencies.js';
import { widestParameters } from '../../examples/bold/demo/bold-federation.js';
import type { PagesPlan } from '../../examples/bold/demo/federation-folder.js';
import { RunningFederation } from '../../examples/bold/demo/running-federation.js';
import { generateFederation } from '../../examples/bold/federation.js';
import type { Federation } from '../../examples/bold/federation.js';
import { boldCatalogue, boldTemplates, templateText } from '../../examples/bold/library.js';
import { pooledTable } from '../../examples/bold/truth/index.js';
import type { TrueMeasure } from '../../examples/bold/truth/index.js';
import { systemClock } from '../../runtime/index.js';
import { exactDatasetTexts, exactTemplateText } from './exact-templates.js';

export interface ProcessFederationOptions {
  readonly people: number;
  readonly seed: number;
  /** Agencies that take part; all six when it isn't given. */
  readonly agencies?: readonly string[];
  readonly templates: readonly string[];
  /** Signs the templates with `epsilon: none`, so that what comes out can be compared with the truth number by number. */
  readonly exact?: boolean;
  /**
   * Signs so many copies of each template beside it, under names of their own (`copyOf`): to ask the same again of the
   * agencies, where the coordinator would otherwise show what it has.
   */
  readonly copies?: number;
  /** Where people sign in to the coordinator's pages; nobody can where it is left out. */
  readonly pages?: PagesPlan;
  /** Done to the agencies' databases before their nodes read them. */
  readonly alter?: (data: Federation) => void;
}

/** A federation of real processes in a temporary folder, with what a test asks of it. */
export class ProcessFederation {
  readonly directory: string;
  readonly data: Federation;
  readonly running: RunningFederation;
  readonly client: ApiClient;

  private constructor(directory: string, data: Federation, running: RunningFederation) {
    this.directory = directory;
    this.data = data;
    this.running = running;
    this.client = new ApiClient({ url: running.apiUrl, token: running.folder.token });
  }

  static async start(options: ProcessFederationOptions): Promise<ProcessFederation> {
    const directory = mkdtempSync(join(tmpdir(), 'tallystick-test-'));
    try {
      const data = generateFederation({
        people: options.people,
        seed: options.seed,
        directory: join(directory, 'data'),
      });
      options.alter?.(data);
      const wanted = ({ id }: { readonly id: string }): boolean => options.agencies?.includes(id) ?? true;
      const agencies = AGENCIES.filter(wanted);
      const running = await RunningFederation.start(
        {
          directory,
          federation: 'bold-test',
          agencies,
          sources: data.sources.filter(({ agency }) => agencies.some(({ id }) => id === agency)),
          templates: options.templates.flatMap((name) => {
            const text = options.exact === true ? exactTemplateText(name) : templateText(name);
            const copies = Array.from({ length: options.copies ?? 0 }, (_, copy) => renamed(text, copyOf(name, copy)));
            return [text, ...copies];
          }),
          ...(options.exact === true ? { datasets: exactDatasetTexts() } : {}),
          ...(options.pages === undefined ? {} : { pages: options.pages }),
          clock: systemClock,
          workers: 1,
        },
        () => undefined,
      );
      return new ProcessFederation(directory, data, running);
    } catch (thrown) {
      rmSync(directory, { recursive: true, force: true });
      throw thrown;
    }
  }

  /** Submits a run and returns its id. */
  async submit(template: string, parameters: ParameterValues = widestOf(template)): Promise<string> {
    const values = Object.fromEntries(Object.entries(parameters).map(([name, chosen]) => [name, [...chosen]]));
    return (await this.client.submit({ template, parameters: values })).id;
  }

  /** Waits for a run's end. */
  async ended(id: string): Promise<RunDetailView> {
    await drained(this.client.follow(id));
    return this.client.run(id);
  }

  async ask(template: string, parameters?: ParameterValues): Promise<RunDetailView> {
    return this.ended(await this.submit(template, parameters));
  }

  /**
   * The cells of a finished run, and the sums of its measures, and those of the pooled truth, those with nobody left out,
   * as text to compare: equal where the federation is exact.
   */
  async compared(run: RunDetailView): Promise<{ readonly counted: string[]; readonly truth: string[] }> {
    const bound = templateNamed(run.template);
    const unprotected = await this.client.unprotectedCounts(run.id);
    const truth = pooledTable({
      template: bound,
      parameters: bindParameters(bound, run.parameters),
      sources: this.data.sources,
    });
    return {
      counted: [...cellTexts(unprotected.cells), ...unprotected.measures.flatMap((one) => sumTexts(unprotected, one))],
      truth: [...cellTexts(truth.cells), ...truth.measures.flatMap(trueSumTexts)],
    };
  }

  async close(): Promise<void> {
    await this.running.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function cellTexts(cells: UnprotectedCountsView['cells']): string[] {
  return cells
    .filter(({ count }) => count > 0)
    .map(({ categories, count }) => `${categories.join()}: ${count}`)
    .toSorted();
}

function sumTexts(
  { cells: places }: UnprotectedCountsView,
  { name, centre, cells }: UnprotectedCountsView['measures'][number],
): string[] {
  return cells
    .flatMap(({ value, present }, place) =>
      present === 0 ? [] : [`${name} ${places[place]?.categories.join()}: ${value + centre * present} of ${present}`],
    )
    .toSorted();
}

function trueSumTexts({ name, cells }: TrueMeasure): string[] {
  return cells
    .map(({ categories, sum, contributors }) => `${name} ${categories.join()}: ${sum} of ${contributors}`)
    .toSorted();
}

const templates = boldTemplates(boldCatalogue());

/** The template's copy of that number, from 0. */
export function copyOf(template: string, copy: number): string {
  return `${template}${COPY}${copy}`;
}

const COPY = '-copy-';

function renamed(text: string, name: string): string {
  return text.replace(/^template: .*$/m, `template: ${name}`);
}

/** As the example has it; of a copy the original, which asks the same. */
export function templateNamed(name: string): BoundTemplate {
  const bound = templates.get(name.split(COPY)[0] ?? '');
  if (bound === undefined) throw new RangeError(`there is no template ${name}`);
  return bound;
}

function widestOf(template: string): ParameterValues {
  return widestParameters(templateNamed(template));
}

/** Waits for the end of a stream without looking at it. */
export async function drained(items: AsyncIterable<unknown>): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  while ((await iterator.next()).done !== true);
}
