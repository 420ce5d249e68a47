import { mkdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { verifyEvidence } from '../../../core/audit/index.js';
import type { SignedCheckpoint } from '../../../core/audit/index.js';
import { silentLog } from '../../../core/base/index.js';
import type { LogFields } from '../../../core/base/index.js';
import type { Share } from '../../../core/private-join/index.js';
import { evidenceFile, MAX_EVIDENCE_FILES, MAX_OPEN_EVIDENCE_FILES } from '../../../node-agent/audit/evidence-files.js';
import { accuseLog } from '../../../node-agent/rounds/other-checkpoints.js';
import { log } from '../audit/audit-fixtures.js';
import { testFolder } from './fixtures.js';
import { ledgerFile } from './ledger-fixtures.js';
import { checkpointAt, forked, honest, openWitness } from './witness-fixtures.js';

const nothing = new Uint8Array(32);
const share = (party: string, { note }: Pick<SignedCheckpoint, 'note'>): Share => ({
  ...{ party, element: nothing, proof: nothing, sealingKey: nothing, signature: nothing },
  checkpoint: note,
});

/** What a node with these files makes of such shares, with the lines of its log. */
function accusing(folder: string, ...shares: readonly Share[]): { file: string | undefined; lines: LogFields[] } {
  const lines: LogFields[] = [];
  const file = accuseLog(
    { runId: 'a run', checkpoint: checkpointAt(honest, 40), shares },
    {
      compare: (own, note) => openWitness(folder).compare(own, note),
      log: { ...silentLog, error: (fields) => void lines.push(fields) },
    },
  );
  return { file, lines };
}

describe('what a node makes of checkpoints that other agencies were shown', () => {
  it('keeps what accuses the log, once for all who were shown the same, and names whom', () => {
    const folder = testFolder();
    const fork = checkpointAt(forked, 40);
    const { file, lines } = accusing(folder, share('cps', fork), share('courts', checkpointAt(honest, 50)));
    const [first, second] = [1, 2].map((number) => evidenceFile(ledgerFile(folder), number));
    expect(file).toBe(first);
    expect(lines).toEqual([
      { event: 'audit-log-refused', runId: 'a run', agency: 'cps', code: 'LOG_FORKED', evidence: first },
      { event: 'audit-log-refused', runId: 'a run', agency: 'courts', code: 'LOG_INCONSISTENT', evidence: second },
    ]);
    expect(verifyEvidence(readFileSync(first ?? '', 'utf8'), log)).toMatchObject({
      seen: checkpointAt(honest, 40),
      shown: fork,
    });
    const again = accusing(folder, share('cps', fork), share('courts', fork), share('coordinator', fork));
    expect([again.file, again.lines.length]).toEqual([first, 1]);
  });

  it('says so, and has no file, where nothing accuses the log', () => {
    const { file, lines } = accusing(testFolder(), share('cps', { note: '' }));
    expect(file).toBeUndefined();
    expect(lines).toEqual([{ event: 'audit-log-refused', runId: 'a run', agency: 'cps', code: 'BAD_CHECKPOINT' }]);
  });

  it(`has room for proof after ${MAX_OPEN_EVIDENCE_FILES} accusations that can be answered, up to ${MAX_EVIDENCE_FILES}`, () => {
    const folder = testFolder();
    const larger = Array.from({ length: MAX_OPEN_EVIDENCE_FILES + 1 }, (_, more) => checkpointAt(honest, 41 + more));
    const open = accusing(folder, ...larger.map((one, place) => share(`a${place}`, one)));
    expect(open.lines.filter(({ evidence }) => evidence !== undefined)).toHaveLength(MAX_OPEN_EVIDENCE_FILES);
    const forks = Array.from({ length: MAX_EVIDENCE_FILES }, (_, at) => checkpointAt(forked, 40, at));
    const proved = accusing(folder, ...forks.map((one, place) => share(`a${place}`, one)));
    expect(proved.file).toBe(evidenceFile(ledgerFile(folder), MAX_OPEN_EVIDENCE_FILES + 1));
    expect(proved.lines.filter(({ evidence }) => evidence !== undefined)).toHaveLength(
      MAX_EVIDENCE_FILES - MAX_OPEN_EVIDENCE_FILES,
    );
  });

  it('does not keep the run from ending where nothing can be written', () => {
    const folder = testFolder();
    mkdirSync(`${evidenceFile(ledgerFile(folder), 1)}.half`);
    const { file, lines } = accusing(folder, share('cps', checkpointAt(forked, 40)));
    expect(file).toBeUndefined();
    expect(lines).toMatchObject([{ runId: 'a run', agency: 'cps', err: { code: 'STATE_FILE_UNUSABLE' } }]);
  });
});
