import { z } from 'zod';

/** What a token may be good for: a closed list, each with what it means for whoever makes one. */
export const SCOPES = ['templates:read', 'agencies:read', 'runs:read', 'runs:write', 'audit:read'] as const;
export type Scope = (typeof SCOPES)[number];

export const SCOPE_MEANINGS: Readonly<Record<Scope, string>> = {
  'templates:read': 'see which questions may be asked, and what each asks of whom',
  'agencies:read': 'see which agencies are connected, and what is left of their privacy budgets',
  'runs:read': 'see your own runs, and what others have had released',
  'runs:write': 'ask, which spends privacy budget in your name, and call your runs off',
  'audit:read': 'read the audit log and its proofs',
};

export const scopesSchema = z
  .array(z.enum(SCOPES))
  .min(1)
  .max(SCOPES.length)
  .refine((scopes) => new Set(scopes).size === scopes.length, 'names a scope twice')
  .readonly();

/** In the order of the list, whatever order they came in. */
export function sortedScopes(scopes: readonly Scope[]): readonly Scope[] {
  return SCOPES.filter((scope) => scopes.includes(scope));
}
