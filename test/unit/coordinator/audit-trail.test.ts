import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { AuditTrail, CoordinatorError, MAX_BATCH_ENTRIES, SeenSizes } from '../../../coordinator/index.js';
import {
  cosign,
  cosignedAt,
  formatSignatureLine,
  leafHash,
  openCheckpoint,
  parseNote,
  verifyConsistency,
  witnessKey,
} from '../../../core/audit/index.js';
import { isLogged, parseEntry, releaseDigest } from '../../../core/audit-entries/index.js';
import type { LogEvidence } from '../../../core/audit-entries/index.js';
import { toHex, utf8Bytes } from '../../../core/base/index.js';
import { MAX_CONSISTENCY_PROOFS } from '../../../transport/index.js';
import { approved, identityOf, REQUEST, Rig, roster, TEMPLATE } from './fixtures.js';
import { boardOf } from './governance-fixtures.js';

const AGENCIES = ['police', 'charity-a', 'charity-b'];

function entriesOf({ auditLog }: Rig): ReturnType<typeof parseEntry>[] {
  const { size } = auditLog.head;
  const pages = Array.from({ length: Math.ceil(size / MAX_BATCH_ENTRIES) }, (_, page) => page * MAX_BATCH_ENTRIES);
  return pages.flatMap((first) => auditLog.entries(first, Math.min(first + MAX_BATCH_ENTRIES, size)).map(parseEntry));
}

/** Signs the checkpoint of an offer, as the agency's node does. */
function cosignAs(rig: Rig, agency: string, { checkpoint }: LogEvidence, signer = agency): number {
  const { size } = openCheckpoint(checkpoint, rig.auditLog.key).checkpoint;
  const { name } = witnessKey(roster.federation, agency, identityOf(agency).publicKey);
  const line = cosign(parseNote(checkpoint).text, name, identityOf(signer), rig.clock.now());
  rig.handlers.received(agency, { kind: 'cosignature', size, line: formatSignatureLine(line) });
  return size;
}

function evidenceOf(rig: Rig, place: number): LogEvidence {
  const evidence = rig.evidence[place];
  if (evidence === undefined) throw new RangeError('an offer without evidence');
  return evidence;
}

function databaseFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'audit-trail-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'coordinator.db');
}

describe('the audit log of a coordinator', () => {
  it('has of a run its offer, every answer and the release', async () => {
    const rig = new Rig();
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    const { release } = rig.service.get(id);
    const { digest: templateDigest } = approved();
    const entries = entriesOf(rig);
    const [opened] = entries;
    const [offer, ...rest] = entries.filter(({ type }) => type !== 'opened' && type !== 'register');
    expect(opened).toMatchObject({ type: 'opened', federation: roster.federation });
    expect(offer).toMatchObject({
      type: 'offer',
      run: id,
      requester: REQUEST.requester,
      templateDigest,
      register: rig.governance.copy.head,
      parameters: { quarters: ['2025-Q1', '2025-Q2'] },
    });
    expect(
      rest
        .slice(0, -1)
        .map((entry) => ('agency' in entry ? [entry.agency, entry.refusal] : entry))
        .toSorted(),
    ).toEqual(AGENCIES.map((agency) => [agency, null]).toSorted());
    const hidden = release?.table.cells.filter(({ value }) => value === null).length;
    expect(rest.at(-1)).toMatchObject({ type: 'release', run: id, digest: releaseDigest(release), suppressed: hidden });
    expect(JSON.stringify(entriesOf(rig))).not.toContain('says no');
  });

  it('has refusals with their codes, without their words, and the failure', async () => {
    const rig = new Rig({ behaviours: { police: { refuse: 'NOT_ALLOWED_HERE' } } });
    const { id } = rig.service.submit(REQUEST);
    expect(await rig.ended(id)).toBe('refused');
    const entries = entriesOf(rig);
    expect(entries).toContainEqual(
      expect.objectContaining({ type: 'answer', agency: 'police', refusal: 'NOT_ALLOWED_HERE' }),
    );
    expect(entries.at(-1)).toMatchObject({ type: 'failure', run: id, code: 'REFUSED' });
    expect(JSON.stringify(entries)).not.toContain('says no');
  });

  it('has nothing of a run that nobody was asked for', async () => {
    const rig = new Rig();
    const first = rig.service.submit(REQUEST).id;
    await rig.ended(first);
    const { size } = rig.auditLog.head;
    // The same again is answered from what was released; another that is called off before its turn ends there.
    await rig.ended(rig.service.submit(REQUEST).id);
    expect(rig.auditLog.head.size).toBe(size);
  });
});

