import {
  assertFresh,
  assertNotBehind,
  assertStated,
  ROSTER_KIND,
  signPayload,
  STATEMENT_KIND,
  statementPayload,
  stateRegister,
  verifyRegisterStatement,
  verifyRosterChain,
} from '../../../../core/governance/index.js';
import type { GovernanceErrorCode, RegisterStatement, SignedRoster } from '../../../../core/governance/index.js';
import { writeEnvelope } from '../../../../core/signing/index.js';
import { fingerprintOf, following, keyOf, NOW, publicKeyOf, ROSTER, signedRoster, without } from '../fixtures.js';
import {
  again,
  ALL,
  altered,
  entriesOf,
  grant,
  granted,
  inOrder,
  live,
  PIN,
  register,
  renewed,
  rows,
  SECOND,
  taken,
  withoutDan,
} from './refusal.js';
import type { Refusal, Row } from './refusal.js';

const FIRST = signedRoster(ROSTER, ALL);
const by = (...signers: readonly string[]): Uint8Array => signedRoster(SECOND, signers);
/** A row about what follows the first roster. */
function chain(
  of: string,
  code: GovernanceErrorCode,
  sound: readonly Uint8Array[],
  faulty: readonly Uint8Array[],
): Row {
  const verify = (later: readonly Uint8Array[]): unknown => verifyRosterChain(PIN, [FIRST, ...later], NOW);
  return [of, code, () => verify(sound), () => verify(faulty)];
}
/** A first roster that two officers of two organisations may sign. */
function pair(...signers: readonly string[]): unknown {
  const roster = { ...ROSTER, roles: { ...ROSTER.roles, roster: { officers: 2, organisations: 2 } } };
  return verifyRosterChain(fingerprintOf(roster), [signedRoster(roster, signers)], NOW);
}
const onDay = (day: string): unknown => verifyRosterChain(PIN, [FIRST, by(...ALL)], new Date(day));
const third = following(without(ROSTER, 'dan'));

const ENTRIES = entriesOf(granted);
const OTHER_ENTRIES = entriesOf(inOrder(live, grant({ until: '2027-01-30' })));
const STATEMENT = stateRegister(register(granted), ENTRIES, NOW);
const payload = statementPayload(STATEMENT);
const statement = (change: Partial<RegisterStatement> = {}): Uint8Array =>
  signPayload(STATEMENT_KIND, statementPayload({ ...STATEMENT, ...change }), keyOf('registry'));
const after = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1_000);
/** A row about what a registrar has said, to be held against a roster. */
function said(of: string, code: GovernanceErrorCode, faulty: Uint8Array, under: SignedRoster = ROSTER): Row {
  const sound = statement({ roster: under.version });
  // What is changed in a roster of the same version is the fault.
  const soundUnder = under.version === ROSTER.version ? ROSTER : under;
  return [of, code, () => verifyRegisterStatement(sound, soundUnder), () => verifyRegisterStatement(faulty, under)];
}
const otherRegistrar: SignedRoster = {
  ...ROSTER,
  roles: { ...ROSTER.roles, registrars: [{ id: 'registry', publicKey: publicKeyOf('registry-2') }] },
};

export const REFUSALS_OF_ROSTERS: readonly Refusal[] = [
  ...rows('one signature short', [
    chain('a roster', 'TOO_FEW_SIGNERS', [by(...ALL)], [by('ada', 'ben')]),
    said('a statement', 'TOO_FEW_SIGNERS', writeEnvelope(STATEMENT_KIND.payloadType, { payload, signatures: [] })),
  ]),
  ...rows('two signatures by one person', [
    chain('a roster', 'DUPLICATE_SIGNER', [by(...ALL)], [by('ada', 'ada-home', 'ben')]),
  ]),
  ...rows('two persons of one organisation', [
    ['a roster', 'TOO_FEW_ORGANISATIONS', () => pair('ada', 'ben'), () => pair('ada', 'abe')],
  ]),
  ...rows('expired', [
    ['a roster', 'ROSTER_STALE', () => onDay('2027-03-31T23:59:59Z'), () => onDay('2027-04-01T00:00:00Z')],
  ]),
  ...rows('an altered byte', [
    chain(
      'a roster',
      'BAD_SIGNATURE',
      [by(...ALL)],
      [altered(ROSTER_KIND, by(...ALL), '"witnesses":2', '"witnesses":1')],
    ),
    said('a statement', 'BAD_SIGNATURE', altered(STATEMENT_KIND, statement(), '12:00:00Z', '12:00:01Z')),
  ]),
  ...rows('a payload written again', [
    chain('a roster', 'BAD_PAYLOAD', [by(...ALL)], [again(ROSTER_KIND, by(...ALL), ALL)]),
    said('a statement', 'BAD_PAYLOAD', again(STATEMENT_KIND, statement(), ['registry'])),
  ]),
  ...rows('a downgraded roster', [
    chain('a chain', 'ROSTER_ROLLBACK', [by(...ALL)], [by(...ALL), FIRST]),
    taken('a register', 'ROSTER_ROLLBACK', renewed(), inOrder(renewed(), renewed(ROSTER))),
    taken('the version in force once more', 'ROSTER_ROLLBACK', renewed(), inOrder(renewed(), renewed())),
    said('a roster behind the one of a statement', 'ROSTER_STALE', statement({ roster: 2 })),
  ]),
  ...rows('a skipped version of the roster', [
    chain('a chain', 'ROSTER_GAP', [by(...ALL)], [signedRoster(following(SECOND), ALL)]),
    taken('a register', 'ROSTER_GAP', renewed(), renewed(following(SECOND))),
    [
      'the one that is pinned',
      'ROSTER_NOT_PINNED',
      () => verifyRosterChain(PIN, [FIRST, by(...ALL)], NOW),
      () => verifyRosterChain(PIN, [by(...ALL)], NOW),
    ],
  ]),
  ...rows('an officer who was removed', [
    taken('a roster', 'UNKNOWN_SIGNER', inOrder(withoutDan, renewed(third)), (entries) => {
      withoutDan(entries);
      entries.roster(third, [...ALL, 'dan']);
    }),
    said('a registrar', 'UNKNOWN_SIGNER', statement(), otherRegistrar),
  ]),
  ...rows('a stale statement', [
    [
      'by the clock',
      'REGISTER_STALE',
      () => assertFresh(STATEMENT, after(86_400)),
      () => assertFresh(STATEMENT, after(86_401)),
    ],
    said('of an earlier roster', 'REGISTER_STALE', statement({ roster: 1 }), SECOND),
    [
      'of more entries than there are',
      'REGISTER_STALE',
      () => assertStated(ENTRIES, STATEMENT),
      () => assertStated(ENTRIES.slice(0, -1), STATEMENT),
    ],
    [
      'of other entries',
      'LOG_INCONSISTENT',
      () => assertStated(ENTRIES, STATEMENT),
      () => assertStated(OTHER_ENTRIES, STATEMENT),
    ],
    [
      'of less than the last one',
      'LOG_INCONSISTENT',
      () => assertNotBehind(STATEMENT, STATEMENT),
      () => assertNotBehind({ ...STATEMENT, size: STATEMENT.size - 1 }, STATEMENT),
    ],
  ]),
];
