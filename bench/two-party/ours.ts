import { finish, permutation, utf8Bytes } from '../../core/base/index.js';
import type { Rng } from '../../core/base/index.js';
import { ELEMENT_WORDS, TabulationHash, wordsOf } from '../../core/private-join/element-index.js';
import { CHUNK_RECORDS, ELEMENT_BYTES, matchKeyDomain } from '../../core/private-join/index.js';
import type { Group, JoinPlan, ListPlan } from '../../core/private-join/index.js';
import { match } from '../../core/private-join/match.js';
import type { BlindedList } from '../../core/private-join/match.js';
import type { IntersectionSize } from './psi.js';

const KEY = 'bench';
const DOMAIN = matchKeyDomain('bench-test', KEY);

/**
 * What the private join does for two parties with one key column and no labels: each hashes and blinds its own list,
 * blinds and shuffles the other's, and what comes out is matched.
 */
export function ourIntersectionSize(group: Group, rng: Rng): IntersectionSize {
  return (first, second) => {
    const [x, y] = [group.randomScalar(rng), group.randomScalar(rng)];
    const blinded = [
      { inputs: first, own: x, other: y },
      { inputs: second, own: y, other: x },
    ].map(({ inputs, own, other }) => {
      const sent = shuffled(rng, inputs.length, (from, to) =>
        group.multiply(own, group.hashToGroup(DOMAIN, inputs.slice(from, to).map(utf8Bytes))),
      );
      return shuffled(rng, inputs.length, (from, to) =>
        group.multiply(other, sent.subarray(from * ELEMENT_BYTES, to * ELEMENT_BYTES)),
      );
    });
    const steps = match(PLAN, [listOf(BASE, blinded[0]), listOf(LINKED, blinded[1])], new TabulationHash(rng), {
      nonMatches: new Map(),
    });
    return finish(steps).base.rows.length;
  };
}

/** Elements made chunk by chunk, each put at its place in a fresh shuffle. */
function shuffled(rng: Rng, count: number, chunk: (from: number, to: number) => Uint8Array): Uint8Array {
  const places = permutation(rng, count);
  const shuffledElements = new Uint8Array(count * ELEMENT_BYTES);
  for (let from = 0; from < count; from += CHUNK_RECORDS) {
    const to = Math.min(from + CHUNK_RECORDS, count);
    const elements = chunk(from, to);
    for (let index = from; index < to; index += 1) {
      const start = (index - from) * ELEMENT_BYTES;
      shuffledElements.set(elements.subarray(start, start + ELEMENT_BYTES), (places[index] ?? 0) * ELEMENT_BYTES);
    }
  }
  return shuffledElements;
}

const BASE = listPlan('first', 'base');
const LINKED = listPlan('second', 'linked');

/** Those records of the first list that the second holds too: as many as there are common elements. */
const PLAN: JoinPlan = {
  runId: '00000000-0000-4000-8000-000000000000',
  context: new Uint8Array(32),
  request: new Uint8Array(32),
  mixers: ['first', 'second'],
  lists: [BASE, LINKED],
  base: { dataset: 'first', unit: 'record' },
  links: [{ dataset: 'second', on: 'case', keep: 'linked', agreementStride: null }],
  linkage: null,
  cells: 4,
  tableCells: [2],
  noise: null,
  decoys: null,
  sums: [],
  minimumTally: 0,
};

function listPlan(provider: string, role: ListPlan['role']): ListPlan {
  const keys = [{ name: KEY, on: 'case' }] as const;
  return { id: `${provider}/${provider}`, dataset: provider, provider, role, keys, labels: 1, stride: 1, sums: 0 };
}

function listOf(plan: ListPlan, elements: Uint8Array = new Uint8Array(0)): BlindedList {
  const words = wordsOf(elements);
  return {
    plan,
    count: words.length / ELEMENT_WORDS,
    pseudonyms: (_column, from, to) => words.subarray(from * ELEMENT_WORDS, to * ELEMENT_WORDS),
  };
}
