import type { TemplateState } from '../../core/governance/index.js';
import { sizeInWords } from '../budget/rounded-size.js';
import { describeDecision } from '../policy/policy-text.js';
import type { Preview, PreviewedField, PreviewedList } from './preview.js';

const USE_WORDS: Readonly<Record<PreviewedField['use'], string>> = {
  filter: 'says which records are in the list; stays here',
  category: 'leaves as part of one encrypted number',
  number: 'leaves as an encrypted number, to be added up',
};

const STATE_WORDS: Readonly<Record<Exclude<TemplateState, 'live'>, string>> = {
  draft: 'a draft',
  proposed: 'proposed',
  'under-review': 'under review',
  approved: 'approved, and not yet published,',
  expired: 'expired',
  revoked: 'revoked',
  superseded: 'superseded',
};

/** What is said where the agency's opt-out lists are part of what leaves. */
export const OPT_OUTS_GO_ALONG =
  'Your opt-out lists go along: match keys and nothing else, sealed anew for each run, so that whoever is on them is counted nowhere.';

/** A preview for a person to read. */
export function describePreview(preview: Preview): string {
  const { template, version, explanation, lists, bringsOptOuts } = preview;
  const lines = [
    `${template} version ${version}: ${explanation.question}`,
    '',
    describeStanding(preview),
    ...section('Asked with', describeParameters(preview)),
    ...section('What this node would send', lists.length === 0 ? ['Nothing: none of its datasets is asked for.'] : []),
    ...lists.flatMap(describeList),
    ...(bringsOptOuts ? [`  ${OPT_OUTS_GO_ALONG}`] : []),
    ...section('Noise and what is shown', describeTerms(preview)),
    ...section('What it would cost', [describeCost(preview)]),
    ...explanation.sections
      .filter(({ heading }) => heading !== 'Why')
      .flatMap(({ heading, paragraphs }) => section(heading, paragraphs)),
    '',
    'Nothing has left this computer.',
  ];
  return `${lines.join('\n')}\n`;
}

function describeStanding({ decision, state }: Preview): string {
  const standing = standingInWords(state);
  const policy =
    decision.kind === 'refused'
      ? `Under your policy it would be refused: ${decision.reason}.`
      : `Under your policy: ${describeDecision(decision.mode)}`;
  return `${standing} ${policy}`;
}

/** What governance has decided about it, and what follows. */
export function standingInWords(state: Preview['state']): string {
  if (state === 'live') return 'Governance has approved it, and it is live.';
  if (state === null) return 'It is a file: a node answers a template only when it is live in its register.';
  return `It is ${STATE_WORDS[state]} in your register: a node answers only what is live there.`;
}

function section(heading: string, paragraphs: readonly string[]): string[] {
  return ['', heading, ...paragraphs.map((paragraph) => `  ${paragraph}`)];
}

/** What it is asked with; a line for each parameter. */
export function describeParameters({ parameters }: Pick<Preview, 'parameters'>): string[] {
  const chosen = Object.entries(parameters).map(([name, values]) => `${name}: ${values.join(', ')}`);
  return chosen.length === 0 ? ['No parameters.'] : chosen;
}

function describeList({ dataset, asAt, hasConsent, records, fields, keys }: PreviewedList): string[] {
  if (!hasConsent) return [`  ${dataset}: nothing, for nobody’s consent to this purpose is recorded (NO_CONSENT)`];
  const size =
    records === null
      ? 'no snapshot is in force: run tally node prepare'
      : `${sizeInWords(records)}, as at ${asAt ?? ''}`;
  return [
    `  ${dataset}: ${size}`,
    ...fields.map(({ field, use }) => `    ${field}: ${USE_WORDS[use]}`),
    `    match keys, sealed anew for each run: ${keys.length === 0 ? 'none' : keys.join(', ')}`,
  ];
}

/** What noise there would be, and what would be shown. */
export function describeTerms({ terms: { threshold, roundTo, epsilon, overlapEpsilon, measures } }: Preview): string[] {
  const noise = (what: string, loss: number | null): string =>
    loss === null ? `${what}: no noise.` : `${what}: noise for a privacy loss (epsilon) of ${loss}.`;
  return [
    'With your own floors; other agencies may ask for more.',
    `Counts below ${threshold} are not shown; others are rounded to multiples of ${roundTo} or in sixes.`,
    noise('Counts', epsilon),
    noise('Sizes and overlaps of lists', overlapEpsilon),
    ...measures.map((loss, index) => noise(`Measure ${index + 1}`, loss)),
  ];
}

/** What it would take from the budget. */
export function describeCost({ cost: { total } }: Preview): string {
  return total === 0
    ? 'Nothing: it has no noise, which no budget bounds.'
    : `A privacy loss of ${total} from the budget of each snapshot above; nothing where it was answered before.`;
}
