import { z } from 'zod';

import {
  AuditError,
  cosignedAt,
  leafHash,
  logKey,
  openCheckpoint,
  readNote,
  verifyInclusion,
  witnessKey,
} from '../audit/index.js';
import type { Checkpoint } from '../audit/index.js';
import { entryBytes, offerEntry, releaseDigest, verifyCopy } from '../audit-entries/index.js';
import type { AuditEntry, LogCopy, VerifiedCopy } from '../audit-entries/index.js';
import { fromBase64 } from '../base/index.js';
import { assertHolds, GovernanceError, registerAsOf, requesterOf, rosterOf } from '../governance/index.js';
import type { Register, RegisterCopy, SignedRoster } from '../governance/index.js';
import { OPT_OUTS } from '../templates/index.js';
import type { Roster } from '../templates/index.js';
import { ProvenanceError } from './errors.js';
import { MAX_RELEASE_BYTES } from './limits.js';
import { openProvenance, readProvenance } from './provenance.js';
import type { Provenance } from './provenance.js';

/** What a provenance is held against. Nothing of it comes from whoever made the provenance. */
export interface ProvenanceGrounds {
  /** Of governance, verified by a fingerprint that an officer has told. It may go on after the question was put. */
  readonly register: RegisterCopy;
  /** The release that somebody has: JSON as the coordinator's API shows it, however it is laid out. */
  readonly release?: Uint8Array | undefined;
  /** A copy of the whole log, not yet verified. */
  readonly log?: LogCopy | undefined;
}

/** A provenance of which everything holds. */
export interface VerifiedProvenance {
  readonly provenance: Provenance;
  readonly checkpoint: Checkpoint;
  /** That was in force when the question was put. */
  readonly roster: SignedRoster;
  /** Ids of the officers who approved the template. */
  readonly approvers: readonly string[];
  /** Agencies that have cosigned its checkpoint, in the order of the roster. */
  readonly cosigned: readonly { readonly agency: string; readonly at: Date }[];
  /** Whether a release was held against it. */
  readonly hasRelease: boolean;
  /** The whole log, where a copy of it was held against it. */
  readonly log: VerifiedCopy | undefined;
}

/**
 * Verifies the provenance of a release without anybody's help: that the coordinator has signed it and the checkpoint, that
 * the log has the offer, the answers and the release that it tells of, in that order, that governance had approved
 * the template that was asked, as the register stood then, that all who were asked took part and nobody else; then the release and the log that it is
 * held against.
 *
 * Thrown when something doesn't hold: ProvenanceError of every code; of the checkpoint AuditError as `openCheckpoint` says;
 * of the register GovernanceError as `assertHolds` and `Register.assertMayAsk` say; of the log AuditError as `verifyCopy` says.
 */
export function verifyProvenance(
  bytes: Uint8Array,
  { register: copy, release, log }: ProvenanceGrounds,
): VerifiedProvenance {
  const { offer } = readProvenance(bytes);
  assertHolds(copy, offer.register);
  const register = registerAsOf(copy, offer.register.size);
  // Of the moment of the question: who has left since has taken part all the same.
  const roster = rosterOf(register.current.roster);
  const key = logKey(roster.federation, roster.coordinator.identityKey);
  const provenance = openProvenance(bytes, roster.coordinator.identityKey);
  if (provenance.federation !== roster.federation) {
    throw new ProvenanceError(
      'OTHER_FEDERATION',
      `This is a provenance of ${provenance.federation}, and the roster is that of ${roster.federation}.`,
    );
  }
  const { checkpoint } = openCheckpoint(provenance.checkpoint, key);
  assertLogged(provenance, checkpoint);
  assertParticipants(provenance, roster);
  assertAnswers(provenance);
  const approvers = approversOf(provenance, register);
  if (release !== undefined) assertRelease(provenance, release);
  const witnesses = new Map(
    roster.agencies.map(({ id, identityKey }) => [id, witnessKey(roster.federation, id, identityKey)]),
  );
  const note = readNote(provenance.checkpoint);
  return {
    provenance,
    checkpoint,
    roster: register.current.roster,
    approvers,
    cosigned: [...witnesses].flatMap(([agency, witness]) => {
      const at = cosignedAt(note, witness);
      return at === undefined ? [] : [{ agency, at }];
    }),
    hasRelease: release !== undefined,
    log:
      log === undefined
        ? undefined
        : verifyCopy(log, {
            ...{ log: key, federation: roster.federation, witnesses },
            // What is included under this checkpoint is in every log that continues it.
            earlier: [provenance.checkpoint],
            register: copy.entries,
          }),
  };
}

/** An entry as the log must have it. */
export interface ProvenEntry {
  readonly entry: AuditEntry;
  readonly index: number;
  readonly inclusion: readonly Uint8Array[];
  /** For messages. */
  readonly what: string;
}

/** The entries that a provenance tells of, made again from what it says: the offer, the answers, the release. */
export function provenEntries({ run, template, offer, answers, release }: Provenance): readonly ProvenEntry[] {
  const { at, register, parameters, requester, purpose, participants } = offer;
  const asked = offerEntry(
    { runId: run, templateDigest: template.digest, register, parameters, requester, purpose, participants },
    { template: template.template, version: template.version, at },
  );
  return [
    { entry: asked, ...placeOf(offer), what: 'the offer' },
    ...answers.map((answer): ProvenEntry => {
      const { agency, refusal } = answer;
      const entry = { type: 'answer', at: answer.at, run, agency, refusal } as const;
      return { entry, ...placeOf(answer), what: `the answer of ${agency}` };
    }),
    {
      entry: { type: 'release', at: release.at, run, digest: release.digest, suppressed: release.suppressed },
      ...placeOf(release),
      what: 'the release',
    },
  ];
}

