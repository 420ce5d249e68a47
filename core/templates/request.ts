import { fromHex } from '../base/index.js';
import { computeRequest, listId } from '../private-join/index.js';
import type { ListId } from '../private-join/index.js';
import type { BoundTemplate } from './bound.js';
import { canonicalJson } from './canonical-json.js';
import { datasetDigest } from './dataset.js';
import type { Participant } from './offer.js';
import { OPT_OUTS, OPT_OUTS_DEFINITION } from './opt-outs.js';
import type { BoundParameters } from './parameters.js';

export interface RequestInput {
  /** 64 hexadecimal digits, of the envelope that was verified. */
  readonly templateDigest: string;
  readonly bound: BoundTemplate;
  readonly parameters: BoundParameters;
  /** In roster order. */
  readonly participants: readonly Participant[];
}

/**
 * 32 bytes that are the same whenever the same is asked of the same snapshots under the same floors, whoever asks and
 * whenever: there is no run id in it, no requester and no key. Keyed noise, the budget and the replay of a release go by
 * it (SPEC, Request).
 * Thrown when the template's digest isn't hexadecimal: RangeError.
 */
export function requestDigest({ templateDigest, bound, parameters, participants }: RequestInput): Uint8Array {
  return computeRequest({
    templateDigest: fromHex(templateDigest),
    datasetDigests: datasetDigests(bound, participants),
    parameters: parameters.canonical,
    participants: participants.map(({ agency, datasets, floors: { threshold, roundTo, epsilon } }) => ({
      party: agency,
      floors: canonicalJson({ threshold, roundTo, epsilon }),
      lists: listSnapshots(agency, datasets),
    })),
  });
}

/** What must be meant by the template's datasets, in template order, and by opt-outs where anybody brings them. */
export function datasetDigests(
  { population, links }: BoundTemplate,
  participants: readonly Pick<Participant, 'datasets'>[],
): { readonly dataset: string; readonly digest: Uint8Array }[] {
  const asked = [population, ...links].map(({ dataset }) => dataset);
  const isBrought = participants.some(({ datasets }) => datasets.some(({ dataset }) => dataset === OPT_OUTS));
  return [...asked, ...(isBrought ? [OPT_OUTS_DEFINITION] : [])].map((definition) => ({
    dataset: definition.dataset,
    digest: datasetDigest(definition),
  }));
}

/** Sorted, so that the order in which an agency names its datasets means nothing. */
export function listSnapshots(
  agency: string,
  datasets: Participant['datasets'],
): { readonly list: ListId; readonly snapshot: string }[] {
  return datasets
    .map(({ dataset, snapshot }) => ({ list: listId(dataset, agency), snapshot }))
    .toSorted((a, b) => (a.list < b.list ? -1 : 1));
}
