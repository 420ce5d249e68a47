import { toHex } from '../base/index.js';
import { canonicalJson, sha256 } from '../signing/index.js';
import type { RunOffer } from '../templates/index.js';
import { entryBytes } from './entry.js';
import type { AuditEntryOf } from './entry.js';

/**
 * What an offer's entry says that the offer does not say in so many words. Whoever gets the offer takes it from the log's
 * evidence, and holds it against the template when that has been verified.
 */
export interface LoggedTemplate {
  readonly template: string;
  readonly version: number;
  /** When the entry was written: UTC, to the millisecond. */
  readonly at: string;
}

/**
 * Of all that an offer says, 64 hexadecimal digits: SHA-256 of its RFC 8785 JSON. Not of the bytes on the wire: those may be
 * written in more than one way.
 */
export function offerDigest(offer: RunOffer): string {
  const { runId, templateDigest, register, parameters, requester, purpose, participants } = offer;
  const whole = {
    runId,
    templateDigest,
    register: { size: register.size, root: register.root },
    parameters,
    requester,
    purpose,
    participants: participants.map(({ agency, datasets, floors: { threshold, roundTo, epsilon } }) => ({
      agency,
      datasets: datasets.map(({ dataset, snapshot }) => ({ dataset, snapshot })),
      floors: { threshold, roundTo, epsilon },
    })),
  };
  return toHex(sha256(canonicalJson(whole)));
}

/** The entry of an offer: whoever has the offer makes the same one. */
export function offerEntry(offer: RunOffer, { template, version, at }: LoggedTemplate): AuditEntryOf<'offer'> {
  return {
    type: 'offer',
    at,
    run: offer.runId,
    digest: offerDigest(offer),
    template,
    version,
    templateDigest: offer.templateDigest,
    register: { size: offer.register.size, root: offer.register.root },
    parameters: Object.fromEntries(Object.entries(offer.parameters).map(([name, values]) => [name, [...values]])),
    requester: offer.requester,
    purpose: offer.purpose,
    participants: offer.participants.map(({ agency, datasets }) => ({
      agency,
      datasets: datasets.map(({ dataset, snapshot }) => ({ dataset, snapshot })),
    })),
  };
}

/** Thrown when it can't be an entry: AuditError BAD_ENTRY. */
export function offerEntryBytes(offer: RunOffer, logged: LoggedTemplate): Uint8Array {
  return entryBytes(offerEntry(offer, logged));
}

/** Of a release as the coordinator stores and shows it, 64 hexadecimal digits: SHA-256 of its RFC 8785 JSON. */
export function releaseDigest(release: unknown): string {
  return toHex(sha256(canonicalJson(JSON.parse(JSON.stringify(release)))));
}
