import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';

import { saysWaiting } from '../../../node-agent/commands/opt-outs.js';
import { withPrepareLock } from '../../../node-agent/snapshot/prepare-lock.js';
import { agencyWithList, quillfeather, refresh } from './opt-outs-fixtures.js';
import { codeOfAsync, testFolder } from './fixtures.js';

describe('the lock of a prepare', () => {
  it('is waited for until the wait is over, and not once more', async () => {
    const file = join(testFolder(), 'lock');
    let waits = 0;
    const wait = { mostMs: 300, waiting: () => (waits += 1) };
    await withPrepareLock(file, 'a dataset', {}, async () => {
      const second = codeOfAsync(() => withPrepareLock(file, 'a dataset', wait, () => Promise.resolve()));
      expect(await second).toBe('PREPARE_IN_PROGRESS');
    });
    expect(waits).toBe(3);
    expect(await withPrepareLock(file, 'a dataset', { mostMs: 0 }, () => Promise.resolve('done'))).toBe('done');
  });

  it('is waited for by `opt-outs`, which says so once', async () => {
    const agency = agencyWithList([quillfeather], [{}]);
    await refresh(agency);
    const lock = new Database(join(agency.folder, 'snapshots', 'opt-outs.snapshot.lock'));
    lock.exec('BEGIN EXCLUSIVE');
    const stderr = new PassThrough();
    let waits = 0;
    const say = saysWaiting({ stderr });
    const { lines } = await refresh(agency, {
      progress: (step) => {
        say('opt-outs', step);
        if (step.phase === 'waiting' && (waits += 1) === 2) lock.close();
      },
    });
    expect([lines, waits]).toEqual([1, 2]);
    expect(String(stderr.read())).toBe('Another prepare is at work on opt-outs: waiting for it, 10 minutes at most.\n');
  });
});
