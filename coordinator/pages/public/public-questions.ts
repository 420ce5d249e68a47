import { CodedError } from '../../../core/base/index.js';
import { actsOf, registerView } from '../../../core/governance/index.js';
import type { Proposal, RecordedAct, TemplateStanding, TemplateState } from '../../../core/governance/index.js';
import { bindTemplate } from '../../../core/templates/index.js';
import type { BoundTemplate } from '../../../core/templates/index.js';
import type { SiteServices } from '../site-services.js';

/** One version of a question, as the register has it today. */
export interface PublicQuestion {
  readonly proposal: Proposal;
  readonly standing: TemplateStanding;
  /** Null where the dataset definitions that it was made for are not here. */
  readonly bound: BoundTemplate | null;
  /** What was signed about it, in order. */
  readonly acts: readonly RecordedAct[];
}

/** Where versions stand, as the public is told. */
export const QUESTION_GROUPS = ['live', 'deciding', 'past'] as const;
export type QuestionGroup = (typeof QUESTION_GROUPS)[number];

export const GROUP_OF: Readonly<Record<TemplateState, QuestionGroup>> = {
  draft: 'deciding',
  proposed: 'deciding',
  'under-review': 'deciding',
  approved: 'deciding',
  live: 'live',
  expired: 'past',
  revoked: 'past',
  superseded: 'past',
};

interface Known {
  /** Day and register that it is of. */
  readonly key: string;
  readonly acts: readonly RecordedAct[];
  readonly all: readonly PublicQuestion[];
}

/** The questions of the register in force: worked out anew when another register is, or another day begins. */
export class PublicQuestions {
  readonly #services: Pick<SiteServices, 'registers' | 'catalogue' | 'clock'>;
  readonly #bound = new Map<string, BoundTemplate | null>();
  #known: Known | undefined;

  constructor(services: Pick<SiteServices, 'registers' | 'catalogue' | 'clock'>) {
    this.#services = services;
  }

  /** In the order in which they were proposed. */
  all(): readonly PublicQuestion[] {
    return this.#now().all;
  }

  /** Everything that was signed, in order. */
  acts(): readonly RecordedAct[] {
    return this.#now().acts;
  }

  /** Undefined where there is none. */
  find(template: string, version: number): PublicQuestion | undefined {
    return this.all().findLast(
      ({ proposal }) => proposal.template.template === template && proposal.template.version === version,
    );
  }

  /** What is live of that name, else the latest version. */
  latest(template: string): PublicQuestion | undefined {
    const named = this.all().filter(({ proposal }) => proposal.template.template === template);
    return (
      named.find(({ standing }) => standing.state === 'live') ??
      named.toSorted((one, other) => one.standing.version - other.standing.version).at(-1)
    );
  }

  /** The template with this digest, resolved; undefined where it is unknown, or can't be. */
  boundOf(digest: string): BoundTemplate | undefined {
    return this.all().find(({ standing }) => standing.digest === digest)?.bound ?? undefined;
  }

  #now(): Known {
    const { registers, clock } = this.#services;
    const { register, copy } = registers;
    const now = clock.now();
    const key = `${now.toISOString().slice(0, 10)} ${copy.head.size} ${copy.head.root}`;
    if (this.#known?.key === key) return this.#known;
    const acts = actsOf(copy.entries);
    const { templates } = registerView(register, acts, now);
    const all = register.proposals.flatMap((proposal, place): PublicQuestion[] => {
      const standing = templates[place];
      if (standing === undefined) return [];
      const own = acts.filter(
        ({ act, digest }) => digest === proposal.digest || ('proposal' in act && act.proposal === proposal.digest),
      );
      return [{ proposal, standing, bound: this.#bind(proposal), acts: own }];
    });
    this.#known = { key, acts, all };
    return this.#known;
  }

  #bind({ templateDigest, template }: Proposal): BoundTemplate | null {
    const known = this.#bound.get(templateDigest);
    if (known !== undefined) return known;
    let bound: BoundTemplate | null;
    try {
      bound = bindTemplate(template, this.#services.catalogue);
    } catch (thrown) {
      if (!(thrown instanceof CodedError)) throw thrown;
      bound = null;
    }
    this.#bound.set(templateDigest, bound);
    return bound;
  }
}
