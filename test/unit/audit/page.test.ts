import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import {
  CONTRADICTION_CODES,
  cosignedAt,
  EVIDENCE_CODES,
  EVIDENCE_FORMAT,
  MAX_AHEAD_SECONDS,
  MAX_ENTRY_BYTES,
  MAX_CLOCK_CORRECTIONS,
  MAX_EVIDENCE_BYTES,
  MAX_NOTE_BYTES,
  MAX_NOTE_SIGNATURES,
  openCheckpoint,
  parseNote,
  parseNoteKey,
  rootOf,
  WITNESS_REFUSAL_CODES,
} from '../../../core/audit/index.js';
import { OPEN_QUESTION_CODES } from '../../../core/audit-entries/index.js';
import { toBase64, utf8Bytes } from '../../../core/base/index.js';
import { MAX_CHECKPOINTS_COMPARED } from '../../../coordinator/audit/kept-checkpoints.js';
import {
  MAX_PROVENANCE_BYTES,
  MAX_PROVENANCE_HASHES,
  PROVENANCE_FORMAT,
  PROVENANCE_PAYLOAD_TYPE,
} from '../../../core/provenance/index.js';
import { MAX_EVIDENCE_FILES, MAX_OPEN_EVIDENCE_FILES } from '../../../node-agent/audit/evidence-files.js';
import { packagePath } from '../../../runtime/index.js';
import { MemoryLog } from './audit-fixtures.js';

/* docs/audit-log.md: its example is true, its commands do what it says, its numbers are those of the code. */

const page = readFileSync(packagePath('docs', 'audit-log.md'), 'utf8');

function block(kind: string): string {
  const found = new RegExp(`\`\`\`${kind}\n([^]*?)\`\`\``).exec(page)?.[1];
  if (found === undefined) throw new Error(`the page has no block of ${kind}`);
  return found;
}

const [log = '', witness = ''] = [...page.matchAll(/^ {4}(tallystick\/\S+)$/gm)].map(([, key]) => key ?? '');
const root = toBase64(rootOf(new MemoryLog(['first', 'second', 'third'].map(utf8Bytes)), 3));

it('has a checkpoint of its three entries, signed and cosigned', () => {
  const { checkpoint } = openCheckpoint(block('checkpoint'), parseNoteKey(log));
  expect([checkpoint.size, toBase64(checkpoint.root)]).toEqual([3, root]);
  const at = cosignedAt(parseNote(block('checkpoint')), parseNoteKey(witness));
  expect(at?.toISOString()).toBe('2026-11-23T09:30:05.000Z');
});

it('has commands with which others verify it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const said = (checkpoint: string): string => {
    writeFileSync(join(folder, 'checkpoint.txt'), checkpoint);
    return execFileSync('bash', ['-e', '-c', block('bash')], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  };
  const success = 'Signature Verified Successfully\n';
  expect(said(block('checkpoint'))).toBe(`${success}${success}${root}\n`);
  expect(() => said(block('checkpoint').replace('09:30', '09:31'))).toThrow(/Command failed/);
});

it('names every code of a witness, all that a ledger can be found to say otherwise, and the limits of the code', () => {
  const codes = [...WITNESS_REFUSAL_CODES, ...EVIDENCE_CODES, ...CONTRADICTION_CODES, ...OPEN_QUESTION_CODES];
  for (const code of [...codes, EVIDENCE_FORMAT]) {
    expect(page).toContain(`\`${code}\``);
  }
  const shown = (value: number): string => value.toLocaleString('en-GB');
  expect(page).toContain(`1 to ${shown(MAX_ENTRY_BYTES)} bytes`);
  expect(page).toContain(`${shown(MAX_NOTE_BYTES)} bytes`);
  expect(page).toContain(`${MAX_NOTE_SIGNATURES} signatures`);
  expect(page).toContain(`${MAX_AHEAD_SECONDS} seconds`);
  expect(page.replaceAll(/\s+/g, ' ')).toContain(`at most ${MAX_CLOCK_CORRECTIONS} are possible`);
  expect(page).toContain(`at most ${shown(MAX_EVIDENCE_BYTES)} bytes`);
  expect(page).toContain(`up to ${MAX_EVIDENCE_FILES} files`);
  expect(page).toContain(`at most ${shown(MAX_PROVENANCE_BYTES)} bytes`);
  expect(page).toContain(`at most ${MAX_PROVENANCE_HASHES} hashes`);
  expect(page).toContain(`among the ${MAX_CHECKPOINTS_COMPARED} earliest`);
  for (const name of [PROVENANCE_FORMAT, PROVENANCE_PAYLOAD_TYPE]) expect(page).toContain(`\`${name}\``);
  expect(page).toContain(`the first ${MAX_OPEN_EVIDENCE_FILES} of them`);
});
