/**
 * A guide as a test follows it. What is in its fenced blocks is typed, written or seen by a reader:
 *
 * - `sh` is typed. After it: whose it is (`charity`; nobody named: every reader of the guide), and
 *   `settings`: values of which are the reader's own; the test gives its own for some;
 *   `background=NAME`: goes on running, and is ended first where one of that name is; `gives=WHO.WHAT`: the first
 *   line of its output that is one indented word, or a fingerprint, is handed to somebody, or with commas to several; `stdin=WHAT`: is pasted;
 *   `repeat`: typed again until its output is as shown; `fails`: ends with an error, as the guide says; `not-run="REASON"`: can't be typed in a test.
 * - `text` is what the command before it prints, or with `from=NAME` all that the one of that name which goes on running has
 *   printed: whole, but for `…`.
 * - any other language is a file: `file=PATH`; with `section=KEY` only that key of a YAML file is written anew. In it, `…`
 *   is the rest of the line that begins so already.
 */
export interface Block {
  /** In the page, from 1: of its opening fence. */
  readonly line: number;
  /** The heading (##) that it stands under. */
  readonly section: string;
  readonly language: string;
  readonly marks: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  /** Without the fences; ends with a line break. */
  readonly text: string;
}

const FLAGS: ReadonlySet<string> = new Set(['settings', 'fails', 'repeat']);
const VALUES: ReadonlySet<string> = new Set(['background', 'from', 'gives', 'stdin', 'not-run', 'file', 'section']);

/**
 * All fenced blocks of a guide in their order.
 * Thrown when something in it could be taken for a command or a file and is none: RangeError with its line.
 */
export function readGuide(page: string, readers: readonly string[]): readonly Block[] {
  const blocks: Block[] = [];
  let section = '';
  let open: { readonly line: number; readonly info: string; readonly text: string[] } | undefined;
  page.split('\n').forEach((line, index) => {
    const [, info] = /^\s*```(.*)$/.exec(line) ?? [];
    if (open !== undefined) {
      if (info === undefined) open.text.push(line);
      else {
        blocks.push(blockOf(open.line, section, open.info, `${open.text.join('\n')}\n`, readers));
        open = undefined;
      }
    } else if (info !== undefined) {
      if (!line.startsWith('```')) throw new RangeError(`line ${index + 1}: a fenced block must not be indented`);
      open = { line: index + 1, info, text: [] };
    } else if (line.startsWith('    ') && line.trim() !== '') {
      throw new RangeError(`line ${index + 1}: an indented block would be followed by nobody: fence it`);
    } else if (line.startsWith('## ')) section = line.slice(3).trim();
  });
  if (open !== undefined) throw new RangeError(`line ${open.line}: this block has no end`);
  return blocks;
}

function blockOf(line: number, section: string, info: string, text: string, readers: readonly string[]): Block {
  const [language = '', ...words] = info.match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
  const values = new Map<string, string>();
  const marks = new Set<string>();
  for (const word of words) {
    const [, name = '', value] = /^([a-z-]+)="?([^"]+)"?$/.exec(word) ?? [];
    if (value !== undefined && VALUES.has(name)) values.set(name, value);
    else if (FLAGS.has(word) || readers.includes(word)) marks.add(word);
    else throw new RangeError(`line ${line}: ${word} means nothing to the test that follows this guide`);
  }
  if (language === '') throw new RangeError(`line ${line}: say what this block is`);
  if (language !== 'sh' && language !== 'text' && !values.has('file')) {
    throw new RangeError(`line ${line}: a block that is no command and no output is a file: say which`);
  }
  return { line, section, language, marks, values, text };
}

/** Whether a block is meant for this reader. */
export function isFor(block: Block, reader: string, readers: readonly string[]): boolean {
  return block.marks.has(reader) || !readers.some((name) => block.marks.has(name));
}

/** Whether all of an output is as a guide shows it. `…` is anything on a line; alone on a line, any lines. */
export function isShown(shown: string, output: string): boolean {
  const source = shown
    .trimEnd()
    .split('\n')
    .map((line) => (line.trim() === '…' ? '(?:.*\n)*?' : `${line.trimEnd().split('…').map(escaped).join('.*')} *\n`))
    .join('');
  return new RegExp(`^${source}$`).test(`${output.trimEnd()}\n`);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** A file as it is after an edit: whole, or one section of it; `…` is what the file had there. */
export function edited(before: string | undefined, { line, text, values }: Block): string {
  const section = values.get('section');
  const after = withRests(before ?? '', text, line);
  if (section === undefined) return after;
  // Up to the next key, and the comment above that.
  const place = new RegExp(`^${section}:.*\n(?:(?:[ #].*)?\n)*?(?=\n*(?:#.*\n)*(?:[A-Za-z]|$(?![^])))`, 'm');
  if (before === undefined || !place.test(before)) throw new RangeError(`line ${line}: the file has no ${section}`);
  return before.replace(place, () => after);
}

function withRests(before: string, text: string, line: number): string {
  let lines = before.split('\n');
  return text
    .split('\n')
    .map((wanted) => {
      if (!wanted.endsWith('…')) return wanted;
      const start = wanted.slice(0, -1);
      const at = lines.findIndex((had) => had.startsWith(start));
      const found = lines[at];
      if (found === undefined) throw new RangeError(`line ${line}: the file has no line that begins with ${start}`);
      lines = lines.slice(at + 1);
      return found;
    })
    .join('\n');
}

/** A block of settings with the test's own values; what each stood for before goes into `stoodFor`. */
export function withSettings(text: string, own: ReadonlyMap<string, string>, stoodFor: Map<string, string>): string {
  return text.replaceAll(/^export ([A-Z_]+)=(\S+)/gm, (whole, name: string, example: string) => {
    const value = own.get(name);
    if (value === undefined) return whole;
    stoodFor.set(example, value);
    return `export ${name}='${value}'`;
  });
}

/** Replaced where it stands by itself, not within something longer. */
export function withWord(text: string, word: string, by: string): string {
  return text.replaceAll(new RegExp(`(?<![\\w./-])${escaped(word)}(?![\\w/-]|[.]\\w)`, 'g'), () => by);
}
