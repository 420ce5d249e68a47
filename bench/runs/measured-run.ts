import { availableParallelism } from 'node:os';

import type { RunState, UnprotectedCountsView } from '../../coordinator/index.js';
import { ExampleError } from '../../examples/bold/index.js';
import type { OperationCosts } from '../kernel/operation.js';
import { peakBytesOf } from '../process-figures.js';
import type { StudyFederation } from './federation.js';
import { cpuSecondsBetween, readFigures, usageBetween } from './reading.js';
import type { Reading } from './reading.js';
import { largestListBytes, requiredOperations, secondsFor } from './required-operations.js';
import type { PartyResult, RunResult } from './run-result.js';
import { listsOf, TEMPLATE, trueCounts } from './study.js';

/** For a node to say that it is done with a run that the coordinator has finished. */
const RUN_END_DEADLINE_MS = 60_000;

/** A run of which it is not yet known what the kernel's part in it was. */
export interface MeasuredRun extends Omit<RunResult, 'parties'> {
  readonly parties: readonly Omit<PartyResult, 'kernelSeconds'>[];
}

/** Asks for one run and measures it; `watch` hears of each phase. Thrown when it ends without a table: ExampleError. */
export async function measureRun(federation: StudyFederation, watch: (phase: RunState) => void): Promise<MeasuredRun> {
  const { client, parties, folder, prepareSeconds } = federation;
  const pids = new Map(parties.map((party) => [party, federation.program(party).pid]));
  const before = readFigures(pids);
  const { id } = await client.submit({ template: TEMPLATE, parameters: {} });
  const entered: { readonly state: RunState; readonly reading: Reading }[] = [];
  for await (const followed of client.follow(id)) {
    if (followed.kind !== 'event' || followed.event.state === entered.at(-1)?.state) continue;
    entered.push({ state: followed.event.state, reading: readFigures(pids) });
    watch(followed.event.state);
  }
  const last = entered.at(-1);
  if (last?.state !== 'finished') {
    const { ending } = await client.run(id);
    throw new ExampleError('RUN_FAILED', `The run ended without a table: ${ending?.message ?? 'it was refused'}`);
  }
  await Promise.all(
    parties.map((party) =>
      federation.program(party).waitFor(({ event }) => event === 'run-ended', RUN_END_DEADLINE_MS),
    ),
  );
  const after = readFigures(pids);
  const counts = await client.unprotectedCounts(id);
  return {
    shape: folder.shape,
    exact: isExact(counts, trueCounts(folder.shape)),
    seconds: last.reading.at - before.at,
    phases: counts.phases.map(({ phase, seconds, bytes }) => {
      const place = entered.findIndex(({ state }) => state === phase);
      const [from, to] = [entered[place]?.reading, entered[place + 1]?.reading];
      return { phase, seconds, bytes, ...usageBetween(from, to, availableParallelism()) };
    }),
    parties: [...pids].map(([party, pid]) => ({
      party,
      cpuSeconds: cpuSecondsBetween(before, after, party),
      peakBytes: peakBytesOf(pid),
      startCpuSeconds: before.cpuSeconds.get(party) ?? 0,
    })),
    largestListBytes: largestListBytes(listsOf(folder.shape)),
    prepareSeconds,
  };
}

/** Puts what the kernel operations must have taken beside what each party used. */
export function withKernelSeconds(run: MeasuredRun, costs: OperationCosts): RunResult {
  const required = requiredOperations(listsOf(run.shape));
  return {
    ...run,
    parties: run.parties.map((party) => ({
      ...party,
      kernelSeconds: secondsFor(required.get(party.party) ?? {}, costs),
    })),
  };
}

/** Cells with nobody in them may be missing on either side. */
export function isExact(
  { dimensions, cells }: Pick<UnprotectedCountsView, 'dimensions' | 'cells'>,
  truth: ReadonlyMap<string, number>,
): boolean {
  const counted = cells.filter(({ count }) => count > 0);
  const nameOf = (categories: readonly number[]): string =>
    categories.map((category, place) => dimensions[place]?.categories[category]?.code ?? '').join();
  return (
    counted.length === truth.size && counted.every(({ categories, count }) => truth.get(nameOf(categories)) === count)
  );
}
