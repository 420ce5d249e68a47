import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { silentLog } from '../../../core/base/index.js';
import { formatRegisterFile } from '../../../core/governance/index.js';
import type { RunOffer } from '../../../core/templates/index.js';
import { ANALYSTS } from '../../../examples/bold/demo/board.js';
import { Refusal } from '../../../node-agent/offers/refusal.js';
import { verifyOffer } from '../../../node-agent/offers/verify-offer.js';
import { RegisterInForce } from '../../../runtime/index.js';
import {
  allowAll,
  catalogue,
  newBoard,
  noConsentNeeded,
  offer,
  snapshotIdOf,
  template,
} from './federation-fixtures.js';
import { crimes, testFolder } from './fixtures.js';
import { logged } from './offer-log-fixtures.js';
import { now } from './snapshot-fixtures.js';
import type { TestBoard } from './test-board.js';
import { textOf } from './test-board.js';

/* What a node makes of an offer by its own register of governance, which is read from files as a running node does. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NAME = 'support-by-offence version 3';

interface Held {
  readonly entries?: readonly Uint8Array[];
  /** Null: there is none. */
  readonly statement?: Uint8Array | null;
}

interface Asked extends Held {
  /** Of the node, and of the registrar's last word where nothing else is said. */
  readonly at?: Date;
  readonly offer?: Partial<RunOffer>;
}

/** What a node has that knows all that the board has decided, or something else. */
function registerOf(
  board: TestBoard,
  { entries = board.entries, statement = board.statement() }: Held,
): RegisterInForce {
  const folder = testFolder();
  const files = { register: join(folder, 'register'), statement: join(folder, 'statement') };
  writeFileSync(files.register, formatRegisterFile(entries));
  if (statement !== null) writeFileSync(files.statement, statement);
  return new RegisterInForce({
    files: { ...files, fingerprint: board.fingerprint },
    check: () => undefined,
    putsRight: true,
    clock: { now: () => board.clock.at },
    log: silentLog,
  });
}

