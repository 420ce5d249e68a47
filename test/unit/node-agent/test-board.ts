import { registerCopy, rosterOf } from '../../../core/governance/index.js';
import type { RegisterHead } from '../../../core/governance/index.js';
import { canonicalTemplate } from '../../../core/templates/index.js';
import type { Template } from '../../../core/templates/index.js';
import { ANALYSTS, Board } from '../../../examples/bold/demo/board.js';
import type { BoardPlan } from '../../../examples/bold/demo/board.js';
import type { GovernanceGrounds } from '../../../node-agent/offers/verify-offer.js';
import { now } from './snapshot-fixtures.js';

/** Who asks in tests: one of those whose organisation a board grants every purpose. */
export const ANALYST = `analyst@${ANALYSTS}`;

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

  get head(): RegisterHead {
    return registerCopy(this.entries, this.fingerprint).head;
  }

  /** What a node has that knows all of it; a registrar has always just said so. */
  get grounds(): GovernanceGrounds {
    const copy = registerCopy(this.entries, this.fingerprint);
    return { copy, roster: rosterOf(this.roster), assertUpToDate: () => undefined };
  }
}

/** As officers put it up: JSON is YAML too. */
export function textOf(template: Template): string {
  return new TextDecoder().decode(canonicalTemplate(template));
}
