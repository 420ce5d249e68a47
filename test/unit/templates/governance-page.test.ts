import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { bindTemplate, LINT_CODES, parseTemplate } from '../../../core/templates/index.js';
import { boldCatalogue } from '../../../examples/bold/index.js';
import { packagePath } from '../../../runtime/index.js';

/* The page that officers go by, against what templates are. */

const page = readFileSync(packagePath('docs', 'governance.md'), 'utf8');
const lintPage = readFileSync(packagePath('docs', 'governance', 'lint.md'), 'utf8');

/** The page's indented block that begins with this line, without its indentation. */
function block(first: string): string {
  const [, rest] = page.split(`\n    ${first}\n`);
  if (rest === undefined) throw new Error(`the page has no ${first}`);
  const [body] = rest.split(/\n(?! {4})/);
  return `${first}\n${(body ?? '').replaceAll(/^ {4}/gm, '')}\n`;
}

describe('the page for governance', () => {
  it('lists the findings of the lint, all of them and no others', () => {
    const listed = [...lintPage.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, code]) => code);
    expect(listed.toSorted()).toEqual([...LINT_CODES].toSorted());
  });

  it('shows blocks that a template can have', () => {
    const text = `template: of-the-page
version: 1
title: Is this page true?
pilot: victim-pathways
purpose: research-statistics
lawfulBasis: none
success: none
principles: { relevant: x, impactful: x, clearAndInformative: x, nonStigmatising: x }
expires: 2099-12-31
unit: victim-case
scheme: standard
population: { dataset: police.victim-crimes }
links:
  - { dataset: cps.prosecutions, on: case, keep: all }
  - { dataset: third-sector.support, on: person, keep: all }
dimensions:
  - { field: cps.prosecutions.days-to-decision, bands: [0, 91] }
  - { linked: third-sector.support }
  - { field: police.victim-crimes.victim-withdrew }
${block('disclosure:')}${block('measures:')}${block('present:')}`;
    const bound = bindTemplate(parseTemplate(text), boldCatalogue());
    expect(bound.template.disclosure).toMatchObject({ epsilon: 1, overlapEpsilon: 0.5, rounding: 'base' });
    expect(bound.measures).toHaveLength(1);
    expect(bound.presentation).toMatchObject({ margins: 'totals', rate: { of: 2 }, quantiles: { of: 0 } });
  });

  it('shows how a template asks how well groups are found', () => {
    const text = `template: of-the-page
version: 1
title: Is this page true?
pilot: victim-pathways
purpose: research-statistics
lawfulBasis: none
success: none
principles: { relevant: x, impactful: x, clearAndInformative: x, nonStigmatising: x }
expires: 2099-12-31
unit: person
scheme: standard
population: { dataset: police.victim-crimes }
links:
  - { dataset: third-sector.support, on: person, keep: all }
disclosure: { threshold: 10, roundTo: 5, epsilon: 1 }
${block('linkage: { threshold: 0.9 }                     # 0.5 where absent; up to 0.99')}${block('dimensions:')}`;
    const bound = bindTemplate(parseTemplate(text), boldCatalogue());
    expect(bound.linkThreshold).toBe(0.9);
    expect(bound.presentation.recall).toMatchObject({ of: 1, by: [0] });
  });
});
