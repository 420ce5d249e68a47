import {
  bindTemplate,
  isExpired,
  TemplateError,
  templateFromPayload,
  verifyEnvelope,
  type BoundTemplate,
  type Catalogue,
  type Roster,
  type Template,
} from '../../core/templates/index.js';
import { CoordinatorError } from '../errors.js';
import { readDocuments } from './catalogue.js';

/** A template that governance has signed, ready to be asked. */
export interface ApprovedTemplate {
  /** Its DSSE envelope, byte for byte: what agencies are sent. */
  readonly envelope: Uint8Array;
  /** SHA-256 of the signed payload, 64 hexadecimal digits. */
  readonly digest: string;
  /** Ids of the officers who signed. */
  readonly signers: readonly string[];
  readonly bound: BoundTemplate;
}

/** Which templates may be asked. Agencies check each again for themselves. */
export interface ApprovedTemplates {
  /** By name. */
  list(): readonly ApprovedTemplate[];
  /** Thrown when there is none of that name: CoordinatorError UNKNOWN_TEMPLATE. */
  get(name: string): ApprovedTemplate;
}

/** The newest version of each. */
export function createApprovedTemplates(templates: readonly ApprovedTemplate[]): ApprovedTemplates {
  const newest = new Map<string, ApprovedTemplate>();
  for (const candidate of templates) {
    const { template: name, version } = candidate.bound.template;
    const known = newest.get(name);
    if (known?.bound.template.version === version && known.digest !== candidate.digest) {
      throw new CoordinatorError('CONFIG_INVALID', `templates: there are two of ${name} version ${version}: keep one.`);
    }
    if (known === undefined || known.bound.template.version < version) newest.set(name, candidate);
  }
  const sorted = [...newest.values()].sort((a, b) => (a.bound.template.template < b.bound.template.template ? -1 : 1));
  return {
    list: () => sorted,
    get: (name) => {
      const found = newest.get(name);
      if (found !== undefined) return found;
      const known = sorted.map(({ bound }) => bound.template.template).join(', ');
      throw new CoordinatorError(
        'UNKNOWN_TEMPLATE',
        `There is no approved template of that name. There is: ${known === '' ? 'none yet' : known}.`,
      );
    },
  };
}

/**
 * Reads every signed template (`*.json`) of a folder and verifies it against the roster.
 * Thrown when one can't be used, with all that can't: CoordinatorError CONFIG_INVALID.
 */
export function loadApprovedTemplates(directory: string, roster: Roster, catalogue: Catalogue): ApprovedTemplates {
  return createApprovedTemplates(
    readDocuments('templates', directory, '.json', (envelope) => approve(envelope, roster, catalogue)),
  );
}

function approve(envelope: Uint8Array, roster: Roster, catalogue: Catalogue): ApprovedTemplate {
  const { payload, digest, signers } = verifyEnvelope(envelope, roster.governance);
  return { envelope, digest, signers, bound: bindTemplate(templateFromPayload(payload), catalogue) };
}

/** Those that are approved under the roster in force: a newer one may have other officers. */
export class TemplatesInForce implements ApprovedTemplates {
  readonly #all: readonly ApprovedTemplate[];
  #approved: ApprovedTemplates;

  constructor(approved: ApprovedTemplates) {
    this.#all = approved.list();
    this.#approved = approved;
  }

  list(): readonly ApprovedTemplate[] {
    return this.#approved.list();
  }

  get(name: string): ApprovedTemplate {
    return this.#approved.get(name);
  }

  /** Goes by that roster from now on. Returns the names of those that it does not approve. */
  take({ governance }: Roster): readonly string[] {
    const approved = this.#all.flatMap((one) => {
      try {
        return [{ ...one, signers: verifyEnvelope(one.envelope, governance).signers }];
      } catch (thrown) {
        if (thrown instanceof TemplateError) return [];
        throw thrown;
      }
    });
    this.#approved = createApprovedTemplates(approved);
    const names = approved.map(({ bound }) => bound.template.template);
    return this.#all.map(({ bound }) => bound.template.template).filter((name) => !names.includes(name));
  }
}

/** Thrown when its last day has passed: CoordinatorError TEMPLATE_EXPIRED. */
export function assertNotExpired(template: Template, now: Date): void {
  if (!isExpired(template, now)) return;
  throw new CoordinatorError(
    'TEMPLATE_EXPIRED',
    `${template.template} expired on ${template.expires}: governance has to sign a newer version.`,
  );
}
