import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { MAX_PAUSE_REASON_CHARACTERS } from '../../node-agent/status/pause.js';
import { packagePath } from '../../runtime/index.js';
import { copyOf } from '../support/process-federation.js';
import type { ProcessFederation } from '../support/process-federation.js';
import { testSeed } from '../support/seeded-rng.js';
import {
  DATASET,
  OPERATOR,
  OPTED_OUT,
  PROPOSED,
  runningNode,
  says,
  TEMPLATE,
  wordsOf,
  writeOptOuts,
} from './console-site.js';
import type { Answer, ConsoleSite } from './console-site.js';

/* What an operator does in the console reaches a running node, and what the node does is seen there. Real processes. */

const execFileAsync = promisify(execFile);
/** Of opt-out lists: so short that a test need not wait. */
const A_MOMENT_HOURS = 0.000_3;
/** What has been answered is shown again without asking anybody. */
const UNANSWERED = copyOf(TEMPLATE, 0);

let federation: ProcessFederation;
let site: ConsoleSite;
beforeAll(async () => {
  ({ federation, site } = await runningNode());
});
afterAll(async () => {
  await site.close();
  await federation.close();
});
beforeEach(() => site.open());

/** Runs `tally node …` and returns what it says. */
async function tallyNode(...words: string[]): Promise<string> {
  const { stdout } = await execFileAsync(process.execPath, [
    packagePath('dist/node-agent/main.js'),
    ...words,
    '--config',
    site.configFile,
  ]);
  return stdout;
}

async function refusals(template = TEMPLATE): Promise<(readonly [string, string])[]> {
  const run = await federation.ask(template);
  return run.refusals.map(({ agency, code }) => [agency, code] as const);
}

