import { isMap, isSeq, parseDocument } from 'yaml';
import type { Document, YAMLMap } from 'yaml';

import { NodeError } from '../errors.js';
import { checkPolicy } from './policy-file.js';
import type { Mode } from './policy.js';

/** What an agency may say to one version of a template; `unsaid`: nothing of its own, whatever else the policy says holds. */
export type Choice = Mode | 'refuse' | 'unsaid';

interface TemplateVersion {
  readonly template: string;
  readonly version: number;
}

/**
 * A policy's text with another choice for one version of a template; all else in it stays as it is, comments too, though one
 * behind the name of a list moves to a line of its own.
 * `file` stands in messages. Thrown when the text is no policy, or would be none then: NodeError POLICY_INVALID.
 */
export function withChoice(file: string, text: string, of: TemplateVersion, choice: Choice): string {
  checkPolicy(file, text);
  const document = parseDocument(text);
  for (const list of ['allow', 'refuse']) remove(document, list, of);
  if (choice === 'refuse') add(document, 'refuse', { ...of });
  else if (choice !== 'unsaid') add(document, 'allow', { ...of, mode: choice });
  const edited = document.toString({ lineWidth: 0 });
  checkPolicy(file, edited);
  return edited;
}

function remove(document: Document, list: string, { template, version }: TemplateVersion): void {
  const entries = document.get(list, true);
  if (!isSeq(entries)) return;
  entries.items = entries.items.filter(
    (entry) => !(isMap(entry) && entry.get('template') === template && entry.get('version') === version),
  );
}

function add(document: Document, list: string, entry: Readonly<Record<string, string | number>>): void {
  const entries = document.get(list, true);
  const node = document.createNode(entry, { flow: true }) as YAMLMap;
  if (isSeq(entries)) {
    entries.items.push(node);
  } else if (entries === undefined || entries === null || document.get(list) === null) {
    document.set(list, document.createNode([node]));
  } else {
    throw new NodeError('POLICY_INVALID', `${list} of the policy is no list.`);
  }
}
