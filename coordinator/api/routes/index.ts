import { AUDIT_ROUTES } from './audit-routes.js';
import { QUESTION_ROUTES } from './question-routes.js';
import { RUN_ROUTES } from './run-routes.js';
import { TOKEN_ROUTES } from './token-routes.js';

/** Every route there is, by the name that the OpenAPI document calls it. */
export const API_ROUTES = { ...QUESTION_ROUTES, ...RUN_ROUTES, ...AUDIT_ROUTES, ...TOKEN_ROUTES } as const;
