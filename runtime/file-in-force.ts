import { messageOf } from '../core/base/index.js';
import { fileVersion } from './file-version.js';

/** What a file says, and which file it was. */
export interface Loaded {
  /** SHA-256 of the file's bytes, 64 hexadecimal digits. */
  readonly digest: string;
}

export interface FileInForceOptions<Content extends Loaded> {
  /** One, or several that are read together. */
  readonly files: readonly string[];
  /** Reads them and checks them. Thrown when they are no use. */
  readonly load: () => Content;
  /** Is told of a changed file before it comes into force; gives what does. Thrown when nothing may: then nothing does. */
  readonly take: (next: Content, present: Content) => Content;
  /** Is told why a changed file is no use, once for each reason. */
  readonly complain: (thrown: unknown) => void;
}

/**
 * A file that a running program goes by. A changed one is taken whole or, when anything in it is wrong, not at all: then
 * the one before stays in force.
 */
export class FileInForce<Content extends Loaded> {
  readonly #options: FileInForceOptions<Content>;
  #loaded: Content;
  /** Of the file, when it was last found good. */
  #version: string | undefined;
  /** Of the file at the last look. */
  #settling: string | undefined;
  /** What was said of a file that is no use: once is enough. */
  #said = '';

  /** Thrown as `load` does. */
  constructor(options: FileInForceOptions<Content>) {
    this.#options = options;
    this.#version = versionOf(options.files);
    this.#loaded = options.load();
  }

  get current(): Content {
    return this.#loaded;
  }

  /** Whether the file at the last look was another than the one in force, and no use. */
  get isFileRefused(): boolean {
    return this.#said !== '';
  }

  /** Takes a changed file; true when another is in force than before. */
  look(): boolean {
    const before = this.#loaded;
    try {
      this.#look();
    } catch (thrown) {
      if (messageOf(thrown) !== this.#said) this.#options.complain(thrown);
      this.#said = messageOf(thrown);
    }
    return this.#loaded !== before;
  }

  /**
   * Takes what `write` makes the files say; it has passed `take`. True when it is another than before.
   * Thrown as `write` does: then the one before stays in force, and the next looks see to what was written.
   */
  put(next: Content, write: () => void): boolean {
    const before = this.#loaded;
    // Where somebody else has changed one of the files since, only a look can say what is in it.
    const isUntouched = versionOf(this.#options.files) === this.#version;
    write();
    this.#loaded = next;
    if (isUntouched) {
      this.#version = versionOf(this.#options.files);
      this.#said = '';
    }
    return next.digest !== before.digest;
  }

  #look(): void {
    const { files, load, take } = this.#options;
    const version = versionOf(files);
    const isSettled = version === this.#settling;
    this.#settling = version;
    // Half of a file may be a whole one too, and a laxer one: it has to stand still from one look to the next.
    if (version !== this.#version && !isSettled) return;
    if (version !== this.#version) {
      const loaded = load();
      if (versionOf(files) !== version) return;
      if (loaded.digest !== this.#loaded.digest) {
        this.#loaded = take(loaded, this.#loaded);
      }
      this.#version = version;
    }
    this.#said = '';
  }
}

/** Undefined where none is there. */
function versionOf(files: readonly string[]): string | undefined {
  const versions = files.map(fileVersion);
  return versions.every((version) => version === undefined) ? undefined : versions.join('; ');
}
