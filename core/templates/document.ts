import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, Node } from 'yaml';
import type { z } from 'zod';

import { utf8Bytes } from '../base/index.js';
import type { Problem } from '../base/index.js';
import { TemplateError } from './errors.js';
import type { TemplateErrorCode } from './errors.js';
import { describeIssue, inLineOrder, ProblemList } from './problems.js';
import type { LineOf } from './problems.js';

export interface DocumentKind<Value> {
  /** For messages, as in `a template`. */
  readonly what: string;
  readonly schema: z.ZodType<Value>;
  /** Of its UTF-8 form. */
  readonly maxBytes: number;
  /** Code of an error in content; errors of form are TOO_LARGE and BAD_YAML. */
  readonly code: TemplateErrorCode;
}

export interface ReadDocument<Value> {
  readonly value: Value;
  readonly lineOf: LineOf;
}

/**
 * Reads strict YAML 1.2 against a schema and reports every bad path at once, each with its line. What YAML offers for
 * brevity (anchors, tags, merge keys, several documents) is refused: people must be able to read what they sign.
 * Thrown when the text is not what it should be: TemplateError TOO_LARGE, BAD_YAML or the kind's own code.
 */
export function readDocument<Value>(text: string, kind: DocumentKind<Value>): ReadDocument<Value> {
  // Each UTF-16 unit is at least one byte: a long text is refused before it is encoded.
  if (text.length > kind.maxBytes || utf8Bytes(text).length > kind.maxBytes) {
    throw new TemplateError('TOO_LARGE', `The text of ${kind.what} must have at most ${kind.maxBytes} bytes.`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    strict: true,
    uniqueKeys: true,
    stringKeys: true,
    merge: false,
    resolveKnownTags: false,
    prettyErrors: false,
    lineCounter: lines,
    // Not 'silent', which would also silence the error about a second document.
    logLevel: 'error',
  });
  assertPlainYaml(document, lines, kind.what);

  const lineOf: LineOf = (path) => {
    const offset = offsetOf(document.contents, path);
    return offset === undefined ? undefined : lines.linePos(offset).line;
  };
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  return { value: checkValue(value, kind, lineOf), lineOf };
}

/** Checks a value against a schema, all bad paths at once. Thrown when it doesn't fit: TemplateError, the kind's code. */
export function checkValue<Value>(
  value: unknown,
  { schema, what, code }: Pick<DocumentKind<Value>, 'schema' | 'what' | 'code'>,
  lineOf?: LineOf,
): Value {
  const result = schema.safeParse(value, { error: describeIssue });
  if (result.success) return result.data;
  const problems = new ProblemList(lineOf);
  problems.addIssues(result.error.issues);
  throw new TemplateError(code, `This is not ${what}:`, problems.sorted());
}

function assertPlainYaml(document: Document.Parsed, lines: LineCounter, what: string): void {
  const problems: Problem[] = [];
  const add = (offset: number | undefined, message: string): void => {
    problems.push({ path: '', message, line: lines.linePos(offset ?? 0).line });
  };
  for (const { pos, message } of [...document.errors, ...document.warnings]) add(pos[0], message);
  const { yaml } = document.directives;
  if (yaml.explicit === true && yaml.version !== '1.2') add(0, 'only YAML 1.2 is read');
  // After an error of form the tree is a guess and not worth a look.
  if (document.errors.length === 0) {
    visit(document, {
      Node: (_key, node) => {
        if (isAlias(node) || node.anchor !== undefined) add(node.range?.[0], 'anchors are not allowed: write it out');
        else if (node.tag !== undefined) add(node.range?.[0], 'tags are not allowed');
      },
      Pair: (_key, { key }) => {
        // What looks like a name here is machinery of JavaScript, and schemas pass over it in silence.
        if (isScalar(key) && key.value === '__proto__') add(key.range?.[0], 'this name is not allowed');
      },
    });
  }
  if (problems.length > 0) throw new TemplateError('BAD_YAML', `This can't be read as ${what}:`, inLineOrder(problems));
}

/** Where the path begins in the text: at its key, or at the innermost part of it that is there. */
function offsetOf(contents: Node | null, path: readonly PropertyKey[]): number | undefined {
  let offset = contents?.range?.[0];
  let node: unknown = contents;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === String(part));
      if (pair === undefined || !isScalar(pair.key)) return offset;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      if (!isNode(node)) return offset;
      offset = node.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}
