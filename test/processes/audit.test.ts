import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { AuditLog, auditFile } from '../../coordinator/index.js';
import { cosignedAt, leafHash, logKey, parseNote, verifyEvidence, witnessKey } from '../../core/audit/index.js';
import { parseEntry, releaseDigest } from '../../core/audit-entries/index.js';
import { toBase64, toHex } from '../../core/base/index.js';
import { rosterOf } from '../../core/governance/index.js';
import { COORDINATOR, signingKeyFromPem } from '../../core/private-join/index.js';
import type { Roster } from '../../core/templates/index.js';
import { ANALYSTS, Board } from '../../examples/bold/demo/board.js';
import { packagePath, systemClock } from '../../runtime/index.js';
import { copyOf, ProcessFederation } from '../support/process-federation.js';
import { testSeed } from '../support/seeded-rng.js';

/* A coordinator's audit log and its witnesses, as processes with real connections; then an older log in its place. */

const TEMPLATE = 'access-to-support-after-conviction';
const AGENCIES = ['courts', 'police', 'prison-probation'];
const STOP_MS = 10_000;
/** On a computer that has much else to do. */
const DEADLINE_MS = 60_000;

interface Said {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

describe(`the audit log of a federation (seed ${testSeed})`, () => {
  let federation: ProcessFederation;
  const inFolder = (party: string, name: string): string => join(federation.running.folder.agencyFolder(party), name);
  const file = (): string => auditFile(inFolder(COORDINATOR, 'coordinator.db'));
  const backup = (): string => join(federation.directory, 'audit-backup');

  /** `tally …` as a process of its own. */
  function tally(...words: readonly string[]): Said {
    const env = { ...process.env, TALLY_URL: federation.running.apiUrl, TALLY_TOKEN: federation.running.folder.token };
    const program = packagePath('dist', 'cli', 'main.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], { env, encoding: 'utf8' });
    return { status, out: stdout, err: stderr };
  }
  const audit = (...words: readonly string[]): Said => tally('audit', ...words);
  const saved = (name: string): string => join(federation.directory, name);
  const board = (): Board => federation.running.folder.board;
  /** Entries before the first offer: the opening, and all that officers had signed by then. */
  const before = (): number => 1 + board().entries.length;
  const roster = (): Roster => rosterOf(board().roster);
  /** The agency's own copy, and what an officer has read out to it. */
  const register = (): readonly string[] => [
    ...['--register', inFolder('police', 'register.jsonl')],
    ...['--pin', board().fingerprint],
  ];

  beforeAll(async () => {
    const templates = [TEMPLATE];
    federation = await ProcessFederation.start({
      people: 6_000,
      seed: testSeed,
      agencies: AGENCIES,
      templates,
      copies: 2,
    });
  });
  afterAll(() => federation.close());

  /** Stops the coordinator, does something, and starts it again. */
  async function withoutCoordinator(work: () => void): Promise<void> {
    const { running } = federation;
    const places = AGENCIES.map((agency) => [agency, running.program(agency).events.length] as const);
    await running.program(COORDINATOR).stop(STOP_MS);
    work();
    await running.startCoordinator();
    await Promise.all(
      places.map(([agency, from]) =>
        running.program(agency).waitFor(({ event }) => event === 'connected', DEADLINE_MS, from),
      ),
    );
  }

  it('has each run with offer, answers and release, under checkpoints that every node has cosigned', async () => {
    const { id, release, ending } = await federation.ask(TEMPLATE);
    expect(ending).toBeNull();
    await withoutCoordinator(() => {
      const key = signingKeyFromPem(readFileSync(inFolder(COORDINATOR, 'identity.pem'), 'utf8'));
      const log = AuditLog.open({ file: file(), federation: roster().federation, key, clock: systemClock });
      const entries = log.entries(0, log.head.size).map(parseEntry);
      const governed = board().entries;
      expect(entries.map(({ type }) => type)).toEqual([
        'opened',
        ...governed.map(() => 'register'),
        'offer',
        'answer',
        'answer',
        'answer',
        'release',
      ]);
      // Of each act of governance what it hashes to: whoever has the register sees that the log tells of this one.
      expect(entries.slice(1, before())).toEqual(
        governed.map((entry, index) => expect.objectContaining({ index, leaf: toHex(leafHash(entry)) }) as unknown),
      );
      const asked = { size: governed.length, root: expect.stringMatching(/^[0-9a-f]{64}$/) as string };
      expect(entries[before()]).toMatchObject({
        ...{ run: id, template: TEMPLATE, requester: `demo-analyst@${ANALYSTS}`, register: asked },
      });
      const answers = entries
        .slice(before() + 1, before() + 4)
        .map((entry) => ('agency' in entry ? [entry.agency, entry.refusal] : []));
      expect(answers.toSorted()).toEqual(AGENCIES.map((agency) => [agency, null]));
      expect(entries.at(-1)).toMatchObject({ run: id, digest: releaseDigest(release) });
      const offered = parseNote(log.checkpointOf(before() + 1) ?? '');
      for (const { id: agency, identityKey } of roster().agencies) {
        expect(cosignedAt(offered, witnessKey(roster().federation, agency, identityKey))).toBeDefined();
      }
      log.close();
      copyFileSync(file(), backup());
    });
    expect((await federation.ask(copyOf(TEMPLATE, 0))).ending).toBeNull();
    expect(audit('save', '--out', saved('first.jsonl'))).toMatchObject({ status: 0 });
    const kept = AGENCIES.flatMap((agency) => ['--earlier', inFolder(agency, 'snapshots.ledger.checkpoint')]);
    const { status, out } = audit('verify', saved('first.jsonl'), ...register(), ...kept, '--json');
    expect(status).toBe(0);
    const verified = JSON.parse(out) as { readonly cosigned: readonly { readonly agency: string }[] };
    expect(verified).toMatchObject({ size: before() + 10, offers: 2, released: 2, open: 0 });
    expect(verified).toMatchObject({ continues: AGENCIES.map(() => before() + 6) });
    expect(verified.cosigned.map(({ agency }) => agency).toSorted()).toEqual(AGENCIES);
    expect(audit('show', saved('first.jsonl'), '--run', id).out).toContain('a table is released');

    // Where the first table came from: the coordinator has been started anew since, and the nodes have cosigned since.
    expect(tally('export', id, '--part', 'provenance', '--out', saved('provenance.json'))).toMatchObject({ status: 0 });
    expect(tally('export', id, '--format', 'json', '--out', saved('release.json'))).toMatchObject({ status: 0 });
    const verifyRelease = (file: string): Said =>
      audit(
        ...['verify-release', saved('provenance.json'), ...register(), '--release', file],
        ...['--log', saved('first.jsonl'), '--json'],
      );
    const of = verifyRelease(saved('release.json'));
    expect([of.status, of.err]).toEqual([0, '']);
    const told = JSON.parse(of.out) as { readonly cosigned: readonly { readonly agency: string }[] };
    expect(told).toMatchObject({
      ...{ run: id, template: { template: TEMPLATE }, verified: { release: true, log: true } },
      release: { index: before() + 4, digest: releaseDigest(release) },
    });
    expect(told.cosigned.map(({ agency }) => agency).toSorted()).toEqual(AGENCIES);
    const text = readFileSync(saved('release.json'), 'utf8');
    const shown = /"value": [1-9]/.exec(text);
    const place = (shown?.index ?? 0) + (shown?.[0].length ?? 0) - 1;
    const digit = text[place] === '9' ? '8' : '9';
    writeFileSync(saved('altered.json'), `${text.slice(0, place)}${digit}${text.slice(place + 1)}`);
    expect(verifyRelease(saved('altered.json'))).toMatchObject({
      ...{ status: 2, out: '' },
      err: expect.stringMatching(/^RELEASE_DIFFERS: /) as string,
    });
  });

  it('tells of this register, and of no other that somebody was shown', () => {
    const { agencies, coordinator, federation: name } = roster();
    const keyed = agencies.map(({ identityKey, ...agency }) => ({ ...agency, identityKey: toBase64(identityKey) }));
    const other = new Board({
      ...{ federation: name, agencies: keyed, coordinator: toBase64(coordinator.identityKey) },
      ...{ purposes: ['research-statistics'], clock: systemClock },
    });
    writeFileSync(saved('other.jsonl'), other.file);
    const shown = (pin: string): Said =>
      audit('verify', saved('first.jsonl'), '--register', saved('other.jsonl'), '--pin', pin);
    expect(shown(other.fingerprint)).toMatchObject({
      ...{ status: 2, out: '', err: expect.stringMatching(/^REGISTER_DIFFERS: /) as string },
    });
    expect(shown(board().fingerprint).err).toMatch(/^ROSTER_NOT_PINNED: /);
  });

  it('that is replaced by an older copy is refused by every node, which keeps evidence that anybody can verify', async () => {
    await withoutCoordinator(() => {
      for (const suffix of ['-wal', '-shm']) rmSync(`${file()}${suffix}`, { force: true });
      copyFileSync(backup(), file());
    });
    const { state, refusals, release } = await federation.ask(copyOf(TEMPLATE, 1));
    expect([state, release]).toEqual(['refused', null]);
    expect(refusals.map(({ agency, code }) => [agency, code]).toSorted()).toEqual(
      AGENCIES.map((agency) => [agency, 'LOG_INCONSISTENT']),
    );
    const { federation: name, coordinator } = roster();
    for (const agency of AGENCIES) {
      const evidence = inFolder(agency, 'snapshots.ledger.evidence-1.json');
      expect(existsSync(evidence)).toBe(true);
      const { code } = verifyEvidence(readFileSync(evidence, 'utf8'), logKey(name, coordinator.identityKey));
      expect(code).toBe('LOG_FORKED');
    }
    // Whoever kept a copy sees it too, or any node's checkpoint.
    expect(audit('save', '--out', saved('second.jsonl'))).toMatchObject({ status: 0 });
    for (const earlier of [saved('first.jsonl'), inFolder('courts', 'snapshots.ledger.checkpoint')]) {
      const { status, err } = audit(...['verify', saved('second.jsonl'), ...register(), '--earlier', earlier]);
      expect([status, err]).toEqual([2, expect.stringMatching(/^LOG_(INCONSISTENT|FORKED|ROLLED_BACK): /)]);
    }
    // Where the files are only the agencies know.
    expect(JSON.stringify(refusals)).not.toContain('evidence-1');
  });

  it('is held against each node’s ledger, from a copy and beside the running node', () => {
    const tally = packagePath('dist', 'cli', 'main.js');
    const copy = saved('police.ledger');
    const words = ['node', 'ledger', 'copy', '--config', inFolder('police', 'node.yaml'), '--to', copy];
    expect(spawnSync(process.execPath, [tally, ...words]).status).toBe(0);
    const ledgers = ['--ledger', copy, ...['courts', 'prison-probation'].map((id) => inFolder(id, 'snapshots.ledger'))];

    const holds = audit('verify', saved('first.jsonl'), ...register(), ...ledgers, '--json');
    expect([holds.status, holds.err]).toEqual([0, '']);
    // The offer of the log that was set back came without a proof, and is in no log that goes on with the first.
    const expected = {
      continues: [before() + 1, before() + 6],
      agreed: 2,
      contradictions: [],
      questions: [{ code: 'OFFER_NOT_PROVED' }],
    };
    expect(JSON.parse(holds.out)).toMatchObject({
      ledgers: ['police', 'courts', 'prison-probation'].map((agency) => ({ agency, ...expected })),
    });

    const rewritten = audit('verify', saved('second.jsonl'), ...register(), ...ledgers);
    expect([rewritten.status, rewritten.err]).toEqual([2, expect.stringMatching(/^LOG_NOT_AS_SEEN: police: /)]);
    expect(rewritten.err.match(/RUN_NOT_IN_LOG: /g)).toHaveLength(AGENCIES.length);
  });
});
