import { requesterOfAccount, type Account } from '../../access/account.js';
import { CoordinatorError } from '../../errors.js';
import type { RunDetail, RunService } from '../../runs/run-service.js';
import type { Run } from '../../runs/run.js';

/** Whether it was they who asked it. */
export function isOwn({ requester }: Pick<Run, 'requester'>, account: Account | undefined): boolean {
  return account !== undefined && requester === requesterOfAccount(account);
}

/** Thrown when there is no such run, or it is somebody else's, which nobody is told apart: CoordinatorError UNKNOWN_RUN. */
export function ownRun(id: string, account: Account, runs: Pick<RunService, 'get'>): RunDetail {
  const detail = runs.get(id);
  if (isOwn(detail.run, account)) return detail;
  throw new CoordinatorError('UNKNOWN_RUN', 'There is no run of that id: `tally runs` lists those there are.');
}
