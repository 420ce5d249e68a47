import { describe, expect, it } from 'vitest';

import type { SignedAgency } from '../../../core/governance/index.js';
import { toBase64 } from '../../../core/base/index.js';
import { overtaken } from '../../../node-agent/offers/overtaken.js';
import type { Overtaken } from '../../../node-agent/offers/overtaken.js';
import { newBoard, offer, support, template } from './federation-fixtures.js';
import { textOf } from './test-board.js';
import type { TestBoard } from './test-board.js';

/** What a run of the test template hears when officers decide so while it is under way. */
function heardOf(decide: (board: TestBoard) => void, requester = offer.requester): Overtaken | undefined {
  const board = newBoard();
  const asked = { ...offer, templateDigest: board.publishTemplate(template), register: board.head, requester };
  const { roster: before } = board.grounds;
  decide(board);
  const { roster, copy } = board.grounds;
  return overtaken(asked, { before, roster, register: copy.register, now: board.clock.at });
}

function amending(edit: (agency: SignedAgency) => SignedAgency | undefined): (board: TestBoard) => void {
  return (board) => board.amend(({ agencies }) => ({ agencies: agencies.flatMap((agency) => edit(agency) ?? []) }));
}

const only = (id: string, change: Partial<SignedAgency>): ((board: TestBoard) => void) =>
  amending((agency) => (agency.id === id ? { ...agency, ...change } : agency));

const anotherKey = toBase64(new Uint8Array(32).fill(9));

const withoutCharity = amending((agency) => (agency.id === 'charity' ? undefined : agency));

describe('a run under way', () => {
  it.each<[string, (board: TestBoard) => void]>([
    ['nothing has changed', () => undefined],
    ['something else was proposed', (board) => void board.propose(textOf({ ...template, template: 'another' }))],
    ['something else was published', (board) => void board.publishTemplate({ ...template, template: 'another' })],
    ['its next version was proposed', (board) => void board.propose(textOf({ ...template, version: 4 }))],
    ['an agency has left that is not in it', amending((agency) => (agency.id === 'prison' ? undefined : agency))],
    ['an agency in it may offer more', only('charity', { datasets: [support.dataset, 'third-sector.more'] })],
    ['an agency in it has another name', only('charity', { name: 'The charity' })],
    ['the roster’s last day has come', (board) => (board.clock.at = new Date('2026-06-01T23:59:59.999Z'))],
  ])('goes on when %s', (_, decide) => {
    expect(heardOf(decide)).toBeUndefined();
  });

  it.each<[string, (board: TestBoard) => void]>([
    ['has left', withoutCharity],
    ['has another key', only('charity', { identityKey: anotherKey })],
    ['may no longer offer what is asked', only('charity', { datasets: [] })],
  ])('ends because of an agency that %s', (_, decide) => {
    expect(heardOf(decide)).toEqual({
      party: 'charity',
      message: 'charity is not in the newest roster what it was in the one before',
    });
  });

  it('ends when the coordinator has another key', () => {
    const heard = heardOf((board) => board.amend(() => ({ coordinator: { identityKey: anotherKey } })));
    expect(heard?.party).toBe('coordinator');
  });

  const name = 'support-by-offence version 3';
  const notGranted =
    "No grant in force lets this analyst ask for research-statistics: ask the roster's grantors for one.";
  it.each<[string, (board: TestBoard) => void, string]>([
    [
      'its template is revoked',
      (board) => board.revoke(template.template, 'The figures were misread.'),
      `TEMPLATE_REVOKED: ${name} has been revoked: the register says why.`,
    ],
    [
      'its template is superseded',
      (board) => void board.publishTemplate({ ...template, version: 4 }),
      `TEMPLATE_SUPERSEDED: ${name} has been superseded: ask by its latest version.`,
    ],
    [
      'its template’s last day has passed',
      (board) => {
        board.amend(() => ({ expires: '2027-12-31' }));
        board.clock.at = new Date('2027-01-01T00:00:00Z');
      },
      `TEMPLATE_EXPIRED: ${name} was live until 2026-12-31: propose a new version.`,
    ],
    [
      'the grant for it is withdrawn',
      (board) => {
        const [grant] = board.grounds.copy.register.grants;
        board.act({ act: 'withdraw-grant', grant: grant?.digest ?? '', reason: 'They have left.' }, ['data-officer']);
      },
      `PURPOSE_NOT_GRANTED: ${notGranted}`,
    ],
    [
      'the roster’s last day has passed',
      (board) => (board.clock.at = new Date('2026-06-02T00:00:00Z')),
      'ROSTER_STALE: Version 1 of the roster held until 2026-06-01: its officers have to sign the next one.',
    ],
  ])('ends because %s', (_, decide, message) => {
    expect(heardOf(decide)).toEqual({ party: 'coordinator', message });
  });

  it('says first who is out of it', () => {
    const both = (board: TestBoard): void => {
      board.revoke(template.template, 'The figures were misread.');
      withoutCharity(board);
    };
    expect(heardOf(both)?.party).toBe('charity');
  });
});
