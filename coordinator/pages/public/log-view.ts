import { cosignedAt, openCheckpoint, readNote, witnessKey } from '../../../core/audit/index.js';
import type { NoteKey, TreeHead } from '../../../core/audit/index.js';
import { toHex } from '../../../core/base/index.js';
import type { RosterAgency } from '../../../core/templates/index.js';

/** What a page says of the public log. */
export interface LogView {
  readonly size: number;
  /** Hexadecimal. */
  readonly root: string;
  readonly checkpoint: CheckpointView | null;
  /** The newest that an organisation has signed; null before the first. */
  readonly cosigned: CheckpointView | null;
}

export interface CheckpointView {
  readonly size: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The signed note as it is. */
  readonly note: string;
  readonly witnesses: readonly { readonly name: string; readonly at: string }[];
}

export interface LogSources {
  readonly head: TreeHead;
  readonly key: NoteKey;
  readonly checkpoint: string | undefined;
  readonly cosigned: string | undefined;
  readonly federation: string;
  readonly agencies: readonly RosterAgency[];
}

export function logView({ head, key, checkpoint, cosigned, federation, agencies }: LogSources): LogView {
  const viewOf = (note: string | undefined): CheckpointView | null =>
    note === undefined ? null : checkpointView(note, key, federation, agencies);
  return { size: head.size, root: toHex(head.root), checkpoint: viewOf(checkpoint), cosigned: viewOf(cosigned) };
}

function checkpointView(
  note: string,
  key: NoteKey,
  federation: string,
  agencies: readonly RosterAgency[],
): CheckpointView {
  const { checkpoint } = openCheckpoint(note, key);
  const signed = readNote(note);
  return {
    size: checkpoint.size,
    at: checkpoint.at.toISOString(),
    note,
    witnesses: agencies.flatMap(({ id, name, identityKey }) => {
      const at = cosignedAt(signed, witnessKey(federation, id, identityKey));
      return at === undefined ? [] : [{ name, at: at.toISOString() }];
    }),
  };
}
