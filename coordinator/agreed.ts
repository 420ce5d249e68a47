import type { Log } from '../core/base/index.js';
import type { SigningKey } from '../core/private-join/index.js';
import type { CoordinatorConfig } from './config.js';
import { readIdentity } from './configured-files.js';
import { loadApprovedTemplates, TemplatesInForce } from './register/approved-templates.js';
import { loadCatalogue } from './register/catalogue.js';
import { RosterInForce } from './roster-in-force.js';

/** What a federation has agreed on, as this coordinator's files have it. */
export interface Agreed {
  readonly identity: SigningKey;
  readonly rosters: RosterInForce;
  readonly templates: TemplatesInForce;
}

/**
 * Reads all of it, and changes nothing.
 * Thrown when something is missing or doesn't go together: CoordinatorError CONFIG_INVALID or KEY_FILE_EXPOSED.
 */
export function readAgreed(config: CoordinatorConfig, log: Log): Agreed {
  const identity = readIdentity(config.identityKey);
  const rosters = new RosterInForce({ config, publicKey: identity.publicKey, log });
  const approved = loadApprovedTemplates(config.templates, rosters.current, loadCatalogue(config.datasets));
  return { identity, rosters, templates: new TemplatesInForce(approved) };
}