function placeOf({
  index,
  inclusion,
}: Pick<Provenance['offer'], 'index' | 'inclusion'>): Pick<ProvenEntry, 'index' | 'inclusion'> {
  return { index, inclusion: inclusion.map(fromBase64) };
}

function assertLogged(provenance: Provenance, checkpoint: Checkpoint): void {
  const entries = provenEntries(provenance);
  for (const { entry, index, inclusion, what } of entries) {
    const bytes = bytesOf(entry);
    if (bytes !== undefined && verifyInclusion(leafHash(bytes), index, checkpoint, inclusion)) continue;
    throw new ProvenanceError(
      'ENTRY_NOT_LOGGED',
      `What this provenance says of ${what} is not entry ${index} of the log that was signed.`,
    );
  }
  const places = entries.map(({ index }) => index);
  if (places.some((index, place) => place > 0 && index <= (places[place - 1] ?? 0))) {
    throw new ProvenanceError(
      'ENTRIES_OUT_OF_ORDER',
      'Offer, answers and release do not follow each other in the log: no run can have gone so.',
    );
  }
}

/** Undefined for what is too long for any log. */
function bytesOf(entry: AuditEntry): Uint8Array | undefined {
  try {
    return entryBytes(entry);
  } catch (thrown) {
    if (thrown instanceof AuditError) return undefined;
    throw thrown;
  }
}

function assertParticipants({ offer }: Provenance, { agencies }: Roster): void {
  for (const { agency, datasets } of offer.participants) {
    const known = agencies.find(({ id }) => id === agency);
    if (known === undefined) {
      throw new ProvenanceError(
        'UNKNOWN_PARTICIPANT',
        `${agency} was asked and is not in the roster: take the one that was in force then.`,
      );
    }
    const other = datasets.find(({ dataset }) => dataset !== OPT_OUTS && !known.datasets.includes(dataset));
    if (other !== undefined) {
      throw new ProvenanceError(
        'UNKNOWN_PARTICIPANT',
        `${agency} was asked for ${other.dataset}, which the roster does not let it offer: take the one that was in force then.`,
      );
    }
  }
}

function assertAnswers({ offer, answers }: Provenance): void {
  const asked = offer.participants.map(({ agency }) => agency).toSorted();
  const answered = answers.map(({ agency }) => agency).toSorted();
  if (asked.length !== answered.length || asked.some((agency, place) => agency !== answered[place])) {
    throw new ProvenanceError('ANSWERS_DIFFER', 'Not exactly those agencies have answered that were asked.');
  }
  const refused = answers.find(({ refusal }) => refusal !== null);
  if (refused !== undefined) {
    throw new ProvenanceError(
      'ANSWERS_DIFFER',
      `${refused.agency} refused: no table can have been released after that.`,
    );
  }
}

/**
 * Who approved the template, in the register that the coordinator had when it asked: there it was live, and the requester
 * had been granted its purpose.
 */
function approversOf({ template, offer }: Provenance, register: Register): readonly string[] {
  const requester = requesterOf(offer.requester);
  if (requester === undefined) {
    throw new GovernanceError(
      'PURPOSE_NOT_GRANTED',
      'Who asked is not somebody of an organisation: nobody can have granted them anything.',
    );
  }
  const proposal = register.assertMayAsk(template.digest, requester, new Date(offer.at));
  if (proposal.template.template !== template.template || proposal.template.version !== template.version) {
    throw new ProvenanceError(
      'TEMPLATE_DIFFERS',
      'The template that was asked is not the one that the log names: its name or version is another.',
    );
  }
  return [...proposal.approvals.keys()];
}

const cellsSchema = z.looseObject({
  table: z.looseObject({ cells: z.array(z.looseObject({ value: z.unknown() })) }),
});

function assertRelease({ release: { digest, suppressed } }: Provenance, bytes: Uint8Array): void {
  if (bytes.length > MAX_RELEASE_BYTES) throw badRelease(`it has more than ${MAX_RELEASE_BYTES} bytes`);
  const value = jsonOf(bytes);
  const release = cellsSchema.safeParse(value).data;
  if (release === undefined) throw badRelease('it is not JSON with the cells of a table');
  if (digestOf(value) !== digest) {
    throw new ProvenanceError(
      'RELEASE_DIFFERS',
      'This release is not the one that the log has: something in it is another. Export it again, and compare.',
    );
  }
  const hidden = release.table.cells.filter(({ value: shown }) => shown === null).length;
  if (hidden !== suppressed) {
    throw new ProvenanceError(
      'RELEASE_DIFFERS',
      `This release has ${hidden} suppressed cells, and the log says that it has ${suppressed}.`,
    );
  }
}

/** Undefined for what has no RFC 8785 form: half a character, for one. */
function digestOf(release: unknown): string | undefined {
  try {
    return releaseDigest(release);
  } catch (thrown) {
    if (thrown instanceof TypeError) return undefined;
    throw thrown;
  }
}

/** Undefined for what isn't. */
function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function badRelease(why: string): ProvenanceError {
  return new ProvenanceError(
    'BAD_RELEASE',
    `This is not a release: ${why}. \`tally export RUN --format json\` writes one.`,
  );
}
