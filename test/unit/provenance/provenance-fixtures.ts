import {
  cosign,
  formatNote,
  inclusionProof,
  leafHash,
  parseNote,
  rootOf,
  withCosignature,
  witnessKey,
} from '../../../core/audit/index.js';
import { AUDIT_LOG_FORMAT, entryBytes, offerEntry, releaseDigest } from '../../../core/audit-entries/index.js';
import type { AuditEntry, LogCopy, LoggedTemplate } from '../../../core/audit-entries/index.js';
import { CodedError, toBase64, toHex, utf8Bytes } from '../../../core/base/index.js';
import { registerCopy, registerHead } from '../../../core/governance/index.js';
import type { RegisterCopy, SignedRoster } from '../../../core/governance/index.js';
import { PROVENANCE_FORMAT, signProvenance, verifyProvenance } from '../../../core/provenance/index.js';
import type { Provenance, ProvenanceGrounds } from '../../../core/provenance/index.js';
import { canonicalTemplate, templateDigest } from '../../../core/templates/index.js';
import type { RunOffer } from '../../../core/templates/index.js';
import { checkpointOf, coordinator, FEDERATION, MemoryLog, seconds, testKey } from '../audit/audit-fixtures.js';
import { Entries, fingerprintOf, ROSTER, TEMPLATE } from '../governance/fixtures.js';

export const RUN = '3f0c8f0e-5a52-4a1f-9d55-6f1f3c1a2b3c';
export const template = TEMPLATE;

const police = testKey(2);

const agency = (id: string, seed: number, dataset: string): SignedRoster['agencies'][number] => ({
  ...{ id, name: `Agency ${id}`, organisation: 'police' },
  ...{ identityKey: toBase64(testKey(seed).publicKey), datasets: [dataset] },
});

export const roster: SignedRoster = {
  ...ROSTER,
  federation: FEDERATION,
  agencies: [
    agency('police', 2, 'police.crimes'),
    agency('charity', 3, 'charities.support'),
    agency('courts', 4, 'courts.hearings'),
  ],
  coordinator: { identityKey: toBase64(coordinator.publicKey) },
};

/** A register of this roster, and what else it is made to have. */
export function governed(act: (entries: Entries) => void, change: Partial<SignedRoster> = {}): RegisterCopy {
  const founding = { ...roster, ...change };
  const entries = new Entries(founding);
  act(entries);
  return registerCopy(entries.list, fingerprintOf(founding));
}

/** The same register, of whose first entries somebody has these only. */
export function cutOff({ entries }: RegisterCopy, size: number): RegisterCopy {
  return registerCopy(entries.slice(0, size), fingerprintOf(roster));
}

export function ask(entries: Entries): void {
  entries.grant();
  entries.live();
}

/** The template is live, and the purpose granted. */
export const register = governed(ask);

export const release = {
  question: 'What is asked?',
  table: { cells: [{ value: 15 }, { value: null }, { value: null }], suppressed: 2 },
};
export const releaseBytes = utf8Bytes(`${JSON.stringify(release, null, 2)}\n`);

export const offer: RunOffer = {
  runId: RUN,
  templateDigest: templateDigest(canonicalTemplate(template)),
  register: register.head,
  parameters: { quarters: ['2025-Q1', '2025-Q2'] },
  requester: 'analyst@justice',
  purpose: 'research-statistics',
  participants: [
    {
      agency: 'police',
      datasets: [
        { dataset: 'police.crimes', snapshot: 'ab'.repeat(32) },
        { dataset: 'opt-outs', snapshot: 'cd'.repeat(32) },
      ],
      floors: { threshold: 10, roundTo: 5, epsilon: null },
    },
    {
      agency: 'charity',
      datasets: [{ dataset: 'charities.support', snapshot: 'ef'.repeat(32) }],
      floors: { threshold: 0, roundTo: 0, epsilon: 0.5 },
    },
  ],
};

const time = (count: number): string => seconds(count).toISOString();

/** What happened, as the coordinator logs it and tells of it. */
export interface Story {
  readonly offer: RunOffer;
  readonly logged: LoggedTemplate;
  readonly answers: readonly { readonly agency: string; readonly refusal: string | null }[];
  readonly release: { readonly digest: string; readonly suppressed: number };
  /** Places of the offer, the answers and the release in the log, after the entries that it begins with. */
  readonly places: readonly number[];
  /** The register as the log tells of it. */
  readonly register: readonly Uint8Array[];
}

