import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { cosign, formatSignatureLine, parseNote, witnessKey } from '../../../core/audit/index.js';
import { PROVENANCE_ERROR_CODES, readProvenance } from '../../../core/provenance/index.js';
import { identityOf, REQUEST, roster, template } from '../coordinator/fixtures.js';
import type { Rig } from '../coordinator/fixtures.js';
import { testFolder } from '../node-agent/fixtures.js';
import { serve, tally } from './fixtures.js';
import type { Said } from './fixtures.js';
import { writeRegister } from './register-file.js';

/** What no file can show. */
const UNPROVED = [
  '  That agencies answered so: what the log says is the coordinator’s word, and each agency’s ledger has its own.',
  '  That the numbers are right: no log knows.',
];

interface Files {
  readonly rig: Rig;
  readonly id: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly provenance: string;
  readonly release: string;
  readonly log: string;
  /** How a command is told of the register. */
  readonly register: readonly string[];
}

/** A run that finished, and all that `tally` saves of it. */
async function exported(): Promise<Files> {
  const { rig, environment } = await serve();
  const folder = testFolder();
  const { id } = rig.service.submit(REQUEST);
  expect(await rig.ended(id)).toBe('finished');
  const file = (name: string): string => join(folder, name);
  const [provenance, release, log] = [file('provenance.json'), file('release.json'), file('log.jsonl')];
  for (const args of [
    ['export', id, '--part', 'provenance', '--out', provenance],
    ['export', id, '--format', 'json', '--out', release],
    ['audit', 'save', '--out', log],
  ]) {
    expect((await tally(args, { environment })).exitCode).toBe(0);
  }
  return {
    rig,
    id,
    environment,
    folder,
    provenance,
    release,
    log,
    register: writeRegister(folder, rig.governance.board),
  };
}

async function savedLog({ folder, environment }: Files, name: string): Promise<string> {
  const file = join(folder, name);
  expect((await tally(['audit', 'save', '--out', file], { environment })).exitCode).toBe(0);
  return file;
}

/** As the node of the police does. */
function cosignAs({ audit, auditLog, clock }: Rig, size: number): void {
  const { text } = parseNote(auditLog.checkpointOf(size) ?? '');
  const witness = witnessKey(roster.federation, 'police', identityOf('police').publicKey);
  audit.cosigned('police', size, formatSignatureLine(cosign(text, witness.name, identityOf('police'), clock.now())));
}

const verify = ({ provenance, register }: Files, ...more: readonly string[]): Promise<Said> =>
  tally(['audit', 'verify-release', provenance, ...register, ...more], { columns: 1_000 });

describe('tally export --part provenance', () => {
  it('writes what the coordinator signed, byte for byte', async () => {
    const { rig, id, environment, provenance } = await exported();
    expect(new Uint8Array(readFileSync(provenance))).toEqual(rig.service.provenance(id));
    const shown = await tally(['export', id, '--part', 'provenance'], { environment });
    expect(shown.out).toBe(readFileSync(provenance, 'utf8'));
    const again = await tally(['export', id, '--part', 'provenance', '--out', provenance], { environment });
    expect([again.exitCode, again.err]).toEqual([2, expect.stringContaining('FILE_EXISTS')]);
  });

  it('has one form, and none for a run without a release', async () => {
    const { rig, id, environment } = await exported();
    for (const format of ['csv', 'json']) {
      const said = await tally(['export', id, '--part', 'provenance', '--format', format], { environment });
      expect([said.exitCode, said.out, said.err]).toEqual([2, '', expect.stringContaining('BAD_USAGE')]);
    }
    rig.behaviours['police'] = { refuse: 'BUSY' };
    const { id: refused } = rig.service.submit({ ...REQUEST, parameters: { quarters: ['2025-Q1'] } });
    expect(await rig.ended(refused)).toBe('refused');
    const said = await tally(['export', refused, '--part', 'provenance'], { environment });
    expect([said.exitCode, said.out, said.err]).toEqual([4, '', expect.stringContaining('NOT_RELEASED')]);
  });
});

