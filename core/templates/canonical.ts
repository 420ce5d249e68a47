import { equalBytes, toHex } from '../base/index.js';
import { canonicalJson, sha256 } from './canonical-json.js';
import { checkValue } from './document.js';
import { TemplateError } from './errors.js';
import { templateSchema } from './template-schema.js';
import type { Template } from './template.js';

/** Bytes of a template's canonical form: JSON quotes what YAML doesn't, and defaults are filled in. */
export const MAX_PAYLOAD_BYTES = 262_144;

/** The bytes that are signed: RFC 8785. Thrown when they are more than the limit: TemplateError TOO_LARGE. */
export function canonicalTemplate(template: Template): Uint8Array {
  const payload = canonicalJson(template);
  assertSize(payload);
  return payload;
}

/**
 * Reads the template out of signed bytes, which must be exactly its canonical form, so that nothing is signed that no
 * reader of the template sees.
 * Thrown when they aren't: TemplateError TOO_LARGE, BAD_PAYLOAD or BAD_TEMPLATE.
 */
export function templateFromPayload(payload: Uint8Array): Template {
  assertSize(payload);
  let value: unknown;
  // What isn't UTF-8 is read as U+FFFD, whose bytes are others: such a payload is not canonical.
  try {
    value = JSON.parse(new TextDecoder().decode(payload));
  } catch (error) {
    throw new TemplateError('BAD_PAYLOAD', 'The signed bytes are not JSON.', [], { cause: error });
  }
  const template = checkValue(value, { schema: templateSchema, what: 'a template', code: 'BAD_TEMPLATE' });
  if (!equalBytes(canonicalTemplate(template), payload)) {
    throw new TemplateError('BAD_PAYLOAD', 'The signed bytes are not the canonical form of their template.');
  }
  return template;
}

/** SHA-256 of the payload, 64 hexadecimal digits: the template's identity. */
export function templateDigest(payload: Uint8Array): string {
  return toHex(sha256(payload));
}

function assertSize(payload: Uint8Array): void {
  if (payload.length > MAX_PAYLOAD_BYTES) {
    throw new TemplateError(
      'TOO_LARGE',
      `The canonical form of a template must have at most ${MAX_PAYLOAD_BYTES} bytes.`,
    );
  }
}
