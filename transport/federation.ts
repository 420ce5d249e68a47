import type { LogEvidence } from '../core/audit-entries/index.js';
import type { LinkageStatistics } from '../core/linkage/index.js';
import type {
  FailureCode,
  Link,
  LinkReceiver,
  PartyId,
  ProtocolMessage,
  RefusalCode,
  TransferSubject,
} from '../core/private-join/index.js';
import type { Floors, RunOffer } from '../core/templates/index.js';
import type { TransportError, TransportErrorCode } from './errors.js';
import type { RegisterPart } from './register-update.js';

/** What a node says on its control stream. */
export type FromNode =
  | { readonly kind: 'hello'; readonly hello: Hello }
  | { readonly kind: 'refusal'; readonly runId: string; readonly code: RefusalCode; readonly reason: string }
  /** Of a checkpoint of the audit log, as a signature line of its note; comes before the answer to the offer. */
  | { readonly kind: 'cosignature'; readonly size: number; readonly line: string }
  /** Round 0's answer to an offer is a `share`. */
  | { readonly kind: 'protocol'; readonly runId: string; readonly message: ProtocolMessage };

/** What the coordinator says on a node's control stream. */
export type ToNode =
  /** Without evidence, a node refuses it. */
  | { readonly kind: 'offer'; readonly offer: RunOffer; readonly evidence?: LogEvidence }
  | { readonly kind: 'protocol'; readonly runId: string; readonly message: ProtocolMessage }
  /** Of what governance has signed and the node lacks; before any offer that was made by it. */
  | { readonly kind: 'register'; readonly part: RegisterPart }
  /** A list for this node waits at the coordinator; the node fetches it with a streaming call. */
  | {
      readonly kind: 'transfer-ready';
      readonly runId: string;
      readonly subject: TransferSubject;
      readonly hop: number;
    };

/** First message of a control stream, and again whenever anything in it changes. No sizes: those are the agency's. */
export interface Hello {
  readonly softwareVersion: string;
  readonly snapshots: readonly HeldSnapshot[];
  /** What the agency asks for beyond what templates do. */
  readonly floors: Floors;
  /** Entries of the audit log under the last checkpoint that the node has verified; 0 where it never has. */
  readonly logSize: number;
  /** Entries of the register of governance that it has and that a registrar has signed. */
  readonly registerSize: number;
}

export interface HeldSnapshot {
  readonly dataset: string;
  /** 64 hexadecimal digits. */
  readonly snapshot: string;
  /** ISO date of the data. */
  readonly asAt: string;
  /** Privacy loss that is left of the budget, 0..MAX_EPSILON_LEFT: by snapshot or by dataset, whichever is less. */
  readonly epsilonLeft: number;
  /** What is known of its people, each scheme once; none where nothing may leave. */
  readonly linkage: readonly LinkageStatistics[];
  /** Share of its source's rows that could not be used: per cent, a whole number 0..100, rounded down. */
  readonly rejectedPercent: number;
}

/** A node's side: one outbound connection, one control stream, lists in calls of their own. */
export interface FederationClient {
  /** Dials, and dials again with growing pauses until stopped. */
  start(): void;
  /** Ends the control stream and every transfer, and resolves when the connection is closed. */
  stop(): Promise<void>;
  /** Rejects with TransportError NOT_CONNECTED when the control stream is down. */
  send(message: FromNode): Promise<void>;
  /**
   * Asks for the next certificate (DER) by a PKCS #10 request (DER), while the present one is good. Rejects with
   * TransportError: NOT_CONNECTED, NOT_ISSUING, BAD_MESSAGE, WRONG_IDENTITY or as a connection fails. Absent where there
   * are no certificates: in memory.
   */
  renew?(request: Uint8Array): Promise<Uint8Array>;
  /**
   * The link of one run: all its promises reject with JoinError. Transfers announced for a run that is not open are left
   * alone. A run lives on the connection it was opened on; when that is lost, so is the run's link.
   */
  openRun(runId: string, receiver: LinkReceiver): RunLink;
}

export interface ClientHandlers {
  /** The coordinator has let this node in. */
  connected(): void;
  /** Called once for each `connected`. */
  disconnected(reason: string, code: TransportErrorCode): void;
  /** A dial failed or was refused; the next is in `nextDialMs`. */
  dialFailed?(error: TransportError, nextDialMs: number): void;
  /** Offers and the protocol messages of runs that are not open; those of open runs go to their receiver. */
  received(message: ToNode): void;
  /** Asked at every (re)connection. */
  hello(): Hello;
}

export interface RunLink {
  readonly link: Link;
  /**
   * Ends every transfer of the run, at both ends, and forgets it. Whoever is in the middle of one hears `failure` as the
   * reason, CANCELLED when it isn't given. May be called twice.
   */
  close(failure?: FailureCode): void;
}

/** The coordinator's side. */
export interface FederationServer {
  /** Resolves with the port that was bound. Thrown when it is taken: TransportError PORT_IN_USE. */
  start(): Promise<{ readonly port: number }>;
  /** Stops politely, then after `deadlineMs` hard. */
  stop(deadlineMs: number): Promise<void>;
  /**
   * Opens the relay of one run between exactly these agencies and the coordinator. The promises of its link reject with
   * JoinError.
   */
  openRun(runId: string, agencies: readonly PartyId[], receiver: LinkReceiver, observer: RelayObserver): RunLink;
  /** Holds whoever is connected against the roster again, and ends the connections of those it doesn't let in now. */
  recheck(): void;
}

export interface ServerHandlers {
  connected(node: NodeConnection): void;
  /** Every `hello` after the first, `refusal`, `cosignature`, and protocol messages of runs that are not open. */
  received(agency: PartyId, message: FromNode): void;
  /** The control stream is gone: every run the agency takes part in has lost a party. Once for each `connected`. */
  disconnected(agency: PartyId, reason: string, code: TransportErrorCode): void;
}

export interface NodeConnection {
  readonly agency: PartyId;
  /** The latest. */
  readonly hello: Hello;
  send(message: ToNode): Promise<void>;
  /** Cuts the node off. */
  disconnect(reason: string): void;
}

/** What the relay tells the run about bytes that it can't read. */
export interface RelayObserver {
  opened(transfer: RelayedTransfer, count: number): void;
  chunk(transfer: RelayedTransfer, bytes: number): void;
  closed(transfer: RelayedTransfer): void;
  /**
   * A transfer broke or a party broke the rules of the relay; the run ends with this code. Not called for what ends
   * because the run was closed.
   */
  failed(transfer: RelayedTransfer, code: FailureCode): void;
}

export interface RelayedTransfer {
  readonly subject: TransferSubject;
  readonly hop: number;
  readonly from: PartyId;
  readonly to: PartyId;
}
