import { parseTemplateSource, type LineOf, type Template } from '../core/templates/index.js';
import { readText } from './files.js';

export interface TemplateText {
  readonly template: Template;
  readonly lineOf: LineOf;
}

/** A template's YAML. Thrown when it is none: TemplateError; when it can't be read: CliError FILE_UNREADABLE. */
export function readTemplate(file: string): TemplateText {
  return parseTemplateSource(readText(file));
}
