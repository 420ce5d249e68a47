import { z } from 'zod';
import { cursorSchema } from '../cursor.js';
import type { RouteSpec } from '../route.js';
import { agenciesView, templateDetailView, templatesView } from '../schema.js';

/** Templates that a page of the listing may hold. */
export const MAX_TEMPLATES_LISTED = 200;

/** What can be asked, and of whom. */
export const QUESTION_ROUTES = {
  listTemplates: {
    ...{ method: 'get', path: '/api/v1/templates', tag: 'Questions', access: 'templates:read' },
    summary: 'List the questions that may be asked',
    description: 'Every template that governance has published and that is in force, in the order of their names.',
    query: z.strictObject({
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(MAX_TEMPLATES_LISTED)
        .default(MAX_TEMPLATES_LISTED)
        .describe('how many at most'),
      cursor: cursorSchema,
    }),
    answer: {
      status: 200,
      description: 'A page of templates.',
      schema: templatesView,
      headers: { Link: 'the next page, `rel="next"`; not there on the last' },
    },
    problems: [],
  },
  getTemplate: {
    ...{ method: 'get', path: '/api/v1/templates/{id}', tag: 'Questions', access: 'templates:read' },
    summary: 'Explain one question',
    description:
      'What it asks, of whom, why and under which law, in plain English, with its parameters and their choices.',
    params: z.object({ id: z.string().describe('name of the template') }),
    answer: { status: 200, description: 'The template.', schema: templateDetailView },
    problems: ['UNKNOWN_TEMPLATE'],
  },
  listAgencies: {
    ...{ method: 'get', path: '/api/v1/agencies', tag: 'Agencies', access: 'agencies:read' },
    summary: 'List the agencies',
    description:
      'Who is connected, which datasets each holds and of which day, and what is left of their privacy budgets.',
    answer: { status: 200, description: 'All agencies of the roster, in its order.', schema: agenciesView },
    problems: [],
  },
} as const satisfies Readonly<Record<string, RouteSpec>>;
