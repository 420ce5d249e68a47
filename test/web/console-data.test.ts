import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { silentLog } from '../../core/base/index.js';
import { formatRegisterFile } from '../../core/governance/index.js';
import { loadConfig } from '../../node-agent/config.js';
import { prepareAll } from '../../node-agent/prepare-all.js';
import { refreshOptOuts } from '../../node-agent/consent/refresh-opt-outs.js';
import type { PreparedSnapshot } from '../../node-agent/snapshot/prepare.js';
import { createWorkerEngine, systemClock } from '../../runtime/index.js';
import { statusFile, writeStatus } from '../../node-agent/status/node-status.js';
import { statusOf } from '../unit/node-agent/status-fixtures.js';
import { seededRng, testSeed } from '../support/seeded-rng.js';
import {
  countRows,
  DATASET,
  GONE,
  newNode,
  OPTED_OUT,
  PROPOSED,
  TEMPLATE,
  UNUSABLE_ROWS,
  wordsOf,
  writeOptOuts,
} from './console-site.js';
import type { ConsoleSite, NewNode, Visitor } from './console-site.js';

/*
 * What the console says of a node's data: before there is anything, then of a snapshot, then of one without those who have
 * opted out. The tests follow on each other.
 */

const engine = createWorkerEngine({ workers: 1 });
const rng = seededRng(`${testSeed}/console data`);
const number = (count: number): string => count.toLocaleString('en-GB');

let node: NewNode;
let site: ConsoleSite;
let visitor: Visitor;
beforeAll(async () => {
  node = await newNode();
  ({ site } = node);
});
afterAll(async () => {
  await node.close();
  await engine.stop();
});
beforeEach(async () => {
  await site.open();
  visitor = await site.visitor();
});

async function prepare(): Promise<PreparedSnapshot> {
  const [prepared] = await prepareAll(loadConfig(site.configFile), { clock: systemClock, rng, log: silentLog, engine });
  if (prepared === undefined) throw new RangeError('nothing was prepared');
  return prepared;
}

async function words(path: string): Promise<string> {
  return wordsOf(await visitor.see(path));
}

describe(`the console of a node that has never run (seed ${testSeed})`, () => {
  it('says what is missing, and what to do about it', async () => {
    expect(await words('/')).toMatch(
      /has not run here before. Start it: tally node start .*no snapshot of third-sector/,
    );
    expect(await words('/data')).toMatch(/None yet, so what is asked of it is refused.*tally node prepare/);
    expect(await words(`/data/${DATASET}`)).toContain('There is no snapshot yet');
    expect(await words('/opt-outs')).toMatch(/No lists are configured.*There is no snapshot that can be read/);
    expect(await words('/budget')).toContain('Nothing was spent: there is no ledger yet');
    expect(await words('/ledger')).toContain('There is no ledger yet: the node makes it when it first starts');
    expect(await words(`/questions/${TEMPLATE}`)).toMatch(/third-sector.support no snapshot yet/);
    expect(await words('/policy')).toMatch(/Everything else is refused.*The node is not running[.]/);
  });

  it('has no page of a dataset that it doesn’t offer, and none of the ledger that is no number', async () => {
    for (const path of [
      '/data/police.victim-crimes',
      '/data/..%2Fnode',
      '/ledger?before=0',
      '/ledger?before=1&before=2',
    ]) {
      expect([path, (await visitor.see(path)).status]).toEqual([path, 404]);
    }
  });

  it('says where each template of the register stands, and which version is meant', async () => {
    const said = await words('/questions');
    expect(said).toMatch(new RegExp(`${TEMPLATE}, version 3, live Answered`));
    expect(said).toMatch(new RegExp(`${PROPOSED}, version 3, proposed Refused`));
    for (const [state, name] of Object.entries(GONE)) expect(said).toContain(`${name}, version 3, ${state} `);
    expect(await words(`/questions/${TEMPLATE}`)).not.toContain('answers only what is live');
    for (const [state, name] of [['proposed', PROPOSED], ...Object.entries(GONE)] as const) {
      expect(await words(`/questions/${name}`)).toContain(`It is ${state}: a node answers only what is live`);
    }
  });

  it('says that nothing was proposed yet, and of a register that is missing or no use what is wrong with it', async () => {
    const { register } = loadConfig(site.configFile).governance;
    const text = readFileSync(register);
    writeFileSync(register, formatRegisterFile(node.board.entries.slice(0, 1)));
    expect(await words('/questions')).toContain('Nothing has been proposed yet in the register of governance');
    writeFileSync(register, 'nonsense\n');
    for (const path of ['/questions', '/data', `/questions/${TEMPLATE}`]) {
      const answer = await visitor.see(path);
      expect([path, answer.status, wordsOf(answer)]).toEqual([path, 409, expect.stringContaining('REGISTER_INVALID')]);
    }
    rmSync(register);
    expect(await words('/questions')).toMatch(/put the register there.* Code: REGISTER_UNREADABLE/);
    writeFileSync(register, text);
  });

  it('says of a running node that nothing is answered by its register, and why', async () => {
    const { ledger } = loadConfig(site.configFile);
    const status = statusOf(new Date());
    writeStatus(ledger, { ...status, register: { ...status.register, trouble: 'REGISTER_STALE: why.' } });
    expect(await words('/')).toMatch(
      /Nothing is answered by the register .* that the node has: REGISTER_STALE: why[.]/,
    );
    writeStatus(ledger, status);
    expect(await words('/')).not.toContain('by the register');
    rmSync(statusFile(ledger));
  });

  it('says of a ledger that is no ledger that it can’t be shown, not that it is empty', async () => {
    const file = join(site.folder, 'snapshots.ledger');
    writeFileSync(file, 'nothing of the kind');
    for (const path of ['/ledger', '/budget']) {
      const answer = await visitor.see(path);
      expect([path, answer.status, wordsOf(answer)]).toEqual([path, 409, expect.stringContaining('LEDGER_DAMAGED')]);
    }
    rmSync(file);
  });
});

