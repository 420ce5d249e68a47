import type { Clock, Log } from '../core/base/index.js';
import type { SigningKey } from '../core/private-join/index.js';
import type { Catalogue } from '../core/templates/index.js';
import type { RegisterInForce } from '../runtime/index.js';
import type { CoordinatorConfig } from './config.js';
import { readIdentity } from './configured-files.js';
import { openRegister } from './open-register.js';
import { loadCatalogue } from './register/catalogue.js';
import { TemplatesInForce } from './register/live-templates.js';

/** What a federation has agreed on, as this coordinator's files have it. */
export interface Agreed {
  readonly identity: SigningKey;
  readonly registers: RegisterInForce;
  readonly templates: TemplatesInForce;
  /** Every dataset that there is a definition of. */
  readonly catalogue: Catalogue;
}

/**
 * Reads all of it, and changes nothing.
 * Thrown when something is missing or doesn't go together: CoordinatorError CONFIG_INVALID or KEY_FILE_EXPOSED; RuntimeError
 * as `RegisterInForce` says.
 */
export function readAgreed(config: CoordinatorConfig, clock: Clock, log: Log): Agreed {
  const identity = readIdentity(config.identityKey);
  const registers = openRegister({ config, publicKey: identity.publicKey, clock, log });
  const catalogue = loadCatalogue(config.datasets);
  const templates = new TemplatesInForce(catalogue);
  takeTemplates(templates, registers, log);
  return { identity, registers, templates, catalogue };
}

/** Those that are live but can't be asked here are said in the log. */
export function takeTemplates(templates: TemplatesInForce, { register }: RegisterInForce, log: Log): void {
  for (const { template, why } of templates.take(register)) {
    log.warn(
      { event: 'template-unusable', template, reason: why },
      'a template is live, and the dataset definitions here are not those that it needs: it is not offered',
    );
  }
}
