import { describe, expect, it } from 'vitest';

import { agree } from '../../../bench/kernel/kernel.js';
import { makeMaterial } from '../../../bench/kernel/material.js';
import { OPERATIONS } from '../../../bench/kernel/operation.js';
import { ownOperations, usableKernels } from '../../../bench/kernel/own-operations.js';
import { peerOperations } from '../../../bench/kernel/peer-operations.js';

describe('the libraries of the benchmark', () => {
  it('give the same bytes for the same material, and other bytes for other', async () => {
    const material = await makeMaterial();
    const own = (await Promise.all((await usableKernels()).map((kind) => ownOperations(kind, material)))).flat();
    const peers = await peerOperations(material);
    expect(agree([...own, ...peers])).toBe(true);
    expect(new Set([...own, ...peers].map(({ operation }) => operation))).toEqual(new Set(Object.keys(OPERATIONS)));
    const others = await peerOperations(await makeMaterial());
    for (const operation of [
      'hash',
      'hash-message',
      'hash-multiply',
      'multiply',
      'multiply-each',
      'add',
      'fixed-base',
    ]) {
      const of = (timed: { readonly operation: string }): boolean => timed.operation === operation;
      expect([operation, agree([...own.filter(of), ...others.filter(of)])]).toEqual([operation, false]);
    }
  });
});
