import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';

import { describe, expect, it, onTestFinished } from 'vitest';

import { loadConfig } from '../../../coordinator/config.js';
import { readIdentity } from '../../../coordinator/configured-files.js';
import { storeIn } from '../../../coordinator/audit/audit-store.js';
import { AuditLog, auditFile as auditFileOf, openDatabase, runCoordinatorCommand } from '../../../coordinator/index.js';
import { MAX_AHEAD_SECONDS, MAX_CLOCK_CORRECTIONS, openCheckpoint } from '../../../core/audit/index.js';
import type { Checkpoint } from '../../../core/audit/index.js';
import { parseEntry } from '../../../core/audit-entries/index.js';
import { finish } from '../../../core/base/index.js';
import { systemClock } from '../../../runtime/index.js';
import { seededRng } from '../../support/seeded-rng.js';
import { entriesOf, START } from '../audit/audit-fixtures.js';
import { auditFile, auditFolder, auditOptions, codeOf, HandClock, openAudit } from './audit-log-fixtures.js';
import { roster } from './fixtures.js';
import { boardOf } from './governance-fixtures.js';

const YEAR = 365 * 86_400;
const later = (seconds: number): Date => new Date(START.getTime() + seconds * 1_000);

function opened(note: string | undefined, log: AuditLog): Checkpoint {
  return openCheckpoint(note ?? '', log.key).checkpoint;
}

describe('a log whose clock was ahead', () => {
  it('goes on from the right time with an entry that says so, also after a start', () => {
    const [folder, clock] = [auditFolder(), new HandClock()];
    const log = openAudit(folder, { clock });
    log.append(entriesOf(2));
    expect(codeOf(() => log.correctClock())).toBe('AUDIT_CLOCK_RIGHT');
    clock.pass(YEAR);
    const wrong = opened(log.checkpoint(), log);
    clock.pass(-YEAR + 60);
    expect(codeOf(() => log.checkpoint())).toBe('AUDIT_CLOCK_BACK');
    const correction = { index: 2, from: wrong.at, to: later(60) };
    expect(log.correctClock()).toEqual(correction);
    expect(log.head.size).toBe(3);
    const at = later(60).toISOString();
    const [entry] = log.entries(2, 3).map(parseEntry);
    expect(entry).toEqual({ type: 'clock', at, from: later(YEAR).toISOString(), to: at });
    expect(opened(log.lastCheckpoint, log)).toMatchObject({ size: 3, at: later(60), clocks: [correction] });
    expect(codeOf(() => log.correctClock())).toBe('AUDIT_CLOCK_RIGHT');
    clock.pass(1);
    log.append(entriesOf(1));
    log.close();
    const again = openAudit(folder, { clock });
    expect(opened(again.checkpoint(), again)).toMatchObject({ size: 4, at: later(61), clocks: [correction] });
    finish(again.verify());
  });

  it(`is put right where it is more than ${MAX_AHEAD_SECONDS} seconds behind, up to ${MAX_CLOCK_CORRECTIONS} times`, () => {
    const clock = new HandClock();
    const log = openAudit(auditFolder(), { clock });
    const ahead = (seconds: number): void => {
      clock.pass(seconds);
      log.checkpoint();
      clock.pass(-seconds);
    };
    expect(codeOf(() => log.correctClock())).toBe('AUDIT_CLOCK_RIGHT');
    ahead(MAX_AHEAD_SECONDS);
    expect([log.wrongClock, codeOf(() => log.correctClock())]).toEqual([undefined, 'AUDIT_CLOCK_RIGHT']);
    for (let count = 0; count < MAX_CLOCK_CORRECTIONS; count += 1) {
      ahead(MAX_AHEAD_SECONDS + 0.001);
      expect(log.correctClock().index).toBe(count);
    }
    ahead(YEAR);
    expect(codeOf(() => log.correctClock())).toBe('AUDIT_CLOCK_TOO_OFTEN');
    expect(log.head.size).toBe(MAX_CLOCK_CORRECTIONS);
  });

  it('has entry and checkpoint or neither, where the second can’t be written', () => {
    const [folder, clock] = [auditFolder(), new HandClock()];
    openAudit(folder).close();
    const database = openDatabase(auditFile(folder), {
      applicationId: 0x54736175,
      migrations: ['coordinator', 'audit', 'migrations'],
      shared: false,
    });
    const log = AuditLog.over(storeIn(database), auditOptions(folder, { clock }));
    onTestFinished(() => log.close());
    log.append(entriesOf(2));
    clock.pass(YEAR);
    const note = log.checkpoint();
    clock.pass(-YEAR);
    const { head } = log;
    database.exec("CREATE TRIGGER full BEFORE INSERT ON checkpoints BEGIN SELECT RAISE(ABORT, 'no room'); END");
    expect(codeOf(() => log.correctClock())).toBe('AUDIT_LOG_UNWRITABLE');
    expect([log.head, log.lastCheckpoint, codeOf(() => log.entries(2, 3))]).toEqual([head, note, 'AUDIT_RANGE']);
    finish(log.verify());
    database.exec('DROP TRIGGER full');
    expect(log.correctClock().index).toBe(2);
    finish(log.verify());
  });
});

