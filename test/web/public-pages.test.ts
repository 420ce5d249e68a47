import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { CANNOT, WILL, WONT } from '../../coordinator/pages/public/promises.js';
import { createSite } from '../../coordinator/pages/site.js';
import type { Account } from '../../coordinator/access/account.js';
import { auditCheckpointView, auditEntriesView } from '../../coordinator/index.js';
import { formatLogCopy } from '../../core/audit-entries/index.js';
import { fromBase64, silentLog } from '../../core/base/index.js';
import { packagePath, systemRng } from '../../runtime/index.js';
import { listen } from '../../web/index.js';
import type { HttpServer } from '../../web/index.js';
import { canHave } from '../support/needs.js';
import { seededRng, testSeed } from '../support/seeded-rng.js';
import { allBarriers, BROWSERS, openBrowser, picture } from './browser.js';
import { ANSWERED, askHttp, GONE, PROPOSED, REFUSED, REVOKED_BECAUSE, ServiceSite, VERSIONS } from './service-site.js';

/** Without a token pages go by their places alone. */
const publicEntriesView = auditEntriesView.omit({ next: true });

/* The coordinator's public pages as people use them, and its operations page: in a browser, without JavaScript, on a narrow screen. */

const execFileAsync = promisify(execFile);
const executable = BROWSERS.find((file) => existsSync(file));
const available = canHave(executable !== undefined, 'Chromium (apt-get install chromium)');

const NARROW = { width: 320, height: 640 };
const MENU = [
  ['/questions', 'Questions'],
  ['/runs', 'Runs and results'],
  ['/promises', 'What we promise'],
  ['/opt-out', 'Opt out'],
  ['/verify', 'Check for yourself'],
] as const;
const OPERATOR: Account = {
  ...{ subject: 'a-subject', name: 'Pat', roles: ['operator'] },
  ...{ organisation: null, analyst: null, officer: null },
};
/** A name under which somebody asks: nobody but agencies and the log is told. */
const ANALYST = 'demo-analyst';

