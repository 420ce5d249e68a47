import { ristretto255, ristretto255_oprf } from '@noble/curves/ed25519.js';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { concatBytes, fromHex, toHex, utf8Bytes } from '../../../core/base/index.js';
import {
  compositeScalars,
  compositeSeed,
  dleqHolds,
  MAX_COMPOSITES,
  proveDleq,
  sumsContextString,
  weightedSum,
} from '../../../core/private-join/dleq.js';
import type { Composites } from '../../../core/private-join/dleq.js';
import { createGroup } from '../../../core/private-join/group.js';
import type { Group } from '../../../core/private-join/group.js';
import { OPRF } from '../../kernel/rfc-vectors.js';
import { propertyOptions, seededRng, testSeed } from '../../support/seeded-rng.js';

const rng = seededRng(`dleq ${testSeed}`);
let group: Group;
beforeAll(async () => {
  group = await createGroup();
});

/** The context string of RFC 9497 for its verifiable mode. */
const RFC_CONTEXT = 'OPRFV1-\u0001-ristretto255-SHA512';

/** In chunks of any size, as a run has them. */
function compositesOf(
  contextString: string,
  element: Uint8Array,
  inputs: Uint8Array,
  outputs: Uint8Array,
  chunk = inputs.length / 32,
): Composites {
  const seed = compositeSeed(contextString, element);
  let [M, Z]: [Uint8Array, Uint8Array] = [new Uint8Array(32), new Uint8Array(32)];
  for (let from = 0; from < inputs.length / 32; from += chunk) {
    const [C, D] = [inputs, outputs].map((list) => list.slice(32 * from, 32 * (from + chunk)));
    if (C === undefined || D === undefined) throw new Error('no chunk');
    const scalars = compositeScalars(group, { contextString, seed, from, inputs: C, outputs: D });
    M = group.add(M, weightedSum(group, scalars, C));
    Z = group.add(Z, weightedSum(group, scalars, D));
  }
  return { M, Z };
}

describe('proofs of RFC 9497, appendix A.1.2', () => {
  const verifiable = OPRF.find(({ mode }) => mode === 1);
  const secret = fromHex(verifiable?.secretKey ?? '');
  const element = fromHex(verifiable?.publicKey ?? '');
  const vectorOf = (index: number): { readonly C: Uint8Array; readonly D: Uint8Array } => ({
    C: fromHex(verifiable?.vectors[index]?.blinded ?? ''),
    D: fromHex(verifiable?.vectors[index]?.evaluated ?? ''),
  });

  it.each([
    [
      'vector 1',
      [0],
      '222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e',
      'ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd06' +
        '6d4346421d17bf5117a2a1ff0fcb2a759f58a539dfbe857a40bce4cf49ec600d',
    ],
    [
      'vector 2',
      [1],
      '222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e',
      '401a0da6264f8cf45bb2f5264bc31e109155600babb3cd4e5af7d181a2c9dc0a' +
        '67154fabf031fd936051dec80b0b6ae29c9503493dde7393b722eafdf5a50b02',
    ],
    [
      'vector 3, a batch of two',
      [0, 2],
      '419c4f4f5052c53c45f3da494d2b67b220d02118e0857cdbcf037f9ea84bbe0c',
      'cc203910175d786927eeb44ea847328047892ddf8590e723c37205cb74600b0a' +
        '5ab5337c8eb4ceae0494c2cf89529dcf94572ed267473d567aeed6ab873dee08',
    ],
  ])('%s', (_, indexes, randomScalar, expected) => {
    const C = concatBytes(...indexes.map((index) => vectorOf(index).C));
    const D = concatBytes(...indexes.map((index) => vectorOf(index).D));
    const { M, Z } = compositesOf(RFC_CONTEXT, element, C, D);
    const statement = { contextString: RFC_CONTEXT, element, M };
    expect(toHex(proveDleq(group, rng, statement, secret, fromHex(randomScalar)))).toBe(expected);
    expect(dleqHolds(group, { ...statement, Z }, fromHex(expected))).toBe(true);
  });

  it('made here hold at @noble/curves, and the other way round', () => {
    const { voprf } = ristretto255_oprf;
    for (const count of [1, 2, 7]) {
      const inputs = Array.from({ length: count }, (_, index) => utf8Bytes(`input ${index}`));
      const blinded = inputs.map((input) => voprf.blind(input));
      const theirs = voprf.blindEvaluateBatch(
        secret,
        element,
        blinded.map((one) => one.blinded),
      );
      const C = concatBytes(...blinded.map((one) => one.blinded));
      const D = group.multiply(secret, C);
      const { M, Z } = compositesOf(RFC_CONTEXT, element, C, D);
      const statement = { contextString: RFC_CONTEXT, element, M, Z };
      expect(dleqHolds(group, statement, theirs.proof)).toBe(true);
      const proof = proveDleq(group, rng, statement, secret);
      const items = (changed: Uint8Array): Parameters<typeof voprf.finalizeBatch>[0] =>
        blinded.map((one, index) => ({
          input: inputs[index] ?? new Uint8Array(0),
          blind: one.blind,
          blinded: one.blinded,
          evaluated: changed.slice(32 * index, 32 * (index + 1)),
        }));
      expect(voprf.finalizeBatch(items(D), element, proof)).toHaveLength(count);
      const wrong = group.add(D, concatBytes(...inputs.map(() => group.multiplyBase(group.scalar(1)))));
      expect(() => voprf.finalizeBatch(items(wrong), element, proof)).toThrow();
    }
  });
});

