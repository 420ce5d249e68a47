import { toBase64, type Clock } from '../../../core/base/index.js';
import {
  assertFresh,
  registerCopy,
  rosterOf,
  readRegisterStatement,
  type Register,
  type RegisterCopy,
  type RegisterStatement,
} from '../../../core/governance/index.js';
import { canonicalTemplate, type Roster, type Template } from '../../../core/templates/index.js';
import { ANALYSTS, Board } from '../../../examples/bold/demo/board.js';

/** Who approves what the board publishes. */
export const APPROVERS = ['data-officer', 'victims-officer'] as const;

/** Purposes that the board grants to its analysts. */
export const PURPOSES = ['research-statistics', 'service-planning'] as const;

/** As agencies see an analyst of the organisation that was granted every purpose. */
export function requesterNamed(analyst: string): string {
  return `${analyst}@${ANALYSTS}`;
}

/** Officers with keys of their own who found the federation of this roster, with its keys. */
export function boardOf({ federation, agencies, coordinator }: Roster, clock: Clock): Board {
  return new Board({
    federation,
    agencies: agencies.map(({ id, name, identityKey, datasets }) => ({
      ...{ id, name, datasets },
      identityKey: toBase64(identityKey),
    })),
    coordinator: toBase64(coordinator.identityKey),
    purposes: PURPOSES,
    clock,
  });
}

/** As its authors would write it: JSON is YAML. */
export function yamlOf(template: Template): string {
  return new TextDecoder().decode(canonicalTemplate(template));
}

/** What a coordinator has heard of its officers' register, which may be less than they have signed. */
export class HeardGovernance {
  readonly board: Board;
  #copy: RegisterCopy;
  #statement: Uint8Array;
  #stated: RegisterStatement;

  constructor(board: Board) {
    this.board = board;
    [this.#copy, this.#statement, this.#stated] = heardOf(board);
  }

  get copy(): RegisterCopy {
    return this.#copy;
  }

  get register(): Register {
    return this.#copy.register;
  }

  get roster(): Roster {
    return rosterOf(this.register.current.roster);
  }

  get statement(): Uint8Array {
    return this.#statement;
  }

  /** As a coordinator's own: thrown when a registrar has not said lately that nothing is missing. */
  assertUpToDate(now: Date): void {
    assertFresh(this.#stated, now);
  }

  /** All that the officers have signed since, with a registrar's word of now. */
  hear(): void {
    [this.#copy, this.#statement, this.#stated] = heardOf(this.board);
  }
}

function heardOf(board: Board): [RegisterCopy, Uint8Array, RegisterStatement] {
  const copy = registerCopy([...board.entries], board.fingerprint);
  const statement = board.statement();
  return [copy, statement, readRegisterStatement(statement)];
}

/** By the coordinator's database: one that starts again finds the register that it had. */
const boards = new Map<string, { readonly board: Board; readonly time: { clock: Clock } }>();

/** A board of this database's federation; one in memory has a new one each time. */
export function boardFor(database: string, roster: Roster, clock: Clock): Board {
  const known = boards.get(database);
  if (known !== undefined) {
    known.time.clock = clock;
    return known.board;
  }
  const time = { clock };
  const board = boardOf(roster, { now: () => time.clock.now() });
  if (database !== IN_MEMORY) boards.set(database, { board, time });
  return board;
}

export const IN_MEMORY = ':memory:';

/** Publishes those of them that are not what is live already. */
export function publish(board: Board, templates: readonly Template[]): void {
  const { register } = registerCopy([...board.entries], board.fingerprint);
  const live = new Set(register.proposals.filter(({ state }) => state === 'live').map((one) => yamlOf(one.template)));
  for (const text of templates.map(yamlOf).filter((one) => !live.has(one))) board.publish(text);
}
