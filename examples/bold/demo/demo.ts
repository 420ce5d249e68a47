import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import type { RunDetailView, UnprotectedCountsView } from '../../../coordinator/index.js';
import type { TableNoise } from '../../../core/disclosure/index.js';
import { ApiClient, outcome, RunProgressView } from '../../../cli/index.js';
import type { Printer } from '../../../cli/index.js';
import {
  bindParameters,
  decodeTable,
  explainTemplate,
  presentationOf,
  runTerms,
} from '../../../core/templates/index.js';
import type { BoundTemplate, ParameterValues } from '../../../core/templates/index.js';
import { systemClock } from '../../../runtime/index.js';
import { AGENCIES } from '../agencies.js';
import { ExampleError } from '../errors.js';
import { generateFederation } from '../federation.js';
import type { Federation } from '../federation.js';
import { boldCatalogue, boldTemplates } from '../library.js';
import { PooledPeople, pooledTable, trueTable } from '../truth/index.js';
import type { TrueTable } from '../truth/index.js';
import { compare } from './comparison.js';
import type { Comparison, LargestNoise } from './comparison.js';
import { allTemplateTexts } from '../library.js';
import { BUDGET, DEMO_TEMPLATES, FEDERATION, widestParameters } from './bold-federation.js';
import { DEMO_PEOPLE } from './demo-people.js';
import { DemoPages } from './demo-pages.js';
import { linkageErrorInWords, linkageErrorOf } from './linkage-error.js';
import type { LinkageError } from './linkage-error.js';
import { RunningFederation } from './running-federation.js';
import { evidenceOf, toldStatistics } from './told-statistics.js';
import type { ToldStatistics } from './told-statistics.js';

export interface DemoOptions {
  readonly people: number;
  readonly seed: number;
  /** Stop when the questions are answered; otherwise the federation runs until it is told to stop. */
  readonly exit: boolean;
  /** Where its pages are; 0 is any free port. Nobody looks at pages of what ends by itself, and then it is not looked at. */
  readonly port: number;
  /** Where the figures go. */
  readonly json?: string;
  /** A folder to keep; a temporary one, removed at the end, when it isn't given. */
  readonly directory?: string;
  /** Threads for the arithmetic in each process. */
  readonly workers: number;
}

/**
 * For this process to see what happened while it was busy with counting, such as connections that the coordinator has
 * closed because they weren't used: the next question would be asked through one of them.
 */
const CATCH_UP_MS = 50;

/** What the demonstration found out about one question. */
interface Answer {
  readonly template: string;
  readonly question: string;
  readonly parameters: ParameterValues;
  readonly run: RunDetailView;
  readonly unprotected: UnprotectedCountsView;
  /** By the same rules over all databases together. */
  readonly truth: TrueTable;
  readonly comparison: Comparison;
  readonly linkageError: LinkageError;
}

/** Plays the whole system on this computer. Resolves with whether every number was as near the truth as it must be. */
export async function runDemo(options: DemoOptions, printer: Printer, interrupted: AbortSignal): Promise<boolean> {
  const directory = options.directory === undefined ? temporaryFolder() : resolve(options.directory);
  mkdirSync(directory, { recursive: true });
  const announce = (text: string): void => {
    // Whoever presses Ctrl-C doesn't want to wait for the next step.
    interrupted.throwIfAborted();
    printer.note(text);
  };
  let federation: RunningFederation | null = null;
  let pages: DemoPages | null = null;
  try {
    announce(
      `Inventing ${options.people.toLocaleString('en-GB')} people (seed ${options.seed}) and six agencies that know some of them …`,
    );
    const data = generateFederation({ people: options.people, seed: options.seed, directory: join(directory, 'data') });
    if (!options.exit) pages = await DemoPages.start(options.port);
    federation = await RunningFederation.start(
      {
        directory,
        federation: FEDERATION,
        agencies: AGENCIES,
        sources: data.sources,
        templates: allTemplateTexts(),
        budget: BUDGET,
        clock: systemClock,
        workers: options.workers,
        ...(pages === null ? {} : { coordinator: pages.coordinator, pages: pages.plan }),
      },
      announce,
    );
    announce(`${federation.parties.length} processes are connected by mutual TLS. No record leaves its agency's node.`);
    const answers = await askAll(federation, data, printer, announce);
    if (options.json !== undefined) writeReport(options.json, options, federation, data, answers);
    if (pages !== null) {
      await pages.startTrial(join(directory, 'trial'), options.workers, announce);
      await stayUp(federation, pages, directory, printer, interrupted);
    }
    return answers.every(({ comparison }) => comparison.impossible === 0);
  } finally {
    printer.done();
    await federation?.stop();
    await pages?.stop();
    if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
  }
}

function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'tallystick-demo-'));
}

async function askAll(
  federation: RunningFederation,
  data: Federation,
  printer: Printer,
  announce: (text: string) => void,
): Promise<Answer[]> {
  const client = new ApiClient({ url: federation.apiUrl, token: federation.folder.token });
  const templates = boldTemplates(boldCatalogue());
  const told = await toldStatistics(AGENCIES.map(({ id }) => federation.folder.nodeConfig(id)));
  const people = new PooledPeople();
  const answers: Answer[] = [];
  for (const name of DEMO_TEMPLATES) {
    const bound = templates.get(name);
    if (bound === undefined) throw new RangeError(`there is no template ${name}`);
    announce(`\n${explainTemplate(bound).question}`);
    answers.push(await ask(client, bound, data, { people, told }, printer));
  }
  return answers;
}

