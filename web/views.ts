import { existsSync } from 'node:fs';

import express from 'express';
import type { Express } from 'express';
import nunjucks from 'nunjucks';

import { packagePath } from '../runtime/index.js';
import { WebError } from './errors.js';

/** A year: a new version of the program is asked for under another address. */
const ASSET_AGE_SECONDS = 31_536_000;

const NUMBER = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 });
const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/**
 * Pages are Nunjucks views, `render('name.njk', …)`: those of the folder given, then the layout that all programs share, then
 * the Design System's and the Ministry of Justice's. Whatever a view shows is escaped.
 */
export function useViews(app: Express, folder: string, globals: Readonly<Record<string, unknown>>): void {
  const views = nunjucks.configure(
    [
      folder,
      packagePath('web', 'views'),
      packagePath('node_modules', 'govuk-frontend', 'dist'),
      packagePath('node_modules', '@ministryofjustice', 'frontend'),
    ],
    { autoescape: true, express: app, noCache: false },
  );
  views.addFilter('number', (value: number) => NUMBER.format(value));
  views.addFilter('date', (value: string | Date) => DATE.format(new Date(value)));
  views.addFilter('time', (value: string | Date) => `${TIME.format(new Date(value))} UTC`);
  for (const [name, value] of Object.entries(globals)) views.addGlobal(name, value);
}

/**
 * Styles and the Design System's script, under /assets.
 * Thrown when the build has not made the styles: WebError STYLES_MISSING.
 */
export function serveAssets(app: Express): void {
  const styles = packagePath('dist', 'web', 'tallystick.css');
  if (!existsSync(styles)) throw new WebError('STYLES_MISSING', 'The styles are missing: run `npm run build`.');
  const options = { immutable: true, maxAge: ASSET_AGE_SECONDS * 1_000 };
  const script = packagePath('node_modules', 'govuk-frontend', 'dist', 'govuk', 'govuk-frontend.min.js');
  app.use('/assets/tallystick.css', express.static(styles, options));
  app.use('/assets/govuk-frontend.min.js', express.static(script, options));
  app.use('/assets/start.js', express.static(packagePath('web', 'views', 'start.js'), options));
}
