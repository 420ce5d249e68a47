import { existsSync } from 'node:fs';

import { equalBytes, toBase64 } from '../../core/base/index.js';
import type { Clock } from '../../core/base/index.js';
import { rosterOf } from '../../core/governance/index.js';
import type { Roster } from '../../core/templates/index.js';
import { loadRegister } from '../../runtime/index.js';
import { certificateFacts, enrol, fingerprintOf, parseToken } from '../../transport/index.js';
import type { EnrolmentToken, Timings } from '../../transport/index.js';
import type { NodeConfig } from '../config.js';
import { NodeError } from '../errors.js';
import { readFile } from '../key-files.js';
import { writeWholeFile } from '../whole-file.js';
import { finishSwap, swapCertificate } from './certificate-files.js';
import { readOrCreateIdentity } from './identity-key.js';

/** Where coordinators listen for those who enrol, as their example configuration has it. */
export const ENROLMENT_PORT = 7402;

export interface NodeEnrolment {
  readonly token: string;
  /** `host:port`; ENROLMENT_PORT of the coordinator's host when it isn't given. */
  readonly address?: string | undefined;
  /** For tests: other patience. */
  readonly timings?: Partial<Timings>;
}

/** What two people compare, and what is in force now. Fingerprints are SHA-256, 64 hexadecimal digits. */
export interface EnrolledNode {
  readonly federation: string;
  readonly agency: string;
  /** Of the authority's certificate. */
  readonly authority: string;
  /** Base64 of the raw public key. */
  readonly identityKey: string;
  /** Of the raw public key. */
  readonly identity: string;
  readonly certificate: { readonly serial: string; readonly validTo: Date };
  /** Whether the register in the node's folder lists this agency with this identity key. */
  readonly isListed: boolean;
}

const PUBLIC_FILE_MODE = 0o644;

/**
 * Gets this agency's node its certificate: keys are made here and stay here. It writes nothing but the identity key
 * before the coordinator has said yes.
 * Thrown: NodeError TOKEN_UNREADABLE, TOKEN_OTHER_AGENCY, CONFIG_CONTRADICTORY, FILE_UNWRITABLE, or as `readIdentity`;
 * RuntimeError as `loadRegister`; TransportError as `enrol`.
 */
export async function enrolNode(
  config: NodeConfig,
  { token: text, address = enrolmentAddress(config), timings }: NodeEnrolment,
  clock: Clock,
): Promise<EnrolledNode> {
  const token = tokenOf(text, config);
  const roster = existsSync(config.governance.register) ? knownRoster(config) : undefined;
  if (roster !== undefined) checkFederation(roster, token);
  finishSwap(config.tls);
  const identity = readOrCreateIdentity(config.identityKey);
  const { tls } = await enrol({
    address,
    token,
    identity,
    clock,
    useHttpProxy: config.coordinator.useHttpProxy,
    authority: existsSync(config.tls.authority) ? textOf(readFile(config.tls.authority)) : undefined,
    ...(timings === undefined ? {} : { timings }),
  });
  writeWholeFile(config.tls.authority, tls.authority, PUBLIC_FILE_MODE);
  swapCertificate(config.tls, tls);
  const { serial, validTo } = certificateFacts(tls.certificate);
  return {
    federation: token.federation,
    agency: token.agency,
    authority: token.authority,
    identityKey: toBase64(identity.publicKey),
    identity: fingerprintOf(identity.publicKey),
    certificate: { serial, validTo },
    isListed:
      roster?.agencies.some(
        ({ id, identityKey }) => id === token.agency && equalBytes(identityKey, identity.publicKey),
      ) === true,
  };
}

function enrolmentAddress({ coordinator }: NodeConfig): string {
  return coordinator.address.replace(/:\d+$/, `:${ENROLMENT_PORT}`);
}

function tokenOf(text: string, { agency }: NodeConfig): EnrolmentToken {
  const token = parseToken(text);
  if (token === undefined) {
    throw new NodeError(
      'TOKEN_UNREADABLE',
      'This is not a token: it must be the one line that `tally coordinator enrol-token` shows, whole, beginning with tally-enrol-1.',
    );
  }
  if (token.agency !== agency) {
    throw new NodeError(
      'TOKEN_OTHER_AGENCY',
      `The token is for ${token.agency}, and this node is configured as ${agency}: correct \`agency\`, or ask the coordinator’s operator for a token of your own. It was not sent anywhere.`,
    );
  }
  return token;
}

function checkFederation({ federation }: Roster, token: EnrolmentToken): void {
  if (federation === token.federation) return;
  throw new NodeError(
    'CONFIG_CONTRADICTORY',
    `The register is of the federation ${federation}, and the token of ${token.federation}: one of them is not meant for this node.`,
  );
}

function knownRoster({ governance }: NodeConfig): Roster {
  return rosterOf(loadRegister(governance).copy.register.current.roster);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