/** What is known of all agencies' people: by rules, and what agencies told of them. The same for every question. */
interface KnownPeople {
  readonly people: PooledPeople;
  readonly told: readonly ToldStatistics[];
}

async function ask(
  client: ApiClient,
  bound: BoundTemplate,
  data: Federation,
  { people, told }: KnownPeople,
  printer: Printer,
): Promise<Answer> {
  const parameters = widestParameters(bound);
  const template = bound.template.template;
  const { id } = await client.submit({ template, parameters: mutable(parameters) });
  const progress = new RunProgressView(printer);
  for await (const followed of client.follow(id)) {
    if (followed.kind === 'event') progress.event(followed.event);
    else progress.progress(followed.progress);
  }
  printer.done();
  const run = await client.run(id);
  printer.result(`\n${outcome(run, printer.columns).join('\n')}\n`);
  if (run.release === null) {
    throw new ExampleError('RUN_FAILED', `The run of ${template} ended without a table; the lines above say why.`);
  }
  const unprotected = await client.unprotectedCounts(id);
  const question = { template: bound, parameters: bindParameters(bound, parameters), sources: data.sources };
  const { comparisons } = unprotected;
  const truth = pooledTable({ ...question, people, evidence: evidenceOf(told, run), comparisons });
  const comparison = compare({
    unprotected,
    released: run.release.table,
    presentation: presentationOf(bound),
    truth,
    ...noiseOf(bound, run),
  });
  printer.note(inWords(comparison));
  const linkageError = linkageErrorOf(truth.cells, trueTable(question, data.truth).cells);
  printer.note(linkageErrorInWords(linkageError));
  await wait(CATCH_UP_MS);
  const asked = { template, question: explainTemplate(bound).question, parameters };
  return { ...asked, run, unprotected, truth, comparison, linkageError };
}

/** Every mixer adds noise of the whole law, and every participant is a mixer. */
function noiseOf(
  bound: BoundTemplate,
  { participants }: RunDetailView,
): { readonly noise: TableNoise | null; readonly largestNoise: LargestNoise } {
  const nobody = { length: bound.cells };
  const columns = bound.measures.flatMap((measure) => measure.columns);
  const result = { counts: Array.from(nobody, () => 0), sums: columns.map(() => Array.from(nobody, () => 0)) };
  const { noise, measures } = decodeTable(bound, runTerms(bound, participants), participants.length, result);
  const most = (added: TableNoise | null | undefined): number => (added == null ? 0 : added.mixers * added.law.bound);
  const largestNoise = {
    counts: most(noise),
    measures: measures.map((measure) => ({
      value: most(measure.noise?.value),
      present: most(measure.noise?.present),
      square: most(measure.noise?.square),
    })),
  };
  return { noise, largestNoise };
}

function inWords({ decoded, exact, impossible, intervals, inside }: Comparison): string {
  if (impossible > 0) {
    return `Before rounding, ${impossible} of ${decoded} numbers differ from what the same rules over all databases together give by more than noise ever does. This is a bug: please report it.`;
  }
  if (exact === decoded) {
    return `Before rounding, every one of the ${decoded} numbers equals what the same rules over all databases together give.`;
  }
  return `The same rules, told what the agencies said of chance and how many pairs the coordinator saw, over all databases together give numbers that lie inside ${inside} of the ${intervals} intervals stated (95 in 100 should), and none is further off than noise can be.`;
}

async function stayUp(
  federation: RunningFederation,
  pages: DemoPages,
  directory: string,
  printer: Printer,
  interrupted: AbortSignal,
): Promise<void> {
  const connection = `--url ${federation.apiUrl} --token-file ${federation.folder.tokenFile}`;
  printer.note(
    [
      '',
      `The federation is still up. Open ${federation.pagesUrl} in a browser. Nobody needs to sign in to read; you can sign in as`,
      ...DEMO_PEOPLE.map(({ name, work }) => `  ${name}: ${work}`),
      'They are invented, as everybody in the data is, and need no password.',
      '',
      'In another terminal:',
      `  npx tally runs ${connection}`,
      `  npx tally templates ${connection}`,
      `  npx tally run ${DEMO_TEMPLATES[1]} --param quarters=2025-Q1 --param quarters=2025-Q2 ${connection}`,
      `Configurations, databases and logs of every party are in ${directory}.`,
      'Press Ctrl-C to stop everything.',
    ].join('\n'),
  );
  await pages.untilInterrupted(federation, interrupted);
}

function writeReport(
  file: string,
  { people, seed, workers }: DemoOptions,
  federation: RunningFederation,
  data: Federation,
  answers: readonly Answer[],
): void {
  const report = {
    people,
    seed,
    workersPerProcess: workers,
    rows: Object.fromEntries(data.rows),
    questions: answers.map(({ template, question, parameters, run, unprotected, truth, ...found }) => ({
      template,
      question,
      parameters,
      run: run.id,
      table: run.release?.table ?? null,
      unprotected: unprotected.cells,
      truth: truth.cells,
      linkage: run.release?.linkage ?? null,
      ...found,
      phases: unprotected.phases,
    })),
    cpuSeconds: Object.fromEntries(federation.parties.map((party) => [party, federation.program(party).cpuSeconds])),
  };
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
}

function mutable(parameters: ParameterValues): Record<string, string[]> {
  return Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, [...values]]));
}
