import type { FailureCode, RefusalCode } from '../../core/private-join/index.js';

const again = 'Submit the run again; it uses fresh keys and nothing of this attempt was kept.';
const report =
  'Submit the run again. If it happens again, send the run id to the operators of the coordinator and of the party named: ' +
  'their logs say more.';

/** What an analyst can do about a run that ended without a table. */
const afterFailure: Readonly<Record<FailureCode, string>> = {
  REFUSED: "Read each agency's reason; what it asks for has to be settled with that agency or with governance.",
  POPULATION_TOO_SMALL: 'Too few people would be counted. Choose wider parameters.',
  PARTY_LOST: `The party named lost its connection. See \`tally agencies\`; when it is online: ${again}`,
  COORDINATOR_LOST: again,
  DEADLINE_PASSED: 'The party named was too slow or stands still. Ask its operator, then submit the run again.',
  CONTEXT_MISMATCH:
    'The parties do not agree on what was asked: a roster, template or dataset definition differs. Operators compare versions.',
  BAD_PROOF: report,
  BAD_SIGNATURE: 'The party named signs with a key that is not in the roster. Its operator compares key and roster.',
  BAD_CHUNK: report,
  BAD_COUNT: report,
  BAD_ENCODING: report,
  BAD_MESSAGE: report,
  UNKNOWN_LIST: report,
  DUPLICATE_LIST: report,
  OUT_OF_ORDER: report,
  CELL_OUT_OF_RANGE: report,
  SUM_OUT_OF_RANGE:
    "A sum came out larger than any there can be: an agency's values or noise are not what the plan says. " + report,
  DISCLOSURE_FAILED:
    'The table was counted, and thrown away because it could not be made safe to show. Choose other parameters; asking the ' +
    'same again would end the same way. Send the run id to the operator of the coordinator.',
  SNAPSHOT_UNREADABLE: 'The operator of the party named runs `tally node prepare`; then submit the run again.',
  SPOOL_FULL: 'The operator of the party named makes room on the disk of its spool; then submit the run again.',
  SPOOL_FAILED: 'The operator of the party named looks at the disk of its spool; then submit the run again.',
  WORKER_FAILED: `A thread of the party named ended in the middle of its work, as it does when memory runs out. ${again}`,
  CANCELLED: 'Nothing was released. Submit the run again if it is still wanted.',
  PAUSED:
    'The agency named has paused its node, for reasons of its own. Nothing was released. Ask its operator for how long.',
  NOT_LOGGED:
    "The coordinator's audit log could not be written. Its operator looks at the coordinator's log; where it says that an " +
    'entry is too long: choose fewer values. Then submit the run again.',
  LOG_INCONSISTENT:
    "The agencies of this run were not all shown the same audit log of the coordinator, so nothing was counted. An agency's " +
    'node may hold the proof: governance has to look at it before anybody asks again.',
  REGISTER_CHANGED:
    'Governance changed its register while the run was under way: the template was revoked, a grant withdrawn, or the party ' +
    'named is not in the roster what it was. `tally templates` shows what can be asked now.',
  RESTARTED: again,
  INTERNAL: report,
};

/** What an analyst can do about an agency's refusal. */
const afterRefusal: Readonly<Record<RefusalCode, string>> = {
  TEMPLATE_NOT_APPROVED:
    'Governance has to approve and publish this template. `tally templates` shows what can be asked.',
  TEMPLATE_EXPIRED: 'Governance has to publish a version with a later date.',
  TEMPLATE_REVOKED:
    'Governance has revoked this template; the register says why. `tally templates` shows what can be asked.',
  TEMPLATE_SUPERSEDED: 'There is a newer version. Submit the run again: it asks by that.',
  PURPOSE_NOT_GRANTED: "No grant in force lets you ask for this template's purpose: ask the officers who grant it.",
  ROSTER_STALE: 'The last day of the roster has passed: its officers have to sign the next one.',
  REGISTER_STALE:
    'The agency has not heard lately that nothing is missing in its register of governance. A registrar has to give a new ' +
    'statement, and the operator of the coordinator to put it in place; then submit the run again.',
  BUSY: `The agency's node has other runs to do, or is being stopped. Later: ${again}`,
  NOT_ALLOWED_HERE: "The agency's policy does not answer this template. Its operator decides.",
  NOT_LIVE:
    'The agency is only watching what it is asked so far: it will answer this template when its policy says `live`. Its ' +
    'operator decides when.',
  PAUSED: 'The agency has paused its node, for reasons of its own. Ask its operator for how long.',
  CAP_REACHED:
    'The agency answers only so many runs in seven days. Submit the run again later; the refusal says from when.',
  PARAMETER_OUT_OF_BOUNDS: "Choose values from the template's lists: `tally templates <name>` shows them.",
  TOO_FEW_PARTICIPANTS: 'The agency wants more agencies to take part. Its operator decides.',
  BUDGET_SPENT:
    "Answers from the agency's data have used up what governance allows of their privacy. What was asked before of the same " +
    'data is answered again for nothing; new data, and in time a new quarter, bring a new budget.',
  DIFFERENCING:
    'This table and one that was released before would differ by a handful of people, who could be worked out. Choose other ' +
    'parameters: the same as before, or ones that differ by more.',
  SNAPSHOT_MISSING: "The agency's operator runs `tally node prepare`.",
  NO_CONSENT:
    "Nobody has been asked for this purpose, or their answer isn't recorded. The agency's operator maps the column that has it.",
  OPT_OUTS_STALE:
    "The agency's node can't be sure who has opted out. Its operator runs `tally node opt-outs`, or `prepare` where the " +
    'reason says so; then submit the run again.',
  CLOCK_WRONG:
    "The clock of the agency's computer can't be right. Its operator sets it, and the node answers again by itself.",
  SNAPSHOT_STALE: "The agency's operator runs `tally node prepare` again.",
  LOG_INCONSISTENT:
    "The agency was not shown that this run stands in the coordinator's audit log as in everybody's. Read its reason; if it " +
    'says that the log contradicts itself, governance has to look at it before anybody asks again.',
  PROTOCOL_VIOLATION: report,
};

export function adviceAfterFailure(code: FailureCode): string {
  return afterFailure[code];
}

export function adviceAfterRefusal(code: RefusalCode): string {
  return afterRefusal[code];
}
