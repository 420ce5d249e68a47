import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { apiDocument, API_ROUTES, problemsOf, type ProblemCode, type RouteSpec } from '../../coordinator/index.js';

type Json = Record<string, unknown>;

/** The document with every field that an answer may have, and none beside: what a test's answers are held against. */
const strict = closed(JSON.parse(JSON.stringify(apiDocument()))) as Json;
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(strict, 'api');
const validators = new Map<string, ValidateFunction>();

/** A real answer, as `fetch` gives it. */
export interface RealAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** What an answer has that the document doesn't say, or the other way round; nothing where it says all. */
export function nonconformities(method: string, path: string, answer: RealAnswer): readonly string[] {
  const found = routeOf(method, path);
  const { status, type, text } = answer;
  const media = type.split(';')[0] ?? '';
  if (found === undefined) {
    const { code } = JSON.parse(text) as { readonly code: ProblemCode };
    const isRefusal = code === 'NOT_FOUND' || code === 'METHOD_NOT_ALLOWED' || code === 'TOO_MANY_REQUESTS';
    return isRefusal && media === 'application/problem+json' ? [] : [`no route is declared, and it answers ${status}`];
  }
  const [, spec] = found;
  const place = ['paths', spec.path, spec.method, 'responses', String(status)];
  const declared = at(strict, place) as Json | undefined;
  if (declared === undefined) return [`${status} is not declared`];
  const contents = declared['content'] as Json | undefined;
  if (contents === undefined) return text === '' ? [] : ['has a body where none is declared'];
  if (contents[media] === undefined) return [`${status} is not declared as ${media}`];
  if (!media.endsWith('json')) return [];
  const pointer = ['', ...place, 'content', media, 'schema'].map(escaped).join('/');
  const validator = validators.get(pointer) ?? ajv.compile({ $ref: `api#${pointer}` });
  validators.set(pointer, validator);
  const body: unknown = JSON.parse(text);
  const wrong = validator(body)
    ? []
    : (validator.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
  const code = media === 'application/problem+json' ? (body as { readonly code: ProblemCode }).code : undefined;
  const isUndeclared = code !== undefined && !problemsOf(spec).includes(code);
  return isUndeclared ? [...wrong, `${code} is not among the codes of the route`] : wrong;
}

/** The route that a request is for, by the table. */
export function routeOf(method: string, path: string): readonly [string, RouteSpec] | undefined {
  const [address = ''] = path.split('?');
  return (Object.entries(API_ROUTES) as [string, RouteSpec][]).find(
    ([, spec]) =>
      (spec.method.toUpperCase() === method || (spec.method === 'get' && method === 'HEAD')) &&
      new RegExp(`^${spec.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(address),
  );
}

function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const node = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, closed(inner)]));
  const isWhole = node['type'] === 'object' && node['properties'] !== undefined && node['required'] !== undefined;
  return isWhole && node['additionalProperties'] === undefined
    ? { ...node, additionalProperties: isLoose(node) }
    : node;
}

/** The document itself, which is described elsewhere. */
function isLoose(node: Json): boolean {
  return Object.keys(node['properties'] as Json).join() === 'openapi';
}

function at(node: unknown, path: readonly string[]): unknown {
  return path.reduce((inner, key) => (inner as Json | undefined)?.[key], node);
}

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}
