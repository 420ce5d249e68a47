import { z } from 'zod';
import { parseTemplateSource, templateFromPayload, type LineOf, type Template } from '../core/templates/index.js';
import { CliError } from './errors.js';
import { readText } from './files.js';

export interface TemplateText {
  readonly template: Template;
  /** Absent of an envelope, which has no lines. */
  readonly lineOf?: LineOf;
}

/** A template's YAML, or the envelope of a signed one. Thrown when it is neither: TemplateError or CliError. */
export function readTemplate(file: string): TemplateText {
  return isEnvelope(file) ? { template: readEnvelope(file) } : parseTemplateSource(readText(file));
}

/** What an envelope says. Whether its signatures are good is for those to check who have the roster. */
export function readEnvelope(file: string): Template {
  const envelope = z.object({ payload: z.string() }).safeParse(parseJson(readText(file)));
  if (!envelope.success) throw new CliError('FILE_UNREADABLE', `${file} is not the envelope of a signed template.`);
  return templateFromPayload(new Uint8Array(Buffer.from(envelope.data.payload, 'base64')));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isEnvelope(file: string): boolean {
  return file.endsWith('.json');
}
