import type { RequestHandler } from 'express';
import { signedInAccount } from '../access/session-account.js';
import type { Account, Role } from '../access/account.js';

interface MenuEntry {
  readonly href: string;
  readonly text: string;
  /** Left out for everybody else; undefined: it is for everybody. */
  readonly role?: Role;
}

const MENU: readonly MenuEntry[] = [
  { href: '/questions', text: 'Questions' },
  { href: '/runs', text: 'Runs and results' },
  { href: '/my/runs', text: 'Your runs', role: 'analyst' },
  { href: '/promises', text: 'What we promise' },
  { href: '/opt-out', text: 'Opt out' },
  { href: '/verify', text: 'Check for yourself' },
  { href: '/governance', text: 'Governance', role: 'officer' },
  { href: '/operations', text: 'Operations', role: 'operator' },
];

export interface NavigationOptions {
  readonly canSignIn: boolean;
  /** How many things wait for whoever has signed in, where officers do them. */
  readonly waiting: (account: Account) => number;
}

/** The menu of every page, and who has signed in: what the layout shows. */
export function navigation({ canSignIn, waiting }: NavigationOptions): RequestHandler {
  return (request, response, next) => {
    const account = signedInAccount(request);
    const tasks = account?.roles.includes('officer') === true ? waiting(account) : 0;
    response.locals['account'] = account;
    response.locals['navigation'] = [
      ...MENU.filter(({ role }) => role === undefined || account?.roles.includes(role) === true).map(
        ({ href, text, role }) => ({
          ...{ href, active: isAt(request.path, href) },
          text: role === 'officer' && tasks > 0 ? `${text} (${tasks} to do)` : text,
        }),
      ),
      ...(canSignIn ? [accountEntry(account, request.path)] : []),
    ];
    next();
  };
}

function accountEntry(account: Account | undefined, path: string): object {
  return account === undefined
    ? { href: '/sign-in', text: 'Sign in', active: isAt(path, '/sign-in') }
    : { href: '/account', text: 'Your account', active: isAt(path, '/account') };
}

function isAt(path: string, href: string): boolean {
  return path === href || path.startsWith(`${href}/`);
}