describe('the quality of a snapshot', () => {
  let prepared: PreparedSnapshot;
  beforeAll(async () => {
    prepared = await prepare();
  });

  it('is said with the exact numbers of the agency’s own records', async () => {
    const { data } = node;
    const said = await words(`/data/${DATASET}`);
    const read = countRows(data, 'TRUE');
    const withoutConsent = countRows(data, `research_consent IS NOT 'yes'`);
    const kept = read - withoutConsent - UNUSABLE_ROWS;
    expect(said).toContain(
      `Read from your source ${number(read)} Left out: opted out 0 Left out: no consent ${number(withoutConsent)} ` +
        `Left out: can’t be used ${UNUSABLE_ROWS} Kept ${number(kept)} `,
    );
    const { people, snapshot } = prepared;
    expect(said).toContain(
      `People they are about ${number(people ?? NaN)} Duplicates ${number(kept - (people ?? NaN))} rows`,
    );
    expect(said).toContain(`Digest ${snapshot}`);
    expect(said).toMatch(/Age less than a day old[.] No limit is set/);
    expect(said).toMatch(
      /crime-type a code that the mapping or the dataset doesn’t name 1 .*tally node check --dataset third/,
    );
    expect(said).not.toContain('word');
    const usable = `research_consent = 'yes' AND crime_type IS NOT 'a <b>word</b>'`;
    const missing = countRows(data, `${usable} AND main_need IS NULL`);
    expect(said).toContain(` need ${number(missing)} of ${number(kept)} (`);
    expect(said).toContain(`rows that can’t be used ${UNUSABLE_ROWS} of ${number(read - withoutConsent)} (`);
    for (const { name, present } of prepared.keys) expect(said).toContain(` ${name} ${number(present)} of `);
    expect(said).toMatch(/whoever reads it sees: its date, .* that fewer than 1 % of its rows could not be used/);
    expect(said).toMatch(/for the scheme standard: [0-9,]+ people.*for the scheme light: [0-9,]+ people/);
  });

  it('is said in short in the list of the agency’s data', async () => {
    expect(await words('/data')).toMatch(
      /As at .*, less than a day old Rows [0-9,]+ kept of [0-9,]+ read At the node not running/,
    );
    expect(await words('/')).not.toContain('There is no snapshot');
  });

  it('ages', async () => {
    site.aheadMs = 2 * 86_400_000;
    visitor = await site.visitor();
    expect(await words('/data')).toContain(', 2 days old');
    site.aheadMs = 1 * 86_400_000;
    visitor = await site.visitor();
    expect(await words('/data')).toContain(', 1 day old');
  });

  it('is not said of one that is no use: what to do is', async () => {
    const key = join(site.folder, 'storage.key');
    const kept = readFileSync(key);
    const wrong = new Uint8Array(kept.length).fill(7);
    writeFileSync(key, wrong);
    expect(await words('/data')).toMatch(/No use \(SNAPSHOT_UNREADABLE\).*prepare it again/);
    expect(await words(`/data/${DATASET}`)).toContain('SNAPSHOT_UNREADABLE');
    rmSync(key);
    expect(await words('/data')).toContain('STORAGE_KEY_MISSING');
    expect((await visitor.see(`/questions/${TEMPLATE}`)).status).toBe(409);
    writeFileSync(key, kept, { mode: 0o600 });
    expect(await words('/data')).toContain('kept of');
    await site.open();
    visitor = await site.visitor();
    chmodSync(key, 0o644);
    expect(await words('/data')).toContain('KEY_FILE_EXPOSED');
    chmodSync(key, 0o600);
    expect(await words('/data')).toContain('kept of');
  });
});

