import { linkToNext, readCursor, writeCursor } from '../cursor.js';
import type { Handlers } from '../route.js';
import { QUESTION_ROUTES } from '../routes/question-routes.js';
import type { ApiServices } from '../services.js';
import { toTemplateDetailView, toTemplateView } from '../views.js';

export function questionHandlers(services: ApiServices): Handlers<typeof QUESTION_ROUTES> {
  const { templates, registry } = services;
  return {
    listTemplates: ({ query: { limit, cursor } }) => {
      const after = readCursor('templates', cursor);
      const left = templates.list().filter(({ bound }) => after === undefined || bound.template.template > after);
      const page = left.slice(0, limit);
      const last = page.at(-1)?.bound.template.template;
      const next = left.length > page.length && last !== undefined ? writeCursor('templates', last) : null;
      return {
        json: { templates: page.map((live) => toTemplateView(live, services.roster)), next },
        headers: linkToNext(QUESTION_ROUTES.listTemplates.path, { limit }, next),
      };
    },
    getTemplate: ({ params }) => ({ json: toTemplateDetailView(templates.get(params.id), services.roster) }),
    listAgencies: () => ({ json: { agencies: registry.list() } }),
  };
}
