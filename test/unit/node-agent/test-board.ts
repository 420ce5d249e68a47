import {
  actDigest,
  actPayload,
  instantOf,
  registerCopy,
  registerOf,
  rosterOf,
} from '../../../core/governance/index.js';
import type { Mark, RegisterHead } from '../../../core/governance/index.js';
import { canonicalTemplate } from '../../../core/templates/index.js';
import type { Template } from '../../../core/templates/index.js';
import { ANALYSTS, Board } from '../../../examples/bold/demo/board.js';
import type { BoardPlan } from '../../../examples/bold/demo/board.js';
import type { GovernanceGrounds } from '../../../node-agent/offers/verify-offer.js';
import { now } from './snapshot-fixtures.js';

/** Who asks in tests: one of those whose organisation a board grants every purpose. */
export const ANALYST = `analyst@${ANALYSTS}`;

const REVIEWERS = ['data-officer', 'victims-officer'] as const;

/** Officers of a federation in a test, who sign when the test says. */
export class TestBoard extends Board {
  readonly clock: { at: Date };

  constructor(plan: Omit<BoardPlan, 'clock' | 'purposes'> & { readonly purposes?: readonly string[] }, at = now) {
    const clock = { at };
    super({ purposes: ['research-statistics'], ...plan, clock: { now: () => clock.at } });
    this.clock = clock;
  }

  /** Takes it through everything until it is live. Returns its digest. */
  publishTemplate(template: Template): string {
    return this.publish(textOf(template));
  }

  /** Takes a proposed one through everything but its publication. `step`: called before each, and at the end. */
  approve(template: Template, step: () => void): void {
    const proposal = this.#proposalOf(template);
    const met: Mark = { mark: 'met', reason: 'It is, for a test.' };
    const principles = { relevant: met, impactful: met, clearAndInformative: met, nonStigmatising: met };
    const said = { federation: this.roster.federation, made: instantOf(this.clock.at) };
    const reviews = REVIEWERS.map((officer, index) => {
      const salt = String(index).repeat(64);
      return { ...said, act: 'review' as const, proposal, officer, salt, principles };
    });
    const digests = reviews.map((review) => actDigest(actPayload(review)));
    step();
    REVIEWERS.forEach((officer, index) =>
      this.act({ act: 'commit-review', proposal, officer, review: digests[index] ?? '' }, [officer]),
    );
    step();
    for (const review of reviews) this.act(review, [review.officer]);
    step();
    this.act({ act: 'approve', proposal, reviews: digests.toSorted() }, REVIEWERS);
    step();
  }

  /** Makes an approved one live. */
  publishApproved(template: Template): void {
    this.act({ act: 'publish', proposal: this.#proposalOf(template) }, ['data-officer']);
  }

  get head(): RegisterHead {
    return registerCopy(this.entries, this.fingerprint).head;
  }

  /** What a node has that knows all of it; a registrar has always just said so. */
  get grounds(): GovernanceGrounds {
    const copy = registerCopy(this.entries, this.fingerprint);
    return { copy, roster: rosterOf(this.roster), assertUpToDate: () => undefined };
  }

  #proposalOf({ template: name, version }: Template): string {
    const { proposals } = registerOf(this.entries, this.fingerprint);
    const found = proposals.find(({ template }) => template.template === name && template.version === version);
    if (found === undefined) throw new RangeError(`${name} was not proposed`);
    return found.digest;
  }
}

/** As officers put it up: JSON is YAML too. */
export function textOf(template: Template): string {
  return new TextDecoder().decode(canonicalTemplate(template));
}
