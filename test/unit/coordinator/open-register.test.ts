import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { toBase64 } from '../../../core/base/index.js';
import { formatRegisterFile } from '../../../core/governance/index.js';
import { openRegister } from '../../../coordinator/index.js';
import type { Board } from '../../../examples/bold/demo/board.js';
import type { RegisterInForce } from '../../../runtime/index.js';
import { rawPublicKey } from '../../../core/private-join/index.js';
import { identityOf, roster, template, TestClock, TestLog } from './fixtures.js';
import { boardOf, yamlOf } from './governance-fixtures.js';

const own = identityOf('coordinator').publicKey;
const clock = new TestClock();
const newKey = (): Uint8Array => rawPublicKey(generateKeyPairSync('ed25519').privateKey);

interface RegisterRig {
  readonly board: Board;
  readonly inForce: RegisterInForce;
  readonly log: TestLog;
  readonly file: string;
  readonly write: (bytes: Uint8Array | string) => void;
  readonly state: (statement: Uint8Array) => void;
  /** As often as it takes for a file that stands still. */
  readonly look: () => boolean;
}

interface RigChanges {
  readonly reveal?: boolean;
  readonly federation?: string;
  /** That the roster gives the coordinator. */
  readonly coordinator?: Uint8Array;
}

function rigOf({ reveal = false, federation = 'unit-test', coordinator = own }: RigChanges = {}): RegisterRig {
  const folder = mkdtempSync(join(tmpdir(), 'register-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const board = boardOf({ ...roster, federation, coordinator: { identityKey: coordinator } }, clock);
  const [file, statement] = [join(folder, 'register.jsonl'), join(folder, 'register-statement.json')];
  // Another inode each time, so that the file is another one however fast the test is.
  const put = (place: string, bytes: Uint8Array | string): void => {
    writeFileSync(`${place}.next`, bytes);
    renameSync(`${place}.next`, place);
  };
  put(file, board.file);
  put(statement, board.statement());
  const log = new TestLog();
  const config = {
    governance: { register: file, statement, fingerprint: board.fingerprint },
    identityKey: join(folder, 'identity.pem'),
    revealUnprotectedCountsOfSyntheticData: reveal,
  };
  const inForce = openRegister({ config, publicKey: own, clock, log });
  return {
    ...{ board, inForce, log, file },
    write: (bytes) => put(file, bytes),
    state: (bytes) => put(statement, bytes),
    look: () => [1, 2].map(() => inForce.look()).some(Boolean),
  };
}

/** What a register of this rig could be changed to: its bytes, and words that the complaint has. */
type Change = (rig: RegisterRig) => Uint8Array | string;

describe('the coordinator’s register', () => {
  it('is taken up when a longer one stands still in its place', () => {
    const { board, inForce, log, write, look } = rigOf();
    expect([inForce.roster.version, look()]).toEqual([1, false]);
    board.amend(() => ({ witnesses: 1 }));
    write(board.file);
    expect([inForce.look(), inForce.roster.version]).toEqual([false, 1]);
    expect([inForce.look(), inForce.roster.version]).toEqual([true, 2]);
    expect(log.of('register')).toMatchObject([{ entries: board.entries.length, roster: 2 }]);
    expect([look(), inForce.isFileRefused]).toEqual([false, false]);
    board.publish(yamlOf(template));
    write(board.file);
    expect([look(), inForce.register.proposals.length, inForce.roster.version]).toEqual([true, 1, 2]);
  });

  it('has a later word of a registrar taken up by itself', () => {
    const { board, inForce, state, look } = rigOf();
    const first = inForce.stated?.issued;
    clock.advance(60);
    state(board.statement());
    expect([look(), inForce.isFileRefused]).toEqual([true, false]);
    expect(Date.parse(inForce.stated?.issued ?? '') - Date.parse(first ?? '')).toBe(60_000);
  });

  it.each<readonly [string, Change, string]>([
    ['is none', () => 'federation: unit-test', 'BAD_REGISTER_FILE'],
    [
      'has half of an entry',
      ({ board }) => {
        board.amend(() => ({ witnesses: 1 }));
        return board.file.slice(0, -200);
      },
      'BAD_REGISTER_FILE',
    ],
    ['lacks an entry', ({ board }) => formatRegisterFile(board.entries.slice(0, -1)), 'REGISTER_STALE'],
    ['is that of officers whom nobody has pinned', () => boardOf(roster, clock).file, 'ROSTER_NOT_PINNED'],
    [
      'says otherwise what it said before',
      ({ board }) => {
        const [founding, first, ...rest] = board.entries;
        return formatRegisterFile([founding, ...rest, first].filter((entry) => entry !== undefined));
      },
      'LOG_INCONSISTENT',
    ],
    [
      'gives the coordinator another key',
      ({ board }) => {
        board.amend(() => ({ coordinator: { identityKey: toBase64(newKey()) } }));
        return board.file;
      },
      'CONFIG_INVALID',
    ],
  ])('stays where the new one %s, which is said once and shown', (_, change, code) => {
    const rig = rigOf();
    const { inForce, log, file, write, look } = rig;
    const before = inForce.copy.head;
    write(change(rig));
    expect([look(), look(), inForce.copy.head, inForce.isFileRefused]).toEqual([false, false, before, true]);
    const isOurs = code === 'CONFIG_INVALID';
    expect(log.lines).toMatchObject([
      { event: 'register-refused', entries: before.size, err: { code: isOurs ? code : 'REGISTER_INVALID' } },
    ]);
    const { message } = log.lines[0]?.['err'] as Error;
    expect(message.startsWith(isOurs ? 'identityKey: ' : `${file}: ${code}: `), message).toBe(true);
  });

  it('stays where the file is gone, and the same one put back is no change', () => {
    const { board, inForce, log, file, write, look } = rigOf();
    rmSync(file);
    expect([look(), inForce.isFileRefused]).toEqual([false, true]);
    write(board.file);
    expect([look(), inForce.isFileRefused, log.lines.length]).toEqual([false, false, 1]);
  });

  it('is not opened where its roster gives the coordinator another key', () => {
    expect(() => rigOf({ coordinator: newKey() })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  it('is not opened to show unprotected counts where people may be real', () => {
    expect(() => rigOf({ reveal: true, federation: 'bold' })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('bold') as string }),
    );
    expect(rigOf({ reveal: true, federation: 'bold-demo' }).inForce.roster.federation).toBe('bold-demo');
    expect(rigOf({ federation: 'bold' }).inForce.roster.federation).toBe('bold');
  });
});
