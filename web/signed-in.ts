import type { Request } from 'express';
import type {} from 'express-session';

declare module 'express-session' {
  interface SessionData {
    /** Whoever has signed in, as the program calls them. */
    person?: string;
  }
}

/** Who has signed in; undefined where nobody has. It needs `sessions` before it. */
export function signedIn({ session }: Request): string | undefined {
  return session.person;
}

/** Under a new session: one that was known before is worth nothing. */
export async function signIn(request: Request, person: string): Promise<void> {
  await newSession(request);
  request.session.person = person;
}

/** Ends the session there is, and begins another under an id that nobody has seen. */
export async function newSession(request: Request): Promise<void> {
  await settled((done) => request.session.regenerate(done));
}

/** At once, and not only with the answer: what comes next may take its time. */
export async function saveSession({ session }: Request): Promise<void> {
  await settled((done) => session.save(done));
}

export async function signOut({ session }: Request): Promise<void> {
  await settled((done) => session.destroy(done));
}

function settled(act: (done: (failure: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    act((failure) => {
      if (failure === undefined || failure === null) resolve();
      else reject(failure instanceof Error ? failure : new Error('the session could not be changed'));
    });
  });
}
