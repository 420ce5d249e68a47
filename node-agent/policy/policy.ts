import type { Floors, Template } from '../../core/templates/index.js';
import type { BudgetLimits } from '../budget/budget.js';

/**
 * How far an agency goes with what it allows. `observe`: an offer is verified and noted, nothing is read. `shadow`: what
 * would be sent is made from the snapshot and counted, nothing is sent. `live`: it is answered.
 */
export const MODES = ['observe', 'shadow', 'live'] as const;
export type Mode = (typeof MODES)[number];

/** What an agency lets its node answer, beyond what governance has signed. */
export interface Policy {
  /** Of entries that name none of their own. */
  readonly mode: Mode;
  /** A template that no entry is about is not answered. */
  readonly allow: readonly AllowedEntry[];
  /** Not answered, whatever `allow` says. */
  readonly refuse: readonly NamedTemplate[];
  /** Smaller counts are suppressed in every table that this agency has a part in; 0: as the template says. */
  readonly minimumThreshold: number;
  /** Counts are rounded at least to multiples of this; 0: as the template says. */
  readonly minimumRounding: number;
  /** Counts, overlaps and each measure cost no more than this and have the noise for it; absent: as the template says. */
  readonly maximumEpsilon?: number | undefined;
  /** What is given away in all. */
  readonly budget: BudgetLimits;
  /** A run with fewer agencies is not answered. */
  readonly minimumParticipants: number;
  readonly caps: Caps;
}

/** A template by its name; every version where none is given. */
export interface NamedTemplate {
  readonly template: string;
  readonly version?: number | undefined;
}

export interface AllowedTemplate extends NamedTemplate {
  readonly mode: Mode;
}

/** Every template that governance signs for a purpose, also those that it will sign yet. */
export interface AllowedPurpose {
  readonly purpose: string;
  readonly mode: Mode;
}

export type AllowedEntry = AllowedTemplate | AllowedPurpose;

export interface Caps {
  /** Runs that may be taken part in within any seven days; absent: as many as are asked for. */
  readonly runsPerWeek?: number | undefined;
}

/** What the policy says to a template. */
export type Decision =
  | { readonly kind: 'allowed'; readonly mode: Mode }
  /** In words for the analyst. */
  | { readonly kind: 'refused'; readonly reason: string };

/** What the agency demands of every table; the strictest of template and participants holds. */
export function floorsOf({ minimumThreshold, minimumRounding, maximumEpsilon }: Policy): Floors {
  return { threshold: minimumThreshold, roundTo: minimumRounding, epsilon: maximumEpsilon ?? null };
}

/**
 * The entry that says most exactly which template it means decides: one with a version, else one without, else one by
 * purpose. `loadPolicy` takes no two that say the same.
 */
export function decide(
  { allow, refuse }: Pick<Policy, 'allow' | 'refuse'>,
  { template, version, purpose }: Pick<Template, 'template' | 'version' | 'purpose'>,
): Decision {
  const isMeant = (entry: NamedTemplate): boolean =>
    entry.template === template && (entry.version === undefined || entry.version === version);
  if (refuse.some(isMeant)) return { kind: 'refused', reason: `its policy refuses ${template} version ${version}` };
  const named = allow.filter(isTemplate).filter(isMeant);
  const entry =
    named.find((one) => one.version !== undefined) ??
    named[0] ??
    allow.find((one) => !isTemplate(one) && one.purpose === purpose);
  return entry === undefined
    ? { kind: 'refused', reason: `its policy does not allow ${template} version ${version}` }
    : { kind: 'allowed', mode: entry.mode };
}

export function isTemplate(entry: AllowedEntry): entry is AllowedTemplate {
  return 'template' in entry;
}
