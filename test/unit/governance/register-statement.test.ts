import { describe, expect, it } from 'vitest';

import {
  addSignature,
  assertFresh,
  assertNotBehind,
  readRegisterStatement,
  registerOf,
  signPayload,
  STATEMENT_KIND,
  statementPayload,
  stateRegister,
  verifyRegisterStatement,
} from '../../../core/governance/index.js';
import type { RegisterStatement } from '../../../core/governance/index.js';
import { writeEnvelope } from '../../../core/signing/index.js';
import { naiveRoot } from '../../support/naive-log.js';
import { codeOf, Entries, fingerprintOf, keyOf, NOW, ROSTER } from './fixtures.js';

const root = 'ab'.repeat(32);
const STATEMENT: RegisterStatement = { federation: 'demo', roster: 1, size: 9, root, issued: '2026-11-23T11:00:00Z' };
const signed = (change: Partial<RegisterStatement> = {}, by = 'registry'): Uint8Array =>
  signPayload(STATEMENT_KIND, statementPayload({ ...STATEMENT, ...change }), keyOf(by));
const at = (seconds: number): Date => new Date(Date.parse(STATEMENT.issued) + seconds * 1_000);

describe('a statement of the register', () => {
  it('is read when a registrar has signed it', () => {
    expect(verifyRegisterStatement(signed(), ROSTER)).toEqual(STATEMENT);
    assertFresh(STATEMENT, NOW);
  });

  it('is refused when anybody else has, an officer or the coordinator among them', () => {
    for (const name of ['ada', 'coordinator', 'log', 'eve']) {
      expect(codeOf(() => verifyRegisterStatement(signed({}, name), ROSTER))).toBe('UNKNOWN_SIGNER');
    }
    const both = addSignature(STATEMENT_KIND, signed(), keyOf('eve'));
    expect(codeOf(() => verifyRegisterStatement(both, ROSTER))).toBe('UNKNOWN_SIGNER');
    const payload = statementPayload(STATEMENT);
    const unsigned = writeEnvelope(STATEMENT_KIND.payloadType, { payload, signatures: [] });
    expect(codeOf(() => verifyRegisterStatement(unsigned, ROSTER))).toBe('TOO_FEW_SIGNERS');
  });

  it('is refused when it was altered or written again', () => {
    const json = JSON.parse(new TextDecoder().decode(signed())) as { payload: string };
    const changed = (from: string, to: string): Uint8Array => {
      const payload = Buffer.from(json.payload, 'base64').toString('utf8').replace(from, to);
      return new TextEncoder().encode(JSON.stringify({ ...json, payload: Buffer.from(payload).toString('base64') }));
    };
    expect(codeOf(() => verifyRegisterStatement(changed('"size":9', '"size":8'), ROSTER))).toBe('BAD_SIGNATURE');
    const spaced = signPayload(STATEMENT_KIND, new TextEncoder().encode(JSON.stringify(STATEMENT)), keyOf('registry'));
    expect(codeOf(() => verifyRegisterStatement(spaced, ROSTER))).toBe('BAD_PAYLOAD');
  });

  it('is of this federation and of the roster in force', () => {
    expect(codeOf(() => verifyRegisterStatement(signed({ federation: 'staging' }), ROSTER))).toBe('WRONG_FEDERATION');
    expect(codeOf(() => verifyRegisterStatement(signed({ roster: 2 }), ROSTER))).toBe('ROSTER_STALE');
    const later = { ...ROSTER, version: 2, previous: root };
    // Its registrars may be others.
    expect(codeOf(() => verifyRegisterStatement(signed(), later))).toBe('REGISTER_STALE');
  });

  it('is fresh for a day, and not ahead of its time', () => {
    expect(() => assertFresh(STATEMENT, at(86_400))).not.toThrow();
    expect(codeOf(() => assertFresh(STATEMENT, at(86_401)))).toBe('REGISTER_STALE');
    expect(() => assertFresh(STATEMENT, at(-300))).not.toThrow();
    expect(codeOf(() => assertFresh(STATEMENT, at(-301)))).toBe('REGISTER_STALE');
  });

  it('is what a registrar makes of the register, and reads back', () => {
    const entries = new Entries();
    entries.live();
    const statement = stateRegister(registerOf(entries.list, fingerprintOf(ROSTER)), entries.list, NOW);
    const root = naiveRoot(entries.list).toString('hex');
    expect(statement).toEqual({
      federation: 'demo',
      roster: 1,
      size: entries.list.length,
      root,
      issued: '2026-11-23T12:00:00Z',
    });
    const bytes = signPayload(STATEMENT_KIND, statementPayload(statement), keyOf('registry'));
    expect(readRegisterStatement(bytes)).toEqual(statement);
    expect(codeOf(() => readRegisterStatement(entries.list[0] ?? bytes))).toBe('BAD_ENTRY');
  });

  it('never goes back', () => {
    const follows = (change: Partial<RegisterStatement>): void =>
      assertNotBehind({ ...STATEMENT, ...change }, STATEMENT);
    expect(() => follows({})).not.toThrow();
    expect(() => follows({ size: 10, root: 'cd'.repeat(32), issued: '2026-11-23T12:00:00Z' })).not.toThrow();
    expect(codeOf(() => follows({ size: 8 }))).toBe('LOG_INCONSISTENT');
    expect(codeOf(() => follows({ root: 'cd'.repeat(32) }))).toBe('LOG_INCONSISTENT');
    expect(codeOf(() => follows({ issued: '2026-11-23T10:59:59Z' }))).toBe('LOG_INCONSISTENT');
    expect(codeOf(() => assertNotBehind(STATEMENT, { ...STATEMENT, roster: 2 }))).toBe('LOG_INCONSISTENT');
  });
});
