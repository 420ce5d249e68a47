import { entryBytes, releaseDigest } from '../../../core/audit-entries/index.js';
import { CodedError, toBase64, utf8Bytes } from '../../../core/base/index.js';
import { registerCopy } from '../../../core/governance/index.js';
import { PROVENANCE_FORMAT, signProvenance, verifyProvenance } from '../../../core/provenance/index.js';
import type { Provenance } from '../../../core/provenance/index.js';
import type { RunOffer } from '../../../core/templates/index.js';
import { NAMED } from './question.js';
import { FEDERATION } from './world.js';
import type { World } from './world.js';

/** A table, as the API shows it. */
export const RELEASE = { question: 'Who?', table: { cells: [{ value: 15 }, { value: null }] } };
const SUPPRESSED = 1;

/** A run in the log that both agencies took part in, with a table that nobody can have opened. */
export async function written(world: World): Promise<RunOffer> {
  const { coordinator } = world;
  const offer = world.offer();
  await world.ask(offer);
  const at = world.clock.at.toISOString();
  const digest = releaseDigest(RELEASE);
  coordinator.audit.append([entryBytes({ type: 'release', at, run: offer.runId, digest, suppressed: SUPPRESSED })]);
  coordinator.audit.checkpoint();
  // The trail reads what it hasn't written itself.
  coordinator.use(coordinator.file);
  return offer;
}

export function provenanceOf({ coordinator }: World, offer: RunOffer): Provenance {
  const proved = coordinator.trail.proved(offer.runId);
  if (proved === undefined) throw new RangeError('the run is not in the log');
  const placed = proved.entries.map(({ entry, index, inclusion }) => ({
    entry,
    place: { at: entry.at, index, inclusion: inclusion.map(toBase64) },
  }));
  const of = (type: string): (typeof placed)[number]['place'] => {
    const found = placed.find(({ entry }) => entry.type === type);
    if (found === undefined) throw new RangeError(`the run has no ${type}`);
    return found.place;
  };
  const { register, parameters, requester, purpose, participants } = offer;
  return {
    format: PROVENANCE_FORMAT,
    federation: FEDERATION,
    run: offer.runId,
    template: { ...NAMED, digest: offer.templateDigest },
    offer: {
      ...of('offer'),
      ...{ register, requester, purpose },
      parameters: Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, [...values]])),
      participants: participants.map(({ agency, datasets, floors }) => ({ agency, datasets: [...datasets], floors })),
    },
    answers: placed.flatMap(({ entry, place }) =>
      entry.type === 'answer' ? [{ ...place, agency: entry.agency, refusal: entry.refusal }] : [],
    ),
    release: { ...of('release'), digest: releaseDigest(RELEASE), suppressed: SUPPRESSED },
    checkpoint: proved.checkpoint,
  };
}

/** As a coordinator would sign it that shows another table. */
export function altered(provenance: Provenance, release: object): Provenance {
  return { ...provenance, release: { ...provenance.release, digest: releaseDigest(release), suppressed: 0 } };
}

/** What whoever has the release finds: a code, or VERIFIED. */
export function verifiedAs({ board, coordinator }: World, provenance: Provenance, release: object): string {
  const register = registerCopy(board.entries, board.fingerprint);
  const signed = signProvenance(provenance, coordinator.identity);
  try {
    verifyProvenance(signed, { register, release: utf8Bytes(JSON.stringify(release)), log: coordinator.copy() });
    return 'VERIFIED';
  } catch (thrown) {
    if (!(thrown instanceof CodedError)) throw thrown;
    return String(thrown.code);
  }
}
