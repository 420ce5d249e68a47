import { z } from 'zod';

/** Where a process finds what governance has signed, and what it believes before anything else. */
export interface GovernanceFiles {
  /** The register: everything that officers have signed. */
  readonly register: string;
  /** A registrar's last word how far the register is. */
  readonly statement: string;
  /** Of a roster that an officer has read out, 64 hexadecimal digits; undefined until the federation is founded. */
  readonly fingerprint: string | undefined;
}

const path = z.string().min(1);

export const governanceSchema = z.strictObject({
  register: path,
  statement: path,
  fingerprint: z
    .string()
    .regex(
      /^[0-9a-f]{64}$/,
      'the fingerprint of a roster as an officer has read it out: 64 hexadecimal digits, in small letters',
    )
    .exactOptional(),
});

/** `from` makes a path absolute. */
export function governanceFrom(
  { register, statement, fingerprint }: z.infer<typeof governanceSchema>,
  from: (path: string) => string,
): GovernanceFiles {
  return { register: from(register), statement: from(statement), fingerprint };
}
