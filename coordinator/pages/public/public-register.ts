import type { SiteServices } from '../site-services.js';
import type { PublicQuestions } from './public-questions.js';
import type { PublicRun } from './public-runs.js';
import { organisationNames } from './question-view.js';

/** Runs in /register.json, the newest. */
export const MAX_RUNS_IN_REGISTER = 1_000;

/** The register of questions and runs for programs: what the pages say, and no more. docs/public.md describes it. */
export function publicRegister(
  { registers }: Pick<SiteServices, 'registers'>,
  questions: PublicQuestions,
  runs: readonly PublicRun[],
): object {
  const { roster, fingerprint } = registers.register.current;
  const nameOf = organisationNames(roster);
  return {
    federation: roster.federation,
    entries: registers.copy.head.size,
    roster: { version: roster.version, fingerprint, expires: roster.expires },
    questions: questions.all().map(({ proposal: { template }, standing }) => ({
      template: standing.template,
      version: standing.version,
      title: standing.title,
      pilot: template.pilot,
      purpose: standing.purpose,
      state: standing.state,
      digest: standing.digest,
      proposed: standing.proposed,
      published: standing.published ?? null,
      revoked: standing.revoked === undefined ? null : { on: standing.revoked.on, reason: standing.revoked.reason },
      expires: standing.expires,
      success: template.success,
      principles: template.principles,
      reviews: standing.reviews?.map(({ organisation, principles }) => ({ organisation, principles })) ?? null,
      approvedBy: [...new Set(standing.approvals.map(({ organisation }) => organisation))],
    })),
    organisations: roster.organisations.map(({ id }) => ({ id, name: nameOf(id) })),
    runs: runs.slice(0, MAX_RUNS_IN_REGISTER),
    moreRuns: runs.length > MAX_RUNS_IN_REGISTER,
  };
}
