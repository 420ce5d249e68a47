import { requesterText } from '../../core/governance/index.js';

/** What somebody who has signed in may be; everybody may read what is public. */
export const ROLES = ['analyst', 'officer', 'operator'] as const;
export type Role = (typeof ROLES)[number];

/** Somebody who has signed in, as the sign-in service or the file of people says who they are. */
export interface Account {
  /** The sign-in service's own id of them (`sub`). It is shown to nobody and never leaves the coordinator. */
  readonly subject: string;
  /** As they see themselves on pages; nobody else does. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** Of the roster; null for whoever belongs to none, and then they can't ask. */
  readonly organisation: string | null;
  /** The name under which they ask: a role's, no person's, for agencies and the audit log have it. Null for who isn't an analyst. */
  readonly analyst: string | null;
  /** Their id as an officer in the roster; null for who isn't one. */
  readonly officer: string | null;
}

/** `analyst@organisation`, as agencies and the audit log have it; undefined for who can't ask. */
export function requesterOfAccount({ analyst, organisation }: Account): string | undefined {
  return analyst === null || organisation === null ? undefined : requesterText({ analyst, organisation });
}
