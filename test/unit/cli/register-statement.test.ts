import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { EXIT_CODES } from '../../../cli/index.js';
import { formatRegisterFile, readRegisterStatement, registerHead } from '../../../core/governance/index.js';
import { Entries, following, ROSTER } from '../governance/fixtures.js';
import { Officers, PIN, refused } from './officers.js';
import { NOW, tally } from './fixtures.js';
import type { Said, TallyOptions } from './fixtures.js';

let officers: Officers;
let entries: Entries;

beforeEach(() => {
  officers = new Officers();
  onTestFinished(() => officers.remove());
  entries = new Entries();
  entries.live();
  hold();
});

function hold(): void {
  officers.write('register.jsonl', formatRegisterFile(entries.list));
}
const hours = (count: number): { readonly now: Date } => ({ now: new Date(Date.parse(NOW) + count * 3_600_000) });
const state = (by = 'registry', world: TallyOptions = {}): Promise<Said> =>
  tally(
    [
      ...['register', 'statement', officers.register, '--pin', PIN],
      ...['--key', officers.path(`${by}.pem`), '--out', officers.path('statement.json')],
    ],
    world,
  );
const verify = (world: TallyOptions = {}): Promise<Said> =>
  tally(['register', 'verify', officers.register, '--pin', PIN, '--statement', officers.path('statement.json')], world);
const stated = (): ReturnType<typeof readRegisterStatement> =>
  readRegisterStatement(new TextEncoder().encode(officers.read('statement.json')));

describe('tally register statement', () => {
  it('says how many entries there are, and a copy is held against it', async () => {
    const { length } = entries.list;
    const made = await state();
    expect(made).toMatchObject({ exitCode: EXIT_CODES.done, out: '' });
    expect(made.err).toContain(`demo had ${length} entries on 2026-11-02T12:00:00Z, under version 1 of the roster.`);
    expect(made.err).toContain('It holds for 24 hours.');
    expect(stated()).toEqual({
      federation: 'demo',
      roster: 1,
      ...registerHead(entries.list),
      issued: '2026-11-02T12:00:00Z',
    });
    const verified = await verify();
    expect(verified.exitCode).toBe(EXIT_CODES.done);
    expect(verified.err).toContain(`demo had ${length} entries on 2026-11-02T12:00:00Z`);
    expect(verified.err).toContain('Nothing of that is missing.');
  });

  it('holds for a register that has gone on, for a day, and under its own roster', async () => {
    await state();
    entries.grant();
    hold();
    expect((await verify(hours(24))).exitCode).toBe(EXIT_CODES.done);
    refused(await verify(hours(25)), 'REGISTER_STALE');
    entries.roster(following(ROSTER), ['ada', 'ben', 'cyd']);
    hold();
    refused(await verify(), 'REGISTER_STALE');
  });

  it('shows that the last entry was kept back, or an earlier one changed', async () => {
    entries.grant();
    hold();
    expect((await state()).exitCode).toBe(EXIT_CODES.done);
    entries.list.pop();
    hold();
    expect(refused(await verify(), 'REGISTER_STALE')).toContain('fetch the rest');
    entries.grant({ analyst: 'anna' });
    hold();
    refused(await verify(), 'LOG_INCONSISTENT');
  });

  it('goes on from the last one, and signs nothing that goes back', async () => {
    await state();
    entries.grant();
    hold();
    expect((await state('registry', hours(1))).exitCode).toBe(EXIT_CODES.done);
    expect(stated()).toMatchObject({ size: entries.list.length, issued: '2026-11-02T13:00:00Z' });
    const before = officers.read('statement.json');
    refused(await state(), 'LOG_INCONSISTENT');
    entries.list.pop();
    hold();
    expect(refused(await state('registry', hours(2)), 'REGISTER_STALE')).toContain('beside your last statement');
    expect(officers.read('statement.json')).toBe(before);
    officers.write('statement.json', 'something else');
    refused(await state('registry', hours(2)), 'BAD_ENTRY');
    expect(officers.read('statement.json')).toBe('something else');
  });

  it('is signed by a registrar, of a register that holds from the pinned roster on', async () => {
    for (const other of ['ada', 'log', 'eve']) refused(await state(other), 'UNKNOWN_SIGNER');
    refused(
      await tally([
        'register',
        'statement',
        officers.register,
        '--key',
        officers.path('registry.pem'),
        '--out',
        officers.path('statement.json'),
      ]),
      'BAD_USAGE',
    );
    refused(await state('registry', hours(24 * 200)), 'ROSTER_STALE');
    entries.list.splice(3, 1);
    hold();
    refused(await state(), 'REVIEW_TOO_EARLY');
    expect(officers.has('statement.json')).toBe(false);
  });
});
