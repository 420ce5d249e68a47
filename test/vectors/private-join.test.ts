import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { fromHex } from '../../core/base/index.js';
import { createGroup } from '../../core/private-join/group.js';
import { privateJoinVectors } from './private-join.js';

describe('the vectors of the private join', () => {
  it('are what the code makes: after a change to SPEC.md and code, `npm run vectors` writes them anew', async () => {
    const kept: unknown = JSON.parse(readFileSync(new URL('private-join.json', import.meta.url), 'utf8'));
    expect(await privateJoinVectors()).toEqual(kept);
  });

  it('open to the sums of labels times stride: 2 + 4 and 4', async () => {
    const group = await createGroup();
    const { opened } = await privateJoinVectors();
    const bytes = fromHex(String(opened));
    expect([bytes.slice(0, 32), bytes.slice(32)]).toEqual([
      group.multiplyBase(group.scalar(6)),
      group.multiplyBase(group.scalar(4)),
    ]);
  });
});
