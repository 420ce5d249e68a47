import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { lengthPrefixed, utf8Bytes } from '../../core/base/index.js';
import { DOMAINS } from '../../core/private-join/domains.js';
import { COORDINATOR, signingKey } from '../../core/private-join/index.js';
import type { PartyId, ProtocolMessage, Share, SigningKey } from '../../core/private-join/index.js';
import { CHECKPOINT, runWorld } from '../support/world.js';
import { answering, expectAll, few, plan } from './tampering-fixtures.js';

const OTHER = `${CHECKPOINT}of another log\n`;

/** The share as its party would have signed it, had it been shown something else. */
function resigned(share: Share, checkpoint: string, identity: SigningKey): Share {
  const { party, element, proof, sealingKey } = share;
  const said = [utf8Bytes(party), element, proof, sealingKey, utf8Bytes(checkpoint)];
  const signature = identity.sign(lengthPrefixed(utf8Bytes(DOMAINS.shareSignature), plan.context, ...said));
  return { ...share, checkpoint, signature };
}

/** In every message with shares, what `change` makes of that of one party. */
function withShareOf(party: PartyId, message: ProtocolMessage, change: (share: Share) => Share): ProtocolMessage {
  const changed = (share: Share): Share => (share.party === party ? change(share) : share);
  if (message.kind === 'share') return { ...message, share: changed(message.share) };
  return message.kind === 'joint-key' ? { ...message, shares: message.shares.map(changed) } : message;
}

describe('the audit log’s checkpoint in a key share', () => {
  it.each([
    ['to the coordinator', COORDINATOR, 'cps'],
    ['to a node', 'police', 'cps'],
    ['to a node, in the coordinator’s own share', 'police', COORDINATOR],
  ])('altered on its way %s ends the run: its party has signed it', async (_, receiver, party) => {
    const tamper = answering((message, to) => [
      to === receiver ? withShareOf(party, message, (share) => ({ ...share, checkpoint: OTHER })) : message,
    ]);
    const outcome = await runWorld(plan, few, { tamper });
    expectAll(outcome, 'BAD_SIGNATURE');
    expect(outcome.blamed[receiver]).toBe(party);
  });

  it('that is another than the coordinator has shown ends the run before any node hears of it', async () => {
    const heard: string[] = [];
    const tamper = answering((message) => {
      heard.push(message.kind);
      return [message];
    });
    const outcome = await runWorld(plan, few, { tamper, variants: { charity: { checkpoint: OTHER } } });
    expectAll(outcome, 'LOG_INCONSISTENT');
    expect(heard).not.toContain('joint-key');
    expect(outcome.blamed['police']).toBe('charity');
  });

  it.each(plan.mixers)(
    'that only %s was shown ends the run at all nodes, none of which has made a list',
    async (odd) => {
      const identity = signingKey(generateKeyPairSync('ed25519').privateKey);
      const told: string[] = [];
      const lists: string[] = [];
      let signed: Share | undefined;
      // A coordinator that shows two logs would not refuse to carry both.
      const carrying = answering((message, to) => {
        if (to !== COORDINATOR) return [withShareOf(odd, message, (share) => signed ?? share)];
        return [
          withShareOf(odd, message, (share) => {
            signed = share;
            return resigned(share, CHECKPOINT, identity);
          }),
        ];
      });
      const hearing = (party: PartyId): object => ({
        otherCheckpoints: (shares: readonly Share[]) => {
          told.push(...shares.map((share) => `${party} of ${share.party}: ${share.checkpoint}`));
        },
      });
      const outcome = await runWorld(plan, few, {
        tamper: {
          ...carrying,
          parcel: (parcel) => {
            lists.push(parcel.header.subject);
            return [parcel];
          },
        },
        peers: { [odd]: identity.publicKey },
        variants: {
          ...Object.fromEntries(plan.mixers.map((party) => [party, hearing(party)])),
          [odd]: { ...hearing(odd), identity, checkpoint: OTHER },
        },
      });
      expectAll(outcome, 'LOG_INCONSISTENT');
      expect(Object.values(outcome.blamed)).toEqual([COORDINATOR, COORDINATOR, COORDINATOR, COORDINATOR]);
      expect(lists).toEqual([]);
      const others = plan.mixers.filter((party) => party !== odd);
      expect(told.toSorted()).toEqual(
        [
          ...[COORDINATOR, ...others].map((party) => `${odd} of ${party}: ${CHECKPOINT}`),
          ...others.map((party) => `${party} of ${odd}: ${OTHER}`),
        ].toSorted(),
      );
    },
  );
});
