import { createSolver } from '../../core/disclosure/index.js';
import type { LinearSolver } from '../../core/disclosure/index.js';

let solver: Promise<LinearSolver> | null = null;

/** The one of the disclosure control, loaded once. */
export function sharedSolver(): Promise<LinearSolver> {
  solver ??= createSolver();
  return solver;
}
