import type { Clock } from '../../core/base/index.js';
import type { PartyId } from '../../core/private-join/index.js';
import { needsConsent } from '../../core/templates/index.js';
import type { BoundList, BoundTemplate, RunOffer } from '../../core/templates/index.js';
import { Refusal } from '../offers/refusal.js';
import type { ListsRead } from './left-out.js';
import { freshnessOf } from './lists-freshness.js';
import type { ListsFreshness } from './lists-freshness.js';

/** What a node knows of what people have agreed to. */
export interface ConsentGrounds {
  /** Of each dataset whose basis is opt-in, the purposes for which its source says who has consented. */
  readonly purposes: ReadonlyMap<string, readonly string[]>;
  /** Null where no opt-out lists are configured. */
  readonly optOuts: OptOutGrounds | null;
}

export interface OptOutGrounds {
  /** Lists that were read longer ago are stale. */
  readonly maximumAgeMs: number;
  /** Null before they have been read for the first time. */
  readonly inForce: ListsRead | null;
  /** By dataset, the digest of the lists that its snapshot in force was made by; null: by none. */
  readonly appliedTo: ReadonlyMap<string, string | null>;
}

/**
 * Whether people's own word lets this node answer: there is consent to the purpose where consent is needed, and whoever
 * has opted out is left out, by lists that are not stale.
 * Thrown when it doesn't: Refusal NO_CONSENT, OPT_OUTS_STALE.
 */
export function verifyConsent(
  offer: RunOffer,
  bound: BoundTemplate,
  { self, consent, clock }: { readonly self: PartyId; readonly consent: ConsentGrounds; readonly clock: Clock },
): void {
  const own = offer.participants.find(({ agency }) => agency === self)?.datasets ?? [];
  const lists = [bound.population, ...bound.links].filter(({ dataset }) =>
    own.some((offered) => offered.dataset === dataset.dataset),
  );
  verifyPurpose(lists, bound.template.purpose, consent.purposes, self);
  if (consent.optOuts === null) return;
  const inForce = verifyFresh(consent.optOuts, clock, self);
  verifyApplied(lists, inForce, consent.optOuts.appliedTo, self);
}

function verifyPurpose(
  lists: readonly BoundList[],
  purpose: string,
  purposes: ConsentGrounds['purposes'],
  self: PartyId,
): void {
  for (const { dataset } of lists) {
    if (!needsConsent(dataset) || purposes.get(dataset.dataset)?.includes(purpose) === true) continue;
    throw new Refusal(
      'NO_CONSENT',
      `${dataset.dataset} is opt-in, and ${self} has recorded nobody’s consent to its use for ${purpose}`,
    );
  }
}

/** What was read in the future was read nobody knows when. */
const STALE_WORDS: Readonly<Record<Exclude<ListsFreshness, 'fresh'>, string>> = {
  unread: 'has not read its opt-out lists yet: its operator runs `tally node opt-outs`',
  ahead:
    'has opt-out lists that were read later than its clock says it is: its operator sets the clock right and runs `tally node opt-outs`',
  stale:
    'read its opt-out lists longer ago than it allows: its operator runs `tally node opt-outs`, best by itself every hour',
};

function verifyFresh({ inForce, maximumAgeMs }: OptOutGrounds, clock: Clock, self: PartyId): ListsRead {
  const freshness = freshnessOf(inForce, maximumAgeMs, clock.now());
  if (freshness !== 'fresh') throw stale(`${self} ${STALE_WORDS[freshness]}`);
  if (inForce === null) throw new RangeError('lists that were never read are not fresh');
  return inForce;
}

/**
 * Where a list goes into the run with people's keys, whoever is on the lists leaves it there. Elsewhere only those are left
 * out whom `prepare` has left out, so it must have known the same lists.
 */
function verifyApplied(
  lists: readonly BoundList[],
  { digest }: ListsRead,
  appliedTo: OptOutGrounds['appliedTo'],
  self: PartyId,
): void {
  for (const { dataset, keys } of lists) {
    const holdsNobody = dataset.linkage === null;
    const isJoined = keys.some(({ on }) => on === 'person');
    if (holdsNobody || isJoined || appliedTo.get(dataset.dataset) === digest) continue;
    throw stale(
      `${self} prepared its snapshot of ${dataset.dataset} before its opt-out lists changed: its operator runs \`tally node prepare\` again`,
    );
  }
}

function stale(message: string): Refusal {
  return new Refusal('OPT_OUTS_STALE', message);
}