describe('opt-outs and consent', () => {
  it('are counted: who has not said yes, and whose answer is unclear', async () => {
    const { data } = node;
    const withoutConsent = countRows(data, `research_consent IS NOT 'yes'`);
    const unclear = countRows(data, 'research_consent IS NULL');
    expect(unclear).toBeGreaterThan(0);
    const said = await words('/opt-outs');
    expect(said).toContain(`No consent to any purpose ${number(withoutConsent)} ${publishedOf(withoutConsent)} `);
    expect(said).toContain(`so no ${number(unclear)} nothing`);
    const yes = countRows(data, `research_consent = 'yes' AND crime_type IS NOT 'a <b>word</b>'`);
    expect(said).toContain(`research-statistics: ${number(yes)} rows with a yes.`);
    expect(said).toContain('Look into the unclear answers');
    expect(said).toContain('Opted out 0 fewer than 10');
  });

  it('says that lists were never read, then how fresh they are, then that they are stale', async () => {
    site.configure(
      `optOuts: { ${writeOptOuts(node.data, join(site.folder, 'opted-out.sqlite'))}, maximumAgeHours: 6 }`,
    );
    await site.open();
    visitor = await site.visitor();
    expect(await words('/opt-outs')).toMatch(
      /never read, so every question is refused .OPT_OUTS_STALE.*opted_out in .*opted-out.sqlite/,
    );
    await refreshOptOuts(loadConfig(site.configFile), { clock: systemClock, rng, log: silentLog, engine });
    const fresh = await words('/opt-outs');
    expect(fresh).toMatch(
      new RegExp(`Read .* ago May be as old as 6 hours Up to date Yes Lines ${OPTED_OUT} Digest [0-9a-f]{64}`),
    );
    expect(fresh).toContain('This snapshot was made by other lists than those in force');
    expect(fresh).not.toContain('out of date');

    site.aheadMs = 6 * 3_600_000 + 60_000;
    visitor = await site.visitor();
    const stale = await words('/opt-outs');
    expect(stale).toMatch(/6 hours \d+ minutes? ago/);
    expect(stale).toMatch(
      /The lists are out of date.*Somebody may have opted out since.*OPT_OUTS_STALE.* Up to date No/,
    );
    site.aheadMs = -3_600_000;
    visitor = await site.visitor();
    expect(await words('/opt-outs')).toMatch(/read later than this computer’s clock.*OPT_OUTS_STALE.* Up to date No/);
  });

  it('says how many rows are left out once the snapshot is made without them, exactly and as may be said outside', async () => {
    const { leftOut, rows, rejected } = await prepare();
    expect(leftOut.optedOut).toBeGreaterThanOrEqual(OPTED_OUT);
    const said = await words('/opt-outs');
    expect(said).toContain(`Opted out ${number(leftOut.optedOut)} ${publishedOf(leftOut.optedOut)} `);
    expect(said).not.toContain('made by other lists');
    expect(await words(`/data/${DATASET}`)).toContain(`opted out ${number(leftOut.optedOut)} Left out: no consent`);
    expect(rows + rejected.rejected + leftOut.optedOut + leftOut.withoutConsent).toBe(countRows(node.data, 'TRUE'));
  });

  it('says of lists that are configured no more that they go on, and nobody looks how old they are', async () => {
    const text = readFileSync(site.configFile, 'utf8');
    writeFileSync(site.configFile, text.replace(/^optOuts: .*$/m, ''));
    await site.open();
    visitor = await site.visitor();
    expect(await words('/opt-outs')).toMatch(
      /names no lists any more.*still go along into every run that joins people/,
    );
    writeFileSync(site.configFile, text);
  });
});

/** In the words of docs/agency/consent.md: the nearest ten, half of it up, or fewer than that. */
function publishedOf(count: number): string {
  return count < 10 ? 'fewer than 10' : `about ${Math.round(count / 10) * 10}`;
}
