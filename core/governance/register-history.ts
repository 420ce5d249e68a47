import { payloadTypeOf, readEnvelope } from '../signing/index.js';
import { ACT_KIND, ACT_PAYLOAD_TYPE, actDigest, actFromPayload } from './act.js';
import type { Act } from './act.js';
import { openEnvelope } from './payload.js';
import { ROSTER_KIND } from './roster-chain.js';
import { officerKeys } from './roster-keys.js';
import type { RosterOfficer, SignedRoster } from './roster.js';
import { rosterFromPayload } from './signed-roster.js';

/** An act as it stands in the register, with those who have signed it as the roster of that moment knew them. */
export interface RecordedAct {
  /** Number of the entry, from 0. */
  readonly entry: number;
  readonly digest: string;
  readonly act: Act;
  readonly signers: readonly RosterOfficer[];
}

/**
 * All acts in their order, for what the fold forgets: when they were made, by their signers' clocks, and by whom. Only of
 * entries that `registerOf` has taken: here no signature is checked again.
 */
export function actsOf(entries: Iterable<Uint8Array>): readonly RecordedAct[] {
  const acts: RecordedAct[] = [];
  let roster: SignedRoster | undefined;
  let entry = 0;
  for (const bytes of entries) {
    if (payloadTypeOf(bytes) === ACT_PAYLOAD_TYPE) {
      const { payload, signatures } = openEnvelope(bytes, ACT_KIND);
      const keys = roster === undefined ? undefined : officerKeys(roster);
      const signers = signatures.flatMap(({ keyid }) => keys?.get(keyid)?.officer ?? []);
      acts.push({ entry, digest: actDigest(payload), act: actFromPayload(payload), signers });
    } else roster = rosterFromPayload(readEnvelope(bytes, ROSTER_KIND).payload);
    entry += 1;
  }
  return acts;
}
