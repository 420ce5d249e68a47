import type { NoteKey } from './note-key.js';

/** What a federation's log calls itself, and the name of the key that signs its checkpoints. */
export function logOrigin(federation: string): string {
  return `tallystick/${federation}/audit-log`;
}

/** `coordinatorKey`: raw Ed25519, as in the roster. */
export function logKey(federation: string, coordinatorKey: Uint8Array): NoteKey {
  return { name: logOrigin(federation), algorithm: 'ed25519', publicKey: coordinatorKey };
}

/** `agencyKey`: raw Ed25519, as in the roster. */
export function witnessKey(federation: string, agency: string, agencyKey: Uint8Array): NoteKey {
  return { name: `tallystick/${federation}/witness/${agency}`, algorithm: 'cosignature', publicKey: agencyKey };
}
