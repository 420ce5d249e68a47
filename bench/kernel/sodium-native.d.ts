/** What is measured of it; the package has no types of its own. */
declare module 'sodium-native' {
  /** X25519 (RFC 7748): 32 bytes into `shared`. */
  export function crypto_scalarmult(shared: Buffer, scalar: Buffer, point: Buffer): void;
  const sodium: { readonly crypto_scalarmult: typeof crypto_scalarmult };
  export default sodium;
}
