import { describe, expect, it, vi } from 'vitest';

import { utf8Bytes } from '../../../core/base/index.js';
import { partsOf } from '../../../transport/index.js';
import type { RegisterPart, RegisterUpdate } from '../../../transport/index.js';
import { agencyFolder } from './agency-folder.js';
import { codeOf } from './fixtures.js';
import { refusedIn, registerRig } from './register-rig.js';
import type { RegisterRig } from './register-rig.js';
import { alone, approvedRun, nodeIn } from './started-node.js';
import { textOf } from './test-board.js';

function proposed({ agency: { board } }: Pick<RegisterRig, 'agency'>, ...names: readonly string[]): void {
  const lawfulBasis = 'For tests. '.repeat(300);
  for (const template of names) board.propose(textOf({ ...alone, template, lawfulBasis }));
}

/** What fills a first part and some of a second. */
const MANY = Array.from({ length: 60 }, (_, index) => `question-${index}`);

/** All that the board has decided and the node lacks, in two parts. */
function twoParts(rig: RegisterRig): readonly [RegisterPart, RegisterPart] {
  proposed(rig, ...MANY);
  const { board } = rig.agency;
  const first = rig.registers.copy.head.size;
  const [one, two, ...more] = partsOf({ first, entries: board.entries.slice(first), statement: board.statement() });
  if (one === undefined || two === undefined || more.length > 0) throw new Error('MANY has to make two parts');
  return [one, two];
}

describe('what the coordinator sends of the register', () => {
  it('is in force and in the files, so that it is known after a restart', () => {
    const rig = registerRig();
    const { length } = rig.agency.board.entries;
    proposed(rig, 'one', 'two');
    rig.agency.board.clock.at = new Date('2026-04-02T09:30:01Z');
    rig.send();
    expect(rig.taken).toEqual([true]);
    expect(rig.lines).toEqual([{ event: 'register', entries: length + 2, roster: 1 }]);
    for (const registers of [rig.registers, rig.reopened()]) {
      expect(registers.copy.entries).toEqual(rig.agency.board.entries);
      expect(registers.register.proposals).toHaveLength(2);
      expect(registers.statement).toEqual(rig.agency.board.statement());
    }
    // What it has written itself is no news when it looks.
    expect([rig.registers.look(), rig.registers.look()]).toEqual([false, false]);
  });

  it('may come in parts: nothing of it is in force before the last', () => {
    const rig = registerRig();
    const { size } = rig.registers.copy.head;
    const [one, two] = twoParts(rig);
    rig.updates.take(one);
    expect([rig.taken, rig.registers.copy.head.size]).toEqual([[], size]);
    rig.updates.take(two);
    expect([rig.taken, rig.registers.copy.head.size, refusedIn(rig)]).toEqual([[true], size + MANY.length, []]);
  });

  it('may be a registrar’s word alone, which counts when it is a later one', () => {
    const rig = registerRig();
    const earlier = rig.registers.statement;
    rig.agency.board.clock.at = new Date('2026-04-02T10:30:00Z');
    rig.send();
    expect(rig.registers.stated?.issued).toBe('2026-04-02T10:30:00Z');
    expect(rig.reopened().stated?.issued).toBe('2026-04-02T10:30:00Z');
    rig.send({ statement: earlier });
    expect(rig.registers.stated?.issued).toBe('2026-04-02T10:30:00Z');
    expect([rig.taken, refusedIn(rig)]).toEqual([[true, false], []]);
  });

  it('changes nothing when it is what is known, or less', () => {
    const rig = registerRig();
    const before = rig.files();
    rig.send();
    rig.send({ first: 0, entries: rig.agency.board.entries });
    rig.send({ first: 0, entries: rig.agency.board.entries.slice(0, -1) });
    rig.send({ entries: [], statement: undefined });
    expect([rig.taken, refusedIn(rig), rig.files()]).toEqual([[false, false, false, false], [], before]);
  });

  it('begins anew with a new connection: what had come of it before is forgotten', () => {
    const rig = registerRig();
    const { size } = rig.registers.copy.head;
    const [one, two] = twoParts(rig);
    rig.updates.take(one);
    rig.updates.disconnected();
    for (const part of [one, two]) rig.updates.take(part);
    expect([rig.taken, rig.registers.copy.head.size, refusedIn(rig)]).toEqual([[true], size + MANY.length, []]);
  });

  it('is no use when its second part comes without the first, or its first twice, or not full; the next is', () => {
    const rig = registerRig();
    const before = rig.files();
    const { size } = rig.registers.copy.head;
    const [one, two] = twoParts(rig);
    rig.updates.take(one);
    rig.updates.disconnected();
    rig.updates.take(two);
    for (const part of [one, one, two]) rig.updates.take(part);
    rig.updates.take({ ...one, lines: one.lines.slice(1) });
    expect([rig.taken, rig.files()]).toEqual([[], before]);
    expect(refusedIn(rig)).toEqual(['BAD_REGISTER_FILE', 'BAD_REGISTER_FILE', 'BAD_MESSAGE']);
    rig.send();
    expect([rig.taken, rig.registers.copy.head.size]).toEqual([[true], size + MANY.length]);
  });
});

