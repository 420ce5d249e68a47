import type { Express } from 'express';
import type { Rng } from '../../core/base/index.js';
import { packagePath } from '../../runtime/index.js';
import { pageSecurity, useViews } from '../../web/index.js';
import type { ApiDocument } from './document.js';
import { PROBLEM_KINDS } from './problems.js';
import { problemsOf, ROUTE_TAGS, type RouteSpec } from './route.js';
import { API_ROUTES } from './routes/index.js';

/** A schema as the document has it, as far as the page reads it. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}

interface Field {
  readonly name: string;
  readonly type: string;
  /** Anchor of the schema that it is; undefined where it has none of its own. */
  readonly of: string | undefined;
  readonly required: boolean;
  readonly description: string;
}

const REF = '#/components/schemas/';

/** `/api`: the document for people, on the layout of all pages. It works without JavaScript. */
export function referencePage(
  app: Express,
  document: ApiDocument,
  { rng, isSecure }: { readonly rng: Rng; readonly isSecure: boolean },
): void {
  useViews(app, packagePath('coordinator', 'api', 'views'), {
    serviceName: 'Tallystick',
    footerText: 'Every number that leaves this coordinator is protected. No record leaves an agency.',
  });
  const page = pageOf(document);
  app.get('/api', ...pageSecurity(rng, isSecure), (_request, response) => response.render('reference.njk', page));
}

function pageOf(document: ApiDocument): object {
  const routes = Object.entries(API_ROUTES) as [string, RouteSpec][];
  return {
    description: document.info.description,
    version: document.info.version,
    sections: ROUTE_TAGS.map((tag) => ({
      tag,
      routes: routes.filter(([, spec]) => spec.tag === tag).map(([name, spec]) => routeOf(document, name, spec)),
    })),
    schemas: Object.entries(schemasOf(document)).map(([name, schema]) => ({
      ...{ name, description: schema.description ?? '', fields: fieldsOf(schema) },
    })),
    problems: [...PROBLEM_KINDS].map(([code, kind]) => ({ code, ...kind })),
  };
}

function routeOf(document: ApiDocument, name: string, spec: RouteSpec): object {
  const operation = (document.paths?.[spec.path] as Readonly<Record<string, unknown>> | undefined)?.[spec.method] as {
    readonly parameters?: readonly {
      name: string;
      in: string;
      required?: boolean;
      description?: string;
      schema: Schema;
    }[];
    readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
    readonly responses: Readonly<
      Record<
        string,
        { readonly description: string; readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }
      >
    >;
  };
  const [bodyType, body] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const answer = operation.responses[String(spec.answer.status)];
  const [answerType, answered] = Object.entries(answer?.content ?? {})[0] ?? [];
  return {
    ...{ name, method: spec.method.toUpperCase(), path: spec.path, summary: spec.summary },
    ...{ description: spec.description, access: spec.access, curl: curlOf(spec) },
    parameters: (operation.parameters ?? []).map((parameter) => ({
      ...fieldOf(parameter.name, parameter.schema, parameter.required === true),
      description: parameter.description ?? parameter.schema.description ?? '',
      in: parameter.in,
    })),
    body: body === undefined ? undefined : { type: bodyType, fields: fieldsOf(body.schema) },
    answer: {
      ...{ status: spec.answer.status, description: answer?.description, type: answerType },
      schema: answered === undefined ? undefined : refOf(answered.schema),
      fields: answered === undefined ? [] : fieldsOf(answered.schema),
      headers: Object.entries(spec.answer.headers ?? {}),
    },
    others: spec.otherAnswers ?? [],
    problems: problemsOf(spec).map((code) => ({ code, ...PROBLEM_KINDS.get(code) })),
  };
}

/** As somebody types it; $TALLY_TOKEN holds the token. */
function curlOf({ method, path, access, body }: RouteSpec): string {
  const lines = [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}"$TALLY_URL${path.replace('{id}', '$ID')}"`,
    ...(access === 'anyone' ? [] : ['-H "Authorization: Bearer $TALLY_TOKEN"']),
    ...(body?.type === 'application/json' ? ['-H "Content-Type: application/json"', '-d @body.json'] : []),
    ...(body?.type === 'application/x-www-form-urlencoded' ? ['-d "…=…"'] : []),
  ];
  return lines.join(' \\\n  ');
}

function fieldsOf(schema: Schema): readonly Field[] {
  const { properties = {}, required = [] } = schema;
  return Object.entries(properties).map(([name, field]) => fieldOf(name, field, required.includes(name)));
}

function fieldOf(name: string, schema: Schema, required: boolean): Field {
  return { name, type: typeText(schema), of: refOf(schema), required, description: schema.description ?? '' };
}

/** Name of the schema that it is, or that its items or alternatives are. */
function refOf({ $ref, items, anyOf = [] }: Schema): string | undefined {
  if ($ref !== undefined) return $ref.slice(REF.length);
  return [...(items === undefined ? [] : [items]), ...anyOf].map(refOf).find((name) => name !== undefined);
}

function typeText(schema: Schema): string {
  const { $ref, type, items, anyOf, additionalProperties, minimum, maximum } = schema;
  if ($ref !== undefined) return $ref.slice(REF.length);
  if (schema.enum !== undefined) return `one of ${schema.enum.map(String).join(', ')}`;
  if (schema.const !== undefined) return `always ${JSON.stringify(schema.const)}`;
  if (anyOf !== undefined) return anyOf.map(typeText).join(' or ');
  if (items !== undefined) return `list of ${typeText(items)}`;
  if (typeof additionalProperties === 'object') return `object of ${typeText(additionalProperties)}`;
  const range = [minimum === undefined ? '' : `from ${minimum}`, maximum === undefined ? '' : `to ${maximum}`];
  const initial = schema.default === undefined ? '' : `${JSON.stringify(schema.default)} where it is left out`;
  const named = typeof type === 'string' ? type : (type ?? ['anything']).join(' or ');
  return [[named, ...range].filter((text) => text !== '').join(' '), initial].filter((text) => text !== '').join('; ');
}

function schemasOf({ components }: ApiDocument): Readonly<Record<string, Schema>> {
  return components?.schemas ?? {};
}
