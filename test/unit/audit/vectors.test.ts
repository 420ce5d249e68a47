import { describe, expect, it } from 'vitest';

import {
  cosignedAt,
  emptyRoot,
  consistencyProof,
  formatNote,
  formatNoteKey,
  inclusionProof,
  leafHash,
  nodeHash,
  parseNote,
  parseNoteKey,
  rootOf,
  signNote,
  standingOf,
  verifyConsistency,
  verifyInclusion,
} from '../../../core/audit/index.js';
import { fromHex, toHex } from '../../../core/base/index.js';
import { auditCode, entriesOf, keyFromSeed, MemoryLog } from './audit-fixtures.js';

/*
 * What others have published. The eight entries with their roots and proofs are those of Certificate Transparency's own
 * implementations, which share them (google/certificate-transparency, transparency-dev/merkle); the signed note is that
 * of golang.org/x/mod/sumdb/note; the checkpoint is a real one, of a log of certificates, with a cosignature of a witness.
 */

const ENTRIES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const INCLUSION: readonly (readonly [index: number, size: number, proof: readonly string[]])[] = [
  [0, 1, []],
  [
    0,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    5,
    8,
    [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
  [
    1,
    5,
    [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
];
const CONSISTENCY: readonly (readonly [first: number, second: number, proof: readonly string[]])[] = [
  [1, 1, []],
  [
    1,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    6,
    8,
    [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [
    2,
    5,
    [
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
];

const published = new MemoryLog(ENTRIES.map(fromHex));
const rootAt = (size: number): Uint8Array => fromHex(ROOTS[size] ?? '');

describe('the published log of eight entries', () => {
  it.each(ROOTS.map((root, size) => [size, root] as const))('has its root with %i entries', (size, root) => {
    expect(toHex(rootOf(published, size))).toBe(root);
  });

  it.each(INCLUSION)('proves that entry %i is in it with %i entries', (index, size, proof) => {
    expect(inclusionProof(published, index, size).map(toHex)).toEqual(proof);
    const leaf = leafHash(fromHex(ENTRIES[index] ?? ''));
    expect(verifyInclusion(leaf, index, { size, root: rootAt(size) }, proof.map(fromHex))).toBe(true);
  });

  it.each(CONSISTENCY)('proves that what it was with %i entries begins what it is with %i', (first, second, proof) => {
    expect(consistencyProof(published, first, second).map(toHex)).toEqual(proof);
    const [older, newer] = [first, second].map((size) => ({ size, root: rootAt(size) }));
    expect(older && newer && verifyConsistency(older, newer, proof.map(fromHex))).toBe(true);
  });
});

describe("the RFC's own example of seven entries (section 2.1.5)", () => {
  const example = new MemoryLog(entriesOf(7));
  const [a, b, c, d, e, f, j] = entriesOf(7).map(leafHash) as [Uint8Array, ...Uint8Array[]];
  const named: Record<string, Uint8Array | undefined> = { a, b, c, d, e, f, j };
  const joinAs = (name: string, left: string, right: string): void => {
    named[name] = nodeHash(named[left] ?? emptyRoot(), named[right] ?? emptyRoot());
  };
  joinAs('g', 'a', 'b');
  joinAs('h', 'c', 'd');
  joinAs('i', 'e', 'f');
  joinAs('k', 'g', 'h');
  joinAs('l', 'i', 'j');
  const nodes = (names: string): (Uint8Array | undefined)[] => names.split(' ').map((name) => named[name]);

  it.each([
    [0, 'b h l'],
    [3, 'c g l'],
    [4, 'f j k'],
    [6, 'i k'],
  ])('has for entry %i the path %s', (index, names) => {
    expect(inclusionProof(example, index, 7)).toEqual(nodes(names));
  });

  it.each([
    [3, 'c d g l'],
    [4, 'l'],
    [6, 'i j k'],
  ])('has for its first %i entries the proof %s', (first, names) => {
    expect(consistencyProof(example, first, 7)).toEqual(nodes(names));
  });
});

describe('the published note of sumdb', () => {
  const VERIFIER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  /** After the algorithm's byte, the seed of the private key, which is published too. */
  const SIGNER = 'AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
  const NOTE = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`;

  it('is signed by its key', () => {
    const key = parseNoteKey(VERIFIER);
    expect(formatNoteKey(key)).toBe(VERIFIER);
    expect(standingOf(parseNote(NOTE), key)).toBe('signed');
  });

  it('is what we write with the same key', () => {
    const key = keyFromSeed(Buffer.from(SIGNER, 'base64').subarray(1));
    const { text } = parseNote(NOTE);
    expect(formatNote({ text, signatures: [signNote(text, 'PeterNeumann', key)] })).toBe(NOTE);
  });

  it('has a key of which no part is one, nor the key with one letter changed', () => {
    for (let from = 0; from <= VERIFIER.length; from += 1) {
      for (let to = from + 1; to <= VERIFIER.length; to += 1) {
        if (to - from === VERIFIER.length) continue;
        expect(auditCode(() => parseNoteKey(VERIFIER.slice(from, to)))).toBe('BAD_NOTE_KEY');
      }
      const next = String.fromCharCode(VERIFIER.charCodeAt(from) + 1);
      const changed = `${VERIFIER.slice(0, from)}${next}${VERIFIER.slice(from + 1)}`;
      if (from < VERIFIER.length) expect(auditCode(() => parseNoteKey(changed))).toBe('BAD_NOTE_KEY');
    }
  });

  it.each([
    ['too long', 'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=='],
    ['of an unknown algorithm', 'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
  ])('has no key that is %s', (_, text) => {
    expect(auditCode(() => parseNoteKey(text))).toBe('BAD_NOTE_KEY');
  });
});

describe('a real checkpoint that real witnesses cosigned', () => {
  const NOTE = `arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
`;
  const LOG = 'arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f';
  const WITNESS = 'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2';

  it('has the signature of its log, beside one of a kind that we don’t know', () => {
    expect(standingOf(parseNote(NOTE), parseNoteKey(LOG))).toBe('signed');
    expect(standingOf(parseNote(NOTE.replace('1432088532', '1432088533')), parseNoteKey(LOG))).toBe('wrong');
    expect(formatNote(parseNote(NOTE))).toBe(NOTE);
  });

  it('has the cosignature of a witness, and when it was given', () => {
    expect(cosignedAt(parseNote(NOTE), parseNoteKey(WITNESS))?.toISOString()).toBe('2026-05-23T21:50:24.000Z');
    expect(cosignedAt(parseNote(NOTE.replace('1432088532', '1432088533')), parseNoteKey(WITNESS))).toBeUndefined();
  });
});
