import { describe, expect, it } from 'vitest';

import {
  ELEMENT_WORDS,
  ElementIndex,
  MAX_INDEXED,
  MAX_PROBES,
  TabulationHash,
  wordsOf,
} from '../../../core/private-join/element-index.js';
import type { ElementHash } from '../../../core/private-join/element-index.js';
import { ELEMENT_BYTES } from '../../../core/private-join/messages.js';
import { NOWHERE } from '../../../core/private-join/record-store.js';
import { pseudonymOf } from '../../support/blinded-lists.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';

const MANY = 100_000;
const tabulation = new TabulationHash(seededRng(testSeed));

/** `count` elements in a row. */
function elementsOf(count: number, write: (element: Uint32Array, index: number) => void): Uint32Array {
  const elements = new Uint32Array(count * ELEMENT_WORDS);
  for (let index = 0; index < count; index += 1) {
    write(elements.subarray(index * ELEMENT_WORDS, (index + 1) * ELEMENT_WORDS), index);
  }
  return elements;
}

const random = elementsOf(MANY, (element, index) => element.set(wordsOf(pseudonymOf(`${testSeed}/${index}`))));

function addAll(index: ElementIndex, elements: Uint32Array): Set<number> {
  const numbers = new Set<number>();
  for (let at = 0; at < elements.length; at += ELEMENT_WORDS) numbers.add(index.add(elements, at));
  return numbers;
}

describe('an index of elements', () => {
  it(`numbers ${MANY} of them in the order in which they come, and finds them again (seed ${testSeed})`, () => {
    const index = new ElementIndex(tabulation, MANY);
    expect([...addAll(index, random)]).toEqual(Array.from({ length: MANY }, (_, number) => number));
    const wrong = Array.from({ length: MANY }, (_, number) => number).filter(
      (number) =>
        index.find(random, number * ELEMENT_WORDS) !== number || index.add(random, number * ELEMENT_WORDS) !== number,
    );
    expect(wrong).toEqual([]);
    expect(index.size).toBe(MANY);
  });

  it('finds nothing that was not added, nor anything when it is empty', () => {
    const index = new ElementIndex(tabulation, 1);
    expect(index.find(random, 0)).toBe(NOWHERE);
    index.add(random, ELEMENT_WORDS);
    expect(index.find(random, 0)).toBe(NOWHERE);
    expect(new ElementIndex(tabulation, 0).find(random, 0)).toBe(NOWHERE);
  });

  it('tells elements apart that differ in one byte, whichever it is, also where all hashes are equal', () => {
    const same: ElementHash = { of: () => 0 };
    for (const hash of [tabulation, same]) {
      const index = new ElementIndex(hash, ELEMENT_BYTES + 1);
      const elements = elementsOf(ELEMENT_BYTES + 1, (element, byte) => {
        element.fill(0x01010101);
        new Uint8Array(element.buffer, element.byteOffset, ELEMENT_BYTES)[byte] = 2;
      });
      expect(addAll(index, elements).size).toBe(ELEMENT_BYTES + 1);
    }
  });

  it('takes as many as it was made for and not one more; those it has may come again', () => {
    const index = new ElementIndex(tabulation, 4);
    expect(addAll(index, random.subarray(0, 4 * ELEMENT_WORDS)).size).toBe(4);
    expect(index.add(random, ELEMENT_WORDS)).toBe(1);
    expect(() => index.add(random, 4 * ELEMENT_WORDS)).toThrow(RangeError);
    expect(index.find(random, 4 * ELEMENT_WORDS)).toBe(NOWHERE);
  });

  it(`is made for at most ${MAX_INDEXED}`, () => {
    expect(new ElementIndex(tabulation, MAX_INDEXED).size).toBe(0);
    for (const capacity of [MAX_INDEXED + 1, -1, 0.5]) {
      expect(() => new ElementIndex(tabulation, capacity)).toThrow(RangeError);
    }
  });

  it('is empty after it was wiped, and numbers from 0 again, as often as one likes', () => {
    const index = new ElementIndex(tabulation, 2);
    for (let from = 0; from < 100; from += 2) {
      const two = random.subarray(from * ELEMENT_WORDS, (from + 2) * ELEMENT_WORDS);
      expect([...addAll(index, two)]).toEqual([0, 1]);
      index.wipe();
      expect(index.size).toBe(0);
      expect(index.find(two, 0)).toBe(NOWHERE);
    }
  });
});

describe('elements that somebody chose to slow the index down', () => {
  // A search that passes MAX_PROBES slots throws: what goes through has cost less than that for each of them.
  const alike: readonly (readonly [string, Uint32Array])[] = [
    ['differ in their first word only', elementsOf(MANY, (element, index) => (element[0] = index))],
    ['differ in their last word only', elementsOf(MANY, (element, index) => (element[ELEMENT_WORDS - 1] = index))],
    ['differ in the high bits of a word only', elementsOf(MANY, (element, index) => (element[3] = index << 15))],
    [
      'have the same exclusive or of their words',
      elementsOf(MANY, (element, index) => {
        element[2] = index;
        element[5] = index;
      }),
    ],
  ];

  it.each(alike)(`are found in a few slots each when ${MANY} of them %s (seed ${testSeed})`, (_, elements) => {
    expect(addAll(new ElementIndex(tabulation, MANY), elements).size).toBe(MANY);
  });

  it(`are found in a few slots each when ${MANY} of them are equal`, () => {
    const index = new ElementIndex(tabulation, MANY);
    const equal = elementsOf(MANY, (element) => element.fill(7));
    expect([...addAll(index, equal)]).toEqual([0]);
    expect(index.find(random, 0)).toBe(NOWHERE);
  });

  it('end with an error when they have foreseen the hash', () => {
    const foreseen: ElementHash = { of: (elements, at) => elements[at] ?? 0 };
    const meeting = elementsOf(MAX_PROBES + 1, (element, index) => (element[1] = index));
    const index = new ElementIndex(foreseen, MANY);
    expect(addAll(index, meeting.subarray(0, MAX_PROBES * ELEMENT_WORDS)).size).toBe(MAX_PROBES);
    expect(() => index.add(meeting, MAX_PROBES * ELEMENT_WORDS)).toThrow(RangeError);
    expect(() => index.find(meeting, MAX_PROBES * ELEMENT_WORDS)).toThrow(RangeError);
  });

  it('cannot foresee it: another generator gives another hash', () => {
    const other = new TabulationHash(seededRng(`${testSeed}/other`));
    const same = Array.from({ length: 1_000 }, (_, index) => index * ELEMENT_WORDS).filter(
      (at) => other.of(random, at) === tabulation.of(random, at),
    );
    expect(same).toEqual([]);
  });
});

describe('words of bytes', () => {
  it('are the same words wherever the bytes lie in memory', () => {
    const bytes = new Uint8Array(1 + ELEMENT_BYTES);
    bytes.set(pseudonymOf('element'), 1);
    expect(wordsOf(bytes.subarray(1))).toEqual(wordsOf(pseudonymOf('element')));
    expect(wordsOf(bytes.subarray(1))).toHaveLength(ELEMENT_WORDS);
  });
});
