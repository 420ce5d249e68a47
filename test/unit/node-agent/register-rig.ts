import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { silentLog } from '../../../core/base/index.js';
import type { LogFields } from '../../../core/base/index.js';
import { readIdentity } from '../../../node-agent/agreements.js';
import { loadConfig } from '../../../node-agent/config.js';
import { openRegister } from '../../../node-agent/open-register.js';
import { RegisterUpdates } from '../../../node-agent/register-updates.js';
import type { RegisterInForce } from '../../../runtime/index.js';
import { partsOf } from '../../../transport/index.js';
import type { RegisterUpdate } from '../../../transport/index.js';
import { agencyFolder, GOVERNANCE } from './agency-folder.js';
import type { AgencyFolder } from './agency-folder.js';

/** The register of a node of the police, and what its coordinator sends of it. */
export interface RegisterRig {
  readonly agency: AgencyFolder;
  readonly registers: RegisterInForce;
  readonly updates: RegisterUpdates;
  /** Of each update that was whole: whether another register is in force by it. */
  readonly taken: boolean[];
  readonly lines: LogFields[];
  /** How often the node has said how far it is, since something was no use. */
  readonly resent: number;
  /** Sends an update of what the board has decided, in one part; changed as the test says. */
  readonly send: (changed?: Partial<RegisterUpdate>) => void;
  /** The same register opened anew from its files, as after a restart. */
  readonly reopened: () => RegisterInForce;
  /** What the files say, as text. */
  readonly files: () => readonly string[];
}

export function registerRig(agency = agencyFolder()): RegisterRig {
  const config = loadConfig(agency.configFile);
  const lines: LogFields[] = [];
  const note = (fields: LogFields): unknown => lines.push(fields);
  const log = { ...silentLog, info: note, warn: note, error: note };
  const clock = { now: () => agency.board.clock.at };
  const open = (): RegisterInForce =>
    openRegister({ config, publicKey: readIdentity(config.identityKey).publicKey, clock, log });
  let resent = 0;
  const registers = open();
  const taken: boolean[] = [];
  const updates = new RegisterUpdates({
    registers,
    taking: (take) => taken.push(take()),
    refused: () => (resent += 1),
    log,
  });
  return {
    ...{ agency, registers, updates, taken, lines },
    get resent() {
      return resent;
    },
    send: (changed = {}) => {
      const first = changed.first ?? registers.copy.head.size;
      const { board } = agency;
      const whole = { first, entries: board.entries.slice(first), statement: board.statement(), ...changed };
      for (const part of partsOf(whole)) updates.take(part);
    },
    reopened: open,
    files: () => Object.values(GOVERNANCE).map((file) => readFileSync(join(agency.folder, file), 'utf8')),
  };
}

/** Codes of what was no use, as the log has them. */
export function refusedIn({ lines }: RegisterRig): unknown[] {
  return lines.filter(({ event }) => event === 'register-refused').map(({ err }) => (err as { code?: unknown }).code);
}