describe.runIf(available)(`the public pages (seed ${testSeed})`, () => {
  let site: ServiceSite;
  let browser: Browser;
  let operations: HttpServer;
  /** The same pages, for somebody who has signed in as an operator. */
  let inside: string;
  beforeAll(async () => {
    site = await ServiceSite.start();
    browser = await openBrowser(executable ?? '');
    const { app } = createSite(site.services, {
      ...{ federation: 'bold-test', synthetic: true, behindProxy: false, rng: systemRng, log: silentLog },
      signIn: {
        sessions: (request, _response, next) => {
          Object.assign(request, { session: { account: OPERATOR } });
          next();
        },
        pages: () => undefined,
      },
    });
    operations = await listen(app, '127.0.0.1', 0, 'api.port');
    inside = `http://127.0.0.1:${operations.port}`;
  }, 180_000);
  afterAll(async () => {
    await operations.stop(1_000);
    await browser.close();
    await site.close();
  });

  function everyPage(): readonly string[] {
    return [
      ...['/', ...MENU.map(([path]) => path), '/accessibility', '/cookies'],
      ...[VERSIONS.live, VERSIONS.superseded].map((version) => `/questions/${ANSWERED}/${version}`),
      ...[PROPOSED, GONE.revoked, GONE.expired, REFUSED].map((name) => `/questions/${name}/3`),
      ...Object.values(site.runs).map(({ id }) => `/runs/${id}`),
      ...['/questions?q=nothing-like-it', '/runs?outcome=refused', '/nothing/at/all', '/operations'],
    ];
  }

  async function opened(
    use: (page: Page) => Promise<void>,
    options: Parameters<Browser['newContext']>[0] = {},
  ): Promise<void> {
    const context = await browser.newContext(options);
    try {
      await use(await context.newPage());
    } finally {
      await context.close();
    }
  }

  const addressOf = (path: string): string => `${path.startsWith('/operations') ? inside : site.home}${path}`;

  it('lets somebody read what is asked, find an answer, and check it, by keyboard', async () => {
    await opened(async (page) => {
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', ({ message }) => complaints.push(message));
      await page.goto(site.home);
      await page.keyboard.press('Tab');
      expect(await page.locator(':focus').textContent()).toBe('Skip to main content');
      expect(await page.locator(':focus').isVisible()).toBe(true);
      for (const [path, name] of MENU) {
        await page.goto(site.home);
        await follow(page, name);
        expect(new URL(page.url()).pathname).toBe(path);
        expect(await page.title()).toMatch(new RegExp(`^${name} – Tallystick`));
        expect(await page.locator('[aria-current]').first().textContent()).toContain(name);
      }
      await page.goto(`${site.home}/questions`);
      await page.fill('#q', 'prosecutors harassment zebra');
      await page.keyboard.press('Enter');
      await page.waitForURL(/q=/);
      expect(await page.locator('main').textContent()).toContain('No question fits');
      expect(await page.locator('#q').inputValue()).toBe('prosecutors harassment zebra');
      await page.fill('#q', 'REFERRAL reach');
      await page.selectOption('#state', 'live');
      await page.keyboard.press('Tab');
      await Promise.all([page.waitForURL(/state=live/), page.click('text=Show questions')]);
      const { question } = site.runs.released.release ?? { question: '' };
      expect(await page.locator('main li h3 a').allTextContents()).toEqual([question, question]);
      await page.goto(`${site.home}/questions/${ANSWERED}`);
      expect(new URL(page.url()).pathname).toBe(`/questions/${ANSWERED}/${VERSIONS.live}`);
      const words = await page.locator('main').textContent();
      for (const said of [
        'Victims’ council of the demonstration',
        'What leaves each agency',
        'nearest 10',
        'Harbour Lane Centre',
      ]) {
        expect(words).toContain(said);
      }
      await page.locator('#runs + ul a').last().click();
      expect(await page.locator('h1').textContent()).toBe(question);
      const cells = await page.locator('.tallystick-results').first().locator('tbody td').allInnerTexts();
      const { table } = site.runs.released.release ?? { table: undefined };
      expect(cells.filter((text) => text.startsWith('[c]'))).toHaveLength(
        [...(table?.cells ?? []), ...(table?.totals ?? [])].filter(({ value }) => value === null).length,
      );
      expect(cells.filter((text) => /^\d/.test(text)).length).toBeGreaterThan(0);
      await follow(page, 'How to check it');
      expect(new URL(page.url()).pathname).toBe('/verify');
      expect(complaints).toEqual([]);
    });
  });

  it('keeps nobody out, and is never wider than a narrow screen, without JavaScript', async () => {
    await opened(
      async (page) => {
        for (const path of everyPage()) {
          await page.setViewportSize({ width: 1_100, height: 900 });
          await page.goto(addressOf(path));
          const name = `public${path.replaceAll(/\W+/g, '-')}`;
          await picture(page, name);
          await page.setViewportSize(NARROW);
          await picture(page, `${name}-narrow`);
          const width = await page.evaluate<number>('document.documentElement.scrollWidth');
          expect([path, width]).toEqual([path, NARROW.width]);
          expect([path, await page.locator('h1').count()]).toEqual([path, 1]);
        }
      },
      { javaScriptEnabled: false },
    );
    // axe is JavaScript itself.
    await opened(async (page) => {
      for (const path of everyPage()) {
        await page.goto(addressOf(path));
        expect([path, await allBarriers(page)]).toEqual([path, []]);
      }
    });
  });

  it('shows where the focus is, on every link and field of a page', async () => {
    await opened(async (page) => {
      await page.goto(`${site.home}/questions`);
      for (let presses = 0; presses < 20; presses += 1) {
        await page.keyboard.press('Tab');
        const shown = await page.evaluate<boolean>(IS_FOCUS_SHOWN);
        expect(shown).toBe(true);
      }
    });
  });

  it('says of a refused run what the register says, and nothing else', async () => {
    const { id } = site.runs.refused;
    const { body, status } = await site.ask(`/runs/${id}`);
    expect(status).toBe(200);
    expect(body).toContain('NOT_ALLOWED_HERE');
    expect(body).toContain('The organisation’s own rules do not allow this question.');
    expect(body).not.toContain('tallystick-results');
    expect((await site.ask(`/runs/${id}/provenance.json`)).status).toBe(404);
    const listed = (await site.ask('/runs')).body;
    expect(listed).toContain('3 of 3 runs');
    for (const path of [...everyPage(), '/feed.atom', '/register.json']) {
      expect([path, (await site.ask(path)).body.includes(ANALYST)]).toEqual([path, false]);
    }
  });

  it('says what was revoked and why, without what somebody wrote becoming markup', async () => {
    const { body } = await site.ask(`/questions/${GONE.revoked}/3`);
    expect(body).toContain('The figures &lt;b&gt;were&lt;/b&gt; misread.');
    expect(body).not.toContain(REVOKED_BECAUSE);
  });

  it('hands out all that it takes to verify the log, without a token', async () => {
    const { checkpoint, cosigned } = auditCheckpointView.parse(JSON.parse((await site.ask('/log/checkpoint')).body));
    const entries: Uint8Array[] = [];
    for (;;) {
      const { body, headers } = await site.ask(`/log/entries?from=${entries.length}&limit=100`);
      const page = publicEntriesView.parse(JSON.parse(body)).entries;
      expect(headers['cache-control']).toBe(page.length === 100 ? 'public, max-age=31536000, immutable' : 'no-cache');
      if (page.length === 0) break;
      entries.push(...page.map(fromBase64));
    }
    expect(entries).toHaveLength(site.services.audit.head.size);
    const folder = site.folder.agencyFolder('..');
    const [copy, register] = [join(folder, 'log.jsonl'), join(folder, 'register.jsonl')];
    writeFileSync(copy, formatLogCopy({ checkpoint, cosigned, entries }));
    writeFileSync(register, (await site.ask('/register.jsonl')).body);
    const tally = packagePath('dist', 'cli', 'main.js');
    const pin = site.folder.board.fingerprint;
    const verify = [tally, 'audit', 'verify', copy, '--register', register, '--pin', pin, '--json'];
    const { stdout } = await execFileAsync(process.execPath, verify);
    expect(JSON.parse(stdout)).toMatchObject({ size: entries.length, offers: 2, released: 1 });
    expect((await site.ask('/register-statement.json')).body).toBe(
      Buffer.from(site.services.registers.statement ?? []).toString(),
    );
    const verifying = (await site.ask('/verify')).body;
    expect(verifying).toContain(pin);
    expect(verifying).toMatch(/entries, by Northshire Police \([^)]+\), Northshire Victim Care/);
    const last = entries.length;
    expect((await site.ask(`/log/proof/inclusion?index=0&size=${last}`)).status).toBe(200);
    expect((await site.ask(`/log/proof/consistency?first=1&second=${last}`)).status).toBe(200);
    expect(JSON.parse((await site.ask(`/log/entries?from=${last + 1}`)).body)).toMatchObject({ code: 'AUDIT_RANGE' });
  });

  it('has a feed that a strict parser takes, with what RFC 4287 asks for', async () => {
    const { body, headers } = await site.ask('/feed.atom');
    expect(headers['content-type']).toContain('application/atom+xml');
    await opened(async (page) => {
      const found = await page.evaluate<ReadFeed>(`(${READ_FEED})(${JSON.stringify(body)})`);
      expect(found.error).toBeNull();
      expect(found.feed).toEqual({ id: 1, title: 1, updated: 1, author: 1, self: 1 });
      expect(found.entries.length).toBeGreaterThan(5);
      for (const entry of found.entries) {
        expect(entry).toMatchObject({ titles: 1, links: 1, summaries: 1 });
        expect(entry.id).toMatch(/^(ni:\/\/\/sha-256;[\w-]{43}|urn:uuid:[0-9a-f-]{36})$/);
        expect(new Date(entry.updated).toISOString()).toBe(entry.updated);
      }
      expect(new Set(found.entries.map(({ id }) => id)).size).toBe(found.entries.length);
      expect(found.entries.map(({ title }) => title.split(':')[0])).toEqual(
        expect.arrayContaining(['Answered', 'Refused', 'May be asked', 'Stopped']),
      );
      expect(found.entries.some(({ summary }) => summary === REVOKED_BECAUSE)).toBe(true);
    });
  });

  it('has a register for programs that says what the pages say', async () => {
    const register: unknown = JSON.parse((await site.ask('/register.json')).body);
    expect(register).toMatchObject({
      federation: 'bold-test',
      runs: [
        { outcome: 'answered', replayOf: site.runs.released.id },
        { outcome: 'refused', ending: { code: 'REFUSED' }, cells: null },
        { outcome: 'answered', organisation: 'research-office' },
      ],
    });
  });

  it('holds each promise against something that exists', async () => {
    for (const { check } of [...WILL, ...WONT, ...CANNOT]) {
      for (const one of check) {
        if ('file' in one) expect([one.file, existsSync(packagePath(one.file))]).toEqual([one.file, true]);
        else expect([one.page, (await site.ask(one.page)).status]).toEqual([one.page, 200]);
      }
    }
  });

  it('shows operations to an operator, and to nobody else', async () => {
    const refused = await site.ask('/operations');
    expect([refused.status, refused.headers.location]).toEqual([303, '/sign-in?next=%2Foperations']);
    const { body } = await askHttp(`${inside}/operations`);
    for (const said of ['Online', 'Fresh', 'In force', '0 under way, 0 waiting', 'Northshire Police'])
      expect(body).toContain(said);
    expect(body).not.toContain('http-equiv="refresh"');
    expect((await askHttp(`${inside}/operations?refresh=60`)).body).toContain(
      '<meta http-equiv="refresh" content="60">',
    );
    expect((await askHttp(`${inside}/operations?refresh=1`)).body).not.toContain('http-equiv="refresh"');
  });

  it('never fails, and never says again what somebody put into an address', async () => {
    const rng = seededRng(`${testSeed}/addresses`);
    const odd = [
      ...[
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "'-alert(1)-'",
        '{{7*7}}',
        '%00',
        '..%2f..%2fetc%2fpasswd',
      ],
      ...['__proto__', 'constructor', '-1', '0', '1e9', '999999999999999999999', 'é\u202e', ' ', 'a'.repeat(5_000)],
      String.fromCharCode(...rng.bytes(40)),
    ];
    const encoded = odd.map((text) => (text.includes('%') ? text : encodeURIComponent(text)));
    const { id } = site.runs.released;
    const paths = encoded.flatMap((text) => [
      ...['q', 'state', 'pilot', 'purpose', 'dataset'].map((name) => `/questions?${name}=${text}`),
      ...['question', 'organisation', 'outcome', 'page'].map((name) => `/runs?${name}=${text}`),
      ...[
        `/questions/${text}`,
        `/questions/${text}/1`,
        `/questions/${ANSWERED}/${text}`,
        `/questions/${ANSWERED}/4/${text}`,
      ],
      ...[`/runs/${text}`, `/runs/${id}/${text}`, `/runs/${text}/provenance.json`, `/${text}`, `/?${text}=${text}`],
      ...['from', 'limit', text].map((name) => `/log/entries?${name}=${text}`),
      ...[
        `/log/proof/inclusion?index=${text}&size=${text}`,
        `/log/proof/consistency?first=${text}`,
        `/runs?page=1&page=${text}`,
      ],
    ]);
    for (const path of paths) {
      const { status, body } = await site.ask(path);
      expect([path, status < 500]).toEqual([path, true]);
      for (const mark of ['<script>alert', '<img src=x', "'-alert", '49</'])
        expect([path, body.includes(mark)]).toEqual([path, false]);
      if (!path.startsWith('/questions?q=')) expect([path, body.includes('alert(1)')]).toEqual([path, false]);
    }
  });
});

