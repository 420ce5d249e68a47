import { describe, expect, it } from 'vitest';

import {
  bindTemplate,
  LINT_CODES,
  lintTemplate,
  parseTemplate,
  parseTemplateSource,
  TemplateError,
} from '../../../../core/templates/index.js';
import type { Catalogue, LintFinding } from '../../../../core/templates/index.js';
import { boldTemplates } from '../../../../examples/bold/index.js';
import { RISKS_OF_AIMING, SOUND_FILTERS } from './risks-of-aiming.js';
import { RISKS_OF_ASKING } from './risks-of-asking.js';
import type { PlantedRisk } from './risks-of-asking.js';
import { RISKS_OF_SHOWING } from './risks-of-showing.js';
import { RISKS_OF_WORDS } from './risks-of-words.js';
import { catalogueWith, edited, SOUND, SOUND_VARIANTS, TODAY } from './sound.js';

const RISKS = [...RISKS_OF_AIMING, ...RISKS_OF_ASKING, ...RISKS_OF_SHOWING, ...RISKS_OF_WORDS];
/** As the issue asks for. */
const FEWEST_RISKS = 36;
const FEWEST_SOUND = 10;

interface Found {
  readonly what: string;
  readonly line: number | undefined;
}

/** All that `template check` would say, in one list. */
function check(text: string, catalogue: Catalogue, { beside = [], population }: Partial<PlantedRisk> = {}): Found[] {
  try {
    const { template, lineOf } = parseTemplateSource(text);
    const bound = bindTemplate(template, catalogue, lineOf);
    const others = beside.map((edits) => bindTemplate(parseTemplate(edited(SOUND, edits)), catalogue));
    const grounds = { today: TODAY, lineOf, ...(population === undefined ? {} : { population }) };
    return lintTemplate(bound, others, grounds).map((finding) => ({ what: shortly(finding), line: finding.line }));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return error.problems.map(({ path, line }) => ({ what: `refused ${path}`, line }));
  }
}

function shortly({ severity, code, path }: LintFinding): string {
  return `${severity} ${code} ${path}`;
}

describe('the corpus', () => {
  it('is large enough, and plants every finding there is', () => {
    expect(RISKS.length).toBeGreaterThanOrEqual(FEWEST_RISKS);
    expect(new Set(RISKS.map(({ name }) => name)).size).toBe(RISKS.length);
    const planted = new Set(RISKS.map(({ finds }) => finds.split(' ')[1]));
    expect(LINT_CODES.filter((code) => !planted.has(code))).toEqual([]);
  });
});

describe('a planted risk is found, on its line, and nothing else is:', () => {
  it.each(RISKS.map((risk) => [risk.name, risk] as const))('%s', (_, risk) => {
    const text = edited(SOUND, risk.edits);
    const found = check(text, catalogueWith(risk.datasets), risk);
    expect(found.map(({ what }) => what)).toEqual([risk.finds]);
    expect(text.split('\n')[(found[0]?.line ?? 0) - 1]).toContain(risk.on);
  });
});

/**
 * Warnings of the example's templates, each weighed. Choices nest so that analysts can ask of any years and crimes: the
 * epsilon makes few questions of it. Of two templates one counts a part of the other's records: both have noise. They were
 * signed before a template could say what no link means.
 */
const WEIGHED: Readonly<Record<string, readonly string[]>> = {
  'access-to-support-after-conviction': [
    'warning CHOICES_NEST parameters.offenceGroups',
    'warning CHOICES_NEST parameters.quarters',
    'warning POPULATIONS_NEST population',
  ],
  'support-reached-after-referral': ['warning CHOICES_NEST parameters.quarters', 'warning PARTIAL_NOT_SAID links[0]'],
  'victim-engagement-by-case-length': [
    'warning CHOICES_NEST parameters.offenceGroups',
    'warning CHOICES_NEST parameters.quarters',
    'warning POPULATIONS_NEST population',
    'warning PARTIAL_NOT_SAID links[1]',
  ],
  'wellbeing-when-support-ends': ['warning CHOICES_NEST parameters.quarters'],
};

describe('sound templates', () => {
  const catalogue = catalogueWith();
  const bold = boldTemplates(catalogue);

  it('are as many as the corpus needs', () => {
    expect(bold.size + Object.keys(SOUND_VARIANTS).length).toBeGreaterThanOrEqual(FEWEST_SOUND);
  });

  it.each(Object.entries(SOUND_VARIANTS))('have no finding at all: %s', (_, edits) => {
    expect(check(edited(SOUND, edits), catalogue)).toEqual([]);
  });

  it.each(SOUND_FILTERS.map((sound) => [sound.name, sound] as const))('have no finding at all: %s', (_, sound) => {
    expect(check(edited(SOUND, sound.edits), catalogueWith(sound.datasets))).toEqual([]);
  });

  it.each([...bold.keys()])('of the example have no error, and warnings that were weighed: %s', (name) => {
    const bound = bold.get(name);
    if (bound === undefined) throw new Error('no such template');
    const found = lintTemplate(bound, [...bold.values()], { today: TODAY });
    expect(found.map(shortly)).toEqual(WEIGHED[name] ?? []);
  });
});

describe('every finding', () => {
  const findings = RISKS.filter(({ finds }) => !finds.startsWith('refused')).flatMap((risk) => {
    const catalogue = catalogueWith(risk.datasets);
    const bound = bindTemplate(parseTemplate(edited(SOUND, risk.edits)), catalogue);
    const others = (risk.beside ?? []).map((edits) => bindTemplate(parseTemplate(edited(SOUND, edits)), catalogue));
    return lintTemplate(bound, others, {
      today: TODAY,
      ...(risk.population === undefined ? {} : { population: risk.population }),
    });
  });

  it.each(findings.map((finding) => [finding.code, finding] as const))('says why and what to do: %s', (_, finding) => {
    expect(finding.why).toMatch(/^\S.*\.$/);
    expect(finding.whatToDo).toMatch(/^[A-Z].*\.$/);
    expect(`${finding.why} ${finding.whatToDo}`).not.toMatch(/undefined|NaN|Infinity/);
  });
});
