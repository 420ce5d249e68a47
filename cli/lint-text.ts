import { lintTemplate, type BoundTemplate, type LintFinding, type LintGrounds } from '../core/templates/index.js';
import { wrapText } from './text.js';

/** What a template allows that its signers should have thought of, worst first. */
export function lintText(findings: readonly LintFinding[], columns: number): string {
  return [...findings]
    .sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'))
    .flatMap(({ code, path, line, severity, why, whatToDo }) => [
      '',
      `${severity}: ${code} at ${path}${line === undefined ? '' : ` (line ${line})`}`,
      ...wrapText(why, columns, '  ', '  '),
      ...wrapText(`What to do: ${whatToDo}`, columns, '  ', '  '),
    ])
    .join('\n');
}

/** What the lint finds as of this time, and whether any of it should stop a signature. */
export function lintOn(
  now: Date,
  bound: BoundTemplate,
  others: readonly BoundTemplate[],
  grounds: Omit<LintGrounds, 'today'>,
  columns: number,
): { readonly text: string; readonly hasErrors: boolean } {
  const findings = lintTemplate(bound, others, { ...grounds, today: now.toISOString().slice(0, 10) });
  return { text: lintText(findings, columns), hasErrors: findings.some(({ severity }) => severity === 'error') };
}
