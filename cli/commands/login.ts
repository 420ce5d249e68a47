import type { Command } from 'commander';
import { timeText } from '../../core/base/index.js';
import { ApiClient } from '../api-client.js';
import { urlOf, type ConnectionOptions } from '../connection.js';
import { clientOf, withConnection, type CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { readLogin, removeLogin, writeLogin } from '../stored-login.js';

/** Seconds more between two questions where the coordinator says that they come too fast (RFC 8628, section 3.5). */
const SLOWER_SECONDS = 5;
/** Characters that a token may come in with. */
const MAX_TYPED_CHARACTERS = 1_024;

/** `tally login`, `tally logout`, `tally whoami`. */
export function addLoginCommands(program: Command, context: CliContext): void {
  const { environment, printer } = context;
  program
    .command('login')
    .description('get a token for this coordinator by signing in to its pages, and keep it')
    .option('--url <address>', "address of the coordinator's API")
    .option('--token <->', 'keep a token that you have: - reads it from stdin')
    .action(async (options: ConnectionOptions & { readonly token?: string }) => {
      const url = urlOf(options, environment);
      if (options.token !== undefined && options.token !== '-') {
        throw new CliError(
          'BAD_USAGE',
          'A token in a command is seen by others: write --token - and give it on stdin.',
        );
      }
      const token = options.token === '-' ? await typedToken(context) : await tokenByBrowser(url, context);
      const { requester } = await new ApiClient({ url, token }).holder();
      const file = writeLogin({ url, token }, environment);
      printer.note(`Logged in to ${url} as ${requester}; the token is in ${file}.`);
    });

  program
    .command('logout')
    .description('revoke the token of `tally login`, and forget it')
    .action(async () => {
      const login = readable(context);
      const isRevoked = login !== undefined && (await revoked(login));
      if (!removeLogin(environment)) printer.note('Nobody is logged in.');
      else if (isRevoked) printer.note('Logged out; the token is revoked.');
      else printer.note('Logged out here. The token could not be revoked: do that on the page /account/tokens.');
    });

  withConnection(program.command('whoami'))
    .description('say whom your token stands for, and what it is good for')
    .option('--json', 'print as JSON')
    .action(async ({ json }: { readonly json?: true }, command: Command) => {
      const holder = await clientOf(command, context).holder();
      if (json === true) {
        printer.json(holder);
        return;
      }
      const { requester, scopes, expiresAt } = holder;
      const until = expiresAt === null ? 'does not expire' : `good until ${timeText(new Date(expiresAt))}`;
      printer.result(`${requester}\n${scopes.join(', ')}; ${until}`);
    });
}

/** One that can't be read is forgotten all the same. */
function readable({ environment }: CliContext): ReturnType<typeof readLogin> {
  try {
    return readLogin(environment);
  } catch (thrown) {
    if (thrown instanceof CliError) return undefined;
    throw thrown;
  }
}

async function revoked({ url, token }: { readonly url: string; readonly token: string }): Promise<boolean> {
  return new ApiClient({ url, token }).revokeToken().then(
    () => true,
    () => false,
  );
}

async function typedToken({ stdin }: CliContext): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > MAX_TYPED_CHARACTERS) break;
  }
  const token = text.trim();
  if (token === '' || text.length > MAX_TYPED_CHARACTERS) throw new CliError('NO_TOKEN', 'There is no token on stdin.');
  return token;
}

/** RFC 8628: a person types the code on a page of the coordinator, and we ask meanwhile whether they have. */
async function tokenByBrowser(url: string, { printer, clock }: CliContext): Promise<string> {
  const client = new ApiClient({ url, token: null });
  const begun = await client.beginLogin();
  printer.note(`Open ${begun.verification_uri} and type ${begun.user_code}`);
  const endsMs = clock.now().getTime() + begun.expires_in * 1_000;
  let seconds = begun.interval;
  while (clock.now().getTime() < endsMs) {
    printer.status(`waiting for ${begun.user_code} to be typed`);
    await new Promise<void>((resolve) => clock.alarm(seconds, resolve));
    const answer = await client.pollLogin(begun.device_code);
    if ('token' in answer) return answer.token;
    if (answer.error === 'slow_down') seconds += SLOWER_SECONDS;
    else if (answer.error === 'access_denied') throw new CliError('LOGIN_DENIED', 'Somebody said no to this login.');
    else if (answer.error !== 'authorization_pending') break;
  }
  throw new CliError('LOGIN_EXPIRED', 'Nobody typed the code in time: `tally login` begins again.');
}
