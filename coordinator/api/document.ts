import type { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiMediaTypeObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { SCOPE_MEANINGS, SCOPES } from '../tokens/scopes.js';
import { PROBLEM_TYPE } from './answer-errors.js';
import { PROBLEM_KINDS, type ProblemCode } from './problems.js';
import { problemsOf, ROUTE_TAGS, type RouteSpec } from './route.js';
import { API_ROUTES } from './routes/index.js';
import { problemView } from './schema.js';

/** Of the API, not of the program: what goes on working for those who use it keeps the first number. */
export const API_VERSION = '1.0.0';

type ZodOpenApiSchema = NonNullable<ZodOpenApiMediaTypeObject['schema']>;

export type ApiDocument = ReturnType<typeof createDocument>;

/** OpenAPI 3.1, made from the table of routes and their schemas. */
export function apiDocument(routes: Readonly<Record<string, RouteSpec>> = API_ROUTES): ApiDocument {
  const paths: ZodOpenApiPathsObject = {};
  for (const [name, spec] of Object.entries(routes)) {
    paths[spec.path] = { ...paths[spec.path], [spec.method]: operationOf(name, spec) };
  }
  return createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: 'Tallystick coordinator',
        version: API_VERSION,
        description:
          'Counts people across agencies that may not show each other their records. Answers have fields that you may not ' +
          'know yet: leave them be. Every error is a Problem with a code of a closed list.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      tags: ROUTE_TAGS.map((name) => ({ name })),
      paths,
      components: {
        schemas: { Problem: problemView },
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: `A token, made on the page /account/tokens, by \`tally login\`, or by whoever runs the coordinator. Scopes: ${SCOPES.map(
              (scope) => `${scope} (${SCOPE_MEANINGS[scope]})`,
            ).join('; ')}.`,
          },
        },
      },
    },
    {
      override: ({ jsonSchema, zodSchema, io }) => {
        // Whoever reads an answer leaves what it doesn't know; what is sent is refused for it.
        if (io === 'output' && zodSchema._zod.def.type === 'object') delete jsonSchema.additionalProperties;
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      },
    },
  );
}

function operationOf(name: string, spec: RouteSpec): ZodOpenApiOperationObject {
  const { access, params, query, headers, body } = spec;
  return {
    operationId: name,
    tags: [spec.tag],
    summary: spec.summary,
    description: spec.description,
    security: access === 'anyone' ? [] : [{ token: access === 'any-token' ? [] : [access] }],
    requestParams: {
      ...(params === undefined ? {} : { path: params }),
      ...(query === undefined ? {} : { query }),
      ...(headers === undefined ? {} : { header: headers }),
    },
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { [body.type]: { schema: body.schema } } } }),
    responses: responsesOf(spec),
  };
}

function responsesOf(spec: RouteSpec): ZodOpenApiResponsesObject {
  const { answer, otherAnswers = [] } = spec;
  const responses: Record<string, ZodOpenApiResponsesObject[`${1 | 2 | 3 | 4 | 5}${string}`]> = {
    [answer.status]: { description: answer.description, ...headersOf(answer.headers), ...contentOf(answer) },
  };
  const codes = problemsOf(spec);
  for (const status of new Set(codes.map((code) => kindOf(code).status))) {
    const meant = codes.filter((code) => kindOf(code).status === status);
    responses[status] = {
      description: meant.map((code) => `${code}: ${kindOf(code).title}.`).join(' '),
      content: { [PROBLEM_TYPE]: { schema: problemSchema(status, meant) } },
    };
  }
  for (const { status, description, schema } of otherAnswers) {
    const before = responses[status] as { description?: string; content?: object } | undefined;
    responses[status] = {
      description: [description, before?.description].filter((text) => text !== undefined).join(' '),
      content: { 'application/json': { schema }, ...before?.content },
    };
  }
  return responses;
}

function problemSchema(status: number, codes: readonly ProblemCode[]): ZodOpenApiSchema {
  return {
    allOf: [
      { $ref: '#/components/schemas/Problem' },
      { type: 'object', properties: { status: { const: status }, code: { enum: [...codes] } } },
    ],
  };
}

function headersOf(headers: Readonly<Record<string, string>> | undefined): object {
  if (headers === undefined) return {};
  return {
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
    ),
  };
}

function contentOf({
  type = 'application/json',
  schema,
}: {
  readonly type?: string;
  readonly schema?: z.ZodType;
}): object {
  if (schema !== undefined) return { content: { [type]: { schema } } };
  return type === 'application/json' ? {} : { content: { [type]: { schema: { type: 'string' } } } };
}

function kindOf(code: ProblemCode): { readonly status: number; readonly title: string } {
  const kind = PROBLEM_KINDS.get(code);
  if (kind === undefined) throw new RangeError('a route declares a code that is never answered');
  return kind;
}
