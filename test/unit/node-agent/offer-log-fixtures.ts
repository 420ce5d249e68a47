import { consistencyProof, inclusionProof, logOrigin, rootOf, signCheckpoint } from '../../../core/audit/index.js';
import { offerEntryBytes } from '../../../core/audit-entries/index.js';
import type { LogEvidence, LoggedTemplate } from '../../../core/audit-entries/index.js';
import type { SigningKey } from '../../../core/private-join/index.js';
import type { RunOffer } from '../../../core/templates/index.js';
import type { LoggedOffer } from '../../../node-agent/offers/offer-log.js';
import { MAX_CONSISTENCY_PROOFS } from '../../../transport/index.js';
import { MemoryLog } from '../audit/audit-fixtures.js';
import { governanceOf, identityOf, template } from './federation-fixtures.js';
import type { Question } from './federation-fixtures.js';
import { federation } from './snapshot-fixtures.js';

const AT = '2020-01-01T00:00:00.000Z';

/** What a coordinator's log says of an offer of the test template. */
export const loggedTemplate: LoggedTemplate = { template: template.template, version: template.version, at: AT };

/** An offer of which it was shown that it is in the log. */
export const logged: LoggedOffer = {
  head: { size: 7, root: 'f'.repeat(64) },
  checkpoint: signCheckpoint(
    { origin: logOrigin(federation), size: 7, root: new Uint8Array(32).fill(255), at: new Date(AT) },
    identityOf('coordinator'),
  ),
  template: loggedTemplate,
};

/** Of an offer by `question`, whatever its template is. */
export function loggedOf(offer: Question): LoggedOffer {
  const { proposals } = governanceOf(offer).copy.register;
  const asked = proposals.find(({ templateDigest }) => templateDigest === offer.templateDigest)?.template ?? template;
  return { ...logged, template: { ...loggedTemplate, template: asked.template, version: asked.version } };
}

/** A coordinator's log, in memory, in which every offer is that it is asked about. */
export class OfferedLog {
  readonly log: MemoryLog;
  readonly #key: SigningKey;

  constructor({ key = identityOf('coordinator'), log = new MemoryLog() } = {}) {
    this.#key = key;
    this.log = log;
  }

  get size(): number {
    return this.log.entries.length;
  }

  /** Writes the offer down. `at`: seconds of the checkpoint's time, which grow with its size where nothing is said. */
  evidenceOf(offer: RunOffer, at?: number): LogEvidence {
    this.log.append(offerEntryBytes(offer, loggedTemplate));
    const { size } = this;
    const checkpoint = {
      origin: logOrigin(federation),
      size,
      root: rootOf(this.log, size),
      at: new Date(Date.parse(AT) + (at ?? size) * 1_000),
    };
    const seen = Array.from({ length: size - 1 }, (_, place) => place + 1).slice(-MAX_CONSISTENCY_PROOFS);
    return {
      checkpoint: signCheckpoint(checkpoint, this.#key).note,
      index: size - 1,
      logged: loggedTemplate,
      inclusion: inclusionProof(this.log, size - 1, size),
      consistency: seen.map((first) => ({ first, hashes: consistencyProof(this.log, first, size) })),
    };
  }
}
