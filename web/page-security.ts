import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';

import type { Rng } from '../core/base/index.js';

const NONCE_BYTES = 16;
const POLICY = 'Content-Security-Policy';
const OWN_FORMS = "form-action 'self'";

/**
 * Headers of every page: nothing from elsewhere, no frame around it, no script but the layout's own, whose nonce is new for
 * each answer, and nothing kept by the browser. `secure` is for what is served over TLS.
 */
export function pageSecurity(rng: Rng, secure: boolean): RequestHandler[] {
  const nonce: RequestHandler = (_request, response, next) => {
    response.locals['cspNonce'] = Buffer.from(rng.bytes(NONCE_BYTES)).toString('base64');
    response.set('Cache-Control', 'no-store');
    next();
  };
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'", (_request, response) => `'nonce-${nonceOf(response)}'`],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    strictTransportSecurity: secure,
    // `no-referrer` would make the browser hide from us, too, whose page a form is of.
    referrerPolicy: { policy: 'same-origin' },
  });
  return [nonce, headers];
}

/**
 * For one page whose form ends at another site: a browser follows no redirect of a form to where its page may not send one.
 * @param origin as in `https://sign-in.example`
 */
export function allowFormsTo(response: Response, origin: string): void {
  const policy = response.get(POLICY) ?? '';
  response.set(POLICY, policy.replace(OWN_FORMS, `${OWN_FORMS} ${origin}`));
}

function nonceOf(response: object): string {
  const { locals } = response as { readonly locals?: Readonly<Record<string, unknown>> };
  return String(locals?.['cspNonce']);
}