describe('the register in the audit log', () => {
  const registerOf = (rig: Rig): { readonly index: number; readonly leaf: string }[] =>
    entriesOf(rig).flatMap((entry) => (entry.type === 'register' ? [{ index: entry.index, leaf: entry.leaf }] : []));
  const told = (entries: readonly Uint8Array[]): { readonly index: number; readonly leaf: string }[] =>
    entries.map((entry, index) => ({ index, leaf: toHex(leafHash(entry)) }));
  /** As a coordinator that starts on this log. */
  const anew = ({ auditLog: audit, clock, log }: Rig): AuditTrail =>
    new AuditTrail({ audit, roster: () => roster, clock, log });

  it('is told once, in its order, before anything else, and what is new when it comes', () => {
    const rig = new Rig();
    const { board } = rig.governance;
    const { length } = board.entries;
    expect(registerOf(rig)).toEqual(told(board.entries));
    expect(entriesOf(rig).map(({ type }) => type)).toEqual(['opened', ...board.entries.map(() => 'register')]);
    rig.audit.register(board.entries);
    expect(rig.auditLog.head.size).toBe(1 + length);
    board.amend(() => ({ witnesses: 1 }));
    board.revoke(TEMPLATE, 'Its question misleads.');
    rig.audit.register(board.entries);
    rig.audit.register(board.entries);
    expect(rig.auditLog.head.size).toBe(1 + length + 2);
    expect(registerOf(rig)).toEqual(told(board.entries));
  });

  it('is known to a coordinator that starts again, which goes on where the log ends', () => {
    const rig = new Rig();
    const { board } = rig.governance;
    const { size } = rig.auditLog.head;
    const again = anew(rig);
    again.register(board.entries);
    expect(rig.auditLog.head.size).toBe(size);
    board.amend(() => ({ witnesses: 1 }));
    again.register(board.entries);
    expect(registerOf(rig)).toEqual(told(board.entries));
  });

  it('begins anew where the federation was founded anew, and goes on from there', () => {
    const rig = new Rig();
    const before = registerOf(rig);
    const refounded = boardOf(roster, rig.clock);
    rig.audit.register(refounded.entries);
    const again = anew(rig);
    again.register(refounded.entries);
    expect(registerOf(rig)).toEqual([...before, ...told(refounded.entries)]);
    refounded.amend(() => ({ witnesses: 1 }));
    again.register(refounded.entries);
    expect(registerOf(rig)).toEqual([...before, ...told(refounded.entries)]);
  });

  it.each<readonly [string, (entries: readonly Uint8Array[]) => (Uint8Array | undefined)[]]>([
    ['an older one', (entries) => entries.slice(0, -1)],
    ['one with another entry', (entries) => [...entries.slice(0, -1), entries[1]]],
    ['one with another entry, and more of them', (entries) => [...entries.slice(0, 2), ...entries.slice(1)]],
  ])('is no other: %s is refused, and nothing of it written', (_, change) => {
    const rig = new Rig();
    const { size } = rig.auditLog.head;
    const other = change(rig.governance.board.entries).filter((entry) => entry !== undefined);
    for (const trail of [rig.audit, anew(rig)]) {
      expect(() => trail.register(other)).toThrow(expect.objectContaining({ code: 'REGISTER_NOT_LOGGED' }));
    }
    expect(rig.auditLog.head.size).toBe(size);
  });

  it('is there before the offer that names it, also when it could not be written when it came', async () => {
    const rig = new Rig();
    rig.governance.board.amend(() => ({ witnesses: 1 }));
    const full = new CoordinatorError('AUDIT_LOG_UNWRITABLE', 'disk full');
    const failing = vi.spyOn(rig.auditLog, 'append').mockImplementation(() => {
      throw full;
    });
    rig.takeRegister();
    expect(rig.log.of('audit-log-unwritten')).toMatchObject([{ err: full, waiting: 1 }]);
    failing.mockRestore();
    const { size } = rig.auditLog.head;
    expect(await rig.ended(rig.service.submit(REQUEST).id)).toBe('finished');
    const [last, offer] = entriesOf(rig).slice(size);
    const { entries, head } = rig.governance.copy;
    expect(last).toMatchObject({ type: 'register', index: entries.length - 1 });
    expect(offer).toMatchObject({ type: 'offer', register: head });
  });

  it('is written in as many parts as its length takes, all of it before the offer that it waits for', async () => {
    const rig = new Rig();
    const more = Array.from({ length: MAX_BATCH_ENTRIES }, (_, place) => utf8Bytes(`entry ${place}`));
    const longer = [...rig.governance.board.entries, ...more];
    vi.spyOn(rig.auditLog, 'append').mockImplementationOnce(() => {
      throw new CoordinatorError('AUDIT_LOG_UNWRITABLE', 'disk full');
    });
    const { size } = rig.auditLog.head;
    rig.audit.register(longer);
    expect([rig.auditLog.head.size, rig.log.of('audit-log-unwritten').length]).toEqual([size, 1]);
    expect(await rig.ended(rig.service.submit(REQUEST).id)).toBe('finished');
    expect(registerOf(rig)).toEqual(told(longer));
    expect(entriesOf(rig)[size + MAX_BATCH_ENTRIES]).toMatchObject({ type: 'offer' });
  });
});

