import { z } from 'zod';

import { DEFAULT_QUALITY } from './dataset.js';
import type { DatasetQuality } from './dataset.js';
import { nameSchema } from './vocabulary.js';

const shareMessage = { error: 'must be a share from 0 to 1, as in 0.05 for 5 %' };
const shareSchema = z.number(shareMessage).min(0, shareMessage).max(1, shareMessage);

/** The `quality` block of a dataset definition. What it leaves out is as in DEFAULT_QUALITY. */
export const qualitySchema: z.ZodType<DatasetQuality> = z.strictObject({
  maximumRejected: shareSchema.default(DEFAULT_QUALITY.maximumRejected),
  minimumKeyed: shareSchema.default(DEFAULT_QUALITY.minimumKeyed),
  maximumMissing: z
    .record(nameSchema, shareSchema)
    .default({})
    .transform((shares) => new Map(Object.entries(shares))),
});
