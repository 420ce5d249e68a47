import { existsSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

import type { Browser, Page } from 'playwright-core';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { exportOf, pictureOf, releaseChart } from '../../coordinator/exports/index.js';
import { PICTURE_SCALE } from '../../coordinator/exports/picture.js';
import { NARROW_WIDTH, WIDE_WIDTH } from '../../web/charts/index.js';
import { listen, pageSecurity } from '../../web/index.js';
import type { HttpServer } from '../../web/index.js';
import { boldRelease, exportedRun } from '../support/bold-release.js';
import { canHave } from '../support/needs.js';
import { seededRng } from '../support/seeded-rng.js';
import { BROWSERS, openBrowser } from '../web/browser.js';

/* Charts as they are drawn: by the library that makes pictures of them, and by a browser, in a page as ours are. */

const TEMPLATES = [
  'victim-engagement-by-case-length',
  'wellbeing-when-support-ends',
  'linkage-quality-by-age',
] as const;
const executable = BROWSERS.find((file) => existsSync(file));
const available = canHave(executable !== undefined, 'Chromium (apt-get install chromium)');

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Of each pixel its red, green and blue. */
  readonly colours: ReadonlyMap<string, number>;
}

/** PNG (W3C Recommendation), the part of it that is used here: 8 bits, red, green, blue, alpha, not interlaced. */
function readPng(bytes: Uint8Array): Pixels {
  const file = Buffer.from(bytes);
  expect(file.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  const data: Buffer[] = [];
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)));
  }
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  expect([...file.subarray(24, 29)]).toEqual([8, 6, 0, 0, 0]);
  const lines = inflateSync(Buffer.concat(data));
  const colours = new Map<string, number>();
  let before = Buffer.alloc(4 * width);
  for (let row = 0; row < height; row += 1) {
    const start = row * (4 * width + 1);
    const line = unfiltered(lines[start] ?? 0, lines.subarray(start + 1, start + 1 + 4 * width), before);
    for (let at = 0; at < line.length; at += 4) {
      const colour = line.subarray(at, at + 3).toString('hex');
      colours.set(colour, (colours.get(colour) ?? 0) + 1);
    }
    before = line;
  }
  return { width, height, colours };
}

function unfiltered(filter: number, line: Buffer, above: Buffer): Buffer<ArrayBuffer> {
  const out = Buffer.alloc(line.length);
  for (let at = 0; at < line.length; at += 1) {
    const [left, up, corner] = [at < 4 ? 0 : (out[at - 4] ?? 0), above[at] ?? 0, at < 4 ? 0 : (above[at - 4] ?? 0)];
    const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
    out[at] = ((line[at] ?? 0) + guess) & 255;
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [left, up, corner].map((one) => Math.abs(guess - one)) as [number, number, number];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

describe('a chart as a picture', () => {
  it.each(TEMPLATES)('of %s has bars, letters and white in twice the size', async (name) => {
    const { bytes } = await exportOf('png', exportedRun(name, await boldRelease(name, 3)));
    const { width, height, colours } = readPng(bytes);
    expect(width).toBe(PICTURE_SCALE * WIDE_WIDTH);
    expect(colours.get('ffffff')).toBeGreaterThan((width * height) / 3);
    expect(colours.get('12436d')).toBeGreaterThan(2_000);
    // Of ink are letters, axis and whiskers: without letters there is much less of it.
    const { svgWide } = releaseChart(await boldRelease(name, 3), 'Title');
    const mute = readPng(await pictureOf(svgWide.replace(/<text.*?<\/text>/g, ''))).colours.get('0b0c0c') ?? 0;
    expect(colours.get('0b0c0c')).toBeGreaterThan(2 * mute);
  });

  it('is refused where there is no font: its letters would be left out without a word', async () => {
    const { svgWide } = releaseChart(await boldRelease(TEMPLATES[0], 3), 'Title');
    await expect(pictureOf(svgWide, { loadSystemFonts: false })).rejects.toMatchObject({ code: 'NO_FONT' });
  });
});

describe.runIf(available)('a chart in a page, in a browser', () => {
  let browser: Browser;
  let page: Page;
  let http: HttpServer;
  let body = '';
  const troubles: string[] = [];

  beforeAll(async () => {
    const app = express();
    app.use(pageSecurity(seededRng('page'), false));
    app.get('/', (_request, response) => {
      response.send(`<!doctype html><html lang="en"><head><title>Chart</title></head><body>${body}</body></html>`);
    });
    app.get('/favicon.ico', (_request, response) => {
      response.status(204).end();
    });
    http = await listen(app, '127.0.0.1', 0, 'test');
    browser = await openBrowser(executable ?? '');
    page = await browser.newPage();
    page.on('console', (message) => troubles.push(message.text()));
    page.on('pageerror', (error) => troubles.push(String(error)));
  });
  afterAll(async () => {
    await browser.close();
    await http.stop(100);
  });

  const open = async (svg: string): Promise<void> => {
    body = svg;
    troubles.length = 0;
    await page.goto(`http://127.0.0.1:${http.port}/`);
  };

  it.each(TEMPLATES)('of %s breaks no rule of the page, and nothing in it is cut off', async (name) => {
    const { svgWide, svgNarrow, alt } = releaseChart(await boldRelease(name, 3), 'A title');
    for (const [svg, width] of [
      [svgWide, WIDE_WIDTH],
      [svgNarrow, NARROW_WIDTH],
    ] as const) {
      await open(svg);
      expect(troubles).toEqual([]);
      const outer = await page.locator('svg').boundingBox();
      const texts = await Promise.all((await page.locator('text').all()).map((text) => text.boundingBox()));
      expect(outer?.width).toBe(width);
      expect(texts.length).toBeGreaterThan(5);
      const { x: left = NaN, y: top = NaN, height = NaN } = outer ?? {};
      for (const box of texts) {
        expect(box?.x).toBeGreaterThanOrEqual(left);
        expect((box?.x ?? NaN) + (box?.width ?? NaN)).toBeLessThanOrEqual(left + width + 0.5);
        expect((box?.y ?? NaN) + (box?.height ?? NaN)).toBeLessThanOrEqual(top + height);
      }
      const picture = page.getByRole('img', { name: 'A title' });
      expect(await picture.locator('desc').textContent()).toBe(alt);
    }
  });

  it('would be told of a style: the page lets none through', async () => {
    const { svgWide } = releaseChart(await boldRelease(TEMPLATES[0], 3), 'A title');
    await open(svgWide.replace('<rect ', '<rect style="fill:red" '));
    expect(troubles.join(' ')).toContain('Content Security Policy');
  });
});
