import { describe, expect, it } from 'vitest';
import {
  baseName,
  citation,
  EXPORT_FORMATS,
  exportOf,
  formatsOf,
  type ExportedRun,
} from '../../../../coordinator/exports/index.js';
import { makeLinkage } from '../../../../coordinator/index.js';
import { releaseDigest } from '../../../../core/audit-entries/index.js';
import { boldRelease, exportedRun } from '../../../support/bold-release.js';
import { linkageInput } from '../linkage-fixtures.js';

const NAME = 'wellbeing-when-support-ends';
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function exported(changes: Partial<ExportedRun['run']> = {}): Promise<ExportedRun> {
  const made = exportedRun(NAME, await boldRelease(NAME, 3));
  return { ...made, run: { ...made.run, ...changes } };
}

describe('a release as a file', () => {
  it('has a name of its template and its run, another for each format', async () => {
    const run = {
      ...(await exported()),
      release: { ...(await boldRelease(NAME, 3)), linkage: makeLinkage(linkageInput()) },
    };
    const names = await Promise.all(EXPORT_FORMATS.map(async (format) => (await exportOf(format, run)).fileName));
    expect(new Set(names).size).toBe(EXPORT_FORMATS.length);
    for (const name of names) expect(name).toMatch(/^wellbeing-when-support-ends-1a2b3c4d[a-z.-]*\.[a-z]+$/);
    expect((await exportOf('ods', run)).contentType).toBe('application/vnd.oasis.opendocument.spreadsheet');
  });

  it('is never called what a file system, or a header, would take for something else', async () => {
    for (const template of ['../../etc/passwd', 'a"b\r\nSet-Cookie: x', 'é ü', '', '.', 'x'.repeat(500)]) {
      const name = baseName(await exported({ template }));
      expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(name.length).toBeLessThanOrEqual(89);
    }
  });

  it('is of a format that the release has', async () => {
    const run = await exported();
    expect(formatsOf(run)).toEqual(EXPORT_FORMATS.filter((format) => format !== 'linkage-csv'));
    await expect(exportOf('linkage-csv', run)).rejects.toMatchObject({ code: 'NO_LINKAGE' });
    const linked = { ...run, release: { ...run.release, linkage: makeLinkage(linkageInput()) } };
    expect(formatsOf(linked)).toEqual(EXPORT_FORMATS);
    expect(text((await exportOf('linkage-csv', linked)).bytes)).toMatch(/^quantity,agency,/);
  });

  it('as JSON is what its provenance speaks of, and with its context it has that inside', async () => {
    const run = await exported();
    const json: unknown = JSON.parse(text((await exportOf('json', run)).bytes));
    expect(json).toEqual(JSON.parse(JSON.stringify(run.release)));
    expect(releaseDigest(json)).toBe(citation(run).digest);
    const context = JSON.parse(text((await exportOf('context', run)).bytes)) as Record<string, unknown>;
    expect(context).toMatchObject({ format: 'tallystick-release-context/v1', release: json, citation: citation(run) });
    expect(context).toMatchObject({ run: { id: run.run.id, releasedAt: run.run.endedAt, programme: 'BOLD' } });
  });
});

describe('how to cite a release', () => {
  it('names who, what, when, which run, and how to tell whether it is the same', async () => {
    const { text: said, bibtex, digest } = citation(await exported());
    expect(said).toMatch(
      /^BOLD \(2026\)\. When support ends, are people whose case went to prosecutors as well as everybody else\? Protected statistical table, released 20 November 2026\. Run 1a2b3c4d-/,
    );
    expect(said).toContain(`SHA-256 of the release ${digest}.`);
    expect(said).toContain(`Audit log of 42 entries, root ${'cd'.repeat(32)}.`);
    expect(said).toContain('Sources: The police, ');
    expect(bibtex).toContain('@misc{tallystick-1a2b3c4d,');
    expect(bibtex.match(/\n {2}[a-z]+ = \{/g)).toHaveLength(8);
    expect(digest).toBe(releaseDigest((await exported()).release));
  });

  it('is another where a number of the release is', async () => {
    const run = await exported();
    const other = { ...run, release: { ...run.release, question: `${run.release.question}?` } };
    expect(citation(other).digest).not.toBe(citation(run).digest);
  });

  it('goes without what is not known, and escapes what TeX would read', async () => {
    const run = {
      ...(await exported({ templateTitle: 'A & B: 5 % of {x}_\\^~#$', endedAt: null })),
      programme: null,
      checkpoint: null,
    };
    const { text: said, bibtex } = citation(run);
    expect(said).toMatch(
      /^Tallystick \(2026\)\. A & B: 5 % of {x}_\\\^~#\$\. Protected statistical table, released 20 November 2026/,
    );
    expect(said).not.toContain('Audit log');
    expect(bibtex).toContain(
      'title = {{A \\& B: 5 \\% of \\{x\\}\\_\\textbackslash{}\\textasciicircum{}\\textasciitilde{}\\#\\$}}',
    );
  });
});
