import { REGISTER_FRESH_SECONDS } from '../../../core/governance/index.js';
import type { RegisterInForce } from '../../../runtime/index.js';

/** Something about register or roster that officers have to see to, before or after it stops everything. */
export interface RegisterWarning {
  readonly text: string;
  /** Whether something stops, or soon will. */
  readonly isUrgent: boolean;
  /** Whose turn it is, and what they do. */
  readonly next: string;
  /** Commands that do it, line by line. */
  readonly commands: readonly string[];
}

type Standing = Pick<RegisterInForce, 'copy' | 'register' | 'stated' | 'isFileRefused'>;

/** Days before a roster's last one from which officers are told: the next version needs several of them. */
const ROSTER_WARNING_DAYS = 30;
/** Before the registrar's word is too old. */
const WORD_WARNING_SECONDS = 6 * 3_600;
const DAY_MS = 86_400_000;

const STATE = ['tally register statement register.jsonl --key registry.key --out statement.json'];
const RENEW = [
  'tally roster draft --from roster.json --out next-roster.yaml',
  'tally roster diff roster.json next-roster.yaml',
  'tally roster sign next-roster.yaml --key officer.key --out next-roster.json',
];
const STATE_NEXT = 'A registrar fetches the register, states it, and adds the file here.';
const RENEW_NEXT =
  'Officers draft the next version, each looks at what changes, and as many sign as the roster asks for. Then somebody adds the file here.';

/** The worst first. */
export function registerWarnings(standing: Standing, now: Date): readonly RegisterWarning[] {
  return [...rosterWarnings(standing, now), ...wordWarnings(standing, now), ...fileWarnings(standing)];
}

function rosterWarnings({ register }: Standing, now: Date): readonly RegisterWarning[] {
  const { version, expires } = register.current.roster;
  const days = Math.round((Date.parse(expires) - Date.parse(now.toISOString().slice(0, 10))) / DAY_MS);
  if (days > ROSTER_WARNING_DAYS) return [];
  const text =
    days < 0
      ? `Version ${version} of the roster has expired: nobody may ask anything, and nodes answer nothing.`
      : `Version ${version} of the roster has its last day ${days === 0 ? 'today' : days === 1 ? 'tomorrow' : `in ${days} days`}. After that, nodes answer nothing.`;
  return [{ text, isUrgent: true, next: RENEW_NEXT, commands: RENEW }];
}

function wordWarnings({ stated, copy }: Standing, now: Date): readonly RegisterWarning[] {
  const warning = (text: string, isUrgent = true): readonly RegisterWarning[] => [
    { text, isUrgent, next: STATE_NEXT, commands: STATE },
  ];
  if (stated === undefined) {
    return warning(
      'No registrar’s statement of the register can be believed: nodes answer nothing until there is one.',
    );
  }
  const ageSeconds = (now.getTime() - Date.parse(stated.issued)) / 1_000;
  if (ageSeconds > REGISTER_FRESH_SECONDS) {
    return warning(
      'The registrar’s last statement is more than a day old: nodes answer nothing until there is a new one.',
    );
  }
  if (ageSeconds > REGISTER_FRESH_SECONDS - WORD_WARNING_SECONDS) {
    const hours = Math.max(1, Math.floor((REGISTER_FRESH_SECONDS - ageSeconds) / 3_600));
    return warning(
      `The registrar’s last statement is too old in ${hours} ${hours === 1 ? 'hour' : 'hours'}. After that, nodes answer nothing.`,
    );
  }
  const since = copy.head.size - stated.size;
  if (since <= 0) return [];
  const were = since === 1 ? 'One entry was' : `${since} entries were`;
  return warning(
    `${were} added since the registrar’s last statement. A node that is not connected can’t tell that it lacks them.`,
    false,
  );
}

function fileWarnings({ isFileRefused }: Standing): readonly RegisterWarning[] {
  if (!isFileRefused) return [];
  return [
    {
      text: 'The register’s file at the coordinator was changed, and says something that can’t follow from what was known.',
      isUrgent: true,
      next: 'The register that was known stays in force. Ask whoever runs the coordinator what was put there, and compare it with your own copy.',
      commands: ['tally register verify register.jsonl --copy my-register.jsonl'],
    },
  ];
}
