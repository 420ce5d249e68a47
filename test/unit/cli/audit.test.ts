import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { auditEntriesText, verifiedCopyJson, verifiedCopyText } from '../../../cli/audit-text.js';
import { cosign, formatSignatureLine, parseNote, witnessKey } from '../../../core/audit/index.js';
import { parseLogCopy, witnessedOf } from '../../../core/audit-entries/index.js';
import { identityOf, REQUEST, roster } from '../coordinator/fixtures.js';
import type { Rig } from '../coordinator/fixtures.js';
import { testFolder } from '../node-agent/fixtures.js';
import { serve, tally } from './fixtures.js';
import type { Said } from './fixtures.js';
import { writeRegister } from './register-file.js';

async function finished(rig: Rig): Promise<string> {
  const { id } = rig.service.submit(REQUEST);
  expect(await rig.ended(id)).toBe('finished');
  return id;
}

async function saved(environment: Record<string, string>, folder: string, name: string): Promise<[string, Said]> {
  const file = join(folder, name);
  return [file, await tally(['audit', 'save', '--out', file], { environment })];
}

describe('tally audit', () => {
  it('names every entry that says that the clock had been ahead', () => {
    const [from, to] = [new Date('2027-11-23T09:30:00.000Z'), new Date('2026-11-23T09:30:00.000Z')];
    const entry = { type: 'clock', at: to.toISOString(), from: from.toISOString(), to: to.toISOString() } as const;
    const checkpoint = { origin: 'log', size: 1, root: new Uint8Array(32), at: to };
    const verified = {
      checkpoint,
      entries: [entry],
      cosigned: [],
      reach: new Map(),
      clocks: [{ index: 0, from, to }],
      continues: [],
      register: 0,
    };
    expect(verifiedCopyText(verified, witnessedOf(verified, 0), 1_000)).toContain(
      'Entry 0 says that the coordinator’s clock had been ahead: times before it, up to 2027-11-23 09:30:00 UTC, may be wrong; ' +
        'it was put right to 2026-11-23 09:30:00 UTC.',
    );
    expect(verifiedCopyJson(verified, witnessedOf(verified, 0))).toMatchObject({
      clocks: [{ index: 0, from: entry.from, to: entry.to }],
    });
    expect(auditEntriesText([{ index: 0, entry }], 1_000)).toContain(
      `times before this, up to ${entry.from}, may be wrong; it was put right to ${entry.to}`,
    );
  });

  it('saves the log, verifies it by the register and says what was asked', async () => {
    const { rig, environment } = await serve();
    const folder = testFolder();
    const register = writeRegister(folder, rig.governance.board);
    const id = await finished(rig);
    const offered = parseNote(rig.auditLog.lastCheckpoint ?? '');
    const size = Number(offered.text.split('\n')[1]);
    const { id: agency } = roster.agencies[0] ?? { id: '' };
    const witness = witnessKey(roster.federation, agency, identityOf(agency).publicKey);
    const line = formatSignatureLine(cosign(offered.text, witness.name, identityOf(agency), rig.clock.now()));
    rig.audit.cosigned(agency, size, line);

    const [file, said] = await saved(environment, folder, 'log.jsonl');
    expect(said.exitCode).toBe(0);
    const { entries } = parseLogCopy(readFileSync(file));
    expect(entries).toHaveLength(rig.auditLog.head.size);
    expect(said.err).toContain(`${file}: ${entries.length} entries. Nothing is verified yet`);

    const verify = await tally(['audit', 'verify', file, ...register]);
    expect(verify.exitCode).toBe(0);
    expect(verify.out).toContain(`The log had ${entries.length} entries on `);
    expect(verify.out).toContain('1 question was put to agencies; 1 ended with a table.');
    expect(verify.out).toContain(`${agency} cosigned the first ${size} on `);
    const json = await tally(['audit', 'verify', file, ...register, '--json', '--earlier', file]);
    expect(JSON.parse(json.out)).toMatchObject({
      size: entries.length,
      offers: 1,
      open: 0,
      continues: [entries.length],
    });

    const show = await tally(['audit', 'show', file], { columns: 1_000 });
    expect(show.out).toContain(`run ${id}: analyst@research-office asks `);
    expect(show.out).toContain('with quarters 2025-Q1');
    expect(show.out).toContain(`run ${id}: ${agency} takes part`);
    expect(show.out).toContain(`run ${id}: a table is released, `);
    const one = await tally(['audit', 'show', file, '--run', id, '--json']);
    expect((JSON.parse(one.out) as { type: string }[])[0]).toMatchObject({ type: 'offer', run: id });
    const none = await tally(['audit', 'show', file, '--run', 'x']);
    expect([none.exitCode, none.err]).toEqual([2, expect.stringContaining('BAD_USAGE')]);
  });

  it('finds a log at fault that has runs, and fewer cosignatures than the roster asks for', async () => {
    const { rig, environment } = await serve();
    const folder = testFolder();
    await finished(rig);
    rig.governance.board.amend(() => ({ witnesses: 2 }));
    const register = writeRegister(folder, rig.governance.board);
    const cosigned = (agency: string): number => {
      const offered = parseNote(rig.auditLog.lastCheckpoint ?? '');
      const size = Number(offered.text.split('\n')[1]);
      const witness = witnessKey(roster.federation, agency, identityOf(agency).publicKey);
      const line = formatSignatureLine(cosign(offered.text, witness.name, identityOf(agency), rig.clock.now()));
      rig.audit.cosigned(agency, size, line);
      return size;
    };
    const [one = '', other = ''] = roster.agencies.map(({ id }) => id);
    cosigned(one);
    const [alone] = await saved(environment, folder, 'alone.jsonl');
    const found = await tally(['audit', 'verify', alone, ...register], { columns: 1_000 });
    expect([found.exitCode, found.err]).toEqual([2, expect.stringContaining('LOG_NOT_WITNESSED')]);
    expect(found.out).toContain('Not yet witnessed by so many: entries 0-');

    const size = cosigned(other);
    const [both] = await saved(environment, folder, 'both.jsonl');
    const held = await tally(['audit', 'verify', both, ...register], { columns: 1_000 });
    expect(held.exitCode).toBe(0);
    expect(held.out).toContain(`At least 2 agencies, as many as the roster asks for, have cosigned the first ${size}.`);
    expect(held.out).not.toContain('Not yet witnessed');
    const json = await tally(['audit', 'verify', both, ...register, '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ witnessed: { needed: 2, entries: size } });
    // A lone cosignature of more hides nothing: the copy has what as many agencies as are asked for have cosigned.
    rig.governance.hear();
    rig.auditLog.append([rig.auditLog.entries(0, 1)[0] ?? new Uint8Array()]);
    rig.auditLog.checkpoint();
    cosigned(one);
    expect(rig.auditLog.cosignedBy(1)).not.toBe(rig.auditLog.cosignedBy(2));
    expect(parseLogCopy(readFileSync((await saved(environment, folder, 'late.jsonl'))[0])).cosigned).toBe(
      rig.auditLog.cosignedBy(2),
    );
    // A checkpoint that somebody has kept with its cosignatures counts, too.
    const note = join(folder, 'note.txt');
    writeFileSync(note, parseLogCopy(readFileSync(both)).cosigned ?? '');
    const kept = await tally(['audit', 'verify', alone, ...register, '--earlier', note]);
    expect(kept.exitCode).toBe(0);
  });

  it('says which file is wrong in what way', async () => {
    const { rig, environment } = await serve();
    const folder = testFolder();
    const register = writeRegister(folder, rig.governance.board);
    await finished(rig);
    const [first] = await saved(environment, folder, 'first.jsonl');
    const lines = readFileSync(first, 'utf8').split('\n');
    const shorter = join(folder, 'shorter.jsonl');
    writeFileSync(shorter, [...lines.slice(0, 3), ...lines.slice(4)].join('\n'));
    const verify = await tally(['audit', 'verify', shorter, ...register]);
    expect([verify.exitCode, verify.out]).toEqual([2, '']);
    expect(verify.err).toContain('LOG_COPY_DIFFERS');
    const wrong = await tally(['audit', 'verify', first, ...register, '--earlier', register[1] ?? '']);
    expect(wrong.err).toContain('BAD_LOG_COPY');
    const [, again] = await saved(environment, folder, 'first.jsonl');
    expect(again.err).toContain('FILE_EXISTS');
  });
});
