import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import {
  cosignedAt,
  inclusionProof,
  logKey,
  parseNote,
  parseSignatureLine,
  verifyEvidence,
  witnessKey,
} from '../../../core/audit/index.js';
import type { LogEvidence } from '../../../core/audit-entries/index.js';
import { silentLog, utf8Bytes } from '../../../core/base/index.js';
import type { RunOffer } from '../../../core/templates/index.js';
import { LedgerAccounts } from '../../../node-agent/budget/accounts.js';
import { DifferencingGuard } from '../../../node-agent/guard/guard.js';
import { NodeWitness } from '../../../node-agent/index.js';
import { Ledger } from '../../../node-agent/ledger/ledger.js';
import { LogRefusal, OfferLog } from '../../../node-agent/offers/offer-log.js';
import { MemoryLog } from '../audit/audit-fixtures.js';
import { allowAll, identityOf, offer } from './federation-fixtures.js';
import { testFolder } from './fixtures.js';
import { OfferedLog } from './offer-log-fixtures.js';
import { another, third, turnsUntil, world } from './run-host-fixtures.js';
import { federation, now } from './snapshot-fixtures.js';

const log = logKey(federation, identityOf('coordinator').publicKey);

interface Looking {
  readonly check: OfferLog['check'];
  readonly cosigned: { readonly size: number; readonly line: string }[];
  readonly ledger: string;
}

/** What a node of the police that has these files looks with; as one that has just started. */
function looking(folder = testFolder(), at = now): Looking {
  const ledger = join(folder, 'ledger.sqlite');
  const cosigned: { size: number; line: string }[] = [];
  const witness = new NodeWitness({
    ...{ ledger, federation, log },
    agency: 'police',
    identity: identityOf('police'),
    clock: { now: () => at },
  });
  const offerLog = new OfferLog({ witness, cosigned: (size, line) => cosigned.push({ size, line }), log: silentLog });
  return { check: (asked, evidence) => offerLog.check(asked, evidence), cosigned, ledger };
}

function refusalOf({ check }: Looking, asked: RunOffer, evidence: LogEvidence | undefined): LogRefusal {
  try {
    check(asked, evidence);
  } catch (thrown) {
    if (thrown instanceof LogRefusal) return thrown;
    throw thrown;
  }
  throw new Error('it was taken');
}

