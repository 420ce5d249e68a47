import { actsOf, nameOf, registerView } from '../../../core/governance/index.js';
import type { Proposal, TemplateStanding } from '../../../core/governance/index.js';
import {
  bindTemplate,
  diffTemplates,
  explainTemplate,
  lintTemplate,
  type Catalogue,
  type Explanation,
  type LineOf,
  type LintFinding,
  type Template,
  type TemplateChange,
} from '../../../core/templates/index.js';
import type { SiteServices } from '../site-services.js';

/** A template as whoever decides on it has to see it. */
export interface TemplateReading {
  readonly template: Template;
  readonly name: string;
  readonly explanation: Explanation;
  /** Worst first. */
  readonly findings: readonly LintFinding[];
  readonly hasErrors: boolean;
  /** Against the version that is live under its name; null where there is none. */
  readonly changes: { readonly before: string; readonly list: readonly TemplateChange[] } | null;
}

export type ReadingGrounds = Pick<SiteServices, 'registers' | 'catalogue' | 'clock'>;

/** Thrown when it doesn't fit the dataset definitions: TemplateError. */
export function readTemplateFor(
  template: Template,
  { registers, catalogue, clock }: ReadingGrounds,
  lineOf?: LineOf,
): TemplateReading {
  const now = clock.now();
  const bound = bindTemplate(template, catalogue, lineOf);
  const live = registers.register.live(now).filter((other) => !isSame(other.template, template));
  const findings = lintTemplate(
    bound,
    live.map((other) => bindTemplate(other.template, catalogue)),
    { today: now.toISOString().slice(0, 10), lineOf },
  );
  const before = live.find((other) => other.template.template === template.template);
  return {
    ...{ template, name: nameOf({ template }) },
    explanation: explainTemplate(bound, undefined, registers.roster),
    findings: findings.toSorted((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error')),
    hasErrors: findings.some(({ severity }) => severity === 'error'),
    changes: before === undefined ? null : changesSince(before, template, catalogue),
  };
}

/** Where it stands, and who has signed what about it. */
export function standingOf({ digest }: Proposal, { registers, clock }: ReadingGrounds): TemplateStanding | undefined {
  const { register, copy } = registers;
  const view = registerView(register, actsOf(copy.entries), clock.now());
  return view.templates.find(({ proposal }) => proposal === digest);
}

function changesSince(before: Proposal, template: Template, catalogue: Catalogue): TemplateReading['changes'] {
  return { before: nameOf(before), list: diffTemplates(before.template, template, catalogue) };
}

function isSame(other: Template, { template, version }: Template): boolean {
  return other.template === template && other.version === version;
}
