import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { TokenHolder } from '../tokens/api-tokens.js';
import type { Scope } from '../tokens/scopes.js';
import type { ProblemCode } from './problems.js';

/** Where the API begins. */
export const API_ROOT = '/api/v1';

/** Whom a route is for: `anyone`, whoever has `any-token`, or who has one with that scope. */
export type RouteAccess = 'anyone' | 'any-token' | Scope;

export const ROUTE_TAGS = ['Questions', 'Runs', 'Agencies', 'Audit log', 'Tokens', 'About'] as const;

interface Body {
  readonly type: 'application/json' | 'application/x-www-form-urlencoded';
  readonly schema: z.ZodType;
}

interface OtherAnswer {
  readonly status: number;
  readonly description: string;
  readonly schema: z.ZodType;
}

/** A route as it is declared, once: the router, the OpenAPI document, the page about it and its tests come from this. */
export interface RouteSpec {
  readonly method: 'get' | 'post' | 'delete';
  /** As OpenAPI writes it: `/api/v1/runs/{id}`. */
  readonly path: string;
  readonly tag: (typeof ROUTE_TAGS)[number];
  readonly access: RouteAccess;
  readonly summary: string;
  readonly description: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** By their names in small letters. */
  readonly headers?: z.ZodObject;
  readonly body?: Body;
  readonly answer: {
    readonly status: 200 | 202 | 204;
    readonly description: string;
    readonly type?: string;
    /** Of JSON; none where there is no body or another type. */
    readonly schema?: z.ZodType;
    /** Header, and what it says. */
    readonly headers?: Readonly<Record<string, string>>;
  };
  /** Those of another form than Problem: of another standard. */
  readonly otherAnswers?: readonly OtherAnswer[];
  /** Codes it may answer, beside those that follow from what is said above. */
  readonly problems: readonly ProblemCode[];
}

type OutputOf<Spec, Key extends string> =
  Spec extends Readonly<Record<Key, infer Schema extends z.ZodType>> ? z.output<Schema> : undefined;

/** What a route was asked, parsed. */
export interface Call<Spec extends RouteSpec> {
  readonly params: OutputOf<Spec, 'params'>;
  readonly query: OutputOf<Spec, 'query'>;
  readonly headers: OutputOf<Spec, 'headers'>;
  readonly body: Spec extends { readonly body: { readonly schema: infer Schema extends z.ZodType } }
    ? z.output<Schema>
    : undefined;
  readonly holder: Spec extends { readonly access: 'anyone' } ? undefined : TokenHolder;
  readonly request: Request;
  readonly response: Response;
}

/** What is answered: JSON as declared, bytes as they are, nothing at all, or what the handler has sent by itself. */
export type Reply<Spec extends RouteSpec> =
  | {
      readonly json: Spec['answer'] extends { readonly schema: infer Schema extends z.ZodType }
        ? z.input<Schema>
        : never;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly bytes: Uint8Array; readonly headers?: Readonly<Record<string, string>> }
  | { readonly other: number; readonly json: unknown }
  | 'nothing'
  | 'sent';

export type Handler<Spec extends RouteSpec> = (call: Call<Spec>) => Reply<Spec> | Promise<Reply<Spec>>;

/** A handler for every route of a table, and none for any other. */
export type Handlers<Routes extends Readonly<Record<string, RouteSpec>>> = {
  readonly [Name in keyof Routes]: Handler<Routes[Name]>;
};

/** Codes that follow from what a route is. */
export function problemsOf(spec: RouteSpec): readonly ProblemCode[] {
  const { access, params, query, headers, body, problems } = spec;
  return [
    ...new Set<ProblemCode>([
      ...(access === 'anyone' ? [] : (['UNAUTHORISED', 'TOKEN_EXPIRED'] as const)),
      ...(access === 'anyone' || access === 'any-token' ? [] : (['SCOPE_MISSING'] as const)),
      ...(query === undefined && headers === undefined ? [] : (['BAD_QUERY'] as const)),
      ...(body === undefined ? [] : (['BAD_BODY', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const)),
      ...(params === undefined ? [] : (['NOT_FOUND'] as const)),
      ...problems,
      ...(['TOO_MANY_REQUESTS', 'INTERNAL'] as const),
    ]),
  ];
}
