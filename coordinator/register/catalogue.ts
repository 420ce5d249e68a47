import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, messageOf, type Problem } from '../../core/base/index.js';
import { createCatalogue, parseDataset, type Catalogue } from '../../core/templates/index.js';
import { CoordinatorError } from '../errors.js';

/** Files of one kind in a folder. */
export const MAX_DOCUMENTS = 1_000;
/** What a document may have; each kind has a lower limit of its own, checked when it is parsed. */
export const MAX_DOCUMENT_BYTES = 1_048_576;

/**
 * Reads every dataset definition (`*.yaml`) of a folder.
 * Thrown when one can't be read or isn't one, with all that are wrong: CoordinatorError CONFIG_INVALID.
 */
export function loadCatalogue(directory: string): Catalogue {
  const definitions = readDocuments('datasets', directory, '.yaml', (bytes) =>
    parseDataset(new TextDecoder('utf-8', { fatal: true }).decode(bytes)),
  );
  return createCatalogue(definitions);
}

/**
 * Parses every file of a folder that ends so, in the order of their names. `key` is the configuration's word for it.
 * Thrown when any can't be parsed, with all that can't: CoordinatorError CONFIG_INVALID.
 */
export function readDocuments<Document>(
  key: string,
  directory: string,
  ending: string,
  parse: (bytes: Uint8Array) => Document,
): readonly Document[] {
  const names = listFolder(key, directory).filter((name) => name.endsWith(ending));
  if (names.length > MAX_DOCUMENTS) {
    throw new CoordinatorError(
      'CONFIG_INVALID',
      `${key}: ${directory} has more than ${MAX_DOCUMENTS} ${ending} files.`,
    );
  }
  const problems: Problem[] = [];
  const documents: Document[] = [];
  for (const name of names.sort()) {
    const file = join(directory, name);
    try {
      if (statSync(file).size > MAX_DOCUMENT_BYTES) throw new RangeError(`larger than ${MAX_DOCUMENT_BYTES} bytes`);
      documents.push(parse(new Uint8Array(readFileSync(file))));
    } catch (thrown) {
      const message = thrown instanceof CodedError ? `${thrown.code}: ${thrown.message}` : messageOf(thrown);
      problems.push({ path: file, message });
    }
  }
  if (problems.length > 0) {
    const all = problems.map(({ path, message }) => `${path}: ${message}`).join('\n');
    throw new CoordinatorError('CONFIG_INVALID', `${key}: files that can't be used:\n${all}`, { problems });
  }
  return documents;
}

function listFolder(key: string, directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (cause) {
    throw new CoordinatorError('CONFIG_INVALID', `${key}: ${directory} can't be read as a folder.`, { cause });
  }
}
