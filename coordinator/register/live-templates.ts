import { CodedError, messageOf } from '../../core/base/index.js';
import type { Proposal, Register } from '../../core/governance/index.js';
import {
  bindTemplate,
  isExpired,
  type BoundTemplate,
  type Catalogue,
  type Template,
} from '../../core/templates/index.js';
import { CoordinatorError } from '../errors.js';

/** A template that governance has published, ready to be asked. */
export interface LiveTemplate {
  /** SHA-256 of its signed bytes, 64 hexadecimal digits. */
  readonly digest: string;
  /** Ids of the officers who approved it. */
  readonly approvers: readonly string[];
  readonly bound: BoundTemplate;
}

/** Which templates may be asked. Agencies check each again for themselves. */
export interface LiveTemplates {
  /** By name. */
  list(): readonly LiveTemplate[];
  /** Thrown when there is none of that name: CoordinatorError UNKNOWN_TEMPLATE. */
  get(name: string): LiveTemplate;
}

/** A template that is live, and that this coordinator can't ask. */
export interface UnusableTemplate {
  readonly template: string;
  readonly why: string;
}

/** Of each name there is one at most: the register has one version live. */
export function createLiveTemplates(templates: readonly LiveTemplate[]): LiveTemplates {
  const named = new Map(templates.map((one) => [one.bound.template.template, one]));
  const sorted = [...named.keys()].toSorted().flatMap((name) => named.get(name) ?? []);
  return {
    list: () => sorted,
    get: (name) => {
      const found = named.get(name);
      if (found !== undefined) return found;
      const known = [...named.keys()].toSorted().join(', ');
      throw new CoordinatorError(
        'UNKNOWN_TEMPLATE',
        `No template of that name is live. There is: ${known === '' ? 'none yet' : known}.`,
      );
    },
  };
}

/** Those of the register in force: another one may have others. */
export class TemplatesInForce implements LiveTemplates {
  readonly #catalogue: Catalogue;
  #live: LiveTemplates = createLiveTemplates([]);

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  list(): readonly LiveTemplate[] {
    return this.#live.list();
  }

  get(name: string): LiveTemplate {
    return this.#live.get(name);
  }

  /** Goes by that register from now on. Returns those that can't be asked with the dataset definitions that there are. */
  take({ proposals }: Register): readonly UnusableTemplate[] {
    const unusable: UnusableTemplate[] = [];
    const live = proposals
      .filter(({ state }) => state === 'live')
      .flatMap((proposal) => {
        try {
          return [ready(proposal, this.#catalogue)];
        } catch (thrown) {
          if (!(thrown instanceof CodedError)) throw thrown;
          unusable.push({ template: proposal.template.template, why: messageOf(thrown) });
          return [];
        }
      });
    this.#live = createLiveTemplates(live);
    return unusable;
  }
}

function ready({ template, templateDigest, approvals }: Proposal, catalogue: Catalogue): LiveTemplate {
  return { digest: templateDigest, approvers: [...approvals.keys()], bound: bindTemplate(template, catalogue) };
}

/** Thrown when its last day has passed: CoordinatorError TEMPLATE_EXPIRED. */
export function assertNotExpired(template: Template, now: Date): void {
  if (!isExpired(template, now)) return;
  throw new CoordinatorError(
    'TEMPLATE_EXPIRED',
    `${template.template} expired on ${template.expires}: governance has to publish a newer version.`,
  );
}
