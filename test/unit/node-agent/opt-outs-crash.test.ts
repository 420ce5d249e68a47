import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { optOutsLayout } from '../../../node-agent/consent/prepare-opt-outs.js';
import type { PreparePhase } from '../../../node-agent/snapshot/prepare.js';
import { SnapshotReader } from '../../../node-agent/snapshot/snapshot-reader.js';
import { childProgram } from '../../support/child-program.js';
import type { AgencyFolder } from './agency-folder.js';
import { agencyWithList, quillfeather, refresh, writeList } from './opt-outs-fixtures.js';
import { federation } from './snapshot-fixtures.js';

const child = fileURLToPath(new URL('refresh-and-die.ts', import.meta.url));

function refreshAndDie({ configFile }: AgencyFolder, phase: PreparePhase): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [...childProgram(child), configFile, phase], (error, _stdout, stderr) => {
      if (error === null) reject(new Error('the process was not killed'));
      else if (error.signal === 'SIGKILL') resolve();
      else reject(new Error(stderr));
    });
  });
}

function fileOf({ folder }: AgencyFolder): string {
  return join(folder, 'snapshots', 'opt-outs.snapshot');
}

async function idInForce(agency: AgencyFolder): Promise<string | undefined> {
  const storageKey = new Uint8Array(readFileSync(join(agency.folder, 'storage.key')));
  const reader = await SnapshotReader.open(fileOf(agency), optOutsLayout(federation), storageKey);
  reader?.close();
  return reader?.snapshot;
}

describe('a refresh of the opt-out lists that is killed', () => {
  it.each<PreparePhase>(['reading', 'digesting', 'saving', 'swapping'])(
    'while %s leaves the old ones in force, and the next one succeeds',
    async (phase) => {
      const agency = agencyWithList([quillfeather], [{}]);
      const old = await refresh(agency);
      const before = readFileSync(fileOf(agency));
      writeList(join(agency.folder, 'opt-outs.csv'), [{ ...quillfeather, last: 'Oystermouth' }]);
      await refreshAndDie(agency, phase);
      expect(readFileSync(fileOf(agency)).equals(before)).toBe(true);
      expect(await idInForce(agency)).toBe(old.snapshot);
      const next = await refresh(agency);
      expect(next.snapshot).not.toBe(old.snapshot);
      expect(await idInForce(agency)).toBe(next.snapshot);
      expect(existsSync(`${fileOf(agency)}.new`)).toBe(false);
    },
  );

  it('after the swap leaves the new ones in force', async () => {
    const agency = agencyWithList([quillfeather], [{}]);
    const old = await refresh(agency);
    writeList(join(agency.folder, 'opt-outs.csv'), [{ ...quillfeather, last: 'Oystermouth' }]);
    await refreshAndDie(agency, 'done');
    expect(await idInForce(agency)).not.toBe(old.snapshot);
  });
});