describe(`what an operator does in the console (seed ${testSeed})`, () => {
  it('pausing, so that the next question is refused, and answering again', async () => {
    const visitor = await site.visitor();
    const { see, send } = visitor;
    await says(visitor, '/', /Connected/);
    const reason = 'a <b>court</b> order';
    const tooLong = await send('/pause', { reason: 'x'.repeat(MAX_PAUSE_REASON_CHARACTERS + 1) });
    expect([tooLong.status, tooLong.body.includes(`${MAX_PAUSE_REASON_CHARACTERS} characters or less`)]).toEqual([
      422,
      true,
    ]);
    expect((await see('/')).body).not.toContain('Paused since');
    expect((await send('/pause', { reason })).headers.location).toBe('/');
    expect((await see('/')).body).toMatch(/Paused since [^]*a &lt;b&gt;court&lt;\/b&gt; order[^]*Resume/);
    expect(await refusals()).toEqual([[OPERATOR, 'PAUSED']]);
    expect((await send('/resume')).headers.location).toBe('/');
    expect((await see('/')).body).not.toContain('Paused since');
    await says(visitor, '/ledger', /Resumed: the node answers again/);
    expect(wordsOf(await see('/ledger'))).toMatch(/Refused .*PAUSED/);
  });

  it('a choice for one version of a template, in the policy’s file, unless that has changed meanwhile', async () => {
    const visitor = await site.visitor();
    const { see, send } = visitor;
    const policyFile = join(site.folder, 'policy.yaml');
    const path = `/questions/${TEMPLATE}`;
    const policyIn = ({ body }: Answer): string => /name="policy" value="([0-9a-f]{64})"/.exec(body)?.[1] ?? '';
    const list = (await see('/questions')).body;
    expect(list).toMatch(new RegExp(`href="${path}"[^]*Answered`));
    expect(list).toMatch(new RegExp(`href="/questions/${PROPOSED}"[^]*Refused`));
    expect(list).toMatch(new RegExp(`${PROPOSED}, version 3, proposed`));

    const before = await see(path);
    expect(wordsOf(before)).toMatch(/third-sector[.]support about [0-9,]+ as at .*wait-days \(leaves as part of/);
    expect((await send(path, { policy: policyIn(before) })).status).toBe(422);
    const kept = readFileSync(policyFile, 'utf8');
    writeFileSync(policyFile, `# why\n${kept}`);
    const late = await send(path, { choice: 'observe', policy: policyIn(before) });
    expect([late.status, late.body.includes('POLICY_CHANGED')]).toEqual([409, true]);
    expect(readFileSync(policyFile, 'utf8')).toBe(`# why\n${kept}`);

    const { mode } = statSync(policyFile);
    expect((await send(path, { choice: 'observe', policy: policyIn(await see(path)) })).headers.location).toBe(path);
    expect((await see(path)).body).toContain('Observed');
    expect([readFileSync(policyFile, 'utf8').startsWith('# why\n'), statSync(policyFile).mode]).toEqual([true, mode]);
    await says(visitor, '/ledger', /Another policy is in force/);
    const digest = createHash('sha256').update(readFileSync(policyFile)).digest('hex');
    await says(visitor, '/ledger', new RegExp(digest));
    expect(await refusals()).toEqual([[OPERATOR, 'NOT_LIVE']]);

    expect((await send(path, { choice: 'refuse', policy: policyIn(await see(path)) })).status).toBe(302);
    expect((await see(path)).body).toContain('Refused');
    expect((await send(path, { choice: 'unsaid', policy: policyIn(await see(path)) })).status).toBe(302);
    expect((await see('/questions/..%2Fnode')).status).toBe(409);
    expect((await see('/questions/none')).body).toContain('TEMPLATE_MISSING');
  });

  it('what it says would leave is what a run then has, with what that costs', async () => {
    const visitor = await site.visitor();
    expect(wordsOf(await visitor.see(`/questions/${TEMPLATE}`))).toMatch(
      /for this choice of what may be asked: .+ Noise, what is shown, and what it costs .*a privacy loss .*of [0-9.]+ from the budget/i,
    );
    const [before] = await says(visitor, '/budget', /Quarter [0-9Q-]+ [0-9.]+/).then(spentIn);
    await says(visitor, '/policy', /It is in force at the running node[.]/);
    const run = await federation.ask(TEMPLATE);
    expect(run.release).not.toBeNull();
    const words = await says(visitor, '/ledger', /Answered: a run was finished/);
    const cost = Number(/it cost a privacy loss of ([0-9.]+)/.exec(words)?.[1]);
    expect(cost).toBeGreaterThan(0);
    const [after, ofSnapshot] = spentIn(wordsOf(await visitor.see('/budget')));
    expect([after, ofSnapshot]).toEqual([(before ?? NaN) + cost, (before ?? NaN) + cost]);
    expect(wordsOf(await visitor.see('/budget'))).toMatch(
      /\(in force\) linkage statistics \(standard, light\): [0-9.]+ of what was/,
    );
  });

  it('reading opt-outs, which go along from then on, until they are too old and everything is refused', async () => {
    const visitor = await site.visitor();
    expect(wordsOf(await visitor.see('/opt-outs'))).toContain('No lists are configured');
    const lists = writeOptOuts(federation.data, join(site.folder, 'opted-out.sqlite'));
    site.configure(`optOuts: { ${lists}, maximumAgeHours: 24 }`);
    await site.open();
    const again = await site.visitor();
    await federation.running.program(OPERATOR).stop(10_000);
    await federation.running.restartNode(OPERATOR);
    await says(again, '/', /Opt-out lists not yet known/);
    expect(wordsOf(await again.see('/'))).toMatch(/The opt-out lists were never read, so every question is refused/);
    expect(await refusals(UNANSWERED)).toEqual([[OPERATOR, 'OPT_OUTS_STALE']]);
    expect(await tallyNode('status')).toMatch(/OPT_OUTS_STALE: the opt-out lists were never read/);

    await tallyNode('opt-outs');
    await says(again, '/', new RegExp(`Opt-out lists ${OPTED_OUT} lines, read `));
    expect(wordsOf(await again.see('/'))).not.toContain('OPT_OUTS_STALE');
    expect(wordsOf(await again.see('/opt-outs'))).toMatch(
      new RegExp(`ago .* 24 hours .*Up to date Yes.* Lines ${OPTED_OUT} `),
    );
    // The snapshot was made before anybody had opted out.
    expect(wordsOf(await again.see('/opt-outs'))).toContain('made by other lists than those in force');
    expect(wordsOf(await again.see(`/questions/${TEMPLATE}`))).toContain('Your opt-out lists go along');
    // There is nothing to be spent on lists, which have no budget.
    const status = await tallyNode('status');
    expect(status).toMatch(new RegExp(`Opt-out lists: ${OPTED_OUT} lines, read at .* UTC\\.`));
    expect(status.match(/a privacy loss of/g)).toHaveLength(1);
    expect(status).not.toMatch(/opt-outs [0-9a-f]{12}/);

    site.configure('');
    writeFileSync(
      site.configFile,
      readFileSync(site.configFile, 'utf8').replace('maximumAgeHours: 24', `maximumAgeHours: ${A_MOMENT_HOURS}`),
    );
    await site.open();
    const later = await site.visitor();
    await federation.running.program(OPERATOR).stop(10_000);
    await federation.running.restartNode(OPERATOR);
    await says(later, '/opt-outs', /The lists are out of date: .*OPT_OUTS_STALE.*tally node opt-outs.* Up to date No/);
    await says(later, '/', /read longer ago than you allow, so every question is refused .*OPT_OUTS_STALE/);
    expect(await refusals(UNANSWERED)).toEqual([[OPERATOR, 'OPT_OUTS_STALE']]);
    expect(await tallyNode('status')).toMatch(/OPT_OUTS_STALE: that is longer ago than may be/);
  });

  it('says that the node is not running once it has been stopped', async () => {
    const visitor = await site.visitor();
    await federation.running.program(OPERATOR).stop(10_000);
    await says(visitor, '/', /is not running, so nothing is answered/);
    expect(wordsOf(await visitor.see(`/data/${DATASET}`))).toContain('At the node not running');
    await federation.running.restartNode(OPERATOR);
    await says(visitor, '/', /Connected/);
    await says(visitor, `/data/${DATASET}`, /At the node in force/);
  });
});

/** Epsilon spent: in the quarter, and of its one snapshot. */
function spentIn(words: string): readonly [number | undefined, number | undefined] {
  const [ofQuarter] = /(?<=Quarter [0-9]{4}-Q[1-4] )[0-9.]+/.exec(words) ?? [];
  const [ofSnapshot] = /(?<=of what was spent )[0-9.]+/.exec(words) ?? [];
  return [Number(ofQuarter), Number(ofSnapshot)];
}
