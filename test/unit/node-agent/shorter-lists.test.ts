import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { assertNotShorter, SHORTER_LIST_DIVISOR } from '../../../node-agent/consent/shorter-lists.js';
import { loadConfig } from '../../../node-agent/config.js';
import { EXIT_CODES, runCommand } from '../../../node-agent/index.js';
import { checkOptOuts } from '../../../node-agent/quality/check-opt-outs.js';
import { seededRng } from '../../support/seeded-rng.js';
import { codeOf, codeOfAsync, thrownBy } from './fixtures.js';
import { agencyWithList, listFile, prepare, quillfeather, refresh, writeList } from './opt-outs-fixtures.js';
import { now } from './snapshot-fixtures.js';

const stranger = { first_name: 'Olwen', last_name: 'Brackenbury', dob: '1961-05-09', postcode: 'M1 1AE', sex: 'F' };

describe('an opt-out list that has lost most of its lines', () => {
  it('because its exporter has only written the line of names so far, is refused, and the old one stays in force', async () => {
    const agency = agencyWithList([quillfeather, { ...quillfeather, first: 'Ada' }], [{}, stranger]);
    await refresh(agency);
    const before = readFileSync(listFile(agency));
    const file = join(agency.folder, 'opt-outs.csv');
    const [names = ''] = readFileSync(file, 'utf8').split('\n');
    const exporter = openSync(file, 'w');
    try {
      writeSync(exporter, `${names}\n`);
      const { code, message } = await thrownBy(() => refresh(agency));
      expect([code, message]).toEqual(['OPT_OUTS_SHORTER', expect.stringContaining('has 0 lines and had 2')]);
      expect(await codeOfAsync(() => prepare(agency))).toBe('OPT_OUTS_SHORTER');
      expect(readFileSync(listFile(agency)).equals(before)).toBe(true);
      const means = { clock: { now: () => now }, rng: seededRng('check'), progress: () => undefined };
      const check = await checkOptOuts(loadConfig(agency.configFile), means);
      expect(check).toMatchObject({ wouldDo: false, failure: { code: 'OPT_OUTS_SHORTER' } });
    } finally {
      closeSync(exporter);
    }
    expect((await refresh(agency, { acceptShorterLists: true })).lines).toBe(0);
    // Said once: an empty list is then the one in force.
    expect((await prepare(agency)).leftOut.optedOut).toBe(0);
    writeList(file, [quillfeather]);
    expect((await prepare(agency)).leftOut.optedOut).toBe(1);
  });

  it.each(['opt-outs', 'prepare'])('is taken where whoever runs `%s` says so', async (command) => {
    const agency = agencyWithList([quillfeather], [{}, stranger]);
    await refresh(agency);
    writeList(join(agency.folder, 'opt-outs.csv'), []);
    const run = async (...words: readonly string[]): Promise<readonly [exit: number, stderr: string]> => {
      let said = '';
      const sink = (keep: boolean): Writable =>
        new Writable({
          write: (chunk: Buffer, _encoding, done) => {
            if (keep) said += chunk.toString();
            done();
          },
        });
      const exit = await runCommand([command, '--config', agency.configFile, ...words], {
        clock: { now: () => now, alarm: () => ({ restart: () => undefined, stop: () => undefined }) },
        ...{
          rng: seededRng('shorter'),
          stdout: sink(false),
          stderr: sink(true),
          stopping: new AbortController().signal,
        },
      });
      return [exit, said];
    };
    expect(await run()).toEqual([EXIT_CODES.failed, expect.stringContaining('OPT_OUTS_SHORTER: ')]);
    expect((await run('--accept-shorter-lists'))[0]).toBe(EXIT_CODES.done);
    // Once is enough.
    expect((await run())[0]).toBe(EXIT_CODES.done);
  });

  it('is one with fewer than half of them', () => {
    const had = 10 * SHORTER_LIST_DIVISOR;
    const codeAt = (lines: number): unknown =>
      codeOf(() => assertNotShorter({ lines, linesOfLists: [lines] }, { lines: had, linesOfLists: [had] }));
    expect(() =>
      assertNotShorter({ lines: 10, linesOfLists: [10] }, { lines: had, linesOfLists: [had] }),
    ).not.toThrow();
    expect(codeAt(9)).toBe('OPT_OUTS_SHORTER');
  });

  it('is told of each list, or of all together where there were others', () => {
    const now = { lines: 100, linesOfLists: [100, 0] };
    expect(codeOf(() => assertNotShorter(now, { lines: 103, linesOfLists: [100, 3] }))).toBe('OPT_OUTS_SHORTER');
    expect(() => assertNotShorter(now, { lines: 103, linesOfLists: [103] })).not.toThrow();
    expect(() => assertNotShorter(now, { lines: 103 })).not.toThrow();
    expect(codeOf(() => assertNotShorter(now, { lines: 201 }))).toBe('OPT_OUTS_SHORTER');
    expect(() => assertNotShorter(now, undefined)).not.toThrow();
  });
});
