import { replaceFile, systemCode } from '../runtime/index.js';
import { NodeError } from './errors.js';

/** As `replaceFile`, durably. Thrown when it can't be written: NodeError FILE_UNWRITABLE. */
export function writeWholeFile(file: string, content: string | Uint8Array, mode: number): void {
  writing(file, () => replaceFile(file, content, { mode, durably: true }));
}

/** Thrown when the file can't be written: NodeError FILE_UNWRITABLE. */
export function writing<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof NodeError) throw thrown;
    throw new NodeError(
      'FILE_UNWRITABLE',
      `${file} can't be written (${systemCode(thrown) ?? 'unexpected error'}): check that its folder is there, is this user’s, and has space left.`,
      { cause: thrown },
    );
  }
}
