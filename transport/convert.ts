import type { LogEvidence } from '../core/audit-entries/index.js';
import { fromHex, toHex } from '../core/base/index.js';
import { MAXIMUM_THRESHOLD } from '../core/disclosure/index.js';
import { MAXIMUM_EPSILON, MINIMUM_EPSILON } from '../core/noise/index.js';
import { isRefusalCode } from '../core/private-join/index.js';
import type { Floors, OfferedSnapshot, Participant, RunOffer } from '../core/templates/index.js';
import {
  badField,
  distinct,
  fixedBytes,
  items,
  numberWithin,
  oneOf,
  present,
  text,
  unknownKind,
  wholeNumber,
} from './check.js';
import { fromStatistics, toStatistics } from './convert-linkage.js';
import { fromLogEvidence, logSize, toCosignature, toLogEvidence } from './convert-log.js';
import {
  fromRegisterHead,
  fromRegisterPart,
  registerSize,
  toRegisterHead,
  toRegisterPart,
} from './convert-register.js';
import { fromRunMessage, toRunMessage } from './convert-run-message.js';
import type { FromNode, HeldSnapshot, Hello, ToNode } from './federation.js';
import { agency, dataset, hop, name, parameterName, runId, subject } from './fields.js';
import type { Floors as WireFloors, Floors__Output } from './generated/tallystick/v1/Floors.js';
import type { HeldSnapshot__Output } from './generated/tallystick/v1/HeldSnapshot.js';
import type { OfferedSnapshot__Output } from './generated/tallystick/v1/OfferedSnapshot.js';
import type { Parameter__Output } from './generated/tallystick/v1/Parameter.js';
import type { Participant__Output } from './generated/tallystick/v1/Participant.js';
import type { Refusal__Output } from './generated/tallystick/v1/Refusal.js';
import type { TransferReady__Output } from './generated/tallystick/v1/TransferReady.js';
import {
  MAX_DATASETS,
  MAX_EPSILON_LEFT,
  MAX_PARAMETER_CHARACTERS,
  MAX_PARAMETER_VALUES,
  MAX_PARAMETERS,
  MAX_PARTICIPANTS,
  MAX_PERCENT,
  MAX_REASON_CHARACTERS,
  MAX_REQUESTER_CHARACTERS,
  MAX_STATISTICS,
  MAX_VERSION_CHARACTERS,
} from './limits.js';
import type {
  CoordinatorMessage,
  CoordinatorMessage__Output,
  Hello__Output,
  NodeMessage,
  NodeMessage__Output,
  Offer__Output,
} from './wire.js';

/**
 * Wire ⇄ domain for the control stream. What comes in is checked field by field against the limits of the proto file;
 * whatever is not as it says: TransportError BAD_MESSAGE with the field's name. Behind this file the types are true.
 */

/** SHA-256. */
const DIGEST_BYTES = 32;
const DIGEST = /^[0-9a-f]{64}$/;
const ISO_DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/** The coordinator's answer to a Hello never leaves the transport. */
export interface Welcome {
  readonly kind: 'welcome';
  readonly softwareVersion: string;
}

// ---- from a node to the coordinator

export function fromNodeMessage(message: FromNode): NodeMessage {
  switch (message.kind) {
    case 'hello':
      return { hello: fromHello(message.hello) };
    case 'refusal': {
      const { runId, code, reason } = message;
      return { refusal: { runId, code, reason: reason.slice(0, MAX_REASON_CHARACTERS) } };
    }
    case 'protocol':
      return { run: fromRunMessage(message.runId, message.message) };
    case 'cosignature':
      return { cosignature: { size: message.size, line: message.line } };
  }
}

export function toNodeMessage(message: NodeMessage__Output): FromNode {
  switch (message.kind) {
    case 'hello':
      return { kind: 'hello', hello: toHello(present(message.hello, 'hello')) };
    case 'refusal':
      return toRefusal(present(message.refusal, 'refusal'));
    case 'run':
      return { kind: 'protocol', ...toRunMessage(present(message.run, 'run')) };
    case 'cosignature':
      return { kind: 'cosignature', ...toCosignature(present(message.cosignature, 'cosignature')) };
    default:
      throw unknownKind('kind');
  }
}

