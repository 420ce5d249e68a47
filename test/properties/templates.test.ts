import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { JoinPlan } from '../../core/private-join/index.js';
import { bindTemplate, decodeTable, parseTemplate, runTerms } from '../../core/templates/index.js';
import type { CellNumbers, DecodedTable } from '../../core/templates/index.js';
import { boldCatalogue, boldTemplates } from '../../examples/bold/library.js';
import { widestParameters } from '../../examples/bold/demo/bold-federation.js';
import { pooledTable } from '../../examples/bold/truth/index.js';
import type { TrueTable } from '../../examples/bold/truth/index.js';
import { arbitraryTemplate } from '../support/arbitrary-template.js';
import { prepareBoldAgencies } from '../support/bold-agencies.js';
import { exactTemplateText } from '../support/exact-templates.js';
import type { BoldAgencies, Question } from '../support/bold-agencies.js';
import { naiveCounts, naiveRecords } from '../support/naive-join.js';
import type { Evidence, PlainLists } from '../support/naive-join.js';
import { propertyOptions, testSeed } from '../support/seeded-rng.js';
import { runWorld } from '../support/world.js';

/*
 * What nodes make of a template (compiled SQL over snapshots, match keys, labels, cell numbers) against the pooled truth:
 * plain SQL over all agencies' databases joined. Between the two the naive join stands in for the protocol, of which
 * test/protocol shows that it counts the same; a few templates go through the real protocol here as well.
 */

const PEOPLE = 300;
const RANDOM_TEMPLATES = 150;
const REAL_RUNS = 6;
/** Enough for several groups to have people in several classes of agreement. */
const PEOPLE_IN_CLASSES = 2_000;

const catalogue = boldCatalogue();

/** What a table says, cell by cell that has anything in it, to be compared. */
interface Said {
  readonly counts: ReadonlyMap<string, number>;
  /** For each measure of each cell in which somebody has a value: how many have, their sum and, of a variance, the squares'. */
  readonly measures: readonly ReadonlyMap<string, readonly (number | null)[]>[];
}

/** Values are counted from the centre c: Σ v is Σ(v - c) + n c, and Σ v² is Σ(v - c)² + 2c Σ(v - c) + n c². */
function said({ table, measures }: DecodedTable): Said {
  const keyOf = (index: number): string => table.cells[index]?.categories.join() ?? '';
  return {
    counts: new Map(
      table.cells.filter(({ count }) => count > 0).map(({ categories, count }) => [categories.join(), count]),
    ),
    measures: measures.map(({ centre, cells }) => {
      const filled = cells.map((cell, index) => ({ ...cell, key: keyOf(index) })).filter(({ present }) => present > 0);
      return new Map(
        filled.map(({ key, value, present, square }) => [
          key,
          [
            present,
            value + present * centre,
            square === null ? null : square + 2 * centre * value + present * centre ** 2,
          ],
        ]),
      );
    }),
  };
}

function truth({ bound, parameters }: Question, { sources }: BoldAgencies): Said {
  const table: TrueTable = pooledTable({ template: bound, parameters, sources });
  return {
    counts: new Map(
      table.cells.filter(({ count }) => count > 0).map(({ categories, count }) => [categories.join(), count]),
    ),
    measures: table.measures.map(({ cells }, index) => {
      const isVariance = bound.measures[index]?.kind === 'variance';
      return new Map(
        cells.map(({ categories, contributors, sum, squares }) => [
          categories.join(),
          [contributors, sum, isVariance ? squares : null],
        ]),
      );
    }),
  };
}

function decoded({ bound, plan }: Question, numbers: CellNumbers): Said {
  return said(decodeTable(bound, runTerms(bound, []), plan.mixers.length, numbers));
}

/** Counts and sums of the slow way: everybody's records in the clear. */
function naiveNumbers(plan: JoinPlan, lists: PlainLists, evidence: Evidence): CellNumbers {
  const sums = plan.sums.map(() => Array.from({ length: plan.cells }, () => 0));
  for (const { items, cell } of naiveRecords(plan, lists, evidence)) {
    for (const item of items) {
      const columns = sums.filter((_, column) => plan.sums[column]?.dataset === item?.list.dataset);
      columns.forEach((column, index) => {
        column[cell] = (column[cell] ?? 0) + (item?.record.numbers?.[index] ?? 0);
      });
    }
  }
  return { counts: naiveCounts(plan, lists, evidence), sums };
}

