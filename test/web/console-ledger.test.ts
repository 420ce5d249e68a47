import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { loadConfig } from '../../node-agent/config.js';
import { LEDGER_PAGE_ENTRIES } from '../../node-agent/console/ledger-page.js';
import { Ledger } from '../../node-agent/ledger/ledger.js';
import { systemClock } from '../../runtime/index.js';
import { newNode, OPERATOR, wordsOf } from './console-site.js';
import type { ConsoleSite, NewNode, Visitor } from './console-site.js';

/* A ledger that is longer than a page. */

let node: NewNode;
let site: ConsoleSite;
let visitor: Visitor;
beforeAll(async () => {
  node = await newNode();
  ({ site } = node);
});
afterAll(() => node.close());
beforeEach(async () => {
  await site.open();
  visitor = await site.visitor();
});

/** Writes on until the ledger has so many. */
function fillTo(entries: number): void {
  const { ledger: file } = loadConfig(site.configFile);
  const ledger = Ledger.open({ file, federation: 'bold-test', agency: OPERATOR, clock: systemClock });
  while (ledger.head.entries < entries) ledger.append('paused', { reason: `pause <${ledger.head.entries + 1}>` });
  ledger.close();
}

interface Seen {
  readonly numbers: readonly number[];
  readonly newer: string | undefined;
  readonly older: string | undefined;
}

async function seen(path: string): Promise<Seen> {
  const { body } = await visitor.see(path);
  const link = (rel: string): string | undefined => new RegExp(`href="([^"]*)" rel="${rel}"`).exec(body)?.[1];
  const numbers = [...body.matchAll(/<dt[^>]*>Entry (\d+)</g)].map(([, number]) => Number(number));
  return { numbers, newer: link('prev'), older: link('next') };
}

const down = (from: number, to: number): number[] => Array.from({ length: from - to + 1 }, (_, place) => from - place);

describe('the ledger’s pages', () => {
  it('are one where there is no more than fits on it', async () => {
    fillTo(LEDGER_PAGE_ENTRIES);
    expect(await seen('/ledger')).toEqual({
      numbers: down(LEDGER_PAGE_ENTRIES, 1),
      newer: undefined,
      older: undefined,
    });
  });

  it('have every entry once, on the way back and forth, also when the ledger has grown meanwhile', async () => {
    fillTo(LEDGER_PAGE_ENTRIES + 1);
    const first = await seen('/ledger');
    expect(first).toEqual({ numbers: down(101, 2), newer: undefined, older: '/ledger?before=2' });
    expect(await seen(first.older ?? '')).toEqual({ numbers: [1], newer: '/ledger', older: undefined });

    fillTo(2 * LEDGER_PAGE_ENTRIES + 50);
    const newest = await seen('/ledger');
    expect(newest).toEqual({ numbers: down(250, 151), newer: undefined, older: '/ledger?before=151' });
    const middle = await seen(newest.older ?? '');
    expect(middle).toEqual({ numbers: down(150, 51), newer: '/ledger', older: '/ledger?before=51' });
    fillTo(2 * LEDGER_PAGE_ENTRIES + 51);
    expect((await seen('/ledger?before=151')).newer).toBe('/ledger?before=251');
    const oldest = await seen(middle.older ?? '');
    expect(oldest).toEqual({ numbers: down(50, 1), newer: '/ledger?before=151', older: undefined });
    expect(await seen('/ledger?before=251')).toEqual({
      numbers: down(250, 151),
      newer: '/ledger',
      older: '/ledger?before=151',
    });
  });

  it('say where one is, what an entry says as it is, and that there is nothing before the first', async () => {
    const { body } = await visitor.see('/ledger?before=11');
    expect(body).toContain('Paused: pause &lt;10&gt;');
    expect(wordsOf(await visitor.see('/ledger?before=11'))).toMatch(/Entries 10 to 1 of 251, the newest first/);
    expect(wordsOf(await visitor.see('/ledger?before=1'))).toContain('There are no entries here');
    expect((await seen('/ledger?before=999999999')).numbers).toEqual(down(251, 152));
  });
});
