import { exportOf, formatsOf, type ExportedFile, type ExportedRun, type ExportFormat } from '../../exports/index.js';
import { CoordinatorError } from '../../errors.js';

/** Of files that are kept, so that a result that many people look at is written once. A picture has some 100 KiB. */
export const MAX_KEPT_BYTES = 33_554_432;

/** A release never changes, so neither do its files: those that were asked for last are kept. */
export class ExportedFiles {
  readonly #maxBytes: number;
  /** By run and format, in the order in which they were asked for. */
  readonly #kept = new Map<string, ExportedFile>();
  /** Those that are being written: whoever asks meanwhile gets the same. */
  readonly #begun = new Map<string, Promise<ExportedFile>>();
  #bytes = 0;

  constructor(maxBytes = MAX_KEPT_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Thrown as `exportOf` says. */
  async file(format: ExportFormat, exported: ExportedRun): Promise<ExportedFile> {
    const key = `${exported.run.id}/${format}`;
    const known = this.#kept.get(key);
    if (known !== undefined) {
      this.#keep(key, known);
      return known;
    }
    const begun = this.#begun.get(key) ?? this.#write(key, format, exported);
    return begun;
  }

  /** Every file that there is of it; a picture only where this computer has a font to draw it with. */
  async all(exported: ExportedRun): Promise<readonly { readonly format: ExportFormat; readonly bytes: number }[]> {
    const found = await Promise.all(
      formatsOf(exported).map(async (format) => {
        try {
          return [{ format, bytes: (await this.file(format, exported)).bytes.length }];
        } catch (thrown) {
          if (thrown instanceof CoordinatorError && thrown.code === 'NO_FONT') return [];
          throw thrown;
        }
      }),
    );
    return found.flat();
  }

  async #write(key: string, format: ExportFormat, exported: ExportedRun): Promise<ExportedFile> {
    const writing = exportOf(format, exported);
    this.#begun.set(key, writing);
    try {
      const file = await writing;
      this.#keep(key, file);
      return file;
    } finally {
      this.#begun.delete(key);
    }
  }

  #keep(key: string, file: ExportedFile): void {
    this.#forget(key);
    this.#kept.set(key, file);
    this.#bytes += file.bytes.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#bytes -= this.#kept.get(key)?.bytes.length ?? 0;
    this.#kept.delete(key);
  }
}