function fromHello({
  softwareVersion,
  snapshots,
  floors,
  logSize: size,
  registerSize: entries,
}: Hello): NonNullable<NodeMessage['hello']> {
  return {
    softwareVersion,
    snapshots: snapshots.map(({ dataset, snapshot, asAt, epsilonLeft, linkage, rejectedPercent }) => ({
      dataset,
      snapshot: fromDigest(snapshot, 'snapshot'),
      asAt,
      epsilonLeft,
      linkage: linkage.map(fromStatistics),
      rejectedPercent,
    })),
    floors: fromFloors(floors),
    logSize: size,
    registerSize: entries,
  };
}

function toHello(hello: Hello__Output): Hello {
  return {
    softwareVersion: version(hello.softwareVersion, 'hello.software_version'),
    snapshots: distinct(
      items(hello.snapshots, 'hello.snapshots', { max: MAX_DATASETS }, toHeldSnapshot),
      'hello.snapshots',
      (held) => held.dataset,
    ),
    floors: toFloors(hello.floors, 'hello.floors'),
    logSize: logSize(hello.logSize, 'hello.log_size'),
    registerSize: registerSize(hello.registerSize, 'hello.register_size'),
  };
}

function toHeldSnapshot(held: HeldSnapshot__Output, field: string): HeldSnapshot {
  return {
    dataset: dataset(held.dataset, `${field}.dataset`),
    snapshot: digest(held.snapshot, `${field}.snapshot`),
    asAt: text(held.asAt, `${field}.as_at`, { max: 10, pattern: ISO_DATE, expected: 'an ISO date' }),
    epsilonLeft: numberWithin(held.epsilonLeft, `${field}.epsilon_left`, 0, MAX_EPSILON_LEFT),
    linkage: distinct(
      items(held.linkage, `${field}.linkage`, { max: MAX_STATISTICS }, toStatistics),
      `${field}.linkage`,
      ({ scheme }) => scheme,
    ),
    rejectedPercent: wholeNumber(held.rejectedPercent, `${field}.rejected_percent`, MAX_PERCENT),
  };
}

function toRefusal(refusal: Refusal__Output): FromNode {
  return {
    kind: 'refusal',
    runId: runId(refusal.runId, 'refusal.run_id'),
    code: oneOf(refusal.code, 'refusal.code', isRefusalCode),
    reason: text(refusal.reason, 'refusal.reason', { max: MAX_REASON_CHARACTERS }),
  };
}

// ---- from the coordinator to a node

export function fromCoordinatorMessage(message: ToNode | Welcome): CoordinatorMessage {
  switch (message.kind) {
    case 'welcome':
      return { welcome: { softwareVersion: message.softwareVersion } };
    case 'offer':
      return { offer: fromOffer(message.offer, message.evidence) };
    case 'protocol':
      return { run: fromRunMessage(message.runId, message.message) };
    case 'register':
      return { register: fromRegisterPart(message.part) };
    case 'transfer-ready': {
      const { runId, subject, hop } = message;
      return { transferReady: { runId, subject, hop } };
    }
  }
}

export function toCoordinatorMessage(message: CoordinatorMessage__Output): ToNode | Welcome {
  switch (message.kind) {
    case 'welcome': {
      const { softwareVersion } = present(message.welcome, 'welcome');
      return { kind: 'welcome', softwareVersion: version(softwareVersion, 'welcome.software_version') };
    }
    case 'offer':
      return toOfferMessage(present(message.offer, 'offer'));
    case 'run':
      return { kind: 'protocol', ...toRunMessage(present(message.run, 'run')) };
    case 'register':
      return { kind: 'register', part: toRegisterPart(present(message.register, 'register')) };
    case 'transferReady':
      return toTransferReady(present(message.transferReady, 'transfer_ready'));
    default:
      throw unknownKind('kind');
  }
}

function toTransferReady(ready: TransferReady__Output): ToNode {
  return {
    kind: 'transfer-ready',
    runId: runId(ready.runId, 'transfer_ready.run_id'),
    subject: subject(ready.subject, 'transfer_ready.subject'),
    hop: hop(ready.hop, 'transfer_ready.hop'),
  };
}

