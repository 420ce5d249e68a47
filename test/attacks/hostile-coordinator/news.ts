import { generateKeyPairSync, sign } from 'node:crypto';

import { ACT_KIND, registerHead } from '../../../core/governance/index.js';
import { preAuthenticationEncoding, readEnvelope, writeEnvelope } from '../../../core/signing/index.js';
import type { Envelope, EnvelopeKind } from '../../../core/signing/index.js';
import { parseTemplate } from '../../../core/templates/index.js';
import { Board } from '../../../examples/bold/demo/board.js';
import type { Attempt, World } from './world.js';
import { NAMED } from './question.js';

/** The version after the one that has been approved. */
export const NEXT = { ...NAMED, version: 2 };

/** Hands out these entries as the whole register, then asks by them for version 2. */
export async function tellAndAsk(world: World, entries: readonly Uint8Array[]): Promise<readonly Attempt[]> {
  await world.coordinator.tell({ first: 0, entries, statement: undefined });
  return askNext(world, entries);
}

/** Asks for version 2 by a register that has these entries. */
export function askNext(world: World, entries: readonly Uint8Array[]): Promise<readonly Attempt[]> {
  return world.ask(world.offer({ templateDigest: world.digest(NEXT.version), register: registerHead(entries) }), NEXT);
}

/** The entries with the last one changed. */
export function lastBecomes(
  entries: readonly Uint8Array[],
  change: (entry: Uint8Array) => Uint8Array,
): readonly Uint8Array[] {
  return entries.map((entry, place) => (place === entries.length - 1 ? change(entry) : entry));
}

/** An act with other signed bytes and the signatures that it had. */
export function withPayload(entry: Uint8Array, change: (payload: Uint8Array) => Uint8Array): Uint8Array {
  const { payload, signatures } = readEnvelope(entry, ACT_KIND);
  return writeEnvelope(ACT_KIND.payloadType, { payload: change(payload), signatures });
}

/** The same words in the names of the same officers, signed with a key of one's own. */
export function forged(kind: EnvelopeKind, entry: Uint8Array): Uint8Array {
  const { payload, signatures } = readEnvelope(entry, kind);
  const { privateKey } = generateKeyPairSync('ed25519');
  const sig = new Uint8Array(sign(null, preAuthenticationEncoding(kind.payloadType, payload), privateKey));
  const others: Envelope['signatures'] = signatures.map(({ keyid }) => ({ keyid, sig }));
  return writeEnvelope(kind.payloadType, { payload, signatures: others });
}

/** A register of the same federation with officers of one's own, who approve whatever they are given. */
export function boardOfOnesOwn({ board, clock, template }: World): Board {
  const { federation, agencies, coordinator } = board.roster;
  const own = new Board({
    ...{ federation, agencies, coordinator: coordinator.identityKey, clock },
    purposes: [parseTemplate(template(1)).purpose],
  });
  own.publish(template(1));
  own.publish(template(NEXT.version));
  return own;
}

/** Another payload: one byte of it is another. */
export function oneByteOther(payload: Uint8Array): Uint8Array {
  return payload.map((byte, place) => (place === payload.length - 2 ? byte ^ 1 : byte));
}

/** The same JSON with a space in it. */
export function writtenAgain(payload: Uint8Array): Uint8Array {
  return new TextEncoder().encode(new TextDecoder().decode(payload).replace(':', ': '));
}

/** The same act in other JSON around it: the signed bytes and the signatures are what they were. */
export function laidOutOtherwise(entry: Uint8Array): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify(JSON.parse(new TextDecoder().decode(entry)), null, 1).replaceAll('\n', ' '),
  );
}

/** The same act with its last signature left out. */
export function withoutLastSignature(entry: Uint8Array): Uint8Array {
  const { payload, signatures } = readEnvelope(entry, ACT_KIND);
  return writeEnvelope(ACT_KIND.payloadType, { payload, signatures: signatures.slice(0, -1) });
}
