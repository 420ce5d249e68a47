import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

/** Where Debian's package and the usual installers put it. */
export const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'] as const;

/** It never asks anything outside: these tests are about pages on this computer. */
export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

/** Follows a link, or sends a form: what comes after it is of the next page. */
export async function follow(page: Page, selector: string): Promise<void> {
  await Promise.all([page.waitForEvent('framenavigated'), page.click(selector)]);
  await page.waitForLoadState();
}

/** What axe finds that keeps somebody out: rule and place. By WCAG 2.2 A and AA, and what is best practice. */
export async function barriers(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

/** With TALLYSTICK_SCREENSHOTS a folder for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['TALLYSTICK_SCREENSHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** What axe finds, whatever its weight, but for rules that are allowed to fail: each with the reason why. */
export async function allBarriers(page: Page, allowed: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).disableRules(Object.keys(allowed)).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}