describe('OfferLog', () => {
  it('takes an offer that is in the log, cosigns the checkpoint first, and goes on from it after a restart', () => {
    const coordinators = new OfferedLog();
    const folder = testFolder();
    const first = looking(folder);
    const evidence = coordinators.evidenceOf(offer);
    expect(first.check(offer, evidence).head).toMatchObject({ size: 1 });
    const [{ size, line } = { size: 0, line: '' }] = first.cosigned;
    const { text } = parseNote(evidence.checkpoint);
    const key = witnessKey(federation, 'police', identityOf('police').publicKey);
    expect(size).toBe(1);
    expect(cosignedAt({ text, signatures: [parseSignatureLine(line)] }, key)).toBeDefined();

    coordinators.log.append(utf8Bytes('an answer'));
    expect(looking(folder).check(another, coordinators.evidenceOf(another)).head.size).toBe(3);
    // One that came on another way is no accusation, and no use.
    const old = refusalOf(looking(folder), offer, evidence);
    expect([old.code, old.evidenceFile]).toEqual(['LOG_INCONSISTENT', undefined]);
    expect(old.message).toContain('CHECKPOINT_OLD: A newer checkpoint');
  });

  it('refuses an offer without evidence, and with evidence of another', () => {
    const node = looking();
    const coordinators = new OfferedLog();
    expect(refusalOf(node, offer, undefined).message).toContain('has to be upgraded');
    const evidence = coordinators.evidenceOf(offer);
    expect(refusalOf(node, another, evidence)).toMatchObject({ code: 'LOG_INCONSISTENT', evidenceFile: undefined });
    expect(refusalOf(node, { ...offer, requester: 'another' }, evidence).message).toContain('is not of this offer');
    expect(() => node.check(offer, coordinators.evidenceOf(offer))).not.toThrow();
  });

  it('takes what is in the log once no second time, under whichever checkpoint it is shown', () => {
    const coordinators = new OfferedLog();
    const folder = testFolder();
    const evidence = coordinators.evidenceOf(offer);
    looking(folder).check(offer, evidence);
    const again = refusalOf(looking(folder), offer, evidence);
    expect(again).toMatchObject({ code: 'LOG_INCONSISTENT', evidenceFile: undefined });
    expect(again.message).toContain('this offer is entry 0 of the audit log, of which 1 entries were seen here before');
    const second = coordinators.evidenceOf(another);
    const { checkpoint, consistency } = second;
    const newer = { ...evidence, checkpoint, consistency, inclusion: inclusionProof(coordinators.log, 0, 2) };
    expect(refusalOf(looking(folder), offer, newer).message).toContain('this offer is entry 0');
    // That checkpoint is kept: what it has is no longer new either, though it was never answered.
    expect(refusalOf(looking(folder), another, second).message).toContain(
      'entry 1 of the audit log, of which 2 entries',
    );
    expect(looking(folder).check(third, coordinators.evidenceOf(third)).head.size).toBe(3);
  });

  it('takes what was in the log before it first looked: nothing of it has been asked of this node', () => {
    const coordinators = new OfferedLog();
    const evidence = coordinators.evidenceOf(offer);
    const { checkpoint } = coordinators.evidenceOf(another);
    const shown = { ...evidence, checkpoint, inclusion: inclusionProof(coordinators.log, 0, 2) };
    expect(looking().check(offer, shown).head.size).toBe(2);
  });

  it('refuses an offer with a proof for another entry, and one that is not in the log at all', () => {
    const coordinators = new OfferedLog();
    const first = coordinators.evidenceOf(offer);
    const second = coordinators.evidenceOf(another);
    for (const wrong of [
      { ...second, inclusion: first.inclusion },
      { ...second, index: 0 },
      { ...second, inclusion: [] },
      { ...second, logged: { ...second.logged, version: 9 } },
    ]) {
      expect(refusalOf(looking(), another, wrong).message).toContain('is not of this offer');
    }
    expect(refusalOf(looking(), third, second).message).toContain('is not of this offer');
  });

  it('keeps evidence of a fork, of a log that was set back, and of a missing proof', () => {
    const shared = new OfferedLog();
    const before = shared.evidenceOf(offer);
    const forked = new OfferedLog({ log: new MemoryLog([utf8Bytes('another entry')]) });
    const accusations: readonly (readonly [string, LogEvidence])[] = [
      ['LOG_FORKED', new OfferedLog().evidenceOf(another)],
      ['LOG_ROLLED_BACK', new OfferedLog().evidenceOf(another, 1_000)],
      ['LOG_INCONSISTENT', forked.evidenceOf(another)],
      ['LOG_INCONSISTENT', { ...shared.evidenceOf(another), consistency: [] }],
    ];
    for (const [code, shown] of accusations) {
      const node = looking();
      node.check(offer, before);
      if (code === 'LOG_ROLLED_BACK') node.check(third, shared.evidenceOf(third));
      const { evidenceFile, message } = refusalOf(node, another, shown);
      expect(evidenceFile).toBe(`${node.ledger}.evidence-1.json`);
      expect(verifyEvidence(readFileSync(evidenceFile ?? '', 'utf8'), log).code).toBe(code);
      // Where the file is only the operator hears.
      expect(message).not.toContain(node.ledger);
    }
  });

  it('finds out that two nodes are shown two logs, as soon as one is shown the other’s', () => {
    const [logs, nodes] = [
      [new OfferedLog(), new OfferedLog()],
      [looking(), looking()],
    ] as const;
    nodes[0].check(offer, logs[0].evidenceOf(offer));
    nodes[1].check(another, logs[1].evidenceOf(another));
    // As long as each is shown its own, neither can know.
    nodes[1].check(offer, logs[1].evidenceOf(offer));
    for (const [place, node] of nodes.entries()) {
      const { evidenceFile } = refusalOf(node, third, logs[place === 0 ? 1 : 0].evidenceOf(third));
      expect(verifyEvidence(readFileSync(evidenceFile ?? '', 'utf8'), log).code).toMatch(/^LOG_/);
    }
  });

  it('says of a checkpoint that is ahead of its clock that clocks are to be compared', () => {
    const node = looking(testFolder(), new Date('2019-12-31T23:00:00Z'));
    const { message, evidenceFile } = refusalOf(node, offer, new OfferedLog().evidenceOf(offer));
    expect(message).toContain('compare the clocks');
    expect(evidenceFile).toBeUndefined();
    expect(existsSync(`${node.ledger}.checkpoint`)).toBe(false);
  });

  it('takes two offers that come at once, whichever checkpoints they have: the coordinator orders them', () => {
    const coordinators = new OfferedLog();
    const node = looking();
    const offers = [offer, another, third].map((asked) => [asked, coordinators.evidenceOf(asked)] as const);
    expect(offers.map(([asked, evidence]) => node.check(asked, evidence).head.size)).toEqual([1, 2, 3]);
    expect(node.cosigned.map(({ size }) => size)).toEqual([1, 2, 3]);
  });
});

