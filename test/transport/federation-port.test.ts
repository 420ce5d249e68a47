import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_AGENCIES } from '../../core/templates/index.js';
import { FEDERATION_DOOR_LIMITS } from '../../transport/front-door.js';
import { TIMINGS } from '../../transport/timings.js';
import { agencyMaterial, knock, later, startNode, startServer, stopEverything, until } from './fixture.js';

afterEach(stopEverything);

describe('what may be held of the port for nodes by whom nobody knows yet', () => {
  it('is so many connections from one address and no more, and nodes are let in from others', async () => {
    const { port, connected } = await startServer({ limits: { connectionsOfAddress: 2 } });
    const held = [await knock(port, '127.0.0.2'), await knock(port, '127.0.0.2')];
    const refused = await knock(port, '127.0.0.2');
    await until(() => refused.closed());
    expect(held.map(({ closed }) => closed())).toEqual([false, false]);
    await startNode('police', port);
    await until(() => connected.includes('police'));
  });

  it('is so many connections in all and no more, and there is room again when they have ended', async () => {
    const { port, connected } = await startServer({ limits: { connections: 2, connectionMs: 500 } });
    const held = [await knock(port, '127.0.0.2'), await knock(port, '127.0.0.3')];
    const refused = await knock(port, '127.0.0.4');
    await until(() => refused.closed());
    expect(held.map(({ closed }) => closed())).toEqual([false, false]);
    await until(() => held.every(({ closed }) => closed()));
    await startNode('police', port);
    await until(() => connected.includes('police'));
  });

  it('is not what nodes hold that have shown who they are: they take no room, and stay', async () => {
    const limits = { connections: 2, connectionsOfAddress: 2, connectionMs: 1_000 };
    const { port, connected, disconnected } = await startServer({ limits });
    for (const agency of ['police', 'cps', 'courts'] as const) {
      await startNode(agency, port);
      await until(() => connected.includes(agency));
    }
    // Later than the last node: when these have been cut off, the nodes would have been, too.
    const held = [await knock(port), await knock(port)];
    const refused = await knock(port);
    await until(() => refused.closed());
    expect(held.map(({ closed }) => closed())).toEqual([false, false]);
    await until(() => held.every(({ closed }) => closed()));
    expect(disconnected).toEqual([]);
  });

  it('is a connection with a certificate that calls nobody, for so long', async () => {
    const { port } = await startServer({ limits: { connectionMs: 500 } });
    const { authority, certificate, privateKey } = await agencyMaterial('police');
    const socket = connectTls({
      ...{ port, host: '127.0.0.1', ca: authority, cert: certificate, key: privateKey },
      ...{ ALPNProtocols: ['h2'], checkServerIdentity: () => undefined },
    });
    later(() => void socket.destroy());
    let closed = false;
    socket.on('error', () => undefined);
    socket.on('close', () => (closed = true));
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    expect(socket.authorized).toBe(true);
    socket.resume();
    await until(() => closed);
  });

  it('is enough for every agency of a roster at once behind one proxy, for as long as a node dials', () => {
    expect(FEDERATION_DOOR_LIMITS.connectionsOfAddress).toBeGreaterThan(MAX_AGENCIES);
    expect(FEDERATION_DOOR_LIMITS.connections).toBeGreaterThan(FEDERATION_DOOR_LIMITS.connectionsOfAddress);
    expect(FEDERATION_DOOR_LIMITS.connectionMs).toBeGreaterThan(TIMINGS.dialMs);
  });
});
