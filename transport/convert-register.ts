import { fromHex, toHex } from '../core/base/index.js';
import { MAX_REGISTER_ENTRIES, STATEMENT_KIND } from '../core/governance/index.js';
import type { RegisterHead } from '../core/templates/index.js';
import { badField, fixedBytes, present, wholeNumber, wholeNumberWithin } from './check.js';
import type { RegisterHead as WireHead, RegisterHead__Output } from './generated/tallystick/v1/RegisterHead.js';
import type { RegisterPart as WirePart, RegisterPart__Output } from './generated/tallystick/v1/RegisterPart.js';
import { MAX_REGISTER_PART_BYTES } from './limits.js';
import type { RegisterPart } from './register-update.js';

/**
 * Wire ⇄ domain for what is said of the register of governance. Whatever is not as the proto file says: TransportError
 * BAD_MESSAGE with the field's name.
 */

/** SHA-256. */
const ROOT_BYTES = 32;

export function fromRegisterHead({ size, root }: RegisterHead): WireHead {
  return { size, root: fromHex(root) };
}

export function toRegisterHead(sent: RegisterHead__Output | null, field: string): RegisterHead {
  const { size, root } = present(sent, field);
  return {
    size: wholeNumberWithin(size, `${field}.size`, 1, MAX_REGISTER_ENTRIES),
    root: toHex(fixedBytes(root, `${field}.root`, ROOT_BYTES)),
  };
}

/** A number of entries; 0 where there are none. */
export function registerSize(value: number, field: string): number {
  return wholeNumber(value, field, MAX_REGISTER_ENTRIES);
}

export function fromRegisterPart({ first, lines, isLast, statement }: RegisterPart): WirePart {
  return { first, lines, last: isLast, statement: statement ?? new Uint8Array(0) };
}

export function toRegisterPart({ first, lines, last, statement }: RegisterPart__Output): RegisterPart {
  return {
    first: registerSize(first, 'register.first'),
    lines: bytesUpTo(lines, 'register.lines', MAX_REGISTER_PART_BYTES),
    isLast: last,
    statement: statement.length === 0 ? undefined : bytesUpTo(statement, 'register.statement', STATEMENT_KIND.maxBytes),
  };
}

function bytesUpTo(value: Uint8Array, field: string, max: number): Uint8Array {
  if (value.length > max) throw badField(field, `must have at most ${max} bytes`);
  return new Uint8Array(value);
}