/** What the police's node answers to a template of that digest; undefined where it takes part. */
function refusalOf(board: TestBoard, templateDigest: string, asked: Asked = {}): Refusal | undefined {
  const at = asked.at ?? board.clock.at;
  if (asked.at !== undefined) board.clock.at = asked.at;
  try {
    verifyOffer(
      { ...offer, templateDigest, register: board.head, ...asked.offer },
      {
        self: 'police',
        governance: registerOf(board, asked),
        catalogue,
        policy: allowAll,
        snapshots: new Map([[crimes.dataset, snapshotIdOf(crimes.dataset)]]),
        consent: noConsentNeeded,
        logged,
        clock: { now: () => at },
      },
    );
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
}

const said = (refusal: Refusal | undefined): unknown => refusal && [refusal.code, refusal.message];

/** A board and the digest of the test template, which is live. */
function liveBoard(): { readonly board: TestBoard; readonly digest: string } {
  const board = newBoard();
  return { board, digest: board.publishTemplate(template) };
}

describe('a template that is asked', () => {
  it('is the one of the node’s own register', () => {
    const { board, digest } = liveBoard();
    expect(refusalOf(board, digest)).toBeUndefined();
    expect(said(refusalOf(board, '0'.repeat(64)))).toEqual([
      'TEMPLATE_NOT_APPROVED',
      'the template: The register has no template of these bytes.',
    ]);
  });

  it('is refused on its way, up to the last step', () => {
    const board = newBoard();
    const { templateDigest } = board.propose(textOf(template));
    const states: unknown[] = [];
    board.approve(template, () => states.push(said(refusalOf(board, templateDigest))));
    const refused = (state: string): unknown => [
      'TEMPLATE_NOT_APPROVED',
      `the template: ${NAME} is not live: it is ${state}.`,
    ];
    expect(states).toEqual(['proposed', 'under-review', 'under-review', 'approved'].map(refused));
    board.publishApproved(template);
    expect(refusalOf(board, templateDigest)).toBeUndefined();
  });

  it('is answered on its last day, and not the day after', () => {
    const board = newBoard();
    const digest = board.publishTemplate({ ...template, expires: '2026-04-10' });
    expect(refusalOf(board, digest, { at: new Date('2026-04-10T23:59:59.999Z') })).toBeUndefined();
    expect(said(refusalOf(board, digest, { at: new Date('2026-04-11T00:00:00.000Z') }))).toEqual([
      'TEMPLATE_EXPIRED',
      `the template: ${NAME} was live until 2026-04-10: propose a new version.`,
    ]);
  });

  it('is refused when it was revoked, by its next version too while that is not live', () => {
    const { board, digest } = liveBoard();
    board.revoke(template.template, 'The figures were misread.');
    expect(said(refusalOf(board, digest))).toEqual([
      'TEMPLATE_REVOKED',
      `the template: ${NAME} has been revoked: the register says why.`,
    ]);
    const next = board.propose(textOf({ ...template, version: 4 }));
    expect(refusalOf(board, next.templateDigest)?.code).toBe('TEMPLATE_NOT_APPROVED');
  });

  it('is refused when a later version is live, which is answered', () => {
    const { board, digest } = liveBoard();
    const next = board.publishTemplate({ ...template, version: 4 });
    expect(said(refusalOf(board, digest))).toEqual([
      'TEMPLATE_SUPERSEDED',
      `the template: ${NAME} has been superseded: ask by its latest version.`,
    ]);
    // That the log's entry is of version 3 in these tests is all that is wrong with it.
    expect(refusalOf(board, next)?.message).toContain('support-by-offence version 4, which it asks');
  });
});

describe('whoever asks', () => {
  const notGranted = [
    'PURPOSE_NOT_GRANTED',
    "who asks: No grant in force lets this analyst ask for research-statistics: ask the roster's grantors for one.",
  ];

  it.each(['analyst', 'analyst@', `@${ANALYSTS}`, 'analyst@Research Office'])(
    'is refused who is nobody of an organisation: %s',
    (requester) => {
      const { board, digest } = liveBoard();
      expect(said(refusalOf(board, digest, { offer: { requester } }))).toEqual([
        'PURPOSE_NOT_GRANTED',
        'who asks is not somebody of an organisation (analyst@organisation), so nobody can have granted them a purpose',
      ]);
    },
  );

  it('needs the grant of the purpose to their own organisation', () => {
    const { board, digest } = liveBoard();
    const requester = 'analyst@data-board';
    expect(said(refusalOf(board, digest, { offer: { requester } }))).toEqual(notGranted);
  });

  it('needs it for the purpose of this template, and for themselves where it names an analyst', () => {
    const { board, digest } = liveBoard();
    const [all] = board.grounds.copy.register.grants;
    const officers = ['data-officer', 'victims-officer'] as const;
    board.act({ act: 'withdraw-grant', grant: all?.digest ?? '', reason: 'One by one.' }, ['data-officer']);
    const grant = (purpose: string, analyst: string): unknown =>
      board.act({ act: 'grant', organisation: ANALYSTS, analyst, purpose, until: '2026-05-01' }, officers);
    board.amend(({ purposes }) => ({
      purposes: [...purposes, { code: 'service-planning', title: 'Planning', organisations: [ANALYSTS] }],
    }));
    grant('service-planning', 'analyst');
    grant('research-statistics', 'another');
    expect(said(refusalOf(board, digest))).toEqual(notGranted);
    expect(refusalOf(board, digest, { offer: { requester: `another@${ANALYSTS}` } })).toBeUndefined();
    grant('research-statistics', 'analyst');
    expect(refusalOf(board, digest)).toBeUndefined();
  });

  it('has it until its last day', () => {
    const { board, digest } = liveBoard();
    board.amend(() => ({ expires: '2027-12-31' }));
    // Boards grant for sixty days.
    expect(refusalOf(board, digest, { at: new Date('2026-06-01T23:59:59.999Z') })).toBeUndefined();
    expect(said(refusalOf(board, digest, { at: new Date('2026-06-02T00:00:00.000Z') }))).toEqual(notGranted);
  });

  it('has it no longer when it was withdrawn', () => {
    const { board, digest } = liveBoard();
    const [grant] = board.grounds.copy.register.grants;
    board.act({ act: 'withdraw-grant', grant: grant?.digest ?? '', reason: 'They have left.' }, ['data-officer']);
    expect(said(refusalOf(board, digest))).toEqual(notGranted);
  });

  it('is not told which templates there are before they may ask', () => {
    const { board, digest } = liveBoard();
    const refusals = [digest, '0'.repeat(64)].map((one) => refusalOf(board, one, { offer: { requester: 'analyst' } }));
    expect(refusals.map((refusal) => refusal?.code)).toEqual(['PURPOSE_NOT_GRANTED', 'PURPOSE_NOT_GRANTED']);
  });
});

describe('a register that a node can’t go by', () => {
  it('is one whose roster’s last day has passed', () => {
    const { board, digest } = liveBoard();
    expect(refusalOf(board, digest, { at: new Date('2026-06-01T23:59:59.999Z') })).toBeUndefined();
    expect(said(refusalOf(board, digest, { at: new Date('2026-06-02T00:00:00.000Z') }))).toEqual([
      'ROSTER_STALE',
      'the roster: Version 1 of the roster held until 2026-06-01: its officers have to sign the next one.',
    ]);
  });

  it('is one of which no registrar has said how far it is', () => {
    const { board, digest } = liveBoard();
    expect(said(refusalOf(board, digest, { statement: null }))).toEqual([
      'REGISTER_STALE',
      'the register of governance: No registrar has said here yet how far the register is.',
    ]);
  });

  it('is one of which a registrar said so 24 hours and a second ago; not 24 hours', () => {
    const { board, digest } = liveBoard();
    const statement = board.statement();
    const issued = '2026-04-02T09:30:00Z';
    expect(refusalOf(board, digest, { statement, at: new Date(now.getTime() + DAY_MS) })).toBeUndefined();
    expect(said(refusalOf(board, digest, { statement, at: new Date(now.getTime() + DAY_MS + 1_000) }))).toEqual([
      'REGISTER_STALE',
      `the register of governance: The last word of the register is of ${issued}, more than a day ago: templates may have been revoked since.`,
    ]);
  });

  it('is one of which a registrar says so more than five minutes from now', () => {
    const { board, digest } = liveBoard();
    const statement = board.statement();
    const before = (seconds: number): Date => new Date(now.getTime() - seconds * 1_000);
    expect(refusalOf(board, digest, { statement, at: before(300) })).toBeUndefined();
    const refusal = refusalOf(board, digest, { statement, at: before(301) });
    expect([refusal?.code, refusal?.message]).toEqual([
      'REGISTER_STALE',
      expect.stringContaining('compare the clocks'),
    ]);
  });

  it('is one of which that was said under an earlier roster', () => {
    const { board, digest } = liveBoard();
    const statement = board.statement();
    board.amend(() => ({ witnesses: 1 }));
    expect(said(refusalOf(board, digest, { statement }))).toEqual([
      'REGISTER_STALE',
      'the register of governance: The last word of the register is of version 1 of the roster, and version 2 is in force: a registrar has to give a new one.',
    ]);
  });

  it('is one of which somebody said so who is no registrar', () => {
    const { board, digest } = liveBoard();
    const refusal = refusalOf(board, digest, { statement: liveBoard().board.statement() });
    expect(said(refusal)).toEqual([
      'REGISTER_STALE',
      'the register of governance: The statement is signed by somebody who is not a registrar.',
    ]);
  });

  it('is one that has less than a registrar saw', () => {
    const { board, digest } = liveBoard();
    const { entries: known, head: register } = { entries: [...board.entries], head: board.head };
    board.revoke(template.template, 'The figures were misread.');
    // The coordinator keeps the revocation back, and asks by the register before it.
    expect(refusalOf(board, digest, { entries: known, offer: { register } })?.code).toBe('REGISTER_STALE');
  });

  it('is one that says something else than a registrar saw', () => {
    const { board, digest } = liveBoard();
    const before = [...board.entries];
    board.propose(textOf({ ...template, template: 'one' }));
    const statement = board.statement();
    board.propose(textOf({ ...template, template: 'another' }));
    const entries = [...before, ...board.entries.slice(-1)];
    expect(refusalOf(board, digest, { entries, statement })?.code).toBe('LOG_INCONSISTENT');
  });
});

describe('the register that the coordinator asks by', () => {
  it('may be an earlier one, which the node’s goes on from', () => {
    const { board, digest } = liveBoard();
    const { head: register } = board;
    board.propose(textOf({ ...template, template: 'another' }));
    expect(refusalOf(board, digest, { offer: { register } })).toBeUndefined();
  });

  it('is refused when it has more than the node’s, for that may be a revocation', () => {
    const { board, digest } = liveBoard();
    const [entries, statement] = [[...board.entries], board.statement()];
    const { length: size } = entries;
    board.propose(textOf({ ...template, template: 'another' }));
    expect(said(refusalOf(board, digest, { entries, statement }))).toEqual([
      'REGISTER_STALE',
      `the register of governance: The register has ${size + 1} entries by now, and here are ${size}: the rest has not come yet.`,
    ]);
  });

  it('is refused when it is another, as long, shorter, or without any entry', () => {
    const { board, digest } = liveBoard();
    const { size, root } = board.head;
    for (const register of [
      { size, root: root.replace(/^./, root.startsWith('0') ? '1' : '0') },
      { size: size - 1, root },
      { size: 0, root },
    ]) {
      expect(said(refusalOf(board, digest, { offer: { register } }))).toEqual([
        'LOG_INCONSISTENT',
        `the register of governance: The first ${register.size} entries of the register are not those that are known here: somebody was shown another register.`,
      ]);
    }
  });
});
