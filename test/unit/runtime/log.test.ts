import { describe, expect, it } from 'vitest';
import { CodedError } from '../../../core/base/index.js';
import { createLog, LOGGED_FIELDS, MAX_FIELD_CHARACTERS, WITHHELD } from '../../../runtime/index.js';
import type { LogOptions } from '../../../runtime/index.js';

interface Captured {
  readonly log: ReturnType<typeof createLog>;
  readonly lines: () => Record<string, unknown>[];
}

function capture(options: Partial<LogOptions> = {}): Captured {
  const written: string[] = [];
  const log = createLog({
    level: 'info',
    name: 'node',
    destination: { write: (line: string) => void written.push(line) },
    ...options,
  });
  return { log, lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('the log', () => {
  it('writes JSON lines with level, name, time and message', () => {
    const { log, lines } = capture();
    log.info({ runId: 'r1', count: 3 }, 'run opened');
    log.debug({}, 'below the level');
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).toMatchObject({ level: 'info', name: 'node', runId: 'r1', count: 3, msg: 'run opened' });
    expect(Date.parse(String(lines()[0]?.['time']))).not.toBeNaN();
  });

  it('has every level', () => {
    const { log, lines } = capture({ level: 'debug' });
    log.debug({}, 'a');
    log.info({}, 'b');
    log.warn({}, 'c');
    log.error({}, 'd');
    expect(lines().map(({ level }) => level)).toEqual(['debug', 'info', 'warn', 'error']);
  });

  it('withholds every field that is not on the list', () => {
    const { log, lines } = capture();
    log.info({ surname: 'Smith', runId: 'r' }, 'x');
    expect(lines()[0]).toMatchObject({ surname: WITHHELD, runId: 'r' });
    expect(JSON.stringify(lines())).not.toContain('Smith');
  });

  it('shows a program’s own fields', () => {
    const { log, lines } = capture({ fields: ['officer'] });
    log.info({ officer: 'officer-1' }, 'x');
    expect(lines()[0]).toMatchObject({ officer: 'officer-1' });
  });

  it('withholds what has a shape of its own under a name that is shown', () => {
    const { log, lines } = capture();
    log.info({ reason: { surname: 'Smith' }, list: ['a', 'b'], state: [{ x: 1 }], phase: null, port: 1n }, 'x');
    expect(lines()[0]).toMatchObject({
      reason: WITHHELD,
      list: ['a', 'b'],
      state: WITHHELD,
      phase: null,
      port: WITHHELD,
    });
  });

  it('cuts a long text', () => {
    const { log, lines } = capture();
    log.info({ reason: 'x'.repeat(MAX_FIELD_CHARACTERS) }, 'at the limit');
    log.info({ reason: 'x'.repeat(MAX_FIELD_CHARACTERS + 1) }, 'over it');
    expect(lines()[0]?.['reason']).toBe('x'.repeat(MAX_FIELD_CHARACTERS));
    expect(lines()[1]?.['reason']).toBe(`${'x'.repeat(MAX_FIELD_CHARACTERS)}…`);
  });

  it('shows an error with its code, its causes and where it was thrown, and nothing it carries', () => {
    const { log, lines } = capture();
    const library = Object.assign(new Error('constraint failed'), { row: { surname: 'Smith' } });
    log.error({ err: new CodedError('SNAPSHOT_UNREADABLE', 'cannot be read', { cause: library }) }, 'failed');
    expect(lines()[0]?.['err']).toMatchObject({
      type: 'CodedError',
      code: 'SNAPSHOT_UNREADABLE',
      message: 'cannot be read',
      cause: { type: 'Error', message: 'constraint failed' },
    });
    expect(JSON.stringify(lines())).toContain('log.test');
    expect(JSON.stringify(lines())).not.toContain('Smith');
  });

  it('stops at causes that never end', () => {
    const { log, lines } = capture();
    const error = new Error('round');
    error.cause = error;
    log.error({ err: error }, 'failed');
    expect(JSON.stringify(lines()).length).toBeLessThan(50_000);
  });

  it('a child keeps its fields and the list', () => {
    const { log, lines } = capture();
    log.child({ agency: 'police', surname: 'Smith' }).info({ forename: 'Jane' }, 'x');
    expect(lines()[0]).toMatchObject({ agency: 'police', surname: WITHHELD, forename: WITHHELD });
  });

  it('no field that is shown is one that is redacted', () => {
    const { log, lines } = capture();
    log.info(Object.fromEntries(LOGGED_FIELDS.map((field) => [field, 'shown'])), 'x');
    for (const field of LOGGED_FIELDS) expect(lines()[0]?.[field]).toBe('shown');
    log.info({ privateKey: 'x' }, 'x');
    expect(lines()[1]).toMatchObject({ privateKey: WITHHELD });
  });
});
