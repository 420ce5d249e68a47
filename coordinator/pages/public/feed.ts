import { createHash } from 'node:crypto';
import type { RecordedAct } from '../../../core/governance/index.js';
import type { PublicRun } from './public-runs.js';
import { questionHref } from './question-list.js';
import type { PublicQuestion } from './public-questions.js';

/** The newest: who reads a feed seldom finds the rest in the registers. */
export const MAX_FEED_ENTRIES = 100;

export interface FeedEntry {
  /** An IRI that is never another's. */
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly href: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** What was published, stopped, answered and refused, newest first. */
export function feedEntries(questions: readonly PublicQuestion[], runs: readonly PublicRun[]): readonly FeedEntry[] {
  return [...questions.flatMap(questionEntries), ...runs.flatMap(runEntry)]
    .toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at))
    .slice(0, MAX_FEED_ENTRIES);
}

function questionEntries({ proposal: { template }, acts }: PublicQuestion): FeedEntry[] {
  const entry = ({ act, digest }: RecordedAct, title: string, summary: string): FeedEntry => ({
    id: digestIri(digest),
    title: `${title}: ${template.title}`,
    summary,
    href: questionHref(template),
    at: new Date(act.made).toISOString(),
  });
  return acts.flatMap((recorded) => {
    const { act } = recorded;
    if (act.act === 'publish') return [entry(recorded, 'May be asked', `Until ${template.expires}.`)];
    if (act.act === 'revoke') return [entry(recorded, 'Stopped', act.reason)];
    return [];
  });
}

function runEntry(run: PublicRun): FeedEntry[] {
  const { id, question, organisationName, outcome, ended, ending } = run;
  if (outcome === 'under-way' || ended === null) return [];
  const title = outcome === 'answered' ? 'Answered' : outcome === 'refused' ? 'Refused' : 'Not answered';
  const summary = `Asked by ${organisationName}. ${ending === null ? 'There is a table.' : ending.words}`;
  return [{ id: `urn:uuid:${id}`, title: `${title}: ${question}`, summary, href: `/runs/${id}`, at: ended }];
}

export interface FeedHead {
  readonly federation: string;
  /** Name of its log, which no other federation's has. */
  readonly log: string;
  /** Where there is no entry yet. */
  readonly now: Date;
}

/** RFC 4287. Addresses in it are relative, so that it says nothing of how it was asked for. */
export function atomFeed(entries: readonly FeedEntry[], { federation, log, now }: FeedHead): string {
  const updated = entries[0]?.at ?? now.toISOString();
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB">',
    `<id>${digestIri(createHash('sha256').update(`feed of ${log}`).digest('hex'))}</id>`,
    `<title>Tallystick, ${xml(federation)}: what is asked</title>`,
    `<updated>${updated}</updated>`,
    `<author><name>${xml(federation)}</name></author>`,
    '<link rel="self" type="application/atom+xml" href="/feed.atom"/>',
    '<link rel="alternate" type="text/html" href="/"/>',
    ...entries.flatMap(({ id, title, summary, href, at }) => [
      '<entry>',
      `<id>${xml(id)}</id>`,
      `<title>${xml(title)}</title>`,
      `<updated>${at}</updated>`,
      `<link rel="alternate" type="text/html" href="${xml(href)}"/>`,
      `<summary>${xml(summary)}</summary>`,
      '</entry>',
    ]),
    '</feed>',
    '',
  ].join('\n');
}

/** RFC 6920: a digest as a name. */
function digestIri(hex: string): string {
  return `ni:///sha-256;${Buffer.from(hex, 'hex').toString('base64url')}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
/** What XML 1.0 has no place for, escaped or not. */
const NOT_XML =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function xml(text: string): string {
  return text.replaceAll(NOT_XML, '\ufffd').replaceAll(/[&<>"']/g, (mark) => ESCAPES[mark] ?? '');
}
