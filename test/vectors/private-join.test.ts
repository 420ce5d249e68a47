import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { concatBytes, fromHex } from '../../core/base/index.js';
import { createGroup } from '../../core/private-join/group.js';
import { privateJoinVectors } from './private-join.js';

describe('the vectors of the private join', () => {
  it('are what the code makes: after a change to SPEC.md and code, `npm run vectors` writes them anew', async () => {
    const kept: unknown = JSON.parse(readFileSync(new URL('private-join.json', import.meta.url), 'utf8'));
    expect(await privateJoinVectors()).toEqual(kept);
  });

  it('have the same keys in an opt-out list as in any other, and nothing beside them', async () => {
    const { hopped, optOutHopped, decoys, optOutDecoys } = await privateJoinVectors();
    const [records, keys] = [fromHex(String(hopped)), fromHex(String(optOutHopped))];
    expect(keys).toHaveLength(128);
    // The last is absent: another element each time.
    expect(keys.slice(0, 96)).toEqual(concatBytes(records.slice(0, 64), records.slice(192, 224)));
    const [made, madeKeys] = [fromHex(String(decoys)), fromHex(String(optOutDecoys))];
    expect([madeKeys.slice(0, 32), madeKeys.slice(64, 96)]).toEqual([made.slice(0, 32), made.slice(192, 224)]);
  });

  it('open to the sums of labels times stride: 2 + 4 and 4, and to those of the dummies', async () => {
    const group = await createGroup();
    const { opened } = await privateJoinVectors();
    const records = fromHex(String(opened));
    const cells = [0, 1, 2, 3].map((index) => records.slice(index * 96, index * 96 + 32));
    expect(cells).toEqual([6, 4, 0, 6].map((cell) => group.multiplyBase(group.scalar(cell))));
  });

  it('open to the sums of numbers and noise: 5 - 7 + 1 and 5 - 3 + 2', async () => {
    const group = await createGroup();
    const { openedSums } = await privateJoinVectors();
    const sums = fromHex(String(openedSums));
    expect(sums).toEqual(group.multiplyBase(concatBytes(group.scalar(-1), group.scalar(4))));
  });
});
