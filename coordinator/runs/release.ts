import type { Presentation, ReleasedTable } from '../../core/disclosure/index.js';
import type { LinkageReport } from '../../core/linkage/index.js';
import { explainTemplate, presentationOf, type BoundTemplate, type Roster } from '../../core/templates/index.js';
import { makeLinkage } from '../linkage/make-linkage.js';
import type { ReleasedLinkage } from '../linkage/released-linkage.js';
import { makeOptOuts, type ReleasedOptOuts } from './opt-outs.js';
import type { ReleaseSource } from './participants.js';
import type { PreparedRun } from './prepared-run.js';
import { releaseNotes } from './release-notes.js';

/** What a finished run gives: the protected table and what one needs to read it. */
export interface Release {
  /** The question that the table answers. */
  readonly question: string;
  /** What the analyst chose, each parameter with the meanings of its values. */
  readonly chosen: readonly ChosenParameter[];
  readonly table: ReleasedTable;
  /** What the table's rates and quantiles are of. */
  readonly presentation: Presentation;
  /** Whose records went into it, and of which day. */
  readonly sources: readonly ReleaseSource[];
  /** How people were linked, and how well; null where nobody was, and in releases of before it was told. */
  readonly linkage: ReleasedLinkage | null;
  /** Who was left out because they opted out; null where no agency brought a list, and in releases of before there were any. */
  readonly optOuts: ReleasedOptOuts | null;
  /** What a reader has to know of the sources, of the noise and of what is not shown, in plain words. */
  readonly notes: readonly string[];
}

export interface ChosenParameter {
  readonly parameter: string;
  /** In words. */
  readonly values: readonly string[];
}

/** What a run that was counted and protected has to say. */
export interface Finished {
  readonly table: ReleasedTable;
  /** Of the join; unprotected. */
  readonly linkage: readonly LinkageReport[];
  /** Of the join; unprotected. */
  readonly leftOut: number | null;
}

export function makeRelease(
  bound: BoundTemplate,
  prepared: Pick<PreparedRun, 'parameters' | 'participation' | 'plan' | 'terms' | 'statistics'>,
  roster: Roster,
  { table, linkage: reports, leftOut }: Finished,
): Release {
  const { parameters, participation, plan, terms, statistics } = prepared;
  const linkage = makeLinkage({ bound, plan, terms, roster, statistics, reports, table });
  const optOuts = makeOptOuts({ plan, terms, lists: participation.optOuts, leftOut });
  const { participants, sources } = participation;
  return {
    question: explainTemplate(bound, parameters, roster).question,
    chosen: [...parameters.values].map(([parameter, codes]) => {
      const choices = bound.parameters.get(parameter)?.choices;
      return { parameter, values: codes.map((code) => choices?.get(code) ?? code) };
    }),
    table,
    presentation: presentationOf(bound),
    sources,
    linkage,
    optOuts,
    notes: releaseNotes({ bound, participants, sources, terms, roster, table, linkage, optOuts }),
  };
}
