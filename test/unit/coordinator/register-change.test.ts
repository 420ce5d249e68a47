import { generateKeyPairSync } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { toBase64 } from '../../../core/base/index.js';
import type { SignedRoster } from '../../../core/governance/index.js';
import { rawPublicKey } from '../../../core/private-join/index.js';
import type { Board } from '../../../examples/bold/demo/board.js';
import { REQUEST, Rig, template, TEMPLATE } from './fixtures.js';
import { requesterNamed, yamlOf } from './governance-fixtures.js';

type Agencies = SignedRoster['agencies'];

/** What a board may sign while a run waits or is under way. */
type Act = (board: Board) => void;

const without =
  (...gone: string[]): Act =>
  (board) =>
    board.amend(({ agencies }) => ({ agencies: agencies.filter(({ id }) => !gone.includes(id)) }));
const changing =
  (name: string, change: Partial<Agencies[number]>): Act =>
  (board) =>
    board.amend(({ agencies }) => ({
      agencies: agencies.map((agency) => (agency.id === name ? { ...agency, ...change } : agency)),
    }));
const newKey = (): string => toBase64(rawPublicKey(generateKeyPairSync('ed25519').privateKey));
const revoking: Act = (board) => board.revoke(TEMPLATE, 'Its question misleads.');
const superseding: Act = (board) => void board.publish(yamlOf({ ...template, version: template.version + 1 }));
const closing: Act = (board) =>
  board.amend(({ purposes }) => ({
    purposes: purposes.map((purpose) => ({ ...purpose, organisations: ['data-board'] })),
  }));

/** The grant by which the rig's analysts ask, and a new one of the same purpose. */
const PURPOSE = template.purpose;
const grantAgain: Act = (board) =>
  void board.act({ act: 'grant', organisation: 'research-office', purpose: PURPOSE, until: '2026-12-31' }, [
    'data-officer',
    'victims-officer',
  ]);
function withdrawing(rig: Rig): Act {
  const { grants } = rig.governance.register;
  return (board) => {
    for (const { digest, purpose, withdrawn } of grants) {
      if (purpose !== PURPOSE || withdrawn !== undefined) continue;
      board.act({ act: 'withdraw-grant', grant: digest, reason: 'The project is over.' }, ['victims-officer']);
    }
  };
}

const codeOf = (work: () => unknown): unknown => {
  try {
    work();
    return undefined;
  } catch (thrown) {
    return (thrown as { code?: unknown }).code;
  }
};

