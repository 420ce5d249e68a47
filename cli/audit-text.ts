import type { AuditEntry, UnknownEntry, VerifiedCopy, Witnessed } from '../core/audit-entries/index.js';
import { counted, timeText, toHex } from '../core/base/index.js';
import { wrapText } from './text.js';

export interface NumberedEntry {
  /** From 0. */
  readonly index: number;
  readonly entry: AuditEntry | UnknownEntry;
}

/** What holds of a verified copy, for people. */
export function verifiedCopyText(verified: VerifiedCopy, witnessed: Witnessed, columns: number): string {
  const { checkpoint, clocks, cosigned, continues, entries, register } = verified;
  const { offers, released, open } = summaryOf(entries);
  const lines = [
    `The log had ${counted(checkpoint.size, 'entry', 'entries')} on ${timeText(checkpoint.at)}, and all of them hold.`,
    `root ${toHex(checkpoint.root)}`,
    `${counted(offers, 'question was', 'questions were')} put to agencies; ${released} ended with a table${
      open === 0 ? '' : `, ${open} ${open === 1 ? 'has' : 'have'} no end in the log yet`
    }.`,
    register === 0
      ? 'It tells of nothing in the register that it was held against.'
      : `It tells of ${counted(register, 'entry', 'entries')} of the register, as they stand there.`,
    ...clocks.map(
      ({ index, from, to }) =>
        `Entry ${index} says that the coordinator’s clock had been ahead: times before it, up to ${timeText(from)}, may be wrong; it was put right to ${timeText(to)}.`,
    ),
    ...(cosigned.length === 0
      ? ['No agency has cosigned it: that nobody else was shown another log is not proved.']
      : cosigned.map(({ agency, size, at }) => `${agency} cosigned the first ${size} on ${timeText(at)}`)),
    ...witnessedLines(witnessed),
    ...continues.map((size) => `It continues the earlier one of ${counted(size, 'entry', 'entries')}.`),
  ];
  return lines.flatMap((line) => wrapText(line, columns)).join('\n');
}

export function verifiedCopyJson(
  { checkpoint, clocks, cosigned, continues, entries, register }: VerifiedCopy,
  { needed, entries: witnessed }: Witnessed,
): object {
  return {
    size: checkpoint.size,
    root: toHex(checkpoint.root),
    at: checkpoint.at.toISOString(),
    ...summaryOf(entries),
    register,
    clocks: clocks.map(({ index, from, to }) => ({ index, from: from.toISOString(), to: to.toISOString() })),
    cosigned: cosigned.map(({ agency, size, at }) => ({ agency, size, at: at.toISOString() })),
    witnessed: { needed, entries: witnessed },
    continues,
  };
}

function witnessedLines({ needed, entries, waiting }: Witnessed): string[] {
  if (needed === 0) return ['The roster asks for no agency that has cosigned it.'];
  const asked = `${counted(needed, 'agency', 'agencies')}, as many as the roster asks for,`;
  return [
    ...(entries === 0 ? [] : [`At least ${asked} ${needed === 1 ? 'has' : 'have'} cosigned the first ${entries}.`]),
    ...(waiting === undefined
      ? []
      : [`Not yet witnessed by so many: ${waiting.from === waiting.to ? 'entry' : 'entries'} ${rangeText(waiting)}.`]),
  ];
}

function rangeText({ from, to }: NonNullable<Witnessed['waiting']>): string {
  return from === to ? String(from) : `${from}-${to}`;
}

/** One entry a paragraph: its number, when, and what. */
export function auditEntriesText(entries: readonly NumberedEntry[], columns: number): string {
  return entries
    .flatMap(({ index, entry }) => {
      const when = entry.type === 'unknown' ? '' : `${entry.at}  `;
      return wrapText(`${index}  ${when}${entryText(entry)}`, columns, '     ');
    })
    .join('\n');
}

function entryText(entry: AuditEntry | UnknownEntry): string {
  switch (entry.type) {
    case 'opened':
      return `the log of ${entry.federation} begins`;
    case 'register':
      return `entry ${entry.index} of the register of governance (leaf ${entry.leaf})`;
    case 'clock':
      return `the coordinator’s clock had been ahead: times before this, up to ${entry.from}, may be wrong; it was put right to ${entry.to}`;
    case 'offer':
      return `run ${entry.run}: ${entry.requester} asks ${entry.template} version ${entry.version} for ${entry.purpose}, with ${parametersText(entry.parameters)}, of ${entry.participants
        .map(({ agency }) => agency)
        .join(', ')}`;
    case 'answer':
      return entry.refusal === null
        ? `run ${entry.run}: ${entry.agency} takes part`
        : `run ${entry.run}: ${entry.agency} refuses (${entry.refusal})`;
    case 'release':
      return `run ${entry.run}: a table is released, ${counted(entry.suppressed, 'cell', 'cells')} suppressed (SHA-256 ${entry.digest})`;
    case 'failure':
      return `run ${entry.run}: it ends without a table (${entry.code})`;
    case 'unknown':
      return `an entry of a kind that this version doesn't know (${entry.named})`;
  }
}

export function parametersText(parameters: Readonly<Record<string, readonly string[]>>): string {
  const texts = Object.entries(parameters).map(([name, values]) => `${name} ${values.join(' ')}`);
  return texts.length === 0 ? 'no parameters' : texts.join('; ');
}

function summaryOf(entries: VerifiedCopy['entries']): { offers: number; released: number; open: number } {
  const count = (type: AuditEntry['type']): number => entries.filter((entry) => entry.type === type).length;
  const [offers, released] = [count('offer'), count('release')];
  return { offers, released, open: offers - released - count('failure') };
}
