import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

import { AGENCIES } from '../../../examples/bold/agencies.js';
import { COMPOSE_COORDINATOR } from '../../../examples/bold/demo/compose.js';
import { packagePath } from '../../../runtime/index.js';
import { run } from '../node-agent/run-words.js';

/* No Docker engine is needed: what can be said of the files without one. */

const composeSchema = z.object({
  services: z.record(
    z.string(),
    z.object({
      build: z.object({ target: z.string() }),
      volumes: z.array(z.string()),
      ports: z.array(z.string()).default([]),
      command: z.array(z.string()).optional(),
      network_mode: z.string().optional(),
      profiles: z.array(z.string()).default([]),
      read_only: z.boolean(),
    }),
  ),
});

const CONSOLE = 'console';
const compose = composeSchema.parse(parse(readFileSync(packagePath('docker-compose.yml'), 'utf8'), { merge: true }));

function lint(file: string): { readonly status: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [packagePath('node_modules', 'dclint', 'bin', 'dclint.cjs'), file],
    { encoding: 'utf8' },
  );
  return { status, text: `${stdout}${stderr}`.trim() };
}

describe('docker-compose.yml', () => {
  it('is what the compose specification and its linter want', () => {
    const { status, text } = lint(packagePath('docker-compose.yml'));
    expect([status, text]).toEqual([0, '']);
  });

  it('would not pass with a word that Compose does not know', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tallystick-test-'));
    const file = join(folder, 'docker-compose.yml');
    const wrong = readFileSync(packagePath('docker-compose.yml'), 'utf8').replaceAll('volumes:', 'volume:');
    writeFileSync(file, wrong);
    expect(lint(file)).toMatchObject({ status: 1, text: expect.stringContaining('additional properties') as string });
    rmSync(folder, { recursive: true });
  });

  it('runs the coordinator and every agency, each with its own folder and nobody else’s', () => {
    const services = Object.entries(compose.services).filter(([name]) => name !== CONSOLE);
    expect(services.map(([name]) => name).toSorted()).toEqual(
      [COMPOSE_COORDINATOR.host, ...AGENCIES.map(({ id }) => id)].toSorted(),
    );
    for (const [name, { build, volumes }] of services) {
      const isCoordinator = name === COMPOSE_COORDINATOR.host;
      expect(volumes).toEqual([`./federation/${name}:${isCoordinator ? '/federation' : '/agency'}`]);
      expect(build.target).toBe(isCoordinator ? 'coordinator' : 'node');
    }
  });

  it('opens the console of one agency on the host’s loopback, for whoever asks for it', async () => {
    const { [CONSOLE]: service } = compose.services;
    expect(service).toMatchObject({
      build: { target: 'node' },
      // With a network of its own it would have to listen beyond loopback to be reached at all.
      network_mode: 'host',
      profiles: [CONSOLE],
      read_only: true,
      ports: [],
    });
    const [, folder = ''] =
      /^\.\/federation\/\$\{CONSOLE_AGENCY:-([a-z-]+)\}:\/agency$/.exec(service?.volumes[0] ?? '') ?? [];
    expect(AGENCIES.map(({ id }) => id)).toContain(folder);
    const [command = '', ...options] = service?.command ?? [];
    expect(options).toEqual(['--config', '/agency/node.yaml']);
    expect((await run(command, '--help')).stdout).toContain(`Usage: node ${command}`);
  });

  it('publishes one port, on loopback: the API for the analyst', () => {
    const published = Object.values(compose.services).flatMap(({ ports }) => ports);
    expect(published).toEqual([`127.0.0.1:${COMPOSE_COORDINATOR.apiPort}:${COMPOSE_COORDINATOR.apiPort}`]);
  });
});

describe('Dockerfile', () => {
  const text = readFileSync(packagePath('Dockerfile'), 'utf8');

  it('has valid instructions', () => {
    expect(validate(text).map(({ message }) => message)).toEqual([]);
    expect(validate('FORM node')).not.toEqual([]);
  });

  it.each([
    ['coordinator', 'coordinator'],
    ['node', 'node-agent'],
  ])('has a target %s that starts the compiled program, not as root', (target, folder) => {
    const [, stage = ''] =
      new RegExp(`^FROM \\S+ AS ${target}$([\\s\\S]*?)(?=^FROM |(?![\\s\\S]))`, 'm').exec(text) ?? [];
    expect(stage).toContain(`ENTRYPOINT ["node", "dist/${folder}/main.js"]`);
    expect(stage).toContain(`COPY --from=build /app/${folder} ./${folder}`);
    expect(stage).toContain('USER node');
  });
});