describe('what goes to an agency with an offer', () => {
  it('proves that this very offer is in the log, which continues what the agency saw', async () => {
    const rig = new Rig({ templates: [approved()] });
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    for (const [place, offer] of rig.offers.entries()) {
      const evidence = evidenceOf(rig, place);
      const { checkpoint } = openCheckpoint(evidence.checkpoint, rig.auditLog.key);
      expect(isLogged(offer, evidence, checkpoint)).toBe(true);
      expect(isLogged({ ...offer, requester: 'another' }, evidence, checkpoint)).toBe(false);
      expect(evidence.consistency).toEqual([]);
    }
    const seen = openCheckpoint(evidenceOf(rig, 0).checkpoint, rig.auditLog.key).checkpoint;
    for (const agency of AGENCIES) cosignAs(rig, agency, evidenceOf(rig, 0));
    await rig.ended(rig.service.submit({ ...REQUEST, parameters: { quarters: ['2025-Q1'] } }).id);
    const later = rig.evidence.slice(AGENCIES.length);
    expect(later).toHaveLength(AGENCIES.length);
    for (const [place] of later.entries()) {
      const { checkpoint: note, consistency } = evidenceOf(rig, AGENCIES.length + place);
      const { checkpoint } = openCheckpoint(note, rig.auditLog.key);
      expect(consistency.map(({ first }) => first)).toEqual([seen.size]);
      expect(verifyConsistency(seen, checkpoint, consistency[0]?.hashes ?? [])).toBe(true);
    }
  });

  it('is an error in the log where the agency has seen more than there is', async () => {
    const rig = new Rig({ online: ['charity-a', 'charity-b'] });
    rig.logSizes['police'] = 1_000;
    rig.connect('police');
    await rig.ended(rig.service.submit(REQUEST).id);
    expect(rig.log.of('audit-log-behind')).toMatchObject([{ agency: 'police' }]);
  });
});

describe('a cosignature', () => {
  it('stays with the checkpoint', async () => {
    const rig = new Rig();
    await rig.ended(rig.service.submit(REQUEST).id);
    const evidence = evidenceOf(rig, 0);
    const size = AGENCIES.map((agency) => cosignAs(rig, agency, evidence))[0] ?? 0;
    const note = parseNote(rig.auditLog.checkpointOf(size) ?? '');
    for (const agency of AGENCIES) {
      expect(cosignedAt(note, witnessKey(roster.federation, agency, identityOf(agency).publicKey))).toBeDefined();
    }
    expect(rig.log.of('cosignature-refused')).toEqual([]);
  });

  it('that is somebody else’s, or of another checkpoint, is noted and not kept', async () => {
    const rig = new Rig();
    await rig.ended(rig.service.submit(REQUEST).id);
    const size = cosignAs(rig, 'police', evidenceOf(rig, 0), 'charity-a');
    rig.handlers.received('police', { kind: 'cosignature', size: 9_999, line: '— a b' });
    rig.handlers.received('police', { kind: 'cosignature', size, line: 'no line' });
    expect(rig.log.of('cosignature-refused')).toMatchObject([
      { agency: 'police', code: 'BAD_COSIGNATURE' },
      { agency: 'police', code: 'AUDIT_RANGE' },
      { agency: 'police', code: 'BAD_NOTE' },
    ]);
    expect(parseNote(rig.auditLog.checkpointOf(size) ?? '').signatures).toHaveLength(1);
  });
});

