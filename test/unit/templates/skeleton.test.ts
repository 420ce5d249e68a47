import { describe, expect, it } from 'vitest';

import { bindTemplate, lintTemplate, parseTemplateSource, templateSkeleton } from '../../../core/templates/index.js';
import type { DatasetDefinition } from '../../../core/templates/index.js';
import { boldCatalogue } from '../../../examples/bold/index.js';
import { catalogue as small, codeOf } from './fixtures.js';
import { TODAY } from './lint-corpus/sound.js';

const catalogue = boldCatalogue();
const SCHEMA = 'docs/schema/template.schema.json';

function skeleton(datasets: readonly DatasetDefinition[], name = 'todo-name'): string {
  return templateSkeleton({ datasets, name, expires: '2027-11-02', schema: SCHEMA });
}

function named(...names: readonly string[]): DatasetDefinition[] {
  return names.map((name) => {
    const definition = catalogue.get(name) ?? small.get(name);
    if (definition === undefined) throw new Error(`no dataset ${name}`);
    return definition;
  });
}

/** All of its fields are sensitive. */
const SENSITIVE = 'prison-probation.victim-contact';
const ALONE = [...catalogue.keys()].filter((name) => name !== SENSITIVE).map((name) => [name]);
const LINKED = [
  ['police.victim-crimes', 'third-sector.support'],
  ['police.victim-crimes', 'courts.cases'],
  ['third-sector.support', 'cps.prosecutions'],
  ['courts.cases', 'cps.prosecutions'],
  ['police.victim-crimes', 'cps.prosecutions', 'third-sector.support', 'prison-probation.victim-contact'],
];

describe('a template to begin with', () => {
  it.each([...ALONE, ...LINKED].map((names) => [names.join(', '), names] as const))(
    'of %s binds, and only what its author has to write is missing',
    (_, names) => {
      const text = skeleton(named(...names));
      const lines = text.split('\n');
      const { template, lineOf } = parseTemplateSource(text);
      const findings = lintTemplate(bindTemplate(template, catalogue, lineOf), [], { today: TODAY, lineOf });
      const toDo = lines.flatMap((line, index) => (/^[^#]*\btodo\b/i.test(line) ? [index + 1] : []));
      expect(findings.map(({ code, line }) => `${code} ${line ?? 0}`)).toEqual(
        toDo.map((line) => `ANSWER_MISSING ${line}`),
      );
      expect(toDo).toHaveLength(9);
      expect(lines[0]).toBe(`# yaml-language-server: $schema=${SCHEMA}`);
      expect(lines.filter((line) => line.length > 120)).toEqual([]);
    },
  );

  it('has one thing more to be written where every field is sensitive', () => {
    const { template } = parseTemplateSource(skeleton(named(SENSITIVE)));
    const codes = lintTemplate(bindTemplate(template, catalogue), [], { today: TODAY }).map(({ code }) => code);
    expect(codes.filter((code) => code !== 'ANSWER_MISSING')).toEqual(['SENSITIVE_NOT_NAMED']);
  });

  it('has the fields of its datasets, with their codes and meanings', () => {
    const text = skeleton(named('police.victim-crimes', 'third-sector.support'));
    expect(text).toContain('  # disability (yes, no): Whether the victim said that they have a disability.');
    expect(text).toContain('  # victim-age (0 to 120): The victim');
    expect(text).toContain('  # reported-quarter (quarters 2021-Q1 to 2026-Q4): The quarter');
    expect(text).toContain('  # report-date (date, never shown): The day');
    expect(text).toContain('unlinked: unknown');
  });

  it('is not made of datasets that nothing joins', () => {
    expect(codeOf(() => skeleton(named('third-sector.support', 'courts.cases')))).toBe('NOT_BINDABLE');
    const [crimes, support] = named('police.victim-crimes', 'third-sector.support') as [
      DatasetDefinition,
      DatasetDefinition,
    ];
    expect(codeOf(() => skeleton([crimes, { ...support, purposes: ['other'] }]))).toBe('NOT_BINDABLE');
    const unlike = support.linkage === null ? null : { ...support.linkage, schemes: ['exact'] };
    expect(codeOf(() => skeleton([crimes, { ...support, linkage: unlike }]))).toBe('NOT_BINDABLE');
  });

  it('is not made under a name that no template can have', () => {
    expect(codeOf(() => skeleton(named('courts.cases'), 'a: b'))).toBe('BAD_YAML');
    expect(codeOf(() => skeleton(named('courts.cases'), 'Capital'))).toBe('BAD_TEMPLATE');
  });
});
