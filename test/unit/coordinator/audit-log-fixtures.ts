import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { AuditLog } from '../../../coordinator/index.js';
import type { AuditLogOptions } from '../../../coordinator/index.js';
import { CodedError } from '../../../core/base/index.js';
import { coordinator, FEDERATION, START } from '../audit/audit-fixtures.js';

export function auditFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'audit-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

export function auditFile(folder: string): string {
  return join(folder, 'audit.db');
}

/** A clock that goes on by as many seconds as it is told. */
export class HandClock {
  #now = START;

  now(): Date {
    return this.#now;
  }

  pass(seconds: number): void {
    this.#now = new Date(this.#now.getTime() + seconds * 1_000);
  }
}

export function auditOptions(folder: string, more: Partial<AuditLogOptions> = {}): AuditLogOptions {
  return { file: auditFile(folder), federation: FEDERATION, key: coordinator, clock: new HandClock(), ...more };
}

/** Closed at the end of the test, if it hasn't been before. */
export function openAudit(folder: string, more: Partial<AuditLogOptions> = {}): AuditLog {
  const log = AuditLog.open(auditOptions(folder, more));
  onTestFinished(() => log.close());
  return log;
}

/** The code with which something says no; undefined where it doesn't. */
export function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof CodedError) return String(thrown.code);
    throw thrown;
  }
}
