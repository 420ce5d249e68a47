import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { COORDINATOR, FAILURE_CODES } from '../../core/private-join/index.js';
import { copyOf, ProcessFederation } from '../support/process-federation.js';
import { testSeed } from '../support/seeded-rng.js';

/** Every other process has to have ended the run by then. */
const NOTICE_DEADLINE_MS = 30_000;
const PHASE_DEADLINE_MS = 60_000;

const TEMPLATE = 'access-to-support-after-conviction';
const AGENCIES = ['police', 'courts', 'prison-probation'];
/** As the coordinator names them; `ring` is rounds 1 and 2. */
const PHASES = ['offering', 'keying', 'ring', 'matching', 'tallying'];

describe(`when a process is killed (seed ${testSeed})`, () => {
  let federation: ProcessFederation;
  let asked = -1;
  const question = (): string => copyOf(TEMPLATE, asked);
  beforeAll(async () => {
    federation = await ProcessFederation.start({
      people: 3_000,
      seed: testSeed,
      agencies: AGENCIES,
      templates: [TEMPLATE],
      exact: true,
      // Each test asks something that no release answers yet.
      copies: PHASES.length * (AGENCIES.length + 1),
    });
  });
  afterAll(() => federation.close());
  // So that one failure is one failure.
  afterEach(async () => {
    const { running } = federation;
    if (!running.program(COORDINATOR).isRunning) await running.startCoordinator();
    for (const party of AGENCIES) if (!running.program(party).isRunning) await running.startNode(party);
  });

  /** The run's end as a process's log tells it, within the deadline. */
  async function endAt(party: string, runId: string): Promise<unknown> {
    const event = await federation.running
      .program(party)
      .waitFor(({ event, runId: id }) => event === 'run-ended' && id === runId, NOTICE_DEADLINE_MS);
    return event['code'] ?? event['outcome'];
  }

  /** Kills a party when the coordinator enters a phase; returns the run's id. */
  async function killIn(phase: string, victim: string): Promise<string> {
    const { running } = federation;
    asked += 1;
    const runId = await federation.submit(question());
    await running
      .program(COORDINATOR)
      .waitFor(
        (event) => event.event === 'run-phase' && event['runId'] === runId && event['phase'] === phase,
        PHASE_DEADLINE_MS,
      );
    running.program(victim).kill('SIGKILL');
    await running.program(victim).exited();
    return runId;
  }

  async function nextRunSucceeds(): Promise<void> {
    const run = await federation.ask(question());
    expect(run.ending).toBeNull();
    const { counted, truth } = await federation.compared(run);
    expect(counted).toEqual(truth);
  }

  it.each(PHASES.flatMap((phase) => AGENCIES.map((victim) => [victim, phase] as const)))(
    '%s while %s: all others end the run with PARTY_LOST, and the next one succeeds',
    async (victim, phase) => {
      const runId = await killIn(phase, victim);
      const others = [COORDINATOR, ...AGENCIES].filter((party) => party !== victim && hasHeardOf(party, runId));
      expect(others).toContain(COORDINATOR);
      for (const party of others) expect([party, await endAt(party, runId)]).toEqual([party, 'PARTY_LOST']);
      const run = await federation.client.run(runId);
      expect(run.ending).toMatchObject({ code: 'PARTY_LOST', party: victim });
      await federation.running.startNode(victim);
      await nextRunSucceeds();
    },
  );

  it.each(PHASES)(
    'the coordinator while %s: every node ends the run with COORDINATOR_LOST, and the next one succeeds',
    async (phase) => {
      const runId = await killIn(phase, COORDINATOR);
      // Once keys are agreed every node has said that it takes part; its word may be on its way to us.
      if (phase !== 'offering') {
        await Promise.all(
          AGENCIES.map((party) =>
            federation.running.program(party).waitFor((event) => event['runId'] === runId, NOTICE_DEADLINE_MS),
          ),
        );
      }
      const hosts = AGENCIES.filter((party) => hasHeardOf(party, runId));
      for (const party of hosts) expect([party, await endAt(party, runId)]).toEqual([party, 'COORDINATOR_LOST']);
      const places = new Map(AGENCIES.map((party) => [party, federation.running.program(party).events.length]));
      await federation.running.startCoordinator();
      await Promise.all(
        AGENCIES.map((party) =>
          federation.running
            .program(party)
            .waitFor(({ event }) => event === 'connected', PHASE_DEADLINE_MS, places.get(party)),
        ),
      );
      // The run is not forgotten: it stands there as failed, with its reason.
      expect((await federation.client.run(runId)).ending).toMatchObject({ code: 'RESTARTED' });
      await nextRunSucceeds();
    },
  );

  it('ends with a code of the closed list, always', () => {
    const codes = [COORDINATOR, ...AGENCIES].flatMap((party) =>
      federation.running
        .program(party)
        .events.filter(({ event }) => event === 'run-ended')
        .map(({ code, outcome }) => code ?? outcome),
    );
    expect(codes.length).toBeGreaterThan(PHASES.length);
    expect(codes.filter((code) => code !== 'finished' && !FAILURE_CODES.some((known) => known === code))).toEqual([]);
  });

  /** A node that was not yet told of the run has nothing to end. */
  function hasHeardOf(party: string, runId: string): boolean {
    return federation.running.program(party).events.some((event) => event['runId'] === runId);
  }
});
