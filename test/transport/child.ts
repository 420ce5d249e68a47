import { silentLog } from '../../core/base/index.js';
import { NO_FLOORS } from '../../core/templates/index.js';
import { systemClock, systemRng } from '../../runtime/index.js';
import { createFederationClient, createFederationServer } from '../../transport/index.js';
import type { TlsMaterial } from '../../transport/index.js';

/** A process of its own for tests that freeze or kill one: a node or a coordinator, told by its parent which. */
export type ChildTask =
  | {
      readonly role: 'node';
      readonly federation: string;
      readonly tls: TlsMaterial;
      readonly agency: string;
      readonly address: string;
    }
  | {
      readonly role: 'coordinator';
      readonly federation: string;
      readonly tls: TlsMaterial;
      readonly agencies: readonly string[];
    };

export interface ChildReport {
  readonly ready: true;
  /** Of a coordinator. */
  readonly port?: number;
}

function report(message: ChildReport): void {
  process.send?.(message);
}

async function run(task: ChildTask): Promise<void> {
  const common = { federation: task.federation, tls: task.tls, log: silentLog, clock: systemClock };
  if (task.role === 'node') {
    createFederationClient(
      { ...common, rng: systemRng, agency: task.agency, address: task.address },
      {
        connected: () => report({ ready: true }),
        disconnected: () => undefined,
        received: () => undefined,
        hello: () => ({ softwareVersion: '0.1.0', snapshots: [], floors: NO_FLOORS, logSize: 0, registerSize: 0 }),
      },
    ).start();
    return;
  }
  const server = createFederationServer(
    { ...common, host: '127.0.0.1', port: 0, agencies: new Set(task.agencies), softwareVersion: '0.1.0' },
    { connected: () => undefined, received: () => undefined, disconnected: () => undefined },
  );
  const { port } = await server.start();
  report({ ready: true, port });
}

process.on('message', (task: ChildTask) => void run(task));
