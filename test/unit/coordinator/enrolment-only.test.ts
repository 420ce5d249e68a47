import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';

import { createEnrolmentOnly, initAuthority, initCoordinator, loadConfig } from '../../../coordinator/index.js';
import type { CoordinatorConfig } from '../../../coordinator/index.js';
import { fromBase64 } from '../../../core/base/index.js';
import { rawPublicKey } from '../../../core/private-join/index.js';
import type { Roster } from '../../../core/templates/index.js';
import type { Board } from '../../../examples/bold/demo/board.js';
import { seededRng } from '../../support/seeded-rng.js';
import { roster, TestClock, TestLog } from './fixtures.js';
import { boardOf } from './governance-fixtures.js';

/** Every wait of the look-out, which a test ends itself. */
const waits = vi.hoisted(() => [] as (() => void)[]);
vi.mock('node:timers/promises', () => ({
  setTimeout: (_ms: number, _value: undefined, { signal }: { readonly signal: AbortSignal }) =>
    new Promise<void>((resolve, reject) => {
      waits.push(resolve);
      signal.addEventListener('abort', () => reject(new Error('stopped')));
    }),
}));

const clock = new TestClock();
const rng = seededRng('enrolment-only');
let configFile: string;
let own: Uint8Array;
let log: TestLog;

beforeEach(async () => {
  waits.length = 0;
  log = new TestLog();
  const folder = mkdtempSync(join(tmpdir(), 'enrolment-only-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const made = initCoordinator(join(folder, 'coordinator'), rng);
  ({ configFile } = made);
  own = fromBase64(made.identityKey);
  await initAuthority(made, { federation: 'unit-test', clock });
});

const board = (changes: Partial<Roster> = {}): Board =>
  boardOf({ ...roster, coordinator: { identityKey: own }, ...changes }, clock);

function put(bytes: Uint8Array): void {
  const { register } = loadConfig(configFile).governance;
  writeFileSync(`${register}.next`, bytes);
  renameSync(`${register}.next`, register);
}

/** Writes into the configuration what an officer has read out. */
function pin(fingerprint: string): void {
  const text = readFileSync(configFile, 'utf8');
  writeFileSync(configFile, text.replace(/^ {2}(?:# )?fingerprint: .*$/m, `  fingerprint: ${fingerprint}`));
}

interface Waiting {
  /** What it resolved with, once it has. */
  readonly outcome: () => { readonly config: CoordinatorConfig | undefined } | undefined;
  /** Lets it look that many more times. */
  readonly look: (times?: number) => Promise<void>;
  readonly stop: () => void;
}

async function waiting(): Promise<Waiting> {
  const only = createEnrolmentOnly(configFile, loadConfig(configFile), { clock, log });
  if (only === undefined) throw new RangeError('a coordinator that does not wait');
  const stopping = new AbortController();
  let outcome: { readonly config: CoordinatorConfig | undefined } | undefined;
  void only.untilRegister(stopping.signal).then((config) => (outcome = { config }));
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  await settled();
  return {
    outcome: () => outcome,
    look: async (times = 1) => {
      for (let time = 0; time < times; time += 1) {
        waits.shift()?.();
        await settled();
      }
    },
    stop: () => stopping.abort(),
  };
}

const refused = (): unknown[] => log.of('register-refused').map(({ err }) => (err as { readonly code: string }).code);

describe('a coordinator without a register', () => {
  it('waits for the register and for its fingerprint, and says once that it isn’t pinned', async () => {
    const { outcome, look } = await waiting();
    await look(3);
    expect([outcome(), refused()]).toEqual([undefined, []]);
    const officers = board();
    put(officers.file);
    await look(4);
    expect([outcome(), refused()]).toEqual([undefined, ['FINGERPRINT_MISSING']]);
    pin(officers.fingerprint);
    await look();
    expect(outcome()?.config?.governance).toMatchObject({ fingerprint: officers.fingerprint });
    expect(refused()).toEqual(['FINGERPRINT_MISSING']);
  });

  it('waits for the register where the fingerprint is there before it', async () => {
    const { outcome, look } = await waiting();
    const officers = board();
    pin(officers.fingerprint);
    await look(3);
    expect(outcome()).toBeUndefined();
    put(officers.file);
    await look();
    // Half of a file may be a whole one, too: it has to stand still from one look to the next.
    expect(outcome()).toBeUndefined();
    await look();
    expect(outcome()?.config?.governance.fingerprint).toBe(officers.fingerprint);
    expect(refused()).toEqual([]);
  });

  it.each<readonly [string, () => readonly [Uint8Array, string], string]>([
    ['is none', () => [new Uint8Array([1, 2, 3]), 'ab'.repeat(32)], 'REGISTER_INVALID'],
    ['is of officers whom nobody has pinned', () => [board().file, board().fingerprint], 'REGISTER_INVALID'],
    ['is of another federation', () => pinned(board({ federation: 'elsewhere' })), 'CONFIG_INVALID'],
    [
      'gives the coordinator another key',
      () => pinned(board({ coordinator: { identityKey: rawPublicKey(generateKeyPairSync('ed25519').privateKey) } })),
      'CONFIG_INVALID',
    ],
  ])('waits on where the register %s, which is said once, and starts with one that is right', async (_, of, code) => {
    const { outcome, look } = await waiting();
    const [file, fingerprint] = of();
    put(file);
    pin(fingerprint);
    await look(4);
    expect([outcome(), refused()]).toEqual([undefined, [code]]);
    const officers = board();
    put(officers.file);
    pin(officers.fingerprint);
    await look(2);
    expect(outcome()?.config).toBeDefined();
  });

  it('stops when it is told to', async () => {
    const { outcome, look, stop } = await waiting();
    stop();
    await look();
    expect(outcome()).toEqual({ config: undefined });
  });

  it('is a whole one where there is a register, or where nobody can enrol', () => {
    const config = loadConfig(configFile);
    const means = { clock, log };
    expect(existsSync(config.governance.register)).toBe(false);
    const { enrolment, ...without } = config;
    expect(enrolment).toBeDefined();
    expect(createEnrolmentOnly(configFile, without, means)).toBeUndefined();
    put(board().file);
    expect(createEnrolmentOnly(configFile, config, means)).toBeUndefined();
  });
});

function pinned({ file, fingerprint }: Board): readonly [Uint8Array, string] {
  return [file, fingerprint];
}
