import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { OUTPUT_CLOSED_EXIT_CODE, packagePath } from '../../runtime/index.js';
import { copyOf, ProcessFederation } from '../support/process-federation.js';
import { testSeed } from '../support/seeded-rng.js';

const TEMPLATE = 'access-to-support-after-conviction';
const STOP_DEADLINE_MS = 10_000;
const POLL_MS = 250;
const [TALLY, NODE, COORDINATOR] = ['cli', 'node-agent', 'coordinator'].map((name) =>
  packagePath('dist', name, 'main.js'),
) as [string, string, string];

/* Readers that go away: `tally … | head`, a log collector that is restarted. Real processes on real pipes. */

function start(
  main: string,
  ...words: string[]
): ChildProcess & { readonly stdout: Readable; readonly stderr: Readable } {
  return spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

async function endOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

/** Reads a named pipe. It is open when this returns, whether or not anybody writes there. */
function readPipe(pipe: string): Readable {
  const fd = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}

/** Waits for a line of a log. Rejects when the log ends before: Error. */
async function event(input: Readable, wanted: string): Promise<void> {
  for await (const line of createInterface({ input })) {
    if (line.includes(`"event":"${wanted}"`)) return;
  }
  throw new Error(`the log has ended without ${wanted}`);
}

describe('a command whose reader has gone', () => {
  it.each([
    ['tally', TALLY, ['--help']],
    ['tally node', TALLY, ['node', '--help']],
    ['the node’s program', NODE, ['--help']],
    ['the coordinator’s program', COORDINATOR, ['start', '--help']],
  ])('%s ends without a word', async (_name, main, words) => {
    const child = start(main, ...words);
    child.stdout.destroy();
    const [code, said] = await Promise.all([endOf(child), textOf(child.stderr)]);
    expect([code, said]).toEqual([OUTPUT_CLOSED_EXIT_CODE, '']);
  });

  it('gives `head` its line and prints no stack trace', () => {
    const script = 'set -o pipefail; "$0" "$1" template schema template | head -n 1';
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script, process.execPath, TALLY], { encoding: 'utf8' });
    // It may have written everything before `head` is gone.
    expect([0, OUTPUT_CLOSED_EXIT_CODE]).toContain(status);
    expect([stdout, stderr]).toEqual(['{\n', '']);
  });

  it.each([
    ['tally', TALLY, 2],
    ['the node’s program', NODE, 2],
    ['the coordinator’s program', COORDINATOR, 2],
  ])('%s says by its exit code what it can’t say on stderr', async (_name, main, expected) => {
    const child = start(main, 'no-such-command');
    child.stderr.destroy();
    const [code, said] = await Promise.all([endOf(child), textOf(child.stdout)]);
    expect([code, said]).toEqual([expected, '']);
  });
});

describe(`programs whose log nobody reads any more (seed ${testSeed})`, () => {
  const children: ChildProcess[] = [];
  let federation: ProcessFederation;
  beforeAll(async () => {
    federation = await ProcessFederation.start({
      people: 6_000,
      seed: testSeed,
      agencies: ['police', 'courts', 'prison-probation'],
      templates: [TEMPLATE],
      copies: 1,
    });
  });
  afterAll(async () => {
    for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
    await federation.close();
  });

  /** Starts it in the place of the one that runs. */
  async function restarted<Child extends ChildProcess>(party: string, launch: () => Child): Promise<Child> {
    await federation.running.program(party).stop(STOP_DEADLINE_MS);
    const child = launch();
    children.push(child);
    return child;
  }

  /** Resolves when the coordinator has heard of every agency since it was started. */
  async function allConnected(): Promise<void> {
    for (;;) {
      if ((await federation.client.agencies()).every(({ state }) => state === 'online')) return;
      await delay(POLL_MS);
    }
  }

  it('go on: a run is answered, and prepare makes its snapshot', async () => {
    const { folder } = federation.running;
    const courts = folder.nodeConfig('courts');
    const coordinator = await restarted('coordinator', () =>
      start(COORDINATOR, 'start', '--config', folder.coordinatorConfig),
    );
    const node = await restarted('courts', () => start(NODE, 'start', '--config', courts));
    await Promise.all([event(coordinator.stdout, 'started'), event(node.stdout, 'connected')]);
    await allConnected();
    for (const stream of [coordinator.stdout, coordinator.stderr, node.stdout, node.stderr]) stream.destroy();
    expect((await federation.ask(TEMPLATE)).ending).toBeNull();

    const prepare = start(NODE, 'prepare', '--config', courts);
    prepare.stdout.destroy();
    expect(await endOf(prepare)).toBe(0);
    const status = spawnSync(process.execPath, [NODE, 'status', '--config', courts], { encoding: 'utf8' });
    expect(status).toMatchObject({ status: 0, stdout: expect.stringContaining('Connected to') as string });

    for (const child of [node, coordinator]) {
      child.kill('SIGTERM');
      expect(await endOf(child)).toBe(0);
    }
    await federation.running.startCoordinator();
    await federation.running.restartNode('courts');
  });

  it('are read again by whoever opens a named pipe anew', async () => {
    const config = federation.running.folder.nodeConfig('courts');
    const pipe = join(federation.directory, 'log');
    execFileSync('mkfifo', [pipe]);
    const first = readPipe(pipe);
    const node = await restarted('courts', () =>
      spawn('sh', ['-c', 'exec "$0" "$1" start --config "$2" >"$3"', process.execPath, NODE, config, pipe], {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    await event(first, 'connected');
    first.destroy();
    await once(first, 'close');
    await allConnected();
    expect((await federation.ask(copyOf(TEMPLATE, 0))).ending).toBeNull();

    const second = readPipe(pipe);
    const stopped = event(second, 'stopped');
    node.kill('SIGTERM');
    await stopped;
    expect(await endOf(node)).toBe(0);
    await federation.running.restartNode('courts');
  });
});
