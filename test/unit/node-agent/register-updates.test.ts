import { describe, expect, it, vi } from 'vitest';

import { utf8Bytes } from '../../../core/base/index.js';
import { formatRegisterFile } from '../../../core/governance/index.js';
import { partsOf } from '../../../transport/index.js';
import type { RegisterPart, RegisterUpdate } from '../../../transport/index.js';
import { agencyFolder } from './agency-folder.js';
import { refusedIn, registerRig } from './register-rig.js';
import type { RegisterRig } from './register-rig.js';
import { alone, approvedRun, nodeIn } from './started-node.js';
import { textOf } from './test-board.js';

/** In pieces of so many bytes, as a long one comes. */
function piecesOf(update: RegisterUpdate, bytes: number): readonly RegisterPart[] {
  const [{ lines, ...rest } = { lines: new Uint8Array(0), first: 0, isLast: true, statement: undefined }] =
    partsOf(update);
  const count = Math.ceil(lines.length / bytes);
  return Array.from({ length: count }, (_, piece) => {
    const isLast = piece === count - 1;
    const statement = isLast ? rest.statement : undefined;
    return { ...rest, lines: lines.slice(piece * bytes, (piece + 1) * bytes), isLast, statement };
  });
}

function proposed({ agency: { board } }: RegisterRig, ...names: readonly string[]): void {
  for (const template of names) board.propose(textOf({ ...alone, template }));
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

  it.each([1, 7, 1_000])('may come in pieces, here of %i bytes: nothing of it is in force before the last', (bytes) => {
    const rig = registerRig();
    const first = rig.registers.copy.head.size;
    proposed(rig, 'one', 'two');
    const { board } = rig.agency;
    const pieces = piecesOf({ first, entries: board.entries.slice(first), statement: board.statement() }, bytes);
    for (const piece of pieces.slice(0, -1)) rig.updates.take(piece);
    expect([rig.taken, rig.registers.copy.head.size]).toEqual([[], first]);
    for (const piece of pieces.slice(-1)) rig.updates.take(piece);
    expect([rig.taken, rig.registers.copy.head.size, refusedIn(rig)]).toEqual([[true], first + 2, []]);
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
    const first = rig.registers.copy.head.size;
    proposed(rig, 'one');
    const { board } = rig.agency;
    const [half, rest, ...none] = piecesOf(
      { first, entries: board.entries.slice(first), statement: board.statement() },
      Math.ceil(formatRegisterFile(board.entries.slice(first)).length / 2),
    );
    if (half === undefined || rest === undefined) throw new Error('two halves');
    expect(none).toEqual([]);
    rig.updates.take(half);
    rig.updates.disconnected();
    for (const piece of [half, rest]) rig.updates.take(piece);
    expect([rig.taken, refusedIn(rig)]).toEqual([[true], []]);
    expect(rig.registers.copy.head.size).toBe(first + 1);
  });

  it('is no use when its second half comes without the first', () => {
    const rig = registerRig();
    const before = rig.files();
    const first = rig.registers.copy.head.size;
    proposed(rig, 'one');
    const { board } = rig.agency;
    const [half, rest] = piecesOf({ first, entries: board.entries.slice(first), statement: undefined }, 1_000);
    if (half === undefined || rest === undefined) throw new Error('two halves');
    rig.updates.take(half);
    rig.updates.disconnected();
    rig.updates.take({ ...rest, isLast: true });
    expect([rig.taken, refusedIn(rig), rig.files()]).toEqual([[], ['BAD_REGISTER_FILE'], before]);
    rig.send();
    expect([rig.taken, rig.registers.copy.head.size]).toEqual([[true], first + 1]);
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

  it.each(cases)('is not taken, nor anything that comes with it: it %s', (_, code, sent) => {
    const rig = registerRig();
    proposed(rig, 'one', 'two');
    const [before, { head }] = [rig.files(), rig.registers.copy];
    rig.send(sent(rig));
    expect([rig.taken, refusedIn(rig)]).toEqual([[], [code]]);
    expect([rig.registers.copy.head, rig.files()]).toEqual([head, before]);
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
    expect([rig.taken, refusedIn(rig)]).toEqual([[true], []]);
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
    board.revoke(alone.template, 'The figures were misread.');
    const [piece, ...pieces] = piecesOf(
      { first, entries: board.entries.slice(first), statement: board.statement() },
      300,
    );
    if (piece === undefined) throw new Error('one piece at least');
    its.handlers().received({ kind: 'register', part: piece });
    its.handlers().disconnected('a test', 'CONNECTION_LOST');
    for (const part of [piece, ...pieces]) its.handlers().received({ kind: 'register', part });
    expect(its.events).toContainEqual({ event: 'register', entries: first + 1, roster: 1 });
    expect(its.handlers().hello().registerSize).toBe(first + 1);
    await vi.waitFor(() =>
      expect(its.sent.at(-1)).toMatchObject({ kind: 'hello', hello: { registerSize: first + 1 } }),
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
