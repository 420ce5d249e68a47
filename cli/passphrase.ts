import type { CliContext, PassphraseInput } from './context.js';
import { CliError } from './errors.js';
import { readText } from './files.js';

export const PASSPHRASE_FILE_HELP =
  "file with the key file's passphrase, or - for stdin; without it, the passphrase is typed, and doesn't show";

const STDIN = '-';
/** Bytes of what comes before the first line's end. */
const MAX_INPUT = 4_096;

const KEY = { end: '\u0004', interrupt: '\u0003', backspace: '\b', delete: '\u007f', escape: '\u001b' } as const;

/**
 * A passphrase from the file, from stdin, or from whoever sits at the terminal: what is typed doesn't show.
 * Thrown when there is none: CliError NO_PASSPHRASE; when the file can't be read: FILE_UNREADABLE.
 */
export async function readPassphrase(
  file: string | undefined,
  prompt: string,
  { stdin, printer }: Pick<CliContext, 'stdin' | 'printer'>,
): Promise<string> {
  if (file !== undefined) {
    return required(firstLine(file === STDIN ? await readAll(stdin) : readText(file)));
  }
  if (stdin.isTTY !== true) {
    throw new CliError(
      'NO_PASSPHRASE',
      'There is no terminal to type the passphrase at: name a file with --passphrase-file, or - for stdin.',
    );
  }
  printer.note(prompt);
  return required(await typed(stdin));
}

/** The same, typed twice where it is typed: whoever mistypes it once has lost the key. */
export async function readNewPassphrase(
  file: string | undefined,
  context: Pick<CliContext, 'stdin' | 'printer'>,
): Promise<string> {
  const first = await readPassphrase(file, 'New passphrase, at least three words (it does not show):', context);
  if (file !== undefined) return first;
  const second = await readPassphrase(file, 'The same again:', context);
  if (first === second) return first;
  throw new CliError('NO_PASSPHRASE', 'The two passphrases are not the same: begin again.');
}

async function readAll(stdin: PassphraseInput): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > MAX_INPUT) break;
  }
  return text;
}

/** Until the line ends, with nothing echoed, since the terminal passes on each key and does nothing with it. */
function typed(stdin: PassphraseInput): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const end = (done: () => void): void => {
      stdin.off('data', hear);
      stdin.off('end', stop);
      stdin.setRawMode?.(false);
      stdin.pause();
      done();
    };
    const stop = (): void => end(() => reject(new CliError('NO_PASSPHRASE', 'No passphrase was given.')));
    const hear = (chunk: string): void => {
      // Arrow keys and the like begin so: no part of a passphrase.
      if (chunk.startsWith(KEY.escape)) return;
      const characters = Array.from(chunk);
      for (const [index, character] of characters.entries()) {
        if (character === '\r' || character === '\n') {
          // What was pasted beyond the line is for whoever reads next.
          const rest = characters.slice(index + 1).join('');
          end(() => {
            if (rest !== '') stdin.unshift(rest);
            resolve(text);
          });
          return;
        }
        if (character === KEY.interrupt || character === KEY.end) {
          stop();
          return;
        }
        if (character === KEY.backspace || character === KEY.delete) text = Array.from(text).slice(0, -1).join('');
        else text += character;
      }
    };
    stdin.setEncoding('utf8');
    stdin.setRawMode?.(true);
    stdin.on('data', hear);
    stdin.on('end', stop);
    stdin.resume();
  });
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? '';
}

function required(passphrase: string): string {
  if (passphrase !== '') return passphrase;
  throw new CliError('NO_PASSPHRASE', 'The passphrase is empty.');
}
