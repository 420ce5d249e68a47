import { execFile } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { packagePath } from '../../../runtime/index.js';
import { canHave } from '../../support/needs.js';
import { serveApi, TOKEN } from '../coordinator/api-fixtures.js';
import { TEMPLATE } from '../coordinator/fixtures.js';

const run = promisify(execFile);
const python = canHave(spawnSync('python3', ['--version']).status === 0, 'Python 3');
const r = spawnSync('Rscript', ['--version']).status === 0;
const CLIENT = packagePath('examples', 'clients', 'tallystick.py');

interface Told {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function client(url: string, args: readonly string[], token = TOKEN): Promise<Told> {
  const env = { PATH: process.env['PATH'] ?? '', TALLY_URL: url, TALLY_TOKEN: token, PYTHONDONTWRITEBYTECODE: '1' };
  try {
    const { stdout, stderr } = await run('python3', args, { env });
    return { code: 0, out: stdout, err: stderr };
  } catch (thrown) {
    const { code, stdout, stderr } = thrown as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

/** Uses the client as a library; prints JSON. */
const scripted = (lines: string): readonly string[] => [
  '-c',
  `import json, sys\nsys.path.insert(0, ${JSON.stringify(packagePath('examples', 'clients'))})\n` +
    `from tallystick import *\ntally = Tallystick.from_environment()\n${lines}`,
];

describe.runIf(python)('the Python client, with a coordinator', () => {
  it('lists templates', async () => {
    const { url } = await serveApi();
    expect((await client(url, [CLIENT, 'templates'])).out).toContain(`${TEMPLATE}: `);
  });

  it('asks, waits, and reads what isn’t shown as no value, never as 0', async () => {
    const { url, rig } = await serveApi();
    const { code, out, err } = await client(url, [CLIENT, 'run', TEMPLATE, 'quarters=2025-Q1,2025-Q2']);
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('finished') as string });
    const rows = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { value: number | null; status: string; reason: string });
    const cells = rig.service.get(rig.service.list(1)[0]?.id ?? '').release?.table.cells ?? [];
    expect(rows.map(({ value, status }) => ({ value, status }))).toEqual(
      cells.map(({ value, status }) => ({ value, status })),
    );
    const hidden = rows.filter(({ status }) => status !== 'ok');
    expect(hidden.length).toBeGreaterThan(0);
    expect(hidden.map(({ value }) => value)).toEqual(hidden.map(() => null));
    expect(hidden.every(({ reason }) => reason !== '')).toBe(true);
    expect(rows[0]).toMatchObject({ 'police.crimes.withdrew': expect.any(String) as string });
  });

  it('fetches the provenance as it was signed, and goes through pages', async () => {
    const { url, rig } = await serveApi();
    const told = await client(
      url,
      scripted(
        `run = tally.wait(tally.run(${JSON.stringify(TEMPLATE)}, {"quarters": ["2025-Q1"]})["id"], 0.05)\n` +
          'print(json.dumps({"provenance": tally.provenance(run["id"]).decode(), "runs": [one["id"] for one in tally.runs()]}))',
      ),
    );
    expect(told.err).toBe('');
    const { provenance, runs } = JSON.parse(told.out) as { provenance: string; runs: string[] };
    const [mine] = rig.service.list(1);
    expect(runs).toEqual([mine?.id]);
    expect(provenance).toBe(new TextDecoder().decode(rig.service.provenance(mine?.id ?? '')));
  });

  it('says why there is no table, and what the coordinator said', async () => {
    const { url } = await serveApi({ behaviours: { police: { refuse: 'PAUSED' } } });
    const refused = await client(url, [CLIENT, 'run', TEMPLATE, 'quarters=2025-Q1']);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('is refused') as string });
    expect((await client(url, [CLIENT, 'templates'], 'wrong')).err).toContain('UNAUTHORISED');
    const wrong = await client(url, [CLIENT, 'run', TEMPLATE, 'quarters=2030-Q1']);
    expect(wrong.err).toContain('BAD_PARAMETERS');
    expect(wrong.err).not.toContain('Traceback');
  });
});

if (!r)
  process.stderr.write('\nSKIPPED, LOUDLY: no Rscript here, so examples/clients/tallystick.R is not even parsed.\n');

describe.runIf(r)('the R client', () => {
  it('is R', async () => {
    await run('Rscript', [
      '-e',
      'invisible(parse(commandArgs(TRUE)[1]))',
      packagePath('examples', 'clients', 'tallystick.R'),
    ]);
  });
});