describe('when the log can’t be written', () => {
  it('nobody is asked, and the run fails with NOT_LOGGED', async () => {
    const rig = new Rig();
    rig.auditLog.close();
    const { id } = rig.service.submit(REQUEST);
    expect(await rig.ended(id)).toBe('failed');
    expect(rig.service.get(id).run.ending).toMatchObject({ code: 'NOT_LOGGED', party: 'coordinator' });
    expect(rig.offers).toEqual([]);
    expect(rig.heard).toEqual([]);
  });

  it('an answer ends the run with NOT_LOGGED', async () => {
    const rig = new Rig({ behaviours: { police: 'silent' } });
    const { id } = rig.service.submit(REQUEST);
    await rig.told(id, 'agency-accepted charity-a', 'agency-accepted charity-b');
    rig.auditLog.close();
    rig.handlers.received('police', { kind: 'refusal', runId: id, code: 'BUSY', reason: 'says no' });
    expect(await rig.ended(id)).toBe('failed');
    expect(rig.service.get(id).run.ending).toMatchObject({ code: 'NOT_LOGGED' });
  });

  it('the end of a run is written when the coordinator starts again', async () => {
    const database = databaseFile();
    const before = new Rig({ database });
    const { id } = before.service.submit(REQUEST);
    const stop = before.service.follow(id, 0, {
      event: ({ name }) => {
        if (name === 'tally-decoded') before.auditLog.close();
      },
      progress: () => undefined,
      over: () => undefined,
    });
    expect(await before.ended(id)).toBe('finished');
    stop();
    expect(before.log.of('audit-log-unwritten')).toHaveLength(1);
    before.crash();

    const after = new Rig({ database });
    expect(after.audit.unended).toEqual([id]);
    after.service.recover();
    expect(entriesOf(after).at(-1)).toMatchObject({
      type: 'release',
      run: id,
      digest: releaseDigest(after.service.get(id).release),
    });
    expect(after.audit.unended).toEqual([]);
  });
});

it('a run that a crash cut off has its end in the log after the next start', async () => {
  const database = databaseFile();
  const before = new Rig({ behaviours: { police: 'silent' }, database });
  const { id } = before.service.submit(REQUEST);
  await before.offered(AGENCIES.length);
  before.crash();
  const after = new Rig({ database });
  after.service.recover();
  expect(entriesOf(after).at(-1)).toMatchObject({ type: 'failure', run: id, code: 'RESTARTED' });
});

describe('SeenSizes', () => {
  it('has what an agency said, and what it was sent since', () => {
    const sizes = new SeenSizes();
    sizes.connected('police', 3);
    sizes.sent('police', 5);
    sizes.sent('police', 7);
    expect(sizes.of('police')).toEqual([3, 5, 7]);
    // A hello of before the offers were heard of.
    sizes.said('police', 3);
    expect(sizes.of('police')).toEqual([3, 5, 7]);
    sizes.said('police', 5);
    expect(sizes.of('police')).toEqual([5, 7]);
    sizes.connected('police', 5);
    expect(sizes.of('police')).toEqual([5]);
    expect(sizes.of('charity')).toEqual([]);
  });

  it(`has at most ${MAX_CONSISTENCY_PROOFS}, always what was said`, () => {
    const sizes = new SeenSizes();
    sizes.connected('police', 1);
    for (let size = 2; size < 30; size += 1) {
      sizes.sent('police', size);
      expect(sizes.of('police').length).toBe(Math.min(size, MAX_CONSISTENCY_PROOFS));
      expect([sizes.of('police')[0], sizes.of('police').at(-1)]).toEqual([1, size]);
    }
  });
});