describe(`a proof (seed ${testSeed})`, () => {
  const contextString = sumsContextString(new Uint8Array(32).fill(7), 'police');
  const counts = fc.integer({ min: 1, max: 9 });

  /** Elements, and the same multiplied with a secret. */
  function statementOf(count: number): {
    readonly secret: Uint8Array;
    readonly element: Uint8Array;
    readonly inputs: Uint8Array;
    readonly outputs: Uint8Array;
  } {
    const secret = group.randomScalar(rng);
    const inputs = group.randomElements(rng, count);
    return { secret, element: group.multiplyBase(secret), inputs, outputs: group.multiply(secret, inputs) };
  }

  it('holds, in chunks of any size', () => {
    fc.assert(
      fc.property(counts, counts, (count, chunk) => {
        const { secret, element, inputs, outputs } = statementOf(count);
        const { M } = compositesOf(contextString, element, inputs, outputs);
        const proof = proveDleq(group, rng, { contextString, element, M }, secret);
        const checked = compositesOf(contextString, element, inputs, outputs, chunk);
        expect(dleqHolds(group, { contextString, element, ...checked }, proof)).toBe(true);
      }),
      { ...propertyOptions, numRuns: 30 },
    );
  });

  it('is what an implementation with another library makes, the RFC followed word by word', () => {
    const { secret, element, inputs, outputs } = statementOf(3);
    const r = group.randomScalar(rng);
    const { M, Z } = compositesOf(contextString, element, inputs, outputs);
    const expected = independentProof(contextString, { secret, element, inputs, outputs, r });
    expect(toHex(M)).toBe(toHex(expected.M));
    expect(toHex(Z)).toBe(toHex(expected.Z));
    expect(toHex(proveDleq(group, rng, { contextString, element, M }, secret, r))).toBe(toHex(expected.proof));
  });

  it('does not hold of other elements, in another order, of another run or party, or altered', () => {
    const { secret, element, inputs, outputs } = statementOf(4);
    const proof = proveDleq(
      group,
      rng,
      { contextString, element, M: compositesOf(contextString, element, inputs, outputs).M },
      secret,
    );
    const holds = (
      change: Partial<{ inputs: Uint8Array; outputs: Uint8Array; element: Uint8Array; context: string }>,
      changed = proof,
    ): boolean => {
      const all = { inputs, outputs, element, context: contextString, ...change };
      const composites = compositesOf(all.context, all.element, all.inputs, all.outputs);
      return dleqHolds(group, { contextString: all.context, element: all.element, ...composites }, changed);
    };
    const rotated = (list: Uint8Array): Uint8Array => concatBytes(list.subarray(32), list.subarray(0, 32));
    expect(holds({})).toBe(true);
    expect(holds({ outputs: rotated(outputs) })).toBe(false);
    expect(holds({ inputs: rotated(inputs), outputs: rotated(outputs) })).toBe(false);
    // Only the sum of the shares would be right.
    const B = group.multiplyBase(group.scalar(1));
    const shifted = concatBytes(
      group.add(outputs.subarray(0, 32), B),
      group.subtract(outputs.subarray(32, 64), B),
      outputs.subarray(64),
    );
    expect(holds({ outputs: shifted })).toBe(false);
    expect(holds({ element: group.randomElements(rng, 1) })).toBe(false);
    expect(holds({ context: sumsContextString(new Uint8Array(32).fill(8), 'police') })).toBe(false);
    expect(holds({ context: sumsContextString(new Uint8Array(32).fill(7), 'cps') })).toBe(false);
    for (let byte = 0; byte < proof.length; byte += 1) {
      expect(
        holds(
          {},
          proof.map((value, index) => (index === byte ? value ^ 1 : value)),
        ),
      ).toBe(false);
    }
    expect(holds({}, proof.subarray(1))).toBe(false);
    expect(holds({}, new Uint8Array(64))).toBe(false);
  });

  it('does not hold of what is no element, and of the identity', () => {
    const { secret, element, inputs, outputs } = statementOf(1);
    const { M, Z } = compositesOf(contextString, element, inputs, outputs);
    const proof = proveDleq(group, rng, { contextString, element, M }, secret);
    const wrong = [new Uint8Array(32), new Uint8Array(32).fill(255), new Uint8Array(31)];
    for (const other of wrong) {
      expect(dleqHolds(group, { contextString, element: other, M, Z }, proof)).toBe(false);
      expect(dleqHolds(group, { contextString, element, M: other, Z }, proof)).toBe(false);
      expect(dleqHolds(group, { contextString, element, M, Z: other }, proof)).toBe(false);
    }
  });

  it('has as many elements as two bytes count, and no more', () => {
    const { inputs, outputs } = statementOf(1);
    const seed = new Uint8Array(64);
    const last = MAX_COMPOSITES - 1;
    expect(compositeScalars(group, { contextString, seed, from: last, inputs, outputs })).toHaveLength(32);
    expect(() => compositeScalars(group, { contextString, seed, from: last + 1, inputs, outputs })).toThrow(RangeError);
    expect(() =>
      compositeScalars(group, { contextString, seed, from: 0, inputs, outputs: new Uint8Array(64) }),
    ).toThrow(RangeError);
  });

  it('fits into a domain of 255 bytes for the longest party', () => {
    const longest = `HashToScalar-${sumsContextString(new Uint8Array(32), 'x'.repeat(64))}`;
    expect(utf8Bytes(longest).length).toBeLessThanOrEqual(255);
  });
});

