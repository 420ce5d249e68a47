import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { isCollection, LineCounter, parseDocument } from 'yaml';
import type { Document, ParsedNode } from 'yaml';
import type { z } from 'zod';
import { describeProblems, messageOf } from '../core/base/index.js';
import type { Problem } from '../core/base/index.js';
import { RuntimeError } from './errors.js';

/** A configuration of the largest federation has some tens of kilobytes; more is the wrong file. */
export const MAX_CONFIG_BYTES = 1_048_576;

/**
 * Reads a program's configuration: strict YAML 1.2 with unique keys and no aliases, checked by the schema. Build the
 * schema of `z.strictObject`s, so that a misspelt key is refused and not ignored.
 * Thrown when the file can't be read: RuntimeError CONFIG_UNREADABLE; when it isn't what the schema asks for:
 * CONFIG_INVALID with all its problems at once, each with path and line. No problem shows a value.
 */
export function readYamlConfig<Schema extends z.ZodType>(path: string, schema: Schema): z.output<Schema> {
  return parseYamlConfig(path, readText(path), schema);
}

/**
 * The same of a text that has been read already. `path` is what it is called in errors.
 * Thrown when it isn't what the schema asks for: RuntimeError CONFIG_INVALID.
 */
export function parseYamlConfig<Schema extends z.ZodType>(
  path: string,
  text: string,
  schema: Schema,
): z.output<Schema> {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    strict: true,
    uniqueKeys: true,
    // A local code may be called 01, which would be read as a number and become 1.
    stringKeys: true,
    lineCounter: lines,
  });
  const syntax = [...document.errors, ...document.warnings].map(({ message, pos }): Problem => {
    // The parser's message goes on with a picture of the line, which may hold a secret.
    return { path: '', message: message.split(/ at line |:?\n/)[0] ?? 'is not YAML', line: lines.linePos(pos[0]).line };
  });
  if (syntax.length > 0) throw invalid(path, syntax);
  const result = schema.safeParse(valuesOf(path, document));
  if (result.success) return result.data;
  throw invalid(
    path,
    result.error.issues.flatMap((issue) => problemsOf(issue, document, lines)),
  );
}

/** A path that stands in a configuration file means a place beside that file, wherever the program was started. */
export function besideFile(file: string, path: string): string {
  return isAbsolute(path) ? path : resolve(dirname(file), path);
}

function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > MAX_CONFIG_BYTES) throw new RangeError(`it has ${size} bytes, at most ${MAX_CONFIG_BYTES} are read`);
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new RuntimeError('CONFIG_UNREADABLE', `${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

function valuesOf(path: string, document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (cause) {
    throw new RuntimeError('CONFIG_INVALID', `${path} must not use YAML aliases`, {
      cause,
      problems: [{ path: '', message: 'must not use YAML aliases' }],
    });
  }
}

function problemsOf(issue: z.core.$ZodIssue, document: Document.Parsed, lines: LineCounter): Problem[] {
  const at = (path: readonly PropertyKey[], message: string): Problem => {
    const line = lineOf(path, document, lines);
    return { path: pathText(path), message, ...(line === undefined ? {} : { line }) };
  };
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => at([...issue.path, key], 'is not a setting of this program'));
  }
  return [at(issue.path, issue.message)];
}

/** Line of the value at the path, or of the nearest value around it. */
function lineOf(path: readonly PropertyKey[], document: Document.Parsed, lines: LineCounter): number | undefined {
  let node: ParsedNode | null = document.contents;
  for (const key of path) {
    const next: unknown = isCollection(node) ? node.get(key, true) : undefined;
    if (!isParsedNode(next)) break;
    node = next;
  }
  return node === null ? undefined : lines.linePos(node.range[0]).line;
}

function isParsedNode(value: unknown): value is ParsedNode {
  return typeof value === 'object' && value !== null && 'range' in value && Array.isArray(value.range);
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

function invalid(path: string, problems: readonly Problem[]): RuntimeError {
  return new RuntimeError('CONFIG_INVALID', `${path} is not a valid configuration:\n${describeProblems(problems)}`, {
    problems,
  });
}