describe('a run that is under way when the register changes', () => {
  it.each<readonly [string, (rig: Rig) => Act, string, RegExp]>([
    ['an agency of it is gone', () => without('charity-b'), 'charity-b', /^charity-b is not in the newest roster/],
    ['an agency of it has another key', () => changing('police', { identityKey: newKey() }), 'police', /another key/],
    [
      'an agency of it may not offer any more what it is asked',
      () => changing('charity-a', { datasets: ['courts.hearings'] }),
      'charity-a',
      /may not offer/,
    ],
    ['its template is revoked', () => revoking, 'coordinator', /^TEMPLATE_REVOKED: /],
    ['its template is superseded', () => superseding, 'coordinator', /^TEMPLATE_SUPERSEDED: /],
    ['the grant by which it was asked is withdrawn', withdrawing, 'coordinator', /^PURPOSE_NOT_GRANTED: /],
    ['its purpose is closed to who asked', () => closing, 'coordinator', /^PURPOSE_NOT_GRANTED: /],
  ])('ends where %s, and everybody in it is told', async (_, actOf, party, message) => {
    const rig = new Rig({ behaviours: { 'charity-a': 'silent' } });
    const { id } = rig.service.submit(REQUEST);
    await rig.offered(3);
    actOf(rig)(rig.governance.board);
    // What has been signed, and hasn't come here, changes nothing.
    expect(rig.service.get(id).run.state).toBe('offering');
    rig.takeRegister();
    expect(await rig.ended(id)).toBe('failed');
    expect(rig.service.get(id).run.ending).toMatchObject({
      ...{ code: 'REGISTER_CHANGED', party },
      message: expect.stringMatching(message) as string,
    });
    for (const agency of ['police', 'charity-a', 'charity-b']) {
      expect(rig.heard).toContainEqual({ agency, kind: 'abort', code: 'REGISTER_CHANGED' });
    }
  });

  it.each<readonly [string, Act]>([
    ['only others are gone', without('courts')],
    ['another template is published', (board) => void board.publish(yamlOf({ ...template, template: 'another' }))],
    ['its own next version is only proposed', (board) => void board.propose(yamlOf({ ...template, version: 9 }))],
  ])('goes on where %s', async (_, act) => {
    const rig = new Rig();
    const { id } = rig.service.submit(REQUEST);
    await rig.offered(1);
    act(rig.governance.board);
    rig.takeRegister();
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

describe('runs that wait when the register changes', () => {
  it.each<readonly [string, (rig: Rig) => Act, RegExp, string]>([
    ['their template is revoked', () => revoking, /^TEMPLATE_REVOKED: /, 'offering'],
    ['their template is superseded', () => superseding, /^TEMPLATE_SUPERSEDED: /, 'offering'],
    ['the grant by which all were asked is withdrawn', withdrawing, /^PURPOSE_NOT_GRANTED: /, 'failed'],
  ])('end at once where %s, and ask nobody', async (_, actOf, message, underWay) => {
    const other = { ...template, template: 'another' };
    const rig = new Rig({ behaviours: { 'charity-a': 'silent' } });
    rig.governance.board.publish(yamlOf(other));
    rig.takeRegister();
    const first = rig.service.submit({ ...REQUEST, template: other.template });
    const waiting = [1, 2].map(() => rig.service.submit(REQUEST).id);
    await rig.offered(3);
    actOf(rig)(rig.governance.board);
    rig.takeRegister();
    for (const id of waiting) {
      expect(rig.service.get(id).run).toMatchObject({
        state: 'failed',
        ending: {
          ...{ code: 'REGISTER_CHANGED', party: 'coordinator' },
          message: expect.stringMatching(message) as string,
        },
      });
    }
    if (underWay === 'failed') await rig.ended(first.id);
    expect([rig.service.get(first.id).run.state, rig.offers.length]).toEqual([underWay, 3]);
  });

  it('keep their turn where the grant of somebody else is withdrawn', async () => {
    const rig = new Rig({ behaviours: { 'charity-a': 'silent' } });
    const { board } = rig.governance;
    const [first, waiting] = [rig.service.submit(REQUEST).id, rig.service.submit(REQUEST).id];
    await rig.offered(3);
    const officers = ['data-officer', 'victims-officer'] as const;
    const grant = board.act(
      { act: 'grant', organisation: 'research-office', purpose: 'service-planning', until: '2026-12-31' },
      officers,
    );
    board.act({ act: 'withdraw-grant', grant, reason: 'A mistake.' }, ['data-officer']);
    rig.takeRegister();
    expect([first, waiting].map((id) => rig.service.get(id).run.state)).toEqual(['offering', 'submitted']);
  });
});

describe('what comes after', () => {
  it('asks those of the newest roster', async () => {
    const rig = new Rig();
    without('charity-b')(rig.governance.board);
    rig.takeRegister();
    rig.disconnect('charity-b', 'NOT_IN_FEDERATION');
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    expect(rig.offers[0]?.participants.map(({ agency }) => agency)).toEqual(['police', 'charity-a']);
    expect(rig.offers[0]?.register).toEqual(rig.governance.copy.head);
    expect(rig.registry.list().map(({ id: agency }) => agency)).toEqual(['police', 'charity-a', 'courts']);
  });

  it('lets an agency offer what the newest roster says, of what its node has said before', () => {
    const rig = new Rig();
    rig.connect('courts', ['courts.hearings', 'courts.appeals']);
    const offered = (): unknown => rig.registry.snapshotOf('courts', 'courts.appeals')?.dataset;
    expect(offered()).toBeUndefined();
    changing('courts', { datasets: ['courts.hearings', 'courts.appeals'] })(rig.governance.board);
    rig.takeRegister();
    expect(offered()).toBe('courts.appeals');
    changing('courts', { datasets: ['courts.hearings'] })(rig.governance.board);
    rig.takeRegister();
    expect(offered()).toBeUndefined();
  });

  it('knows no template that was revoked, until its next version is published', async () => {
    const rig = new Rig();
    revoking(rig.governance.board);
    rig.takeRegister();
    expect(codeOf(() => rig.service.submit(REQUEST))).toBe('UNKNOWN_TEMPLATE');
    superseding(rig.governance.board);
    rig.takeRegister();
    const { id } = rig.service.submit(REQUEST);
    expect(await rig.ended(id)).toBe('finished');
    expect(rig.service.get(id).run.templateVersion).toBe(template.version + 1);
  });

  it('takes nothing for a purpose that was withdrawn, until it is granted again', async () => {
    const rig = new Rig();
    withdrawing(rig)(rig.governance.board);
    rig.takeRegister();
    expect(codeOf(() => rig.service.submit(REQUEST))).toBe('PURPOSE_NOT_GRANTED');
    grantAgain(rig.governance.board);
    rig.takeRegister();
    expect(await rig.ended(rig.service.submit(REQUEST).id)).toBe('finished');
  });
});

describe('who may ask', () => {
  it('is who was granted the purpose: nobody of another organisation, and nobody of none', () => {
    const rig = new Rig();
    for (const requester of ['analyst@data-board', 'analyst', 'analyst@', '@research-office']) {
      expect(codeOf(() => rig.service.submit({ ...REQUEST, requester }))).toBe('PURPOSE_NOT_GRANTED');
    }
    expect(rig.service.list(10)).toEqual([]);
    rig.service.submit({ ...REQUEST, requester: requesterNamed('an.analyst@elsewhere') });
    expect(rig.service.list(10)).toHaveLength(1);
  });

  it('is the analyst alone to whom it was granted', () => {
    const rig = new Rig();
    const { board } = rig.governance;
    withdrawing(rig)(board);
    const grant = { act: 'grant', organisation: 'research-office', analyst: 'analyst', purpose: PURPOSE } as const;
    board.act({ ...grant, until: '2026-12-31' }, ['data-officer', 'victims-officer']);
    rig.takeRegister();
    expect(codeOf(() => rig.service.submit({ ...REQUEST, requester: requesterNamed('another') }))).toBe(
      'PURPOSE_NOT_GRANTED',
    );
    expect(codeOf(() => rig.service.submit(REQUEST))).toBeUndefined();
  });

  it('is nobody once the registrar’s last word is a day old, until there is a new one', async () => {
    const rig = new Rig();
    rig.clock.advance(86_400);
    expect(await rig.ended(rig.service.submit(REQUEST).id)).toBe('finished');
    rig.clock.advance(1);
    const next = { ...REQUEST, parameters: { quarters: ['2025-Q1'] } };
    expect(codeOf(() => rig.service.submit(next))).toBe('REGISTER_STALE');
    rig.takeRegister();
    expect(await rig.ended(rig.service.submit(next).id)).toBe('finished');
  });

  it('is nobody once the roster has expired', () => {
    const rig = new Rig();
    rig.clock.advance(61 * 86_400);
    rig.takeRegister();
    expect(codeOf(() => rig.service.submit(REQUEST))).toBe('ROSTER_STALE');
  });
});
