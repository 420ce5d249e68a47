import { generateKeyPairSync, randomBytes } from 'node:crypto';

import express from 'express';
import type { Express } from 'express';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';
import { base } from 'oidc-provider/lib/helpers/interaction_policy/index.js';
import { Provider } from 'oidc-provider/lib/provider.js';
import type { ProviderContext } from 'oidc-provider/lib/provider.js';

import { packagePath, systemRng } from '../../../runtime/index.js';
import { allowFormsTo, listen, pageSecurity, serveAssets, useViews } from '../../../web/index.js';
import { DEMO_CLIENT, DEMO_PEOPLE, demoSignIn } from './demo-people.js';
import type { DemoPerson } from './demo-people.js';

const HOST = '127.0.0.1';
const STOP_MS = 1_000;
const SECRET_BYTES = 32;

export interface DemoProviderOptions {
  /** 0: any free one. */
  readonly port: number;
  /**
   * Of the coordinator's pages, `…/sign-in/callback`. On this computer the port in one says nothing: another is taken, too, for
   * a coordinator may not know its own before it starts.
   */
  readonly redirectUris: readonly string[];
  readonly people?: readonly DemoPerson[];
  /** For tests: of a client that keeps a secret. */
  readonly clientSecret?: string;
  /** For tests: further claims of everybody, by their `sub`. */
  readonly claims?: (sub: string) => Readonly<Record<string, unknown>>;
  /** For tests: as people's browsers call this computer. */
  readonly host?: string;
}

export interface DemoProvider {
  readonly issuer: string;
  /** The part `signIn` of the coordinator's configuration. */
  readonly signIn: ReturnType<typeof demoSignIn>;
  stop(): Promise<void>;
}

/**
 * A sign-in service for a demonstration, on this computer: a real OpenID Connect provider, whose page lets anybody be any of
 * its invented people. It asks for no password, so it must never stand before anything real.
 * Thrown when the port is taken: WebError PORT_IN_USE.
 */
export async function startDemoProvider(options: DemoProviderOptions): Promise<DemoProvider> {
  const { port, people = DEMO_PEOPLE, host = HOST } = options;
  const app = express();
  app.disable('x-powered-by');
  const server = await listen(app, HOST, port, 'the port of the demonstration’s sign-in service');
  const issuer = `http://${host}:${server.port}`;
  // The issuer has the port in it, which is known once somebody listens.
  app.use(providerPages(issuer, people, options));
  return { issuer, signIn: demoSignIn(issuer), stop: () => server.stop(STOP_MS) };
}

function providerPages(issuer: string, people: readonly DemoPerson[], options: DemoProviderOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  useViews(app, packagePath('examples', 'bold', 'demo', 'views'), {
    serviceName: 'Demonstration sign-in',
    footerText: 'Invented people, no passwords. This page is for this computer only.',
  });
  app.use(...pageSecurity(systemRng, false));
  serveAssets(app);
  const provider = new Provider(issuer, setupOf(app, people, options));
  // Forms here end at the coordinator's pages, whichever port they have.
  const clients = [...new Set(options.redirectUris.map((uri) => `http://${new URL(uri).hostname}:*`))].join(' ');
  app.use((_request, response, next) => {
    allowFormsTo(response, clients);
    next();
  });
  app.get('/choose/:uid', (request, response) => {
    response.render('choose-person.njk', { people, uid: request.params.uid });
  });
  app.post('/choose/:uid', express.urlencoded({ extended: false }), async (request, response) => {
    const { person } = (request.body ?? {}) as { readonly person?: unknown };
    const chosen = people.find(({ sub }) => sub === person);
    const refused = { error: 'access_denied', error_description: 'nobody was chosen' };
    const result = chosen === undefined ? refused : { login: { accountId: chosen.sub, remember: false } };
    await provider.interactionFinished(request, response, result);
  });
  app.use((request, response) => provider.callback()(request, response));
  return app;
}

function setupOf(app: Express, people: readonly DemoPerson[], options: DemoProviderOptions): Record<string, unknown> {
  const { redirectUris, clientSecret, claims = () => ({}) } = options;
  const show = async (ctx: ProviderContext, view: string, values: object): Promise<void> => {
    const locals = (ctx.res as unknown as { readonly locals: object }).locals;
    ctx.type = 'html';
    ctx.body = await new Promise((resolve, reject) => {
      app.render(view, { ...locals, ...values }, (thrown: Error | null, html) => {
        if (thrown === null) resolve(html);
        else reject(thrown);
      });
    });
  };
  return {
    adapter: createMemoryAdapter(),
    clients: [
      {
        client_id: DEMO_CLIENT,
        application_type: 'native',
        redirect_uris: [...redirectUris],
        post_logout_redirect_uris: redirectUris.map((uri) => new URL('/signed-out', uri).href),
        grant_types: ['authorization_code'],
        response_types: ['code'],
        id_token_signed_response_alg: 'ES256',
        ...(clientSecret === undefined
          ? { token_endpoint_auth_method: 'none' }
          : { token_endpoint_auth_method: 'client_secret_basic', client_secret: clientSecret }),
      },
    ],
    cookies: { keys: [randomBytes(SECRET_BYTES).toString('hex')] },
    jwks: { keys: [newKey()] },
    pkce: { required: () => true },
    claims: { openid: ['sub', 'roles'], profile: ['name'], email: ['email', 'email_verified'] },
    findAccount: (_ctx: unknown, sub: string) => {
      const person = people.find((one) => one.sub === sub);
      return (
        person && { accountId: sub, claims: () => ({ sub, name: person.name, roles: person.roles, ...claims(sub) }) }
      );
    },
    // The coordinator of a demonstration is everybody's own: nobody has to be asked whether it may know their name.
    loadExistingGrant: async ({ oidc: { client, session, provider } }: ProviderContext) => {
      const earlier = session.grantIdFor(client.clientId);
      const known = earlier === undefined ? undefined : await provider.Grant.find(earlier);
      if (known !== undefined) return known;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
    interactions: {
      policy: policy(),
      url: (_ctx: unknown, { uid }: { readonly uid: string }) => `/choose/${uid}`,
    },
    renderError: (ctx: ProviderContext, { error }: { readonly error: string }) => show(ctx, 'refused.njk', { error }),
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx: ProviderContext, form: string) => show(ctx, 'sign-out.njk', { form }),
        postLogoutSuccessSource: (ctx: ProviderContext) => show(ctx, 'signed-out.njk', {}),
      },
    },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      IdToken: 3_600,
      Interaction: 3_600,
      Session: 28_800,
      Grant: 28_800,
    },
  };
}

/** Nobody is asked for leave either because the client is on their own computer. */
function policy(): unknown {
  const prompts = base();
  prompts.get('consent').checks.remove('native_client_prompt');
  return prompts;
}

function newKey(): object {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), kid: 'demonstration', use: 'sig', alg: 'ES256' };
}