const STORY: Story = {
  offer,
  logged: {
    template: template.template,
    version: template.version,
    at: time(1),
  },
  answers: [
    { agency: 'charity', refusal: null },
    { agency: 'police', refusal: null },
  ],
  release: { digest: releaseDigest(release), suppressed: 2 },
  places: [0, 1, 2, 3],
  register: register.entries,
};

export interface Told {
  readonly provenance: Provenance;
  readonly entries: readonly Uint8Array[];
}

/** The log of a story, and the provenance that an honest coordinator makes from it; police have cosigned. */
export function told(changes: Partial<Story> = {}): Told {
  const story = { ...STORY, ...changes };
  const answers = story.answers.map(({ agency, refusal }, place) => ({ agency, refusal, at: time(2 + place) }));
  const ended = { ...story.release, at: time(9) };
  const ofRun: AuditEntry[] = [
    offerEntry(story.offer, story.logged),
    ...answers.map((answer): AuditEntry => ({ type: 'answer', run: RUN, ...answer })),
    { type: 'release', run: RUN, ...ended },
  ];
  const opening: AuditEntry[] = [
    { type: 'opened', at: time(0), format: AUDIT_LOG_FORMAT, federation: FEDERATION },
    ...story.register.map((entry, index) => registerEntry(entry, index)),
  ];
  const places = ofRun.map((_, place) => story.places[place] ?? place);
  const inOrder = places.map((_, wanted) => ofRun[places.indexOf(wanted)]).filter((entry) => entry !== undefined);
  const entries = [...opening, ...inOrder].map(entryBytes);
  const log = new MemoryLog(entries);
  const placeOf = (place: number): { index: number; inclusion: string[] } => {
    const index = opening.length + (places[place] ?? 0);
    return { index, inclusion: inclusionProof(log, index, entries.length).map(toBase64) };
  };
  const { template: name, version, at } = story.logged;
  const { templateDigest: digest, register: head, parameters, requester, purpose, participants } = story.offer;
  return {
    entries,
    provenance: {
      ...{ format: PROVENANCE_FORMAT, federation: FEDERATION, run: RUN },
      template: { template: name, version, digest },
      offer: {
        ...{ at, ...placeOf(0), register: head, parameters: { ...parameters } },
        ...{ requester, purpose, participants: [...participants] },
      },
      answers: answers.map((answer, place) => ({ ...answer, ...placeOf(1 + place) })),
      release: { ...ended, ...placeOf(1 + answers.length) },
      checkpoint: cosignedBy(noteOf(entries, 20), 'police', police),
    },
  };
}

export function registerEntry(entry: Uint8Array, index: number): AuditEntry {
  return { type: 'register', at: time(0), index, leaf: toHex(leafHash(entry)) };
}

/** What happened where this register was in force, and nothing came to it since. */
export function under(copy: RegisterCopy, changes: Partial<Story> = {}): Told {
  const asked = { ...(changes.offer ?? offer), register: registerHead(copy.entries) };
  return told({ ...changes, register: copy.entries, offer: asked });
}

export function noteOf(entries: readonly Uint8Array[], atSeconds: number): string {
  return checkpointOf(rootOf(new MemoryLog(entries), entries.length), entries.length, atSeconds).note;
}

export function cosignedBy(note: string, agency: string, key: ReturnType<typeof testKey>): string {
  const parsed = parseNote(note);
  const witness = witnessKey(FEDERATION, agency, key.publicKey);
  return formatNote(withCosignature(parsed, cosign(parsed.text, witness.name, key, seconds(21)), witness));
}

export function copyOf(entries: readonly Uint8Array[], atSeconds = 60): LogCopy {
  return { checkpoint: noteOf(entries, atSeconds), cosigned: null, entries };
}

export function signed(provenance: Provenance): Uint8Array {
  return signProvenance(provenance, coordinator);
}

/** The code with which verifying says no; undefined where it doesn't. */
export function codeOf(bytes: Uint8Array, grounds: Partial<ProvenanceGrounds> = {}): string | undefined {
  return thrownCode(() => verifyProvenance(bytes, { register, ...grounds }));
}

export function thrownCode(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof CodedError) return String(thrown.code);
    throw thrown;
  }
}
