import type { AuditEntryOf, AuditEntryType } from '../../core/audit-entries/index.js';
import { entryBytes, offerEntryBytes } from '../../core/audit-entries/index.js';
import { equalBytes, toBase64 } from '../../core/base/index.js';
import type { SigningKey } from '../../core/private-join/index.js';
import { PROVENANCE_FORMAT, signProvenance } from '../../core/provenance/index.js';
import type { RunOffer } from '../../core/templates/index.js';
import type { AuditTrail, ProvedEntry } from '../audit/audit-trail.js';
import { CoordinatorError } from '../errors.js';
import type { RunStore } from '../store/run-store.js';
import type { Run } from './run.js';

export interface ProvenanceDeps {
  readonly store: Pick<RunStore, 'getRun'>;
  readonly audit: Pick<AuditTrail, 'proved'>;
  readonly identity: SigningKey;
  readonly federation: string;
}

/** An entry of the log of this kind, with its proof. */
type Proved<Type extends AuditEntryType> = ProvedEntry & { readonly entry: AuditEntryOf<Type> };

/**
 * What the release of a run came from, signed: made anew each time from the store and the audit log, so that it has the
 * cosignatures that have come meanwhile. Of a run that was answered from an earlier release it is that one's.
 *
 * Thrown when the run has no release: CoordinatorError NOT_RELEASED; when its release waits to be logged:
 * RELEASE_NOT_LOGGED; when what is needed isn't in the log or the store: PROVENANCE_UNAVAILABLE; when the log can't be read,
 * or no checkpoint be signed: AUDIT_LOG_DAMAGED, AUDIT_LOG_UNWRITABLE, AUDIT_CLOCK_BACK.
 */
export function makeProvenance(run: Run, { store, audit, identity, federation }: ProvenanceDeps): Uint8Array {
  if (run.state !== 'finished') {
    throw new CoordinatorError(
      'NOT_RELEASED',
      `This run is ${run.state}: it has no release that could have a provenance.`,
    );
  }
  const source = run.replayOf === null ? run : store.getRun(run.replayOf);
  const proved = source === undefined ? undefined : audit.proved(source.id);
  const entries = proved?.entries ?? [];
  const [offer] = entries.filter(isOf('offer'));
  if (source === undefined || proved === undefined || offer === undefined) {
    throw unavailable('its question is not in the audit log that there is now: it was put before there was one');
  }
  const [release] = entries.filter(isOf('release'));
  if (release === undefined) {
    throw new CoordinatorError(
      'RELEASE_NOT_LOGGED',
      'This release could not be written into the audit log yet: ask again later. The operator of the coordinator sees why.',
    );
  }
  const { register, parameters, requester, purpose, participants } = asPut(source, offer);
  const { template, version, templateDigest: digest } = offer.entry;
  return signProvenance(
    {
      ...{ format: PROVENANCE_FORMAT, federation, run: source.id },
      template: { template, version, digest },
      offer: {
        ...placeOf(offer),
        ...{ register: { ...register }, parameters: { ...parameters }, requester, purpose },
        participants: participants.map(({ agency, datasets, floors }) => ({ agency, datasets: [...datasets], floors })),
      },
      answers: entries
        .filter(isOf('answer'))
        .map((answer) => ({ ...placeOf(answer), agency: answer.entry.agency, refusal: answer.entry.refusal })),
      release: { ...placeOf(release), digest: release.entry.digest, suppressed: release.entry.suppressed },
      checkpoint: proved.checkpoint,
    },
    identity,
  );
}

/**
 * The offer from what is stored, of which the log's entry must be.
 * Thrown when it isn't: CoordinatorError PROVENANCE_UNAVAILABLE.
 */
function asPut(run: Run, { entry }: Proved<'offer'>): RunOffer {
  const { id: runId, templateDigest, parameters, requester, purpose, participants } = run;
  const { register } = entry;
  const offer: RunOffer = { runId, templateDigest, register, parameters, requester, purpose, participants };
  if (!equalBytes(offerEntryBytes(offer, entry), entryBytes(entry))) {
    throw unavailable('its question is stored otherwise than the audit log has it');
  }
  return offer;
}

function placeOf({ entry, index, inclusion }: ProvedEntry): {
  readonly at: string;
  readonly index: number;
  readonly inclusion: readonly string[];
} {
  return { at: entry.at, index, inclusion: inclusion.map(toBase64) };
}

function isOf<Type extends AuditEntryType>(type: Type): (proved: ProvedEntry) => proved is Proved<Type> {
  return (proved): proved is Proved<Type> => proved.entry.type === type;
}

function unavailable(why: string): CoordinatorError {
  return new CoordinatorError('PROVENANCE_UNAVAILABLE', `There is no provenance of this run's release: ${why}.`);
}
