import { Readable, Writable } from 'node:stream';
import { tokenHash } from '../../../coordinator/index.js';
import { Printer, runCli, type ExitCode } from '../../../cli/index.js';
import { systemClock } from '../../../runtime/index.js';
import { ANALYSTS } from '../../../examples/bold/demo/board.js';
import { seededRng } from '../../support/seeded-rng.js';
import { HEALTH, serveApi } from '../coordinator/api-fixtures.js';
import type { Rig, RigOptions } from '../coordinator/fixtures.js';

/** What day it is for every command. */
export const NOW = '2026-11-02T12:00:00Z';

/** A stream that remembers. */
export class Ear {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number;

  constructor(isTTY = false, columns = 120) {
    this.isTTY = isTTY;
    this.columns = columns;
  }

  write(text: string): void {
    this.text += text;
  }
}

export interface Said {
  readonly exitCode: ExitCode;
  readonly out: string;
  readonly err: string;
}

export interface TallyOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** What comes from stdin, which is no terminal; by default nothing does. */
  readonly stdin?: string;
  /** Told whatever is written to stderr, as it is written. */
  readonly heard?: (text: string) => void;
  /** What the clock says; NOW when it isn't given. */
  readonly now?: Date;
}

let commands = 0;

/** `tally …` in this process. */
export async function tally(args: readonly string[], options: TallyOptions = {}): Promise<Said> {
  const out = new Ear(options.isTTY, options.columns);
  const err = new Ear(options.isTTY, options.columns);
  const told = new Ear(options.isTTY, options.columns);
  told.write = (text) => {
    err.write(text);
    options.heard?.(text);
  };
  const into = (ear: Ear): Writable =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        ear.write(chunk.toString());
        done();
      },
    });
  const exitCode = await runCli(args, {
    printer: new Printer(out, told),
    environment: options.environment ?? {},
    clock: { ...systemClock, now: () => new Date(options.now ?? NOW) },
    // Each command has dice of its own, as each process has.
    rng: seededRng(`cli/${(commands += 1)}`),
    stdout: into(out),
    stderr: into(err),
    stdin: Readable.from([options.stdin ?? '']),
    stopping: () => AbortSignal.abort(),
  });
  return { exitCode, out: out.text, err: err.text };
}

/** A coordinator's API over a rig, and the environment in which `tally` finds it. */
export async function serve(options: RigOptions = {}): Promise<{ rig: Rig; environment: Record<string, string> }> {
  const { rig, url } = await serveApi(
    options,
    { register: { ...HEALTH, stated: NOW } },
    { tokens: [{ name: 'analyst', organisation: ANALYSTS, sha256: tokenHash('a-token') }] },
  );
  return { rig, environment: { TALLY_URL: `${url}/`, TALLY_TOKEN: 'a-token' } };
}
