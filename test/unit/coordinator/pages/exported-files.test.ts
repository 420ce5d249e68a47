import { expect, test } from 'vitest';

import { ExportedFiles } from '../../../../coordinator/pages/analyst/exported-files.js';
import { sizeText } from '../../../../coordinator/pages/analyst/result-view.js';
import type { ExportedRun } from '../../../../coordinator/exports/index.js';
import { boldRelease, exportedRun } from '../../../support/bold-release.js';

const NAME = 'wellbeing-when-support-ends';

async function made(id: string): Promise<ExportedRun> {
  const exported = exportedRun(NAME, await boldRelease(NAME, 3));
  return { ...exported, run: { ...exported.run, id } };
}

test('a file is written once, however many ask for it, and again when others have taken its place', async () => {
  const [first, second] = [await made('run-1'), await made('run-2')];
  const { length } = (await new ExportedFiles().file('csv', first)).bytes;
  // Room for one of them, and not for a byte more.
  const files = new ExportedFiles(length);
  const [one, other] = await Promise.all([files.file('csv', first), files.file('csv', first)]);
  expect(other).toBe(one);
  expect(await files.file('csv', first)).toBe(one);
  await files.file('csv', second);
  const again = await files.file('csv', first);
  expect(again).not.toBe(one);
  expect(again.bytes).toEqual(one.bytes);
  const tight = new ExportedFiles(length - 1);
  expect(await tight.file('csv', first)).not.toBe(await tight.file('csv', first));
});

test('all files of a release are told with their sizes, and where nobody was linked there is none of that', async () => {
  const exported = await made('run-1');
  const all = await new ExportedFiles().all({ ...exported, release: { ...exported.release, linkage: null } });
  expect(all.map(({ format }) => format)).not.toContain('linkage-csv');
  expect(all.every(({ bytes }) => bytes > 0)).toBe(true);
});

test('sizes are told as people say them', () => {
  expect([1_023, 1_024, 4_300, 1_048_575, 1_048_576].map(sizeText)).toEqual([
    ...['1023 bytes', '1 KB', '4.2 KB', '1,024 KB', '1 MB'],
  ]);
});
