import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { utf8Bytes } from '../../core/base/index.js';
import { COORDINATOR, createGroup } from '../../core/private-join/index.js';
import { AGENCIES } from '../../examples/bold/agencies.js';
import { DEMO_TEMPLATES } from '../../examples/bold/demo/bold-federation.js';
import { giveaways, plantCanaries } from '../support/canaries.js';
import type { Canaries } from '../support/canaries.js';
import { PatternSearch } from '../support/find-patterns.js';
import type { Pattern } from '../support/find-patterns.js';
import { canHave } from '../support/needs.js';
import { canReadMemory, copyMemory, searchFolder, searchMemory } from '../support/process-memory.js';
import type { MemoryCopy } from '../support/process-memory.js';
import { ProcessFederation } from '../support/process-federation.js';
import { testSeed } from '../support/seeded-rng.js';

/*
 * The operator of a party's computer reads all of its memory and all of its disk, in the middle of a run and after runs,
 * and looks for other agencies' people: names, numbers, match keys, and hashes of all of these.
 */

const PARTIES = [COORDINATOR, ...AGENCIES.map(({ id }) => id)];

describe.runIf(canHave(canReadMemory, 'the memory of processes as files (/proc)'))(
  `memory and disk of every process (seed ${testSeed})`,
  () => {
    let federation: ProcessFederation;
    let canaries: Canaries[];
    let patterns: Map<string, readonly Pattern[]>;

    beforeAll(async () => {
      const group = await createGroup();
      federation = await ProcessFederation.start({
        people: 4_000,
        seed: testSeed,
        templates: DEMO_TEMPLATES,
        alter: ({ sources }) => {
          canaries = sources.map(plantCanaries);
        },
      });
      patterns = new Map(canaries.map((item) => [item.agency, giveaways(item, group, 'bold-test')]));
    });
    afterAll(() => federation.close());

    function othersThan(party: string): Pattern[] {
      return [...patterns].filter(([agency]) => agency !== party).flatMap(([, items]) => items);
    }

    /** What is found of others' people in the memory of a process, which stands still while that is copied. */
    function inMemory(party: string, wanted: readonly Pattern[]): readonly string[] {
      const program = federation.running.program(party);
      const search = new PatternSearch(wanted);
      let copy: MemoryCopy;
      program.kill('SIGSTOP');
      try {
        copy = copyMemory(program.pid);
      } finally {
        program.kill('SIGCONT');
      }
      searchMemory(copy, search);
      // A few megabytes would mean that the memory was not read at all.
      expect(search.searched).toBeGreaterThan(20_000_000);
      return search.found;
    }

    function onDisk(party: string, wanted: readonly Pattern[]): readonly string[] {
      const search = new PatternSearch(wanted);
      searchFolder(join(federation.directory, party), search);
      return search.found;
    }

    it('the search finds what is there: the template in the coordinator’s memory, canaries in the agency’s own database', () => {
      const [template] = DEMO_TEMPLATES;
      expect(inMemory(COORDINATOR, [{ name: 'template', bytes: utf8Bytes(template) }])).toEqual(['template']);
      for (const { agency, raw } of canaries) {
        const search = new PatternSearch(raw.map((text) => ({ name: text, bytes: utf8Bytes(text) })));
        searchFolder(join(federation.directory, 'data'), search);
        expect([agency, new Set(search.found)]).toEqual([agency, new Set(raw)]);
      }
    });

    it('in the middle of a tally the coordinator holds nobody, and no node anybody else’s people', async () => {
      // Of three lists: of more there are so many decoys that it takes minutes until somebody tallies.
      const runId = await federation.submit('support-reached-after-referral');
      await federation.running
        .program(COORDINATOR)
        .waitFor((event) => event['runId'] === runId && event['phase'] === 'tallying', 120_000);
      expect(inMemory(COORDINATOR, othersThan(COORDINATOR))).toEqual([]);
      const [middle] = federation.data.sources.filter(({ agency }) => agency === 'charity-a');
      expect(inMemory(middle?.agency ?? '', othersThan('charity-a'))).toEqual([]);
      expect((await federation.ended(runId)).ending).toBeNull();
    });

    it('after all questions: neither in memory nor on disk', async () => {
      for (const template of DEMO_TEMPLATES) {
        const run = await federation.ask(template);
        expect(run.ending).toBeNull();
      }
      for (const party of PARTIES) {
        expect([party, inMemory(party, othersThan(party))]).toEqual([party, []]);
        expect([party, onDisk(party, othersThan(party))]).toEqual([party, []]);
      }
    });

    it('not even an agency’s own node keeps its people’s names or points on disk: the snapshot is sealed', () => {
      for (const { agency } of canaries)
        expect([agency, onDisk(agency, patterns.get(agency) ?? [])]).toEqual([agency, []]);
    });
  },
);
