import { existsSync } from 'node:fs';
import type { ClockCorrection } from '../../core/audit/index.js';
import { timeText, type Clock } from '../../core/base/index.js';
import { loadConfig } from '../config.js';
import { readIdentity, readRoster } from '../configured-files.js';
import { CoordinatorError } from '../errors.js';
import { AuditLog } from './audit-log.js';
import { auditFile } from './open-audit.js';

/**
 * For an operator whose coordinator's clock was ahead once: what is wrong, and with `write` the entry that says so.
 * @returns what to tell them
 * Thrown when there is no log yet, or nothing is wrong: CoordinatorError AUDIT_CLOCK_RIGHT; while a coordinator runs:
 * DATABASE_LOCKED; else as by `loadConfig`, `AuditLog.open` and `AuditLog.correctClock`.
 */
export function correctClock(configFile: string, write: boolean, clock: Clock): string {
  const config = loadConfig(configFile);
  const file = auditFile(config.database);
  if (!existsSync(file)) {
    throw new CoordinatorError(
      'AUDIT_CLOCK_RIGHT',
      `There is no audit log ${file} yet, so none is ahead of the clock.`,
    );
  }
  const key = readIdentity(config.identityKey);
  const { federation } = readRoster(config);
  const log = AuditLog.open({ file, federation, key, clock });
  try {
    const wrong = log.wrongClock;
    return write || wrong === undefined ? written(log.correctClock()) : unwritten(wrong);
  } finally {
    log.close();
  }
}

function unwritten({ from, to }: Omit<ClockCorrection, 'index'>): string {
  return (
    `The last checkpoint of the audit log was signed on ${timeText(from)}, and this clock says ${timeText(to)}. Nothing is written yet.\n` +
    'Compare this clock with another one. If it is wrong, set it right. If it is right, run this again with --write:\n' +
    'the log then says for ever, to everybody, that times before may be wrong.'
  );
}

function written({ index, from, to }: ClockCorrection): string {
  return (
    `Entry ${index} of the audit log says that times before it, up to ${timeText(from)}, may be wrong, and that the clock was put ` +
    `right to ${timeText(to)}.\nStart the coordinator, and tell the agencies why: \`tally audit verify\` names it.`
  );
}