/** The question through the real protocol, each node reading its own snapshots. */
async function counted(question: Question): Promise<Said> {
  const { plan, statistics } = question;
  const world = { ...plan, minimumTally: 0 };
  const variants = Object.fromEntries(plan.mixers.map((agency) => [agency, { source: question.source(agency) }]));
  const { counts, sums } = await runWorld(world, new Map(), { seed: testSeed, variants, statistics });
  if (typeof counts === 'string') throw new Error(counts);
  return decoded(question, { counts, sums });
}

describe.each([
  ['as the generator made them', false],
  ['with identifiers that collide and go missing, cases given twice, and a charity with nobody', true],
])('six agencies %s', (_, mangled) => {
  let agencies: BoldAgencies;
  beforeAll(async () => {
    agencies = await prepareBoldAgencies({ people: PEOPLE, seed: testSeed, mangled });
  });
  afterAll(() => agencies.close());

  it(`give the pooled truth for ${RANDOM_TEMPLATES} random templates (seed ${testSeed})`, () => {
    let tables = 0;
    let sums = 0;
    fc.assert(
      fc.property(arbitraryTemplate(catalogue), (bound) => {
        const question = agencies.question(bound, {});
        const expected = truth(question, agencies);
        expect(decoded(question, naiveNumbers(question.plan, question.plainLists(), question.evidence))).toEqual(
          expected,
        );
        if (expected.counts.size > 1) tables += 1;
        if (expected.measures.some(({ size }) => size > 1)) sums += 1;
      }),
      { ...propertyOptions, numRuns: RANDOM_TEMPLATES },
    );
    // Else it would be two ways of counting nobody.
    expect(tables).toBeGreaterThan(RANDOM_TEMPLATES / 3);
    expect(sums).toBeGreaterThan(RANDOM_TEMPLATES / 6);
  });

  it(`give it through the real protocol too, for ${REAL_RUNS} random templates (seed ${testSeed})`, async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTemplate(catalogue), async (bound) => {
        const question = agencies.question(bound, {});
        expect(await counted(question)).toEqual(truth(question, agencies));
      }),
      { ...propertyOptions, numRuns: REAL_RUNS },
    );
  });

  it('give it for the templates of the demonstration, whatever the parameters', () => {
    for (const bound of boldTemplates(catalogue).values()) {
      const widest = widestParameters(bound);
      const choices = [widest, narrowed(widest, bound.parameters, 0), narrowed(widest, bound.parameters, 1)];
      for (const values of choices) {
        const question = agencies.question(bound, values);
        const numbers = naiveNumbers(question.plan, question.plainLists(), question.evidence);
        expect(decoded(question, numbers)).toEqual(truth(question, agencies));
      }
    }
  });
});

describe('how well people are linked, group by group', () => {
  let agencies: BoldAgencies;
  beforeAll(async () => {
    agencies = await prepareBoldAgencies({ people: PEOPLE_IN_CLASSES, seed: testSeed });
  });
  afterAll(() => agencies.close());

  it.each(['age', 'region', 'sex'])(
    `by %s comes out of the real protocol as it is (seed ${testSeed})`,
    async (kind) => {
      const text = exactTemplateText(`linkage-quality-by-${kind}`);
      const question = agencies.question(bindTemplate(parseTemplate(text), catalogue), {});
      const expected = truth(question, agencies);
      const seen = (dimension: number): number =>
        new Set([...expected.counts.keys()].map((categories) => categories.split(',')[dimension])).size;
      expect(seen(0)).toBeGreaterThanOrEqual(2);
      expect(seen(1)).toBeGreaterThanOrEqual(4);
      expect(await counted(question)).toEqual(expected);
    },
    180_000,
  );
});

/** As few values as the template allows, beginning at `from`. */
function narrowed(
  widest: Readonly<Record<string, readonly string[]>>,
  parameters: ReadonlyMap<string, { readonly min: number }>,
  from: number,
): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(widest).map(([name, values]) => {
      const least = parameters.get(name)?.min ?? 1;
      const start = Math.min(from, values.length - least);
      return [name, values.slice(start, start + least)];
    }),
  );
}
