import type { Act } from './act.js';

type Without<Some> = Some extends Act ? Omit<Some, 'federation' | 'made' | 'roster'> : never;

/** An act before it is known where and when it is signed. */
export type UnmadeAct = Without<Act>;

export interface ActOrigin {
  readonly federation: string;
  /** Fingerprint of the roster in force. */
  readonly roster: string;
  /** As `instantOf` gives it. */
  readonly made: string;
}

/** Adds what acts say alike: which federation, when, and under which roster wherever the act starts something. */
export function completeAct(unmade: UnmadeAct, { federation, roster, made }: ActOrigin): Act {
  switch (unmade.act) {
    case 'propose':
    case 'commit-review':
    case 'approve':
    case 'publish':
    case 'grant':
      return { federation, made, roster, ...unmade };
    case 'review':
    case 'revoke':
    case 'withdraw-grant':
      return { federation, made, ...unmade };
  }
}
