import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CountTable } from '../../core/disclosure/index.js';
import { decodeTable } from '../../core/templates/index.js';
import { boldCatalogue, boldTemplates } from '../../examples/bold/library.js';
import { widestParameters } from '../../examples/bold/demo/bold-federation.js';
import { pooledTruth } from '../../examples/bold/truth/index.js';
import { arbitraryTemplate } from '../support/arbitrary-template.js';
import { prepareBoldAgencies } from '../support/bold-agencies.js';
import type { BoldAgencies, Question } from '../support/bold-agencies.js';
import { naiveCounts } from '../support/naive-join.js';
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

const catalogue = boldCatalogue();

function nonEmpty(table: CountTable): Map<string, number> {
  return new Map(
    table.cells.filter(({ count }) => count > 0).map(({ categories, count }) => [categories.join(), count]),
  );
}

function trueCounts({ bound, parameters }: Question, { sources }: BoldAgencies): Map<string, number> {
  return new Map(
    pooledTruth({ template: bound, parameters, sources })
      .filter(({ count }) => count > 0)
      .map(({ categories, count }) => [categories.join(), count]),
  );
}

/** The question through the real protocol, each node reading its own snapshots. */
async function counted(question: Question): Promise<Map<string, number>> {
  const { plan, bound } = question;
  const world = { ...plan, minimumTally: 0 };
  const variants = Object.fromEntries(plan.mixers.map((agency) => [agency, { source: question.source(agency) }]));
  const { counts } = await runWorld(world, new Map(), { seed: testSeed, variants });
  if (typeof counts === 'string') throw new Error(counts);
  return nonEmpty(decodeTable(bound, counts));
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
    fc.assert(
      fc.property(arbitraryTemplate(catalogue), (bound) => {
        const question = agencies.question(bound, {});
        const table = decodeTable(bound, naiveCounts(question.plan, question.plainLists()));
        const truth = trueCounts(question, agencies);
        expect(nonEmpty(table)).toEqual(truth);
        if (truth.size > 1) tables += 1;
      }),
      { ...propertyOptions, numRuns: RANDOM_TEMPLATES },
    );
    // Else it would be two ways of counting nobody.
    expect(tables).toBeGreaterThan(RANDOM_TEMPLATES / 3);
  });

  it(`give it through the real protocol too, for ${REAL_RUNS} random templates (seed ${testSeed})`, async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTemplate(catalogue), async (bound) => {
        const question = agencies.question(bound, {});
        expect(await counted(question)).toEqual(trueCounts(question, agencies));
      }),
      { ...propertyOptions, numRuns: REAL_RUNS },
    );
  }, 180_000);

  it('give it for the three templates of the demonstration, whatever the parameters', () => {
    for (const bound of boldTemplates(catalogue).values()) {
      const widest = widestParameters(bound);
      const choices = [widest, narrowed(widest, bound.parameters, 0), narrowed(widest, bound.parameters, 1)];
      for (const values of choices) {
        const question = agencies.question(bound, values);
        const table = decodeTable(bound, naiveCounts(question.plan, question.plainLists()));
        expect(nonEmpty(table)).toEqual(trueCounts(question, agencies));
      }
    }
  });
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
