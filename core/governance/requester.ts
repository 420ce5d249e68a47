import { MAX_REQUESTER_LENGTH, nameSchema } from '../templates/index.js';
import type { Requester } from './grants.js';

/** What stands between an analyst and their organisation, as in an address. */
const AT = '@';

/** Who asks, in one line as offers, ledgers and the audit log have it: `analyst@organisation`. */
export function requesterText({ analyst, organisation }: Requester): string {
  return `${analyst}${AT}${organisation}`;
}

/**
 * The same taken apart; undefined where it isn't somebody of an organisation. Analysts' names may have an @ themselves, ids
 * of organisations never have.
 */
export function requesterOf(text: string): Requester | undefined {
  const at = text.lastIndexOf(AT);
  const [analyst, organisation] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  if (analyst.trim() === '' || text.length > MAX_REQUESTER_LENGTH) return undefined;
  return nameSchema.safeParse(organisation).success ? { analyst, organisation } : undefined;
}
