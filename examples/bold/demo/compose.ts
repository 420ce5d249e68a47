import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { packagePath, systemClock } from '../../../runtime/index.js';
import { AGENCIES } from '../agencies.js';
import { generateFederation } from '../federation.js';
import { BUDGET, FEDERATION, templateTexts } from './bold-federation.js';
import { makeFederationFolder } from './federation-folder.js';
import type { CoordinatorAddress } from './federation-folder.js';
import { prepareSnapshots } from './snapshots.js';
import type { Announce } from './snapshots.js';

/** Name and ports of the coordinator in docker-compose.yml. */
export const COMPOSE_COORDINATOR: CoordinatorAddress = { host: 'coordinator', federationPort: 7400, apiPort: 7401 };

export interface ComposeOptions {
  readonly people: number;
  readonly seed: number;
  readonly workers: number;
}

/** Makes the folders that docker-compose.yml mounts, snapshots included; returns the path of the token's file. */
export async function makeComposeFolders(
  directory: string,
  { people, seed, workers }: ComposeOptions,
  announce: Announce,
): Promise<string> {
  const folder = resolve(directory);
  announce(
    `Making keys, certificates, a register with everything approved and ${people.toLocaleString('en-GB')} invented people in ${folder} …`,
  );
  const data = generateFederation({ people, seed, directory: join(folder, 'data') });
  const files = await makeFederationFolder({
    directory: folder,
    federation: FEDERATION,
    agencies: AGENCIES,
    sources: data.sources,
    templates: templateTexts(),
    budget: BUDGET,
    clock: systemClock,
    coordinator: COMPOSE_COORDINATOR,
    workers,
  });
  const address = `${COMPOSE_COORDINATOR.host}:${COMPOSE_COORDINATOR.federationPort}`;
  const logs = join(folder, 'logs');
  mkdirSync(logs, { recursive: true });
  await prepareSnapshots(new Map(AGENCIES.map(({ id }) => [id, files.writeNodeConfig(id, address)])), logs, announce);
  announce(
    `Made for ${packagePath('docker-compose.yml')}, and fresh for a day, as its register is. Next: docker compose up`,
  );
  return files.tokenFile;
}
