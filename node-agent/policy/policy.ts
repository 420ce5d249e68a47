import { MINIMUM_PARTICIPANTS } from '../../core/templates/index.js';
import type { Template } from '../../core/templates/index.js';

/** What an agency lets its node answer, beyond what governance has signed. */
export interface Policy {
  /** Templates by name; every version where none is given. A template that is not here is not answered. */
  readonly allow: readonly AllowedTemplate[];
  /** A template that would publish smaller counts is not answered. */
  readonly minimumThreshold: number;
  /** A run with fewer agencies is not answered. */
  readonly minimumParticipants: number;
}

export interface AllowedTemplate {
  readonly template: string;
  readonly version?: number | undefined;
}

/** What a node without a policy answers: nothing. */
export const DENY_ALL: Policy = { allow: [], minimumThreshold: 0, minimumParticipants: MINIMUM_PARTICIPANTS };

/** Why this agency doesn't answer the template, in words for the analyst; undefined when it does. */
export function reasonToDeny(policy: Policy, { template, version, disclosure }: Template): string | undefined {
  const allowed = policy.allow.some(
    (entry) => entry.template === template && (entry.version === undefined || entry.version === version),
  );
  if (!allowed) return `its policy does not allow ${template} version ${version}`;
  if (disclosure.threshold < policy.minimumThreshold) {
    return `its policy asks for a threshold of at least ${policy.minimumThreshold}; the template has ${disclosure.threshold}`;
  }
  return undefined;
}
