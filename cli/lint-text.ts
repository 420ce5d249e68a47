import type { LineOf, LintFinding } from '../core/templates/index.js';
import { wrapText } from './text.js';

/** What a template allows that its signers should have thought of, worst first. */
export function lintText(findings: readonly LintFinding[], columns: number, lineOf?: LineOf): string {
  return [...findings]
    .sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'))
    .flatMap(({ code, path, severity, why, whatToDo }) => [
      '',
      `${severity}: ${code} at ${placeOf(path, lineOf)}`,
      ...wrapText(why, columns, '  ', '  '),
      ...wrapText(`What to do: ${whatToDo}`, columns, '  ', '  '),
    ])
    .join('\n');
}

/** `parameters.quarters (line 31)`, as far as its line is known. */
function placeOf(path: string, lineOf?: LineOf): string {
  const parts = path.split(/[.[\]]+/).filter((part) => part !== '');
  const line = lineOf?.(parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part)));
  return line === undefined ? path : `${path} (line ${line})`;
}