// ---- RFC 9497 sections 2.2.1 and 4.1 once more, with @noble/curves and node:crypto

const { Point } = ristretto255;
const { Fn } = Point;

interface IndependentInput {
  readonly secret: Uint8Array;
  readonly element: Uint8Array;
  readonly inputs: Uint8Array;
  readonly outputs: Uint8Array;
  readonly r: Uint8Array;
}

function independentProof(
  contextString: string,
  { secret, element, inputs, outputs, r }: IndependentInput,
): { readonly M: Uint8Array; readonly Z: Uint8Array; readonly proof: Uint8Array } {
  const two = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
  const prefixed = (bytes: Uint8Array): Buffer => Buffer.concat([two(bytes.length), bytes]);
  const seedDst = Buffer.from(`Seed-${contextString}`);
  const seed = createHash('sha512')
    .update(Buffer.concat([prefixed(element), prefixed(seedDst)]))
    .digest();
  let [M, Z] = [Point.ZERO, Point.ZERO];
  for (let index = 0; index < inputs.length / 32; index += 1) {
    const C = inputs.slice(32 * index, 32 * (index + 1));
    const D = outputs.slice(32 * index, 32 * (index + 1));
    const transcript = [prefixed(seed), two(index), prefixed(C), prefixed(D), Buffer.from('Composite')];
    const d = hashToScalar(contextString, Buffer.concat(transcript));
    M = M.add(Point.fromBytes(C).multiply(d));
    Z = Z.add(Point.fromBytes(D).multiply(d));
  }
  const k = Fn.fromBytes(secret);
  const scalar = Fn.fromBytes(r);
  const parts = [
    element,
    M.toBytes(),
    Z.toBytes(),
    Point.BASE.multiply(scalar).toBytes(),
    M.multiply(scalar).toBytes(),
  ];
  const c = hashToScalar(contextString, Buffer.concat([...parts.map(prefixed), Buffer.from('Challenge')]));
  const s = Fn.sub(scalar, Fn.mul(c, k));
  return { M: M.toBytes(), Z: Z.toBytes(), proof: concatBytes(Fn.toBytes(c), Fn.toBytes(s)) };
}

/** expand_message_xmd with SHA-512 to 64 bytes (RFC 9380 section 5.3.1), reduced. */
function hashToScalar(contextString: string, message: Uint8Array): bigint {
  const dst = Buffer.from(`HashToScalar-${contextString}`);
  const dstPrime = Buffer.concat([dst, Buffer.from([dst.length])]);
  const first = createHash('sha512')
    .update(Buffer.concat([Buffer.alloc(128), message, Buffer.from([0, 64, 0]), dstPrime]))
    .digest();
  const wide = createHash('sha512')
    .update(Buffer.concat([first, Buffer.from([1]), dstPrime]))
    .digest();
  return Fn.create(BigInt(`0x${Buffer.from(wide).reverse().toString('hex')}`));
}