/** Goes to a link by keyboard alone. */
async function follow(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    if ((await focused.count()) > 0 && (await focused.textContent())?.trim() === name) {
      const from = page.url();
      await Promise.all([page.waitForURL((url) => url.href !== from), page.keyboard.press('Enter')]);
      return;
    }
  }
  throw new RangeError(`no link ${name} was reached`);
}

/** In the browser: outline, shadow or ground, whichever the Design System draws there. */
const IS_FOCUS_SHOWN = `(() => {
  const { outlineStyle, boxShadow } = getComputedStyle(document.activeElement);
  return document.activeElement !== document.body && (outlineStyle !== 'none' || boxShadow !== 'none');
})()`;

interface ReadFeed {
  readonly error: string | null;
  readonly feed: Readonly<Record<string, number>>;
  readonly entries: readonly (Readonly<Record<'id' | 'title' | 'updated' | 'summary', string>> &
    Readonly<Record<'titles' | 'links' | 'summaries', number>>)[];
}

/** In the browser, whose parser of XML forgives nothing. */
const READ_FEED = `(body) => {
  const feed = new DOMParser().parseFromString(body, 'application/xml');
  const root = feed.documentElement;
  const own = (element, name) =>
    [...element.children].filter((child) => child.localName === name && child.namespaceURI === 'http://www.w3.org/2005/Atom');
  const text = (element, name) => own(element, name)[0]?.textContent ?? '';
  return {
    error: feed.querySelector('parsererror')?.textContent ?? (root.localName === 'feed' ? null : 'no feed'),
    feed: {
      ...Object.fromEntries(['id', 'title', 'updated', 'author'].map((name) => [name, own(root, name).length])),
      self: own(root, 'link').filter((link) => link.getAttribute('rel') === 'self').length,
    },
    entries: own(root, 'entry').map((entry) => ({
      ...Object.fromEntries(['id', 'title', 'updated', 'summary'].map((name) => [name, text(entry, name)])),
      titles: own(entry, 'title').length,
      links: own(entry, 'link').length,
      summaries: own(entry, 'summary').length,
    })),
  };
}`;
