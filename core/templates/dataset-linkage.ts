import { z } from 'zod';

import { IDENTIFIERS, keysOf, MAX_IDENTIFIER_VALUES, MINIMUM_LINKAGE_EPSILON, schemes } from '../linkage/index.js';
import type { HeldIdentifiers, IdentifierName } from '../linkage/index.js';
import { MAXIMUM_EPSILON } from '../noise/index.js';
import { DEFAULT_LINKAGE } from './dataset.js';
import type { DatasetLinkage } from './dataset.js';

const identifiersSchema = z
  .partialRecord(z.enum(IDENTIFIERS), z.int().min(1).max(MAX_IDENTIFIER_VALUES))
  .refine((held) => Object.keys(held).length > 0, 'must have at least 1 entry')
  .transform(inOrder);

const schemeSchema = z
  .string()
  .refine((id) => schemes.has(id), `must be one of ${[...schemes.keys()].join(', ')}`)
  .meta({ enum: [...schemes.keys()] });

const epsilonMessage = {
  error: `must be none, or a number from ${MINIMUM_LINKAGE_EPSILON} to ${MAXIMUM_EPSILON}`,
};

/** The `linkage` block of a dataset definition. What it leaves out is as in DEFAULT_LINKAGE. */
export const linkageSchema: z.ZodType<DatasetLinkage> = z
  .strictObject({
    identifiers: identifiersSchema.default(DEFAULT_LINKAGE.identifiers),
    schemes: z
      .array(schemeSchema)
      .min(1)
      .refine((ids) => new Set(ids).size === ids.length, 'must not name a scheme twice')
      .default([...DEFAULT_LINKAGE.schemes]),
    epsilon: z
      .union(
        [
          z.number(epsilonMessage).min(MINIMUM_LINKAGE_EPSILON, epsilonMessage).max(MAXIMUM_EPSILON, epsilonMessage),
          z.literal('none', epsilonMessage),
        ],
        epsilonMessage,
      )
      .default(DEFAULT_LINKAGE.epsilon),
  })
  .refine(canMakeKeys, {
    path: ['schemes'],
    error: 'have no match key that the identifiers make: hold more of them, or name another scheme',
  });

/** True also where schemes or identifiers are wrong in themselves, which is reported already. */
function canMakeKeys({ identifiers, schemes: ids }: DatasetLinkage): boolean {
  const named = ids.map((id) => schemes.get(id));
  // Where something is wrong with them, they are what the document says still: no map.
  if (!(identifiers instanceof Map) || identifiers.size === 0 || named.length === 0) return true;
  return named.some((scheme) => scheme === undefined || keysOf(scheme, identifiers).length > 0);
}

function inOrder(held: Readonly<Partial<Record<IdentifierName, number>>>): HeldIdentifiers {
  return new Map(IDENTIFIERS.flatMap((name) => (held[name] === undefined ? [] : [[name, held[name]] as const])));
}
