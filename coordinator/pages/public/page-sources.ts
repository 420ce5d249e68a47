import type { PublicQuestions } from './public-questions.js';
import type { PublicRuns } from './public-runs.js';

/** What all public pages go by. */
export interface PublicPages {
  readonly questions: PublicQuestions;
  readonly runs: PublicRuns;
}
