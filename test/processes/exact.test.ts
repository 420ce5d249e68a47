import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DEMO_TEMPLATES } from '../../examples/bold/demo/bold-federation.js';
import { ProcessFederation } from '../support/process-federation.js';
import { testSeed } from '../support/seeded-rng.js';

describe(`templates signed for exact counts (seed ${testSeed})`, () => {
  let federation: ProcessFederation;
  beforeAll(async () => {
    federation = await ProcessFederation.start({
      people: 2_500,
      seed: testSeed,
      templates: DEMO_TEMPLATES,
      exact: true,
    });
  });
  afterAll(() => federation.close());

  it.each(DEMO_TEMPLATES)(
    '%s: every count and every sum is what the same rules over all databases together give',
    async (template) => {
      const run = await federation.ask(template);
      expect(run.ending).toBeNull();
      const { counted, truth } = await federation.compared(run);
      expect(truth.length).toBeGreaterThan(3);
      expect(counted).toEqual(truth);
    },
  );
});
