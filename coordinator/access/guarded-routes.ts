import express, { type Request, type Response, type Router } from 'express';
import { signedInAccount } from './session-account.js';
import { Denied } from './denied.js';
import type { Account, Role } from './account.js';

/** Who may use a route: anybody at all, whoever has signed in, or who has one of these roles. */
export type Access = 'anyone' | 'signed-in' | readonly [Role, ...Role[]];

/** A route as it stands in the table of all. */
export interface GuardedRoute {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly access: Access;
}

type Answer = void | Promise<void>;
type OpenHandler = (request: Request, response: Response, account: Account | undefined) => Answer;
type SignedInHandler = (request: Request, response: Response, account: Account) => Answer;

/**
 * Routes that can't be declared without saying who may use them, so that one table has them all. Which things somebody may
 * see behind a route they may use is for its handler.
 */
export class GuardedRoutes {
  readonly router: Router = express.Router();
  readonly #routes: GuardedRoute[] = [];

  /** In the order in which they were declared. */
  get table(): readonly GuardedRoute[] {
    return this.#routes;
  }

  get(path: string, access: 'anyone', handler: OpenHandler): void;
  get(path: string, access: Exclude<Access, 'anyone'>, handler: SignedInHandler): void;
  get(path: string, access: Access, handler: OpenHandler | SignedInHandler): void {
    this.#add({ method: 'get', path, access }, handler as OpenHandler);
  }

  post(path: string, access: 'anyone', handler: OpenHandler): void;
  post(path: string, access: Exclude<Access, 'anyone'>, handler: SignedInHandler): void;
  post(path: string, access: Access, handler: OpenHandler | SignedInHandler): void {
    this.#add({ method: 'post', path, access }, handler as OpenHandler);
  }

  #add(route: GuardedRoute, handler: OpenHandler): void {
    this.#routes.push(route);
    this.router[route.method](route.path, async (request, response) => {
      const account = signedInAccount(request);
      assertMayUse(route.access, account);
      await handler(request, response, account);
    });
  }
}

/** Thrown when they may not: Denied SIGN_IN_NEEDED or NOT_YOUR_ROLE. */
function assertMayUse(access: Access, account: Account | undefined): void {
  if (access === 'anyone') return;
  if (account === undefined) throw new Denied('SIGN_IN_NEEDED', 'Sign in to use this page.');
  if (access === 'signed-in' || access.some((role) => account.roles.includes(role))) return;
  throw new Denied(
    'NOT_YOUR_ROLE',
    'Your sign-in does not have the role that this page is for: ask whoever runs the coordinator.',
  );
}
