import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { edited, isShown, withSettings, withWord } from './guide.js';
import type { Block } from './guide.js';

export interface ReaderPlan {
  readonly name: string;
  /** Empty: where this person works. */
  readonly folder: string;
  /** Where the reader's shell keeps its variables between blocks; not in `folder`, which is the guide's. */
  readonly state: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What this reader has in the place of the guide's examples, by the names of settings. */
  readonly own: Readonly<Record<string, string>>;
  /** What has been handed from one reader to another, by `WHO.WHAT`. */
  readonly handed: Map<string, string>;
}

const DEADLINE_MS = 120_000;

/** Somebody who does what a guide says, block by block, in a shell of their own. */
export class Reader {
  readonly #plan: ReaderPlan;
  readonly #background = new Map<string, { readonly child: ChildProcess; readonly printed: () => string }>();
  /** Examples of the guide that this reader has something else for, and what. */
  readonly #stoodFor = new Map<string, string>();
  /** Of the last command: what it has printed so far. */
  #said: () => string = () => '';
  /** The last command, where the guide says to type it again until the output is there. */
  #repeated: Block | undefined;

  constructor(plan: ReaderPlan) {
    this.#plan = plan;
    mkdirSync(plan.folder, { recursive: true });
    writeFileSync(plan.state, `cd '${plan.folder}'\n`);
  }

  get name(): string {
    return this.#plan.name;
  }

  /** Names of own settings that no block of the guide has set. */
  get unset(): readonly string[] {
    const set = new Set(this.#stoodFor.values());
    return Object.entries(this.#plan.own).flatMap(([name, value]) => (set.has(value) ? [] : [name]));
  }

  /** Thrown when what comes of it isn't what the guide says. */
  async follow(block: Block): Promise<void> {
    if (block.language === 'text') await this.#see(block);
    else if (block.language !== 'sh') this.#write(block);
    else if (block.values.has('background')) await this.#leaveRunning(block);
    else await this.#type(block);
  }

  async stop(): Promise<void> {
    for (const name of this.#background.keys()) await this.#end(name);
  }

  async #type(block: Block): Promise<void> {
    this.#repeated = block.marks.has('repeat') ? block : undefined;
    const { name, own, state, handed } = this.#plan;
    const script = block.marks.has('settings')
      ? withSettings(block.text, new Map(Object.entries(own)), this.#stoodFor)
      : block.text;
    const stdin = block.values.get('stdin');
    const pasted = stdin === undefined ? '' : handed.get(`${name}.${stdin}`);
    if (pasted === undefined) throw new Error(`line ${block.line}: nobody has handed ${stdin} to ${name}`);
    const { child, printed } = this.#shell(`${script}\n{ export -p; echo "cd '$PWD'"; } > '${state}'`);
    // A command that reads nothing may be gone by then.
    child.stdin?.on('error', () => undefined).end(`${pasted}\n`);
    const code = await exitOf(child);
    if ((code === 0) === block.marks.has('fails')) {
      throw new Error(`line ${block.line}: for ${name} this ended with ${code}:\n${block.text}\n${printed()}`);
    }
    this.#said = printed;
    const gives = block.values.get('gives');
    if (gives === undefined) return;
    const [, word] = /^(?: {2}|fingerprint )(\S+)$/m.exec(printed()) ?? [];
    if (word === undefined) throw new Error(`line ${block.line}: there is nothing to hand on in\n${printed()}`);
    for (const one of gives.split(',')) handed.set(one, word);
  }

  async #leaveRunning(block: Block): Promise<void> {
    const name = block.values.get('background') ?? '';
    await this.#end(name);
    this.#repeated = undefined;
    const { child, printed } = this.#shell(`exec ${block.text}`);
    child.stdin?.end();
    this.#background.set(name, { child, printed });
    this.#said = printed;
  }

  /** A program that was left running gets there in its time. */
  async #see(block: Block): Promise<void> {
    const running = [...this.#background.values()].some(({ child }) => child.exitCode === null);
    const deadline = Date.now() + (running ? DEADLINE_MS : 0);
    const said = this.#printedBy(block);
    for (;;) {
      if (isShown(this.#asOwn(block.text), said())) return;
      if (Date.now() >= deadline) {
        throw new Error(`line ${block.line}: ${this.name} doesn't see\n${block.text}\nbut\n${said()}`);
      }
      await this.#again();
    }
  }

  #printedBy({ line, values }: Block): () => string {
    const name = values.get('from');
    if (name === undefined) return () => this.#said();
    const running = this.#background.get(name);
    if (running === undefined) throw new Error(`line ${line}: ${this.name} has left no ${name} running`);
    this.#repeated = undefined;
    return running.printed;
  }

  async #again(): Promise<void> {
    if (this.#repeated === undefined) await pause();
    else await this.#type(this.#repeated);
  }

  #write(block: Block): void {
    const file = join(this.#plan.folder, block.values.get('file') ?? '');
    const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    writeFileSync(file, edited(before, { ...block, text: this.#asOwn(block.text) }));
  }

  /** With the reader's own where the guide has its examples. */
  #asOwn(text: string): string {
    return [...this.#stoodFor].reduce((changed, [example, value]) => withWord(changed, example, value), text);
  }

  #shell(script: string): { child: ChildProcess; printed: () => string } {
    const { environment, state } = this.#plan;
    // What is printed to either stream, in one order, as on a screen.
    const child = spawn('bash', ['-euo', 'pipefail', '-c', `exec 2>&1\n. '${state}'\n${script}`], { env: environment });
    let output = '';
    child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
    return { child, printed: () => output };
  }

  async #end(name: string): Promise<void> {
    const child = this.#background.get(name)?.child;
    this.#background.delete(name);
    if (child === undefined || child.exitCode !== null) return;
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
    await exitOf(child);
    clearTimeout(late);
  }
}

function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('close', resolve));
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