describe('tally audit verify-release', () => {
  it('says in plain words what holds, and what nobody looked at', async () => {
    const files = await exported();
    const { rig, id, release, log, environment } = files;
    const said = await verify(files);
    expect([said.exitCode, said.err]).toEqual([0, '']);
    const [title, ...lines] = said.out.trimEnd().split('\n');
    expect(title).toBe(`The release of run ${id} of ${roster.federation}`);
    const { offer, answers, template: named, release: logged } = readProvenance(readFileSync(files.provenance));
    expect(lines).toEqual([
      'Verified:',
      expect.stringMatching(
        new RegExp(
          `^  The coordinator of version 1 of the roster has signed this, and the log of ${logged.index + 1} entries on `,
        ),
      ),
      `  ${template.template} version ${template.version} (SHA-256 ${named.digest}) was live, approved by 2 officers, data-officer, victims-officer; 2 had to.`,
      `  Entry ${offer.index}, ${offer.at}: analyst@research-office asked it for ${template.purpose}, with quarters 2025-Q1 2025-Q2, of police, charity-a, charity-b.`,
      ...answers.map(({ index, at, agency }) => `  Entry ${index}, ${at}: ${agency} took part.`),
      '  By the log all who were asked took part, and nobody else.',
      `  Entry ${logged.index}, ${logged.at}: a table was released, ${logged.suppressed} cells suppressed (SHA-256 ${logged.digest}).`,
      'Not verified:',
      '  Whether the release that you have is this one: name it with --release.',
      '  What else is in the log: name a copy of it with --log.',
      expect.stringMatching(/^ {2}That nobody was shown another log: no agency has cosigned one with this in it\./),
      ...UNPROVED,
    ]);

    // The offer's own checkpoint was signed before there was a release.
    cosignAs(rig, offer.index + 1);
    const offered = await savedLog(files, 'offered.jsonl');
    expect((await verify(files, '--log', offered)).out).toContain('no agency has cosigned');
    const { size } = rig.auditLog.head;
    cosignAs(rig, size);
    // The provenance of before has no cosignature, and a copy of the log of now has one of the same entries.
    const newer = await savedLog(files, 'newer.jsonl');
    const all = await verify(files, '--release', release, '--log', newer);
    expect(all.exitCode).toBe(0);
    expect(all.out).toContain('\n  The release that you have is that one.\n');
    expect(all.out).toContain(`\n  police cosigned the first ${size} entries on `);
    expect(all.out).toContain(`\n  The copy of the log holds, ${size} entries, and continues `);
    expect(all.out.trimEnd().split('Not verified:\n')[1]?.split('\n')).toEqual(UNPROVED);
    expect((await verify(files, '--log', log)).out).toContain('no agency has cosigned');
    const cosigned = { ...files, provenance: join(files.folder, 'cosigned.json') };
    await tally(['export', id, '--part', 'provenance', '--out', cosigned.provenance], { environment });
    for (const more of [[], ['--log', newer]]) {
      expect((await verify(cosigned, ...more)).out.split('police cosigned')).toHaveLength(2);
    }
  });

  it('says the same to a program', async () => {
    const files = await exported();
    const { digest } = readProvenance(readFileSync(files.provenance)).release;
    const { size } = files.rig.governance.copy.head;
    const said = await verify(files, '--release', files.release, '--json');
    expect(JSON.parse(said.out)).toMatchObject({
      ...{ federation: roster.federation, run: files.id, roster: 1 },
      template: {
        template: template.template,
        version: template.version,
        approvers: ['data-officer', 'victims-officer'],
      },
      offer: {
        index: 1 + size,
        register: { size },
        requester: 'analyst@research-office',
        parameters: { quarters: ['2025-Q1', '2025-Q2'] },
      },
      answers: [2, 3, 4].map((index) => ({ index: index + size })),
      release: { index: 5 + size, digest },
      checkpoint: { size: 6 + size },
      cosigned: [],
      verified: { release: true, log: false },
    });
  });

  it('refuses a release, a provenance or a log in which anything is another, with a code and nothing else', async () => {
    const files = await exported();
    const altered = (file: string, from: string | RegExp, to: string): string => {
      const text = readFileSync(file, 'utf8');
      expect(text.replace(from, to)).not.toBe(text);
      const name = join(files.folder, `altered-${Math.abs(from.toString().length)}-${to.length}`);
      writeFileSync(name, text.replace(from, to));
      return name;
    };
    const number = /"value": (\d)/.exec(readFileSync(files.release, 'utf8'))?.[0] ?? '';
    const digit = number.endsWith('9') ? '8' : '9';
    const [, registerFile = '', , fingerprint = ''] = files.register;
    const shorter = altered(registerFile, /[^\n]*\n$/, '');
    const cases: readonly (readonly [string, Promise<Said>])[] = [
      ['RELEASE_DIFFERS', verify(files, '--release', altered(files.release, number, `${number.slice(0, -1)}${digit}`))],
      ['BAD_RELEASE', verify(files, '--release', files.log)],
      [
        'BAD_PROVENANCE_SIGNATURE',
        verify({ ...files, provenance: altered(files.provenance, /"sig":"..../, '"sig":"AAAA') }),
      ],
      ['BAD_PROVENANCE', verify({ ...files, provenance: files.release })],
      ['LOG_COPY_DIFFERS', verify(files, '--log', altered(files.log, 'analyst', 'nobody!'))],
      ['BAD_LOG_COPY', verify(files, '--log', files.release)],
      ['BAD_REGISTER_FILE', verify({ ...files, register: ['--register', files.release, '--pin', fingerprint] })],
      ['ROSTER_NOT_PINNED', verify({ ...files, register: ['--register', registerFile, '--pin', 'ab'.repeat(32)] })],
      ['BAD_USAGE', verify({ ...files, register: ['--register', registerFile] })],
      ['REGISTER_STALE', verify({ ...files, register: ['--register', shorter, '--pin', fingerprint] })],
      ['FILE_UNREADABLE', verify(files, '--release', join(files.folder, 'none'))],
    ];
    for (const [code, said] of cases) {
      const { exitCode, out, err } = await said;
      expect([exitCode, out, err]).toEqual([2, '', expect.stringMatching(new RegExp(`^${code}: `))]);
    }
  });

  it('needs a register, and says in its help how it ends', async () => {
    const { exitCode, err } = await tally(['audit', 'verify-release', 'x']);
    expect([exitCode, err]).toEqual([2, expect.stringContaining('--register')]);
    const help = await tally(['audit', 'verify-release', '--help']);
    expect(help.exitCode).toBe(0);
    expect(PROVENANCE_ERROR_CODES.filter((code) => help.out.includes(code))).not.toEqual([]);
    expect(help.out).toMatch(/Exit code 0: .*\b2: /s);
  });
});
