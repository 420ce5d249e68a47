/**
 * Every domain-separation string of the protocol (SPEC, Domain separation). A change to what any message means is a new
 * protocol version, and with it all of these change.
 */
export const PROTOCOL = 'tallystick-v1';

export const DOMAINS = {
  request: `${PROTOCOL}/request`,
  context: `${PROTOCOL}/context`,
  shareProof: `${PROTOCOL}/share-proof`,
  shareSignature: `${PROTOCOL}/share-signature`,
  transferSignature: `${PROTOCOL}/transfer-signature`,
  seal: `${PROTOCOL}/seal`,
  decoy: `${PROTOCOL}/decoy`,
  sumsProof: `${PROTOCOL}/sums-proof`,
} as const;

/**
 * Domain of one match key of one federation, so that points are of no use in another study and columns never meet.
 * `federation` and `keyName` are restricted to the roster's and the key scheme's alphabets, neither of which has `/`.
 */
export function matchKeyDomain(federation: string, keyName: string): string {
  return `${PROTOCOL}/matchkey/${federation}/${keyName}`;
}
