/** expand_message_xmd with SHA-512 for 64 bytes of output (RFC 9380 section 5.3.1), where one block is enough. */
import { DIGEST, PADDING, ZERO_BLOCK_STATE } from './memory';
import { absorb, absorbByte, BLOCK_BYTES, DIGEST_BYTES, finish, saveState, start512, startFrom } from './sha512';

/** Every message starts with a block of zeros: its state is computed once. */
export function prepareExpansion(): void {
  start512();
  absorb(PADDING, BLOCK_BYTES);
  saveState(ZERO_BLOCK_STATE);
}

/** 64 uniform bytes; `dst` without its length byte. */
export function expandMessage(o: usize, message: usize, length: usize, dst: usize, dstLength: usize): void {
  startFrom(ZERO_BLOCK_STATE, BLOCK_BYTES);
  absorb(message, length);
  absorbByte(0);
  absorbByte(<u8>DIGEST_BYTES);
  absorbByte(0);
  absorb(dst, dstLength);
  absorbByte(<u8>dstLength);
  finish(DIGEST);
  start512();
  absorb(DIGEST, DIGEST_BYTES);
  absorbByte(1);
  absorb(dst, dstLength);
  absorbByte(<u8>dstLength);
  finish(o);
}
