import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { RunDetailView } from '../../coordinator/index.js';
import { packagePath } from '../../runtime/index.js';
import { copyOf, ProcessFederation } from '../support/process-federation.js';
import { testSeed } from '../support/seeded-rng.js';

const TEMPLATE = 'access-to-support-after-conviction';
const DEADLINE_MS = 30_000;

/* The operator's own hand on a running node: its policy file and its pause, each taken up without stopping anything. */

describe(`an agency that changes its mind while its node runs (seed ${testSeed})`, () => {
  let federation: ProcessFederation;
  beforeAll(async () => {
    federation = await ProcessFederation.start({
      // Some two hundred convictions: far enough from the least that an agency answers for, noise or no noise.
      people: 6_000,
      seed: testSeed,
      agencies: ['police', 'courts', 'prison-probation'],
      templates: [TEMPLATE],
      copies: 1,
    });
  });
  afterAll(() => federation.close());

  const file = (name: string): string => join(federation.running.folder.agencyFolder('courts'), name);

  /** A command of the courts' node, as their operator types it. */
  function courts(...words: string[]): { readonly status: number | null; readonly stdout: string } {
    const main = packagePath('dist', 'node-agent', 'main.js');
    const { status, stdout } = spawnSync(process.execPath, [main, ...words, '--config', file('node.yaml')], {
      encoding: 'utf8',
    });
    return { status, stdout };
  }

  /** Puts a policy in the place of the one before and waits until the node has said what it makes of it. */
  async function change(event: 'policy' | 'policy-refused', policy: object): Promise<void> {
    const program = federation.running.program('courts');
    const from = program.events.length;
    writeFileSync(file('policy.yaml.next'), stringify(policy));
    renameSync(file('policy.yaml.next'), file('policy.yaml'));
    await program.waitFor((line) => line.event === event, DEADLINE_MS, from);
  }

  function refusalsOf({ state, refusals }: RunDetailView): unknown {
    return [state, refusals.map(({ agency, code }) => `${agency} ${code}`)];
  }

  function ledgerKinds(): string[] {
    const { entries } = JSON.parse(courts('ledger', 'show', '--json').stdout) as { entries: { kind: string }[] };
    return entries.map(({ kind }) => kind);
  }

  it('watches, goes through it with nothing sent, keeps a good policy over a bad one, and answers in the end', async () => {
    const live = parse(readFileSync(file('policy.yaml'), 'utf8')) as object;
    await change('policy', { mode: 'observe', ...live });
    const observed = await federation.ask(TEMPLATE);
    expect(refusalsOf(observed)).toEqual(['refused', ['courts NOT_LIVE']]);
    expect(observed.refusals[0]?.advice).toContain('only watching');

    await change('policy', { mode: 'shadow', ...live });
    const program = federation.running.program('courts');
    const from = program.events.length;
    expect(refusalsOf(await federation.ask(TEMPLATE))).toEqual(['refused', ['courts NOT_LIVE']]);
    const watched = await program.waitFor(({ event }) => event === 'observed', DEADLINE_MS, from);
    expect(watched).toMatchObject({ mode: 'shadow', outcome: 'answered' });

    await change('policy-refused', { mode: 'live', allow: [{ template: TEMPLATE, versions: 1 }] });
    expect(courts('policy').status).toBe(2);
    expect(refusalsOf(await federation.ask(TEMPLATE))).toEqual(['refused', ['courts NOT_LIVE']]);

    await change('policy', live);
    expect((await federation.ask(TEMPLATE)).ending).toBeNull();
    const kinds = ledgerKinds();
    expect(kinds.filter((kind) => kind === 'policy')).toHaveLength(4);
    expect(kinds.filter((kind) => kind === 'observed')).toHaveLength(3);
    expect(kinds.at(-1)).toBe('answered');
  });

  it('is paused at once, still paused after it was killed, and answers again after resume', async () => {
    const { running } = federation;
    expect(courts('status')).toMatchObject({ status: 0, stdout: expect.stringContaining('Connected to') as string });
    expect(courts('pause', '--reason', 'an audit').status).toBe(0);
    expect(refusalsOf(await federation.ask(copyOf(TEMPLATE, 0)))).toEqual(['refused', ['courts PAUSED']]);
    expect(courts('status')).toMatchObject({ status: 0, stdout: expect.stringContaining('PAUSED since') as string });

    running.program('courts').kill('SIGKILL');
    await running.program('courts').exited();
    await running.restartNode('courts');
    expect(refusalsOf(await federation.ask(copyOf(TEMPLATE, 0)))).toEqual(['refused', ['courts PAUSED']]);

    expect(courts('resume').status).toBe(0);
    expect((await federation.ask(copyOf(TEMPLATE, 0))).ending).toBeNull();
    const kinds = ledgerKinds();
    expect(kinds.filter((kind) => kind === 'paused' || kind === 'resumed')).toEqual(['paused', 'resumed']);
    expect(kinds.filter((kind) => kind === 'policy')).toHaveLength(4);
    await running.program('courts').stop(10_000);
    expect(courts('status')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('it was stopped at') as string,
    });
  });
});