function fromOffer(offer: RunOffer, evidence?: LogEvidence): NonNullable<CoordinatorMessage['offer']> {
  const { runId, templateDigest, register, requester, purpose } = offer;
  return {
    runId,
    templateDigest: fromDigest(templateDigest, 'template_digest'),
    register: fromRegisterHead(register),
    requester,
    purpose,
    parameters: Object.entries(offer.parameters).map(([parameter, values]) => ({
      name: parameter,
      values: [...values],
    })),
    participants: offer.participants.map((participant) => ({
      agency: participant.agency,
      datasets: participant.datasets.map(({ dataset, snapshot }) => ({
        dataset,
        snapshot: fromDigest(snapshot, 'snapshot'),
      })),
      floors: fromFloors(participant.floors),
    })),
    ...(evidence === undefined ? {} : { log: fromLogEvidence(evidence) }),
  };
}

/** Whoever is offered a run refuses it without evidence, and can then say why: so it is not the message that is wrong. */
function toOfferMessage(sent: Offer__Output): ToNode {
  const offer = toOffer(sent);
  const { log } = sent;
  if (log === null) return { kind: 'offer', offer };
  return { kind: 'offer', offer, evidence: toLogEvidence(log, 'offer.log') };
}

function toOffer(offer: Offer__Output): RunOffer {
  const parameters = items(offer.parameters, 'offer.parameters', { max: MAX_PARAMETERS }, toParameter);
  return {
    runId: runId(offer.runId, 'offer.run_id'),
    templateDigest: digest(offer.templateDigest, 'offer.template_digest'),
    register: toRegisterHead(offer.register, 'offer.register'),
    parameters: Object.fromEntries(distinct(parameters, 'offer.parameters', ([parameter]) => parameter)),
    requester: text(offer.requester, 'offer.requester', { max: MAX_REQUESTER_CHARACTERS }),
    purpose: name(offer.purpose, 'offer.purpose'),
    participants: distinct(
      items(offer.participants, 'offer.participants', { min: 1, max: MAX_PARTICIPANTS }, toParticipant),
      'offer.participants',
      (participant) => participant.agency,
    ),
  };
}

function toParameter(parameter: Parameter__Output, field: string): readonly [string, readonly string[]] {
  const values = items(parameter.values, `${field}.values`, { max: MAX_PARAMETER_VALUES }, (value, place) =>
    text(value, place, { max: MAX_PARAMETER_CHARACTERS }),
  );
  return [parameterName(parameter.name, `${field}.name`), values];
}

function toParticipant(participant: Participant__Output, field: string): Participant {
  return {
    agency: agency(participant.agency, `${field}.agency`),
    datasets: distinct(
      items(participant.datasets, `${field}.datasets`, { max: MAX_DATASETS }, toOfferedSnapshot),
      `${field}.datasets`,
      (offered) => offered.dataset,
    ),
    floors: toFloors(participant.floors, `${field}.floors`),
  };
}

function toOfferedSnapshot(offered: OfferedSnapshot__Output, field: string): OfferedSnapshot {
  return {
    dataset: dataset(offered.dataset, `${field}.dataset`),
    snapshot: digest(offered.snapshot, `${field}.snapshot`),
  };
}

// ---- what both have

function fromFloors({ threshold, roundTo, epsilon }: Floors): WireFloors {
  return { threshold, roundTo, ...(epsilon === null ? {} : { epsilon }) };
}

function toFloors(sent: Floors__Output | null | undefined, field: string): Floors {
  const { threshold, roundTo, epsilon } = present(sent, field);
  return {
    threshold: wholeNumber(threshold, `${field}.threshold`, MAXIMUM_THRESHOLD),
    roundTo: wholeNumber(roundTo, `${field}.round_to`, MAXIMUM_THRESHOLD),
    epsilon: epsilon === undefined ? null : numberWithin(epsilon, `${field}.epsilon`, MINIMUM_EPSILON, MAXIMUM_EPSILON),
  };
}

function version(value: string, field: string): string {
  return text(value, field, { max: MAX_VERSION_CHARACTERS });
}

function digest(value: Uint8Array, field: string): string {
  return toHex(fixedBytes(value, field, DIGEST_BYTES));
}

function fromDigest(hex: string, field: string): Uint8Array {
  if (!DIGEST.test(hex)) throw badField(field, 'must be a SHA-256 in 64 hexadecimal digits, lower case');
  return fromHex(hex);
}
