import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

import { packagePath } from '../../../runtime/index.js';

/* Whoever follows a link in a page finds the file, and the heading. */

const ROOT = packagePath('.');
const markdownIn = (folder: string): string[] =>
  readdirSync(packagePath(folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => packagePath(folder, name));
const pages = [
  ...markdownIn('docs'),
  ...markdownIn('deploy'),
  packagePath('README.md'),
  packagePath('CONTRIBUTING.md'),
];

/** As GitHub makes them of headings. */
function anchorsOf(file: string): readonly string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function brokenIn(file: string): string[] {
  const links = [...readFileSync(file, 'utf8').matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link]) => link ?? '');
  return links.filter((link) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? file : join(dirname(file), path);
    if (!existsSync(target)) return true;
    return anchor !== undefined && (statSync(target).isDirectory() || !anchorsOf(target).includes(anchor));
  });
}

describe('links between pages', () => {
  it.each(pages.map((file) => relative(ROOT, file)))('%s', (file) => {
    expect(brokenIn(join(ROOT, file))).toEqual([]);
  });
});
