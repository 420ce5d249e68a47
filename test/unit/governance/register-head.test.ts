import { describe, expect, it } from 'vitest';

import { assertStated, registerHead } from '../../../core/governance/index.js';
import { naiveRoot } from '../../support/naive-log.js';
import { codeOf } from './fixtures.js';

const entries = Array.from({ length: 9 }, (_, index) => new TextEncoder().encode(`entry ${index}`));
const issued = '2026-11-23T11:00:00Z';

describe('the head of a register', () => {
  it.each([0, 1, 2, 3, 7, 8, 9])('has the root that RFC 9162 gives %i entries', (size) => {
    const some = entries.slice(0, size);
    expect(registerHead(some)).toEqual({ size, root: naiveRoot(some).toString('hex') });
  });

  it.each([1, 7, 8, 9])('of %i entries is that of a register which begins with them', (size) => {
    const stated = { ...registerHead(entries.slice(0, size)), issued };
    expect(() => assertStated(entries, stated)).not.toThrow();
  });

  it('is not that of a register which lacks one, or has another', () => {
    const stated = { ...registerHead(entries), issued };
    expect(codeOf(() => assertStated(entries.slice(0, -1), stated))).toBe('REGISTER_STALE');
    for (const at of entries.keys()) {
      const changed = entries.map((entry, index) => (index === at ? Uint8Array.of(1) : entry));
      expect(codeOf(() => assertStated(changed, stated))).toBe('LOG_INCONSISTENT');
    }
    const swapped = [...entries.slice(0, 7), ...entries.slice(7).reverse()];
    expect(codeOf(() => assertStated(swapped, stated))).toBe('LOG_INCONSISTENT');
  });
});
