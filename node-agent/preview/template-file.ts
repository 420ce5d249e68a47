import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { parseTemplate, TemplateError, templateFromPayload, verifyEnvelope } from '../../core/templates/index.js';
import type { Roster, Template } from '../../core/templates/index.js';
import { NodeError } from '../errors.js';
import { readFile } from '../key-files.js';

/** What a template's file is called after its name. */
const SUFFIXES = ['.yaml', '.json'] as const;
const NAME = /^[a-z0-9][a-z0-9-]*$/;

/** A template to look at. */
export interface ReadTemplate {
  readonly template: Template;
  /** Whether it has the signatures that the roster asks for: without them no node answers it. */
  readonly isSigned: boolean;
}

/**
 * Reads a template by its file, or by its name in the folder of templates: YAML as it is proposed, or signed.
 * Thrown when there is none: NodeError TEMPLATE_MISSING; when it is none, or its signatures are not the roster's:
 * TEMPLATE_INVALID; when it can't be read: FILE_UNREADABLE.
 */
export function readTemplate(fileOrName: string, folder: string | undefined, roster: Roster): ReadTemplate {
  const file = fileOf(fileOrName, folder);
  const bytes = readFile(file);
  try {
    const text = new TextDecoder().decode(bytes);
    if (!file.endsWith('.json')) return { template: parseTemplate(text), isSigned: false };
    return { template: templateFromPayload(verifyEnvelope(bytes, roster.governance).payload), isSigned: true };
  } catch (thrown) {
    if (!(thrown instanceof TemplateError)) throw thrown;
    throw new NodeError('TEMPLATE_INVALID', `${file}: ${thrown.message}`, { cause: thrown });
  }
}

function fileOf(fileOrName: string, folder: string | undefined): string {
  if (existsSync(fileOrName)) return fileOrName;
  const named =
    NAME.test(fileOrName) && folder !== undefined ? SUFFIXES.map((end) => join(folder, fileOrName + end)) : [];
  const found = named.find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new NodeError(
    'TEMPLATE_MISSING',
    folder === undefined
      ? `There is no file ${fileOrName}: give the file of a template, or name a folder of them as \`templates\` in the configuration.`
      : `There is no file ${fileOrName}, and ${folder} has no template of that name.`,
  );
}
