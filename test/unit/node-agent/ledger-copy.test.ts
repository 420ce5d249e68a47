import { copyFileSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';

import { EXIT_CODES } from '../../../node-agent/index.js';
import { copyLedger } from '../../../node-agent/ledger/copy-ledger.js';
import { Ledger } from '../../../node-agent/ledger/ledger.js';
import { fromHex } from '../../../core/base/index.js';
import { codeOf, testFolder } from './fixtures.js';
import { ledgerFile, openLedger, owner, refusedEntry } from './ledger-fixtures.js';
import { run } from './run-words.js';
import { approvedRun, nodeIn } from './started-node.js';

describe('a copy of the ledger', () => {
  it('has every entry, also those that a running node keeps in its journal, and is written on from there', () => {
    const folder = testFolder();
    const ledger = openLedger(folder);
    for (const runId of ['a', 'b', 'c']) ledger.append('refused', refusedEntry(runId));
    // The file itself lacks them: that is why it isn't to be copied.
    copyFileSync(ledgerFile(folder), join(folder, 'torn'));
    expect(codeOf(() => Ledger.read({ file: join(folder, 'torn'), ...owner }))).toBe('LEDGER_UNUSABLE');

    const to = join(folder, 'copy');
    expect(copyLedger({ file: ledgerFile(folder), ...owner }, to)).toEqual(ledger.head);
    expect(statSync(to).mode & 0o777).toBe(0o600);
    ledger.append('refused', refusedEntry('later'));

    const restored = openLedger(folder, { file: to });
    expect(restored.verify().entries).toBe(3);
    restored.append('refused', refusedEntry('another'));
    expect(restored.verify().entries).toBe(4);
    expect(restored.has(fromHex(ledger.head.hash))).toBe(false);
  });

  it('can’t be changed either, and leaves the ledger as it was', () => {
    const folder = testFolder();
    const ledger = openLedger(folder);
    ledger.append('refused', refusedEntry('a'));
    const to = join(folder, 'copy');
    const { head } = ledger;
    copyLedger({ file: ledgerFile(folder), ...owner }, to);
    expect(ledger.verify()).toEqual(head);
    const database = new Database(to);
    for (const sql of [`UPDATE entries SET kind = 'x'`, 'DELETE FROM entries']) {
      expect(() => database.exec(sql)).toThrow(/never (changed|deleted)/);
    }
    database.close();
  });

  it('is not written over anything, and nothing is left of one that fails', () => {
    const folder = testFolder();
    const ledger = openLedger(folder);
    ledger.append('refused', refusedEntry('a'));
    const options = { file: ledgerFile(folder), ...owner };
    writeFileSync(join(folder, 'kept'), 'kept');
    expect(codeOf(() => copyLedger(options, join(folder, 'kept')))).toBe('FILE_EXISTS');
    expect(codeOf(() => copyLedger(options, join(folder, 'none', 'copy')))).toBe('FILE_UNWRITABLE');
    // Of one that was killed.
    writeFileSync(join(folder, 'copy.half'), 'half a copy');
    expect(copyLedger(options, join(folder, 'copy'))).toEqual(ledger.head);
    expect(readdirSync(folder).filter((name) => name.endsWith('.half'))).toEqual([]);
  });

  it('is made of one’s own ledger only', () => {
    const folder = testFolder();
    openLedger(folder);
    const foreign = { file: ledgerFile(folder), federation: owner.federation, agency: 'cps' };
    expect(codeOf(() => copyLedger(foreign, join(folder, 'copy')))).toBe('LEDGER_UNUSABLE');
    expect(existsSync(join(folder, 'copy'))).toBe(false);
  });
});

describe('node ledger copy and verify --contains', () => {
  it('copies beside a running node, and tells an older copy from the newest', async () => {
    const { agency, asked } = await approvedRun();
    const { node, handlers } = nodeIn(agency);
    await node.start();
    const config = ['--config', agency.configFile];
    const to = join(agency.folder, 'backup.ledger');
    const copied = await run('ledger', 'copy', ...config, '--to', to);
    expect(copied).toMatchObject({ exit: EXIT_CODES.done, stderr: '' });
    expect(copied.stdout).toMatch(/^Copied \d+ entries, the last with hash [0-9a-f]{64}, to /);
    expect((await run('ledger', 'copy', ...config, '--to', to)).stderr).toMatch(/^FILE_EXISTS: /);
    const head = async (): Promise<string> =>
      (JSON.parse((await run('ledger', 'verify', ...config, '--json')).stdout) as { hash: string }).hash;
    const before = await head();
    // Refused, for the register has no such template: an entry all the same.
    handlers().received({ kind: 'offer', offer: { ...asked, templateDigest: '0'.repeat(64) } });
    await expect.poll(head).not.toBe(before);
    const newest = await head();
    await node.stop();

    const verify = (hash: string): ReturnType<typeof run> => run('ledger', 'verify', ...config, '--contains', hash);
    expect((await verify(before)).exit).toBe(EXIT_CODES.done);
    expect((await verify(newest)).exit).toBe(EXIT_CODES.done);
    copyFileSync(to, join(agency.folder, 'snapshots.ledger'));
    expect((await verify(before)).exit).toBe(EXIT_CODES.done);
    expect(await verify(newest)).toMatchObject({
      exit: EXIT_CODES.failed,
      stderr: expect.stringMatching(/^LEDGER_OLDER: /) as string,
    });
    expect((await verify('ab')).exit).toBe(EXIT_CODES.usage);
  });
});
