import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

import { ExampleError } from '../errors.js';

/** A line of a program's log that says what happened. */
export type LogEvent = Readonly<Record<string, unknown>> & { readonly event: string };

/** Lines kept to show when a program fails. */
const KEPT_LINES = 20;

/**
 * A process of the federation: its log lines are read as events and kept in a file. It is ended by whoever started it,
 * by its id, and by nobody else.
 */
export class Program {
  readonly name: string;
  readonly events: LogEvent[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;
  readonly #lastLines: string[] = [];
  readonly #waiting = new Set<() => void>();
  #exitCode: number | null | undefined;

  constructor(name: string, command: readonly string[], logFile: string) {
    this.name = name;
    this.#child = spawn(process.execPath, [...command], { stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(logFile, { flags: 'a' });
    for (const stream of [this.#child.stdout, this.#child.stderr]) if (stream !== null) this.#read(stream, log);
    this.#exited = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        this.#exitCode = code;
        log.end();
        this.#wake();
        resolve(code);
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Seconds of processor time that the process said it spent on runs. */
  get cpuSeconds(): number {
    return this.events
      .filter(({ event }) => event === 'run-ended')
      .reduce((sum, { cpuSeconds }) => sum + (typeof cpuSeconds === 'number' ? cpuSeconds : 0), 0);
  }

  get isRunning(): boolean {
    return this.#exitCode === undefined;
  }

  /**
   * The first event, at or after place `from` of `events`, that is wanted.
   * Rejects with ExampleError PROGRAM_ENDED when the process ends before it, PROGRAM_SILENT when `deadlineMs` passes.
   */
  async waitFor(wanted: (event: LogEvent) => boolean, deadlineMs: number, from = 0): Promise<LogEvent> {
    const deadline = AbortSignal.timeout(deadlineMs);
    for (;;) {
      const found = this.events.slice(from).find(wanted);
      if (found !== undefined) return found;
      if (this.#exitCode !== undefined)
        throw this.#failure('PROGRAM_ENDED', `ended with ${this.#exitCode ?? 'a signal'}`);
      if (deadline.aborted) throw this.#failure('PROGRAM_SILENT', `did not get there in ${deadlineMs / 1000} seconds`);
      await this.#changed(deadline);
    }
  }

  /** Resolves with the exit code, null after a signal. */
  exited(): Promise<number | null> {
    return this.#exited;
  }

  /** Waits for the process to end well. Rejects with ExampleError PROGRAM_ENDED when it doesn't. */
  async succeeded(): Promise<void> {
    const code = await this.#exited;
    if (code !== 0) throw this.#failure('PROGRAM_ENDED', `ended with ${code ?? 'a signal'}`);
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#exitCode === undefined) this.#child.kill(signal);
  }

  /** Asks politely, then insists. */
  async stop(deadlineMs: number): Promise<void> {
    this.kill('SIGTERM');
    const timer = setTimeout(() => this.kill('SIGKILL'), deadlineMs);
    await this.#exited;
    clearTimeout(timer);
  }

  #read(stream: Readable, log: WriteStream): void {
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      this.#lastLines.push(line);
      if (this.#lastLines.length > KEPT_LINES) this.#lastLines.shift();
      const event = eventOf(line);
      if (event === null) return;
      this.events.push(event);
      this.#wake();
    });
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  #changed(deadline: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        deadline.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      deadline.addEventListener('abort', wake);
    });
  }

  #failure(code: 'PROGRAM_ENDED' | 'PROGRAM_SILENT', what: string): ExampleError {
    return new ExampleError(code, `${this.name} ${what}. Its last lines:\n${this.#lastLines.join('\n')}`);
  }
}

function eventOf(line: string): LogEvent | null {
  if (!line.startsWith('{')) return null;
  try {
    const parsed: unknown = JSON.parse(line);
    return isEvent(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function isEvent(value: unknown): value is LogEvent {
  return typeof value === 'object' && value !== null && 'event' in value && typeof value.event === 'string';
}