describe('a node that is offered a run', () => {
  it('looks into the log before anything else, and refuses what is not there', () => {
    const verified: string[] = [];
    const coordinators = new OfferedLog();
    const node = looking();
    const made = world({
      isPaused: () => true,
      look: (asked, evidence) => node.check(asked, evidence),
      verify: () => {
        verified.push('verified');
        throw new Error('not to be reached');
      },
    });
    made.host.offered(offer);
    made.host.offered(another, coordinators.evidenceOf(offer));
    made.host.offered(third, coordinators.evidenceOf(third));
    expect(made.client.sent.map((sent) => (sent.kind === 'refusal' ? sent.code : sent.kind))).toEqual([
      'LOG_INCONSISTENT',
      'LOG_INCONSISTENT',
      'PAUSED',
    ]);
    expect(verified).toEqual([]);
  });

  it('answers it once, also when it has been started again in between', async () => {
    const folder = testFolder();
    const evidence = new OfferedLog().evidenceOf(offer);
    const started = (at: Date): ReturnType<typeof world> => {
      const node = looking(folder, at);
      return world({ look: (asked, shown) => node.check(asked, shown) });
    };
    const first = started(now);
    first.host.offered(offer, evidence);
    await turnsUntil(() => first.client.runs.size === 1);
    await first.host.stop();
    const second = started(new Date(now.getTime() + 35 * 86_400_000));
    second.host.offered(offer, evidence);
    expect(second.client.sent).toMatchObject([{ kind: 'refusal', code: 'LOG_INCONSISTENT' }]);
    expect(second.accounts.told).toEqual([['refused', offer.runId, 'LOG_INCONSISTENT']]);
    expect(second.client.runs.size).toBe(0);
    await second.host.stop();
  });

  it('writes the log’s size and root, and where the evidence is, into its ledger', () => {
    const folder = testFolder();
    const ledger = Ledger.open({
      file: join(folder, 'ledger.sqlite'),
      federation,
      agency: 'police',
      clock: { now: () => now },
    });
    onTestFinished(() => ledger.close());
    const node = looking(folder);
    const accounts = new LedgerAccounts({
      ledger,
      policy: () => allowAll,
      guard: new DifferencingGuard(),
      clock: { now: () => now },
    });
    const made = world({ accounts, isPaused: () => true, look: (asked, evidence) => node.check(asked, evidence) });
    const evidence = new OfferedLog().evidenceOf(offer);
    const { head } = looking().check(offer, evidence);
    made.host.offered(offer, evidence);
    made.host.offered(another, new OfferedLog().evidenceOf(another));
    const [first, second] = [...ledger.entries()].map(({ body }) => body);
    expect(first).toMatchObject({ code: 'PAUSED', log: head });
    expect(second).toMatchObject({ code: 'LOG_INCONSISTENT', evidence: `${node.ledger}.evidence-1.json` });
    expect(second).not.toHaveProperty('log');
  });
});
