import { isRefusalCode } from '../../../core/private-join/index.js';
import type { ParameterValues } from '../../../core/templates/index.js';
import { requesterOfAccount, type Account } from '../../access/account.js';
import { CoordinatorError } from '../../errors.js';
import { isEnded } from '../../runs/run-states.js';
import type { RunDetail, RunService } from '../../runs/run-service.js';
import { MAX_RUNS_LISTED, type Run, type RunEvent } from '../../runs/run.js';
import { askHref } from './ask-form.js';
import { pageAdviceAfterFailure, pageAdviceAfterRefusal } from './page-advice.js';

type Runs = Pick<RunService, 'get' | 'list'>;

/** Whether it was they who asked it. */
export function isOwn({ requester }: Pick<Run, 'requester'>, account: Account | undefined): boolean {
  return account?.roles.includes('analyst') === true && requester === requesterOfAccount(account);
}

/** Undefined when there is no such run, or it is somebody else's. */
export function findOwnRun(id: string, account: Account | undefined, runs: Pick<Runs, 'get'>): RunDetail | undefined {
  if (account === undefined || requesterOfAccount(account) === undefined) return undefined;
  try {
    const detail = runs.get(id);
    return isOwn(detail.run, account) ? detail : undefined;
  } catch (thrown) {
    if (thrown instanceof CoordinatorError && thrown.code === 'UNKNOWN_RUN') return undefined;
    throw thrown;
  }
}

/** Thrown when there is no such run, or it is somebody else's, which nobody is told apart: CoordinatorError UNKNOWN_RUN. */
export function ownRun(id: string, account: Account, runs: Pick<Runs, 'get'>): RunDetail {
  const found = findOwnRun(id, account, runs);
  if (found !== undefined) return found;
  throw new CoordinatorError('UNKNOWN_RUN', 'There is no run under this address that you asked for.');
}

/** Newest first, those of one analyst that fit, at most `limit`; with `before`, those submitted earlier than that run. */
export function ownRuns(
  runs: Pick<Runs, 'list'>,
  requester: string,
  fits: (run: Run) => boolean,
  { limit, before }: { readonly limit: number; readonly before?: string | undefined },
): readonly Run[] {
  const found: Run[] = [];
  for (let last = before; ;) {
    const batch = runs.list(MAX_RUNS_LISTED, last, { requester });
    found.push(...batch.filter(fits));
    last = batch.at(-1)?.id;
    if (found.length >= limit || batch.length < MAX_RUNS_LISTED) return found.slice(0, limit);
  }
}

/** The same question of theirs that goes on already: asked twice at once, one answer is what is wanted. */
export function sameUnderWay(
  runs: Pick<Runs, 'list'>,
  { requester, templateDigest, parameters }: Pick<Run, 'requester' | 'templateDigest' | 'parameters'>,
): Run | undefined {
  return runs
    .list(MAX_RUNS_LISTED)
    .find(
      (run) =>
        run.requester === requester &&
        run.templateDigest === templateDigest &&
        !isEnded(run.state) &&
        sameValues(run.parameters, parameters),
    );
}

function sameValues(one: ParameterValues, other: ParameterValues): boolean {
  const text = (values: ParameterValues): string =>
    JSON.stringify(
      Object.entries(values)
        .map(([name, chosen]) => [name, [...new Set(chosen)].toSorted()] as const)
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
  return text(one) === text(other);
}

/** What whoever asked is told of their run beside what everybody is. */
export interface OwnRunView {
  /** The form with the same choices. */
  readonly againHref: string;
  /** Null where there is an answer. */
  readonly ending: {
    readonly code: string;
    /** Null where the refusals say it. */
    readonly message: string | null;
    readonly advice: string;
    readonly refusals: readonly OwnRefusal[];
  } | null;
}

export interface OwnRefusal {
  readonly agencyName: string;
  readonly code: string;
  /** As the agency put it. */
  readonly reason: string;
  readonly advice: string;
}

function isRefusal({ name }: RunEvent): boolean {
  return name === 'agency-refused';
}

export function ownRunView(
  { run, events }: Pick<RunDetail, 'run' | 'events'>,
  agencies: readonly { readonly id: string; readonly name: string }[],
): OwnRunView {
  const { ending } = run;
  return {
    againHref: askHref(run.template, run.parameters),
    ending:
      ending === null
        ? null
        : {
            code: ending.code,
            message: ending.code === 'REFUSED' && events.some(isRefusal) ? null : ending.message,
            advice: pageAdviceAfterFailure(ending.code),
            refusals: events.flatMap(({ name, party, code, message }) =>
              name === 'agency-refused' && party !== null && code !== null && isRefusalCode(code)
                ? [
                    {
                      agencyName: agencies.find(({ id }) => id === party)?.name ?? party,
                      ...{ code, reason: message ?? '', advice: pageAdviceAfterRefusal(code) },
                    },
                  ]
                : [],
            ),
          },
  };
}