describe('what nobody of governance has signed', () => {
  type Case = readonly [what: string, code: string, sent: (rig: RegisterRig) => Partial<RegisterUpdate>];
  const cases: readonly Case[] = [
    ['is of strangers', 'REGISTER_INVALID', () => ({ entries: agencyFolder().board.entries })],
    [
      'is of strangers, after what was signed',
      'REGISTER_INVALID',
      ({ agency: { board }, registers }) => ({
        entries: [...board.entries.slice(registers.copy.head.size), ...agencyFolder().board.entries.slice(-1)],
      }),
    ],
    [
      'was changed on its way',
      'REGISTER_INVALID',
      ({ agency: { board } }) => ({ entries: board.entries.slice(-1).map((entry) => altered(entry)) }),
    ],
    [
      'leaves out what comes before',
      'REGISTER_INVALID',
      ({ agency: { board }, registers }) => ({
        first: registers.copy.head.size + 1,
        entries: board.entries.slice(registers.copy.head.size + 1),
      }),
    ],
    [
      'says otherwise what is known',
      'REGISTER_INVALID',
      ({ agency: { board }, registers }) => ({
        first: registers.copy.head.size - 1,
        entries: board.entries.slice(registers.copy.head.size),
      }),
    ],
  ];

  it.each(cases)('is not taken, nor any entry that comes with it: it %s', (_, code, sent) => {
    const rig = registerRig();
    proposed(rig, 'one', 'two');
    const [before, { head }] = [rig.files(), rig.registers.copy];
    rig.send(sent(rig));
    expect([rig.taken, refusedIn(rig), rig.resent]).toEqual([[], [code], 1]);
    expect([rig.registers.copy.head, rig.files()[0]]).toEqual([head, before[0]]);
    // But a registrar has signed more than has come.
    expect(codeOf(() => rig.registers.assertUpToDate(rig.agency.board.clock.at))).toBe('REGISTER_STALE');
    // And what was signed is, afterwards.
    rig.send();
    expect([rig.taken, rig.registers.copy.head.size]).toEqual([[true], head.size + 2]);
  });

  it('is not taken where it is no entry at all', () => {
    const rig = registerRig();
    const [before, { head }] = [rig.files(), rig.registers.copy];
    for (const text of ['rubbish\n', '\n', '{}\n', '\u0000']) {
      const lines = utf8Bytes(text);
      rig.updates.take({ first: head.size, lines, isLast: true, statement: undefined });
    }
    expect([rig.taken, rig.registers.copy.head, rig.files()]).toEqual([[], head, before]);
    expect(refusedIn(rig)).toHaveLength(4);
  });

  it('is not taken as a registrar’s word, while what officers have signed with it is: it may revoke something', () => {
    const rig = registerRig();
    const { statement } = rig.registers;
    proposed(rig, 'one');
    rig.send({ statement: agencyFolder().board.statement() });
    expect([rig.taken, refusedIn(rig)]).toEqual([[true], ['UNKNOWN_SIGNER']]);
    expect(rig.registers.register.proposals).toHaveLength(1);
    expect(rig.registers.statement).toEqual(statement);
    expect(rig.reopened().statement).toEqual(statement);
    rig.send({ statement: utf8Bytes('rubbish') });
    expect(rig.registers.statement).toEqual(statement);
  });
});

describe('a running node to which the coordinator sends more of the register', () => {
  it('says in its next hello how much it has, though the connection was lost while it came', async () => {
    const { agency } = await approvedRun();
    const its = nodeIn(agency);
    await its.node.start();
    const { board } = agency;
    const { length: first } = board.entries;
    proposed({ agency }, ...MANY);
    const parts = partsOf({ first, entries: board.entries.slice(first), statement: board.statement() });
    expect(parts).toHaveLength(2);
    for (const part of parts.slice(0, 1)) its.handlers().received({ kind: 'register', part });
    its.handlers().disconnected('a test', 'CONNECTION_LOST');
    for (const part of parts) its.handlers().received({ kind: 'register', part });
    expect(its.events).toContainEqual({ event: 'register', entries: first + MANY.length, roster: 1 });
    expect(its.handlers().hello().registerSize).toBe(first + MANY.length);
    await vi.waitFor(() =>
      expect(its.sent.at(-1)).toMatchObject({ kind: 'hello', hello: { registerSize: first + MANY.length } }),
    );
  });

  it('ends a run of what is revoked, and answers no other', async () => {
    const { agency, asked } = await approvedRun();
    const its = nodeIn(agency, { openRun: true });
    await its.node.start();
    its.handlers().received({ kind: 'offer', offer: asked });
    await vi.waitFor(() => expect(its.carried).toHaveLength(1));
    const { board } = agency;
    const { length: first } = board.entries;
    board.revoke(alone.template, 'The figures were misread.');
    for (const part of partsOf({ first, entries: board.entries.slice(first), statement: board.statement() })) {
      its.handlers().received({ kind: 'register', part });
    }
    await vi.waitFor(() => expect(its.events.filter(({ event }) => event === 'run-ended')).toHaveLength(1));
    expect(its.events.find(({ event }) => event === 'run-ended')).toMatchObject({
      outcome: 'REGISTER_CHANGED',
      party: 'coordinator',
    });
    its.handlers().received({ kind: 'offer', offer: { ...asked, runId: asked.runId.replace(/^./, '9') } });
    expect(its.sent.at(-1)).toMatchObject({ kind: 'refusal', code: 'TEMPLATE_REVOKED' });
  });
});

/** With another beginning of its signature. */
function altered(entry: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(entry);
  const changed = text.replace(/"sig":"(.)/, (_, first: string) => `"sig":"${first === 'A' ? 'B' : 'A'}`);
  return utf8Bytes(changed);
}
