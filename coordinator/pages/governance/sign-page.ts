import type { Response } from 'express';
import { z } from 'zod';
import { fromBase64, toBase64 } from '../../../core/base/index.js';
import { MAX_ACT_BYTES } from '../../../core/governance/index.js';
import type { RelyingParty } from '../../../core/signing/index.js';
import type { ActToSign, SignedAct } from '../../governance/act-desk.js';

/** What an officer reads and signs, and where they come from and go. */
export interface Signing {
  readonly title: string;
  readonly acts: readonly ActToSign[];
  /** Page to go back to, and on to once it is signed. */
  readonly back: string;
  readonly next: string;
  /** Command of `tally` that does the same with a key file. */
  readonly command: string;
  /** Undefined where the roster has no passkeys: then signatures are made with key files only. */
  readonly passkeys: RelyingParty | undefined;
}

export function showSigning(response: Response, { title, acts, back, next, command, passkeys }: Signing): void {
  response.render('governance/sign.njk', {
    ...{ title, back, next, command },
    rpId: passkeys?.rpId ?? null,
    acts: acts.map(({ payload, challenge, sections }) => ({
      sections,
      payload: toBase64(payload),
      challenge: Buffer.from(challenge).toString('base64url'),
    })),
  });
}

/** Acts that one opening of a passkey's page signs. */
export const MAX_SIGNED_ACTS = 2;
/** Base64 is four characters for three bytes. */
const MAX_PAYLOAD_CHARACTERS = Math.ceil(MAX_ACT_BYTES / 3) * 4;
/** Of anything else that is signed, in base64. */
export const MAX_PART_CHARACTERS = 8_192;

const part = z.string().max(MAX_PART_CHARACTERS).transform(bytesOf);

const signedSchema = z
  .array(
    z.strictObject({
      payload: z.string().max(MAX_PAYLOAD_CHARACTERS).transform(bytesOf),
      signature: part,
      authenticatorData: part,
      clientDataJSON: part,
    }),
  )
  .min(1)
  .max(MAX_SIGNED_ACTS);

/** What the page's script has sent of it: JSON in a form's field. Undefined where it is none of that. */
export function signedActs(field: unknown): readonly SignedAct[] | undefined {
  if (typeof field !== 'string') return undefined;
  try {
    return signedSchema
      .parse(JSON.parse(field))
      .map(({ payload, signature: sig, authenticatorData, clientDataJSON: clientDataJson }) => ({
        ...{ payload, sig },
        assertion: { authenticatorData, clientDataJson },
      }));
  } catch {
    return undefined;
  }
}

function bytesOf(text: string, context: z.RefinementCtx): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'must be base64' });
    return z.NEVER;
  }
}
