import { generateKeyPairSync } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { rawPublicKey } from '../../../core/private-join/index.js';
import type { Roster } from '../../../core/templates/index.js';
import { REQUEST, Rig, roster, TEMPLATE } from './fixtures.js';

const without = (...gone: string[]): Roster => ({
  ...roster,
  version: 2,
  agencies: roster.agencies.filter(({ id }) => !gone.includes(id)),
});
const withKey = (name: string): Roster => ({
  ...roster,
  version: 2,
  agencies: roster.agencies.map((agency) =>
    agency.id === name ? { ...agency, identityKey: rawPublicKey(generateKeyPairSync('ed25519').privateKey) } : agency,
  ),
});
const otherOfficer: Roster = {
  ...roster,
  version: 2,
  governance: {
    threshold: 1,
    officers: [
      {
        ...{ id: 'officer-2', name: 'Two', organisation: 'Board' },
        publicKey: rawPublicKey(generateKeyPairSync('ed25519').privateKey),
      },
    ],
  },
};
const codeOf = (work: () => unknown): unknown => {
  try {
    work();
    return undefined;
  } catch (thrown) {
    return (thrown as { code?: unknown }).code;
  }
};

describe('a run that is under way when the roster changes', () => {
  it.each([
    ['an agency of it is gone', without('charity-b'), 'charity-b'],
    ['an agency of it has another key', withKey('police'), 'police'],
    ['its template is not signed as the new one demands', otherOfficer, 'coordinator'],
  ])('ends where %s, and everybody in it is told', async (_, next, party) => {
    const rig = new Rig({ behaviours: { 'charity-a': 'silent' } });
    const { id } = rig.service.submit(REQUEST);
    await rig.offered(3);
    rig.takeRoster(next);
    expect(await rig.ended(id)).toBe('failed');
    expect(rig.service.get(id).run.ending).toMatchObject({ code: 'REGISTER_CHANGED', party });
    expect(rig.heard).toContainEqual({ agency: 'police', kind: 'abort', code: 'REGISTER_CHANGED' });
  });

  it('goes on where only others are gone', async () => {
    const rig = new Rig();
    const { id } = rig.service.submit(REQUEST);
    await rig.offered(1);
    rig.takeRoster(without('courts'));
    expect(await rig.ended(id)).toBe('finished');
  });

  it('ends where the roster keeps an agency’s certificate out, and goes on where it is not of the run', async () => {
    const rig = new Rig({
      behaviours: { 'charity-a': 'silent' },
      online: ['police', 'charity-a', 'charity-b', 'courts'],
    });
    const { id } = rig.service.submit(REQUEST);
    await rig.offered(3);
    rig.disconnect('courts', 'CERTIFICATE_REVOKED');
    expect(rig.service.get(id).run.state).toBe('offering');
    rig.disconnect('charity-b', 'CERTIFICATE_REVOKED');
    expect(await rig.ended(id)).toBe('failed');
    expect(rig.service.get(id).run.ending).toMatchObject({ code: 'REGISTER_CHANGED', party: 'charity-b' });
  });
});

describe('what comes after', () => {
  it('asks those of the newest roster', async () => {
    const rig = new Rig();
    rig.takeRoster(without('charity-b'));
    rig.disconnect('charity-b', 'NOT_IN_FEDERATION');
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    expect(rig.offers[0]?.participants.map(({ agency }) => agency)).toEqual(['police', 'charity-a']);
    expect(rig.registry.list().map(({ id: agency }) => agency)).toEqual(['police', 'charity-a', 'courts']);
  });

  it('lets an agency offer what the newest roster says, of what its node has said before', () => {
    const rig = new Rig();
    rig.connect('courts', ['courts.hearings', 'courts.appeals']);
    const offered = (): unknown => rig.registry.snapshotOf('courts', 'courts.appeals')?.dataset;
    expect(offered()).toBeUndefined();
    const more = roster.agencies.map((agency) =>
      agency.id === 'courts' ? { ...agency, datasets: ['courts.hearings', 'courts.appeals'] } : agency,
    );
    rig.takeRoster({ ...roster, version: 2, agencies: more });
    expect(offered()).toBe('courts.appeals');
    rig.takeRoster({ ...roster, version: 3 });
    expect(offered()).toBeUndefined();
  });

  it('knows no template that the newest roster’s officers have not signed, until they are officers again', async () => {
    const rig = new Rig({ behaviours: { 'charity-a': 'silent' } });
    const [first, waiting] = [rig.service.submit(REQUEST).id, rig.service.submit(REQUEST).id];
    await rig.offered(3);
    expect(rig.takeRoster(otherOfficer)).toEqual([TEMPLATE]);
    expect([await rig.ended(first), await rig.ended(waiting)]).toEqual(['failed', 'failed']);
    expect(rig.service.get(waiting).run.ending).toMatchObject({ code: 'REGISTER_CHANGED', party: 'coordinator' });
    expect(codeOf(() => rig.service.submit(REQUEST))).toBe('UNKNOWN_TEMPLATE');
    expect(rig.takeRoster({ ...roster, version: 3 })).toEqual([]);
    rig.behaviours['charity-a'] = 'accept';
    expect(await rig.ended(rig.service.submit(REQUEST).id)).toBe('finished');
  });
});
