import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { describeAuthority, initAuthority } from '../enrolment/init-authority.js';
import { describeInitialised, initCoordinator, type ListenAddress } from '../init.js';
import { say, type CommandMeans } from './context.js';

const MAX_PORT = 65_535;
/** As rosters write it. */
const FEDERATION = /^(?=.{1,64}$)[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

interface InitOptions {
  readonly directory: string;
  readonly federation?: string;
  readonly authorityCertificate?: string;
  readonly authorityKey?: string;
  readonly nodesAt?: ListenAddress;
  readonly enrolmentAt?: ListenAddress;
  readonly analystsAt?: ListenAddress;
}

export function addInit(coordinator: Command, means: CommandMeans): void {
  coordinator
    .command('init')
    .description('make a configuration, an identity key and an API token, which is shown once')
    .requiredOption('--directory <folder>', 'a new folder')
    .option(
      '--federation <name>',
      'also a certificate authority of that federation; agencies can enrol then',
      federationName,
    )
    .option('--authority-certificate <file>', 'with --federation: take this authority and make none')
    .option('--authority-key <file>', 'its private key, PKCS #8 PEM')
    .option('--nodes-at <host:port>', 'where it listens for nodes; 0.0.0.0:7400 when left out', address)
    .option('--enrolment-at <host:port>', 'with --federation: where it listens for enrolment; 0.0.0.0:7402', address)
    .option('--analysts-at <host:port>', 'where it listens for analysts, without TLS; 127.0.0.1:7401', address)
    .action((options: InitOptions, command: Command) => init(options, means, command));
}

async function init(options: InitOptions, means: CommandMeans, command: Command): Promise<void> {
  const { directory, federation, enrolmentAt, authorityCertificate: certificate, authorityKey: privateKey } = options;
  if ((certificate === undefined) !== (privateKey === undefined) || (certificate !== undefined && !federation)) {
    command.error('error: --authority-certificate and --authority-key go together, and with --federation.');
  }
  if (enrolmentAt !== undefined && federation === undefined) {
    command.error('error: --enrolment-at goes with --federation: without an authority nobody can enrol.');
  }
  const made = initCoordinator(directory, means.rng, {
    federation: options.nodesAt,
    enrolment: enrolmentAt,
    api: options.analystsAt,
  });
  if (federation === undefined) {
    say(means, describeInitialised(made));
    return;
  }
  const existing = certificate === undefined || privateKey === undefined ? undefined : { certificate, privateKey };
  const fingerprint = await initAuthority(made, { federation, existing, clock: means.clock });
  say(means, `${describeInitialised(made, '')}\n\n${describeAuthority(fingerprint)}`);
}

function federationName(name: string): string {
  if (FEDERATION.test(name)) return name;
  throw new InvalidArgumentError('At most 64 small letters, digits and single hyphens, as rosters write it.');
}

/** Thrown when it isn't one: InvalidArgumentError. */
function address(text: string): ListenAddress {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:]+)\]|([A-Za-z0-9.-]+)):([0-9]{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > MAX_PORT) {
    throw new InvalidArgumentError('Write it as host:port, as in 0.0.0.0:7400.');
  }
  return { host, port };
}
