import { existsSync } from 'node:fs';

import type { Proposal, Register, TemplateState } from '../../core/governance/index.js';
import { parseTemplate, TemplateError } from '../../core/templates/index.js';
import type { Template } from '../../core/templates/index.js';
import { NodeError } from '../errors.js';
import { readFile } from '../key-files.js';

/** A template to look at. */
export interface ReadTemplate {
  readonly template: Template;
  /** Where it stands in the register; null for a file, which no node answers before it is there and live. */
  readonly state: TemplateState | null;
}

/**
 * Reads a template by its name in the register, the newest version that there is, or by its file: YAML as it is proposed.
 * Thrown when there is none: NodeError TEMPLATE_MISSING; when the file is none: TEMPLATE_INVALID; when it can't be read:
 * FILE_UNREADABLE.
 */
export function readTemplate(fileOrName: string, register: Register, now: Date): ReadTemplate {
  const known = newestOf(register).find(({ template }) => template.template === fileOrName);
  if (known !== undefined) return { template: known.template, state: register.stateOf(known, now) };
  if (!existsSync(fileOrName)) {
    throw new NodeError(
      'TEMPLATE_MISSING',
      `Neither is ${fileOrName} the name of a template in your register, nor is there a file of that name.`,
    );
  }
  try {
    return { template: parseTemplate(new TextDecoder().decode(readFile(fileOrName))), state: null };
  } catch (thrown) {
    if (!(thrown instanceof TemplateError)) throw thrown;
    throw new NodeError('TEMPLATE_INVALID', `${fileOrName}: ${thrown.message}`, { cause: thrown });
  }
}

/** Of each template the version that is live, or else the newest there is; by name. */
export function newestOf({ proposals }: Register): readonly Proposal[] {
  const newest = new Map<string, Proposal>();
  for (const proposal of proposals) {
    const { template: name, version } = proposal.template;
    const known = newest.get(name);
    const isNewer = known === undefined || (known.state !== 'live' && version > known.template.version);
    if (isNewer || proposal.state === 'live') newest.set(name, proposal);
  }
  return [...newest.keys()].toSorted().flatMap((name) => newest.get(name) ?? []);
}
