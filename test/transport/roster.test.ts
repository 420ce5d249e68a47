import { afterEach, describe, expect, it } from 'vitest';

import { certificateFacts } from '../../transport/index.js';
import type { PartyId } from '../../core/private-join/index.js';
import { AGENCIES, agencyMaterial, startNode, startServer, stopEverything, until } from './fixture.js';
import type { TestServer } from './fixture.js';

afterEach(stopEverything);

/** A roster that changes while its federation is connected. Real mutual TLS. */
interface Changing {
  readonly agencies: Set<PartyId>;
  readonly revoked: Set<string>;
}

async function changing(): Promise<{ readonly roster: Changing; readonly running: TestServer }> {
  const roster = { agencies: new Set<PartyId>(AGENCIES), revoked: new Set<string>() };
  return { roster, running: await startServer(roster) };
}

describe('a coordinator whose roster changes', () => {
  it.each([
    ['CERTIFICATE_REVOKED', (roster: Changing, serial: string) => roster.revoked.add(serial)],
    ['NOT_IN_FEDERATION', (roster: Changing) => roster.agencies.delete('police')],
  ] as const)('ends a connection with %s, keeps it out, and leaves the others alone', async (code, change) => {
    const { roster, running } = await changing();
    const tls = await agencyMaterial('police');
    const police = await startNode('police', running.port, { tls });
    const cps = await startNode('cps', running.port);
    await until(() => police.connected === 1 && cps.connected === 1);

    running.server.recheck();
    change(roster, certificateFacts(tls.certificate).serial);
    expect(running.disconnected).toEqual([]);
    running.server.recheck();
    await until(() => police.disconnected.length === 1);
    expect(police.disconnected[0]).toMatchObject({ code });
    expect(running.disconnected).toMatchObject([{ agency: 'police', code }]);
    await until(() => police.failures.length > 0);
    expect(police.failures[0]).toMatchObject({ code });
    expect([running.connected.filter((agency) => agency === 'police'), cps.disconnected]).toEqual([['police'], []]);
  });

  it('lets a new agency in', async () => {
    const { roster, running } = await changing();
    roster.agencies.delete('police');
    const police = await startNode('police', running.port);
    await until(() => police.failures.length > 0);
    roster.agencies.add('police');
    await until(() => police.connected === 1);
  });
});
