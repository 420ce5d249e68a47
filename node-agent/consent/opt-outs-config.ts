import { z } from 'zod';

import { IDENTIFIERS, keysOf, MAX_IDENTIFIER_VALUES, schemes } from '../../core/linkage/index.js';
import type { HeldIdentifiers, IdentifierName } from '../../core/linkage/index.js';
import { placeFrom, placeSettings, sourcePlace } from '../source/source-config.js';
import type { SourcePlace } from '../source/source-config.js';

/** Opt-out lists of one agency. */
export const MAX_OPT_OUT_LISTS = 16;
/** A week: whoever waits longer to be left out has not been left out. */
export const MAX_OPT_OUTS_AGE_HOURS = 168;
export const DEFAULT_OPT_OUTS_AGE_HOURS = 24;

const column = z.string().min(1).max(200);
/** Of one identifier: former names, earlier addresses too. */
const columns = z
  .union([column, z.array(column).min(1).max(MAX_IDENTIFIER_VALUES)], {
    error: `must be a column, or a list of 1 to ${MAX_IDENTIFIER_VALUES} columns`,
  })
  .transform((named) => (typeof named === 'string' ? [named] : named));

/** Where a list of people who have opted out is, and which of its columns are which identifiers. */
export interface OptOutListConfig {
  readonly place: SourcePlace;
  /** In the order of IDENTIFIERS; preferred columns first. */
  readonly identifiers: ReadonlyMap<IdentifierName, readonly string[]>;
}

const listSchema = z
  .strictObject({
    ...placeSettings,
    identifiers: z.partialRecord(z.enum(IDENTIFIERS), columns),
  })
  .transform((settings, context): OptOutListConfig => {
    const found = sourcePlace(settings);
    const identifiers = new Map(
      IDENTIFIERS.flatMap((name) => {
        const named = settings.identifiers[name];
        return named === undefined ? [] : [[name, named] as const];
      }),
    );
    if (!('place' in found)) {
      context.addIssue({ code: 'custom', path: [...found.at], message: found.message });
      return z.NEVER;
    }
    if (!canMakeKeys(heldBy(identifiers))) {
      const message = 'make no match key, so that nobody could be left out by them: name more columns';
      context.addIssue({ code: 'custom', path: ['identifiers'], message });
      return z.NEVER;
    }
    return { place: found.place, identifiers };
  });

/** The `optOuts` of a node's configuration. */
export const optOutsSchema = z.strictObject({
  /** Offers are refused when the lists were read longer ago than this. */
  maximumAgeHours: z.number().positive().max(MAX_OPT_OUTS_AGE_HOURS).default(DEFAULT_OPT_OUTS_AGE_HOURS),
  lists: z.array(listSchema).min(1).max(MAX_OPT_OUT_LISTS),
});
export type OptOutsConfig = z.infer<typeof optOutsSchema>;

/** The same with every path made absolute by `from`. */
export function optOutsFrom(config: OptOutsConfig, from: (path: string) => string): OptOutsConfig {
  return { ...config, lists: config.lists.map((list) => ({ ...list, place: placeFrom(list.place, from) })) };
}

/** How many values there may be of each identifier. */
export function heldBy(identifiers: OptOutListConfig['identifiers']): HeldIdentifiers {
  return new Map([...identifiers].map(([name, named]) => [name, named.length]));
}

function canMakeKeys(held: HeldIdentifiers): boolean {
  return [...schemes.values()].some((scheme) => keysOf(scheme, held).length > 0);
}