class Text extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

describe('tally coordinator correct-clock', () => {
  it('says what is wrong, and writes only when told to', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'correct-clock-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const rng = seededRng('correct-clock');
    const clock = { ...systemClock, now: () => START };
    const run = async (...words: string[]): Promise<{ code: number; out: string; err: string }> => {
      const [stdout, stderr] = [new Text(), new Text()];
      const means = { clock, rng, stdout, stderr, stopping: AbortSignal.abort() };
      const code = await runCoordinatorCommand(words, means);
      return { code, out: stdout.text, err: stderr.text };
    };
    const made = join(folder, 'coordinator');
    await run('init', '--directory', made, '--federation', 'bold-test');
    const config = ['--config', join(made, 'coordinator.yaml')];
    expect((await run('correct-clock', ...config)).err).toContain('AUDIT_CLOCK_RIGHT: There is no audit log ');

    const key = readIdentity(join(made, 'identity.pem'));
    const own = { federation: 'bold-test', coordinator: { identityKey: key.publicKey } };
    const board = boardOf({ ...roster, ...own }, clock);
    const configFile = join(made, 'coordinator.yaml');
    const text = readFileSync(configFile, 'utf8');
    writeFileSync(configFile, text.replace(/# fingerprint: .*/, `fingerprint: ${board.fingerprint}`));
    writeFileSync(loadConfig(configFile).governance.register, board.file);
    const file = auditFileOf(join(made, 'coordinator.db'));
    const inLog = <T>(time: Date, work: (log: AuditLog) => T): T => {
      const log = AuditLog.open({ file, federation: 'bold-test', key, clock: { now: () => time } });
      try {
        return work(log);
      } finally {
        log.close();
      }
    };
    inLog(later(YEAR), (log) => {
      log.append(entriesOf(1));
      log.checkpoint();
    });
    const asked = await run('correct-clock', ...config);
    expect([asked.code, asked.err]).toEqual([0, '']);
    expect(asked.out).toContain('was signed on 2027-11-23 09:30:00 UTC, and this clock says 2026-11-23 09:30:00 UTC');
    expect(inLog(START, ({ head }) => head.size)).toBe(1);

    const written = await run('correct-clock', ...config, '--write');
    expect([written.code, written.err]).toEqual([0, '']);
    expect(written.out).toContain('Entry 1 of the audit log says that times before it, up to 2027-11-23 09:30:00 UTC');
    expect(inLog(START, (log) => opened(log.checkpoint(), log))).toMatchObject({ size: 2, clocks: [{ index: 1 }] });
    expect((await run('correct-clock', ...config, '--write')).err).toContain('AUDIT_CLOCK_RIGHT: No checkpoint ');
  });
});
