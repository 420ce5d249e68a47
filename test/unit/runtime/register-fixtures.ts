import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

import { CodedError } from '../../../core/base/index.js';
import type { Clock, Log, LogFields } from '../../../core/base/index.js';
import {
  formatRegisterFile,
  registerOf,
  signPayload,
  STATEMENT_KIND,
  statementPayload,
  stateRegister,
} from '../../../core/governance/index.js';
import type { RegisterStatement, SignedRoster } from '../../../core/governance/index.js';
import type { Roster } from '../../../core/templates/index.js';
import { RegisterInForce } from '../../../runtime/index.js';
import type { GovernanceFiles } from '../../../runtime/index.js';
import type { RegisterInForceOptions } from '../../../runtime/register-in-force.js';
import { Entries, fingerprintOf, keyOf, ROSTER } from '../governance/fixtures.js';

/** A founded federation, then what happens in it one after the other. */
export function history(): readonly Uint8Array[] {
  const entries = new Entries();
  entries.grant();
  entries.live();
  return entries.list;
}

/** The same up to its grant, and then otherwise. */
export function fork(): readonly Uint8Array[] {
  const entries = new Entries();
  entries.grant();
  entries.grant({ organisation: 'charity' });
  entries.grant({ organisation: 'charity', until: '2027-01-30' });
  return entries.list;
}

export const HOUR = (hour: number): Date => new Date(Date.UTC(2026, 10, 23, hour));

/** Of whoever holds a register in these tests. */
export const AT_TEN: Clock = { now: () => HOUR(10) };

/** A registrar's word of these entries. */
export function statementOf(
  entries: readonly Uint8Array[],
  when: Date,
  { by = 'registry', ...change }: Partial<RegisterStatement> & { readonly by?: string } = {},
): Uint8Array {
  const stated = stateRegister(registerOf(entries, fingerprintOf(ROSTER)), entries, when);
  return signPayload(STATEMENT_KIND, statementPayload({ ...stated, ...change }), keyOf(by));
}

export class Lines implements Log {
  readonly lines: (LogFields & { readonly level: string })[] = [];

  debug(fields: LogFields): void {
    this.lines.push({ level: 'debug', ...fields });
  }
  info(fields: LogFields): void {
    this.lines.push({ level: 'info', ...fields });
  }
  warn(fields: LogFields): void {
    this.lines.push({ level: 'warn', ...fields });
  }
  error(fields: LogFields): void {
    this.lines.push({ level: 'error', ...fields });
  }
  child(): Log {
    return this;
  }

  of(event: string): readonly LogFields[] {
    return this.lines.filter((line) => line['event'] === event);
  }
}

/** The files in a folder of their own. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'tallystick-register-'));
  readonly files: GovernanceFiles & { readonly fingerprint: string };
  #written = 0;

  constructor(roster: SignedRoster = ROSTER) {
    onTestFinished(() => {
      rmSync(this.path, { recursive: true, force: true });
    });
    this.files = {
      register: join(this.path, 'register.jsonl'),
      statement: join(this.path, 'register-statement.json'),
      fingerprint: fingerprintOf(roster),
    };
  }

  put(what: 'register' | 'statement', bytes: Uint8Array): void {
    writeFileSync(this.files[what], bytes);
    // Two writes within one tick of the clock are two all the same.
    this.#written += 1;
    utimesSync(this.files[what], this.#written, this.#written);
  }

  write(entries: readonly Uint8Array[], statement?: Uint8Array): void {
    this.put('register', formatRegisterFile(entries));
    if (statement !== undefined) this.put('statement', statement);
  }

  read(what: 'register' | 'statement'): Uint8Array {
    return new Uint8Array(readFileSync(this.files[what]));
  }

  open(
    check: (roster: Roster) => void = () => undefined,
    options: Partial<RegisterInForceOptions> = {},
  ): {
    readonly registers: RegisterInForce;
    readonly log: Lines;
  } {
    const log = new Lines();
    return {
      registers: new RegisterInForce({ files: this.files, check, log, putsRight: true, clock: AT_TEN, ...options }),
      log,
    };
  }
}

/** The code of what is thrown and, where it wraps another, of that. */
export function codesOf(work: () => unknown): readonly string[] {
  try {
    work();
    return [];
  } catch (thrown) {
    if (!(thrown instanceof CodedError)) throw thrown;
    const { cause } = thrown;
    return [thrown, cause].filter((each) => each instanceof CodedError).map(({ code }) => String(code));
  }
}
