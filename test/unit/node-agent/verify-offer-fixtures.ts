import { createCatalogue } from '../../../core/templates/index.js';
import type { RunOffer } from '../../../core/templates/index.js';
import { Refusal } from '../../../node-agent/offers/refusal.js';
import { verifyOffer } from '../../../node-agent/offers/verify-offer.js';
import type { OfferGrounds, VerifiedOffer } from '../../../node-agent/offers/verify-offer.js';
import type { Policy } from '../../../node-agent/policy/policy.js';
import { allowAll, catalogue, governanceOf, noConsentNeeded, offer, snapshotIdOf } from './federation-fixtures.js';
import { crimes } from './fixtures.js';
import { logged } from './offer-log-fixtures.js';

/** What the police’s node has when it is asked. */
export const grounds: OfferGrounds = {
  self: 'police',
  governance: governanceOf(offer),
  catalogue,
  policy: allowAll,
  snapshots: new Map([[crimes.dataset, snapshotIdOf(crimes.dataset)]]),
  consent: noConsentNeeded,
  logged,
  clock: { now: () => new Date('2026-04-02T12:00:00Z') },
};

/** Of the offer with something changed, by a node that has its register. Thrown when it is accepted. */
export function refusalOf(changedOffer: Partial<RunOffer>, changedGrounds: Partial<OfferGrounds> = {}): Refusal {
  try {
    const asked = { ...offer, ...changedOffer };
    verifyOffer(asked, { ...grounds, governance: governanceOf(asked), ...changedGrounds });
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
  throw new Error('the offer was accepted');
}

/** Of an offer whose register the node has. */
export function verified(asked: RunOffer, given: OfferGrounds): VerifiedOffer {
  return verifyOffer(asked, { ...given, governance: governanceOf(asked) });
}

export function withPolicy(policy: Partial<Policy>): Partial<OfferGrounds> {
  return { policy: { ...allowAll, ...policy } };
}

const [first, second, third] = offer.participants;
if (first === undefined || second === undefined || third === undefined) throw new Error('three participants');
export const police = first;
export const charity = second;
export const cps = third;

/** The police’s dataset holds only those who have agreed. */
export const opted = createCatalogue(
  [...catalogue.values()].map((one) => (one.dataset === crimes.dataset ? { ...one, basis: 'opt-in' as const } : one)),
);
