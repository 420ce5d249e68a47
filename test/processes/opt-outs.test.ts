import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { RunDetailView } from '../../coordinator/index.js';
import { silentLog } from '../../core/base/index.js';
import { OPT_OUTS } from '../../core/templates/index.js';
import { createNode, loadConfig } from '../../node-agent/index.js';
import { packagePath, systemClock, systemRng } from '../../runtime/index.js';
import { copyOf, ProcessFederation } from '../support/process-federation.js';
import { testSeed } from '../support/seeded-rng.js';

/*
 * People of the police opt out at the charity while its node runs. Real processes, TLS between them: from then on they are
 * in nobody's counts, and the police's node has no more to do with it than any other.
 */

const TEMPLATE = 'support-reached-after-referral';
const OPTED_OUT = 400;
/** Shorter than a registrar's word holds: else the node would know no longer whether its register is whole. */
const MAXIMUM_AGE_HOURS = 12;
const DEADLINE_MS = 60_000;
const execFileAsync = promisify(execFile);

describe(`opting out at one agency (seed ${testSeed})`, () => {
  let federation: ProcessFederation;
  beforeAll(async () => {
    federation = await ProcessFederation.start({
      people: 2_500,
      seed: testSeed,
      agencies: ['police', 'charity-a', 'charity-b'],
      templates: [TEMPLATE],
      exact: true,
      copies: 2,
    });
  });
  afterAll(() => federation.close());

  /** Puts the first of the police's people on a list of the charity's, and has its program read it. */
  async function optOutAt(agency: string): Promise<void> {
    const police = federation.data.sources.find((source) => source.agency === 'police');
    if (police === undefined) throw new RangeError('no police');
    const file = join(federation.directory, 'opted-out.sqlite');
    const database = new Database(file);
    database.exec(`ATTACH '${police.mapping.sqlite}' AS police`);
    database.exec(
      `CREATE TABLE t AS SELECT vic_forename AS a, vic_surname AS b, vic_dob AS c, vic_postcode AS d, vic_sex AS e
       FROM police.rms_victim_crime ORDER BY rowid LIMIT ${OPTED_OUT}`,
    );
    database.close();
    const identifiers = { forename: 'a', surname: 'b', dateOfBirth: 'c', postcode: 'd', sex: 'e' };
    const optOuts = { maximumAgeHours: MAXIMUM_AGE_HOURS, lists: [{ sqlite: file, table: 't', identifiers }] };
    const configFile = federation.running.folder.nodeConfig(agency);
    writeFileSync(configFile, `${readFileSync(configFile, 'utf8')}\noptOuts: ${JSON.stringify(optOuts)}\n`);
    await execFileAsync(process.execPath, [packagePath('dist/node-agent/main.js'), 'opt-outs', '--config', configFile]);
  }

  async function counted({ id }: RunDetailView): Promise<number> {
    const { cells } = await federation.client.unprotectedCounts(id);
    return cells.reduce((sum, { count }) => sum + count, 0);
  }

  it('takes them out of everybody’s counts from the next snapshot on, and the table says how many', async () => {
    const before = await federation.ask(TEMPLATE);
    expect(before.release?.optOuts).toBeNull();
    await optOutAt('charity-a');
    let after = before;
    // The node has to find its snapshot and say so; until then the same is asked, and answered again.
    await expect
      .poll(
        async () => {
          after = await federation.ask(TEMPLATE);
          return after.release?.optOuts ?? null;
        },
        { timeout: 60_000, interval: 500 },
      )
      .not.toBeNull();
    const gone = (await counted(before)) - (await counted(after));
    expect(gone).toBeGreaterThan(OPTED_OUT / 20);
    expect(after.release?.optOuts).toMatchObject({
      lists: [{ agency: 'charity-a', dataset: OPT_OUTS }],
      leftOut: { value: 5 * Math.round(gone / 5), status: 'ok' },
    });
  });

  it('answers a run with lists that are as old as may be, and refuses it with OPT_OUTS_STALE a second later', async () => {
    const { running } = federation;
    const program = running.program('charity-a');
    const { readAt } = await program.waitFor(({ event }) => event === 'opt-outs', DEADLINE_MS);
    await program.stop(DEADLINE_MS);
    // The charity's real node with a clock of its own, in this process.
    const at = new Date(Date.parse(String(readAt)) + MAXIMUM_AGE_HOURS * 3_600_000);
    const node = createNode(loadConfig(running.folder.nodeConfig('charity-a')), {
      ...{ clock: { ...systemClock, now: () => at }, rng: systemRng, log: silentLog },
    });
    await node.start();
    try {
      const connected = async (): Promise<unknown> =>
        (await federation.client.agencies()).find(({ id }) => id === 'charity-a')?.state;
      await expect.poll(connected, { timeout: DEADLINE_MS }).toBe('online');
      expect((await federation.ask(copyOf(TEMPLATE, 0))).state).toBe('finished');
      at.setTime(at.getTime() + 1_000);
      const late = await federation.ask(copyOf(TEMPLATE, 1));
      expect([late.state, late.refusals.map(({ agency, code }) => `${agency} ${code}`)]).toEqual([
        'refused',
        ['charity-a OPT_OUTS_STALE'],
      ]);
      expect(late.refusals[0]?.advice).toContain('tally node opt-outs');
    } finally {
      await node.stop();
    }
  });
});
