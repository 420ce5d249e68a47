import type { AllowedEntry, Mode, NamedTemplate, Policy } from './policy.js';

const MODE_WORDS: Readonly<Record<Mode, string>> = {
  live: 'Answered',
  shadow: 'Gone through on your data, with nothing sent, and refused',
  observe: 'Noted without reading your data, and refused',
};

/** A policy in plain English, a line a paragraph. */
export function describePolicy(policy: Policy): string[] {
  const { allow, refuse } = policy;
  return [
    ...(['live', 'shadow', 'observe'] as const).flatMap((mode) => describeMode(mode, allow)),
    ...(refuse.length === 0 ? [] : ['Refused, whatever else is said here:', ...refuse.map(bullet)]),
    allow.length === 0 ? 'Nothing is allowed: every offer is refused.' : 'Everything else is refused.',
    ...describeFloors(policy),
    ...describeLimits(policy),
  ];
}

function describeMode(mode: Mode, allow: readonly AllowedEntry[]): string[] {
  const entries = allow.filter((entry) => entry.mode === mode);
  return entries.length === 0 ? [] : [`${MODE_WORDS[mode]} (${mode}):`, ...entries.map(bullet)];
}

function bullet(entry: AllowedEntry | NamedTemplate): string {
  if ('purpose' in entry) return `  - every template that governance signs for the purpose ${entry.purpose}`;
  const { template, version } = entry;
  return `  - ${template}, ${version === undefined ? 'every version' : `version ${version}`}`;
}

function describeFloors({ minimumThreshold, minimumRounding, maximumEpsilon, minimumParticipants }: Policy): string[] {
  return [
    minimumThreshold === 0
      ? 'Which counts are too small to show is left to each template.'
      : `Counts below ${minimumThreshold} are not shown in any table that your records are in.`,
    minimumRounding === 0
      ? 'How coarsely counts are rounded is left to each template.'
      : `Counts are rounded at least to multiples of ${minimumRounding}.`,
    maximumEpsilon === undefined
      ? 'How much noise there is, and whether there is any, is left to each template.'
      : `Every number has noise: counts, overlaps and each measure give away at most a privacy loss of ${maximumEpsilon}.`,
    `A run needs at least ${minimumParticipants} agencies.`,
  ];
}

function describeLimits({ budget: { perSnapshot, perQuarter }, caps: { runsPerWeek } }: Policy): string[] {
  return [
    `In all, a snapshot gives away a privacy loss of ${perSnapshot} at most, a dataset ${perQuarter} in a calendar quarter.`,
    runsPerWeek === undefined
      ? 'How many runs are answered in a week is not limited.'
      : `At most ${runsPerWeek} ${runsPerWeek === 1 ? 'run is' : 'runs are'} answered in any seven days.`,
  ];
}

/** What becomes of a template, in a sentence. */
export function describeDecision(mode: Mode): string {
  return `${MODE_WORDS[mode]} (${mode}).`;
}
