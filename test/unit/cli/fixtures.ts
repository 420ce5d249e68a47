import { Readable, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { createApi, createLiveTemplates, EventStreams, tokenHash } from '../../../coordinator/index.js';
import { listen } from '../../../web/index.js';
import { Printer, runCli, type ExitCode } from '../../../cli/index.js';
import { systemClock } from '../../../runtime/index.js';
import { ANALYSTS } from '../../../examples/bold/demo/board.js';
import { seededRng } from '../../support/seeded-rng.js';
import { approved, Rig, roster, TestLog, type RigOptions } from '../coordinator/fixtures.js';

/** What day it is for every command. */
export const NOW = '2026-11-02T12:00:00Z';

const HEALTH = { entries: 16, roster: 1, stated: NOW, isFileRefused: false } as const;

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
  /** What the clock says; NOW when it isn't given. */
  readonly now?: Date;
}

/** `tally …` in this process. */
export async function tally(args: readonly string[], options: TallyOptions = {}): Promise<Said> {
  const out = new Ear(options.isTTY, options.columns);
  const err = new Ear(options.isTTY, options.columns);
  const into = (ear: Ear): Writable =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        ear.write(chunk.toString());
        done();
      },
    });
  const exitCode = await runCli(args, {
    printer: new Printer(out, err),
    environment: options.environment ?? {},
    clock: { ...systemClock, now: () => new Date(options.now ?? NOW) },
    rng: seededRng('cli'),
    stdout: into(out),
    stderr: into(err),
    stdin: Readable.from([options.stdin ?? '']),
    stopping: () => AbortSignal.abort(),
  });
  return { exitCode, out: out.text, err: err.text };
}

/** A coordinator's API over a rig, and the environment in which `tally` finds it. */
export async function serve(options: RigOptions = {}): Promise<{ rig: Rig; environment: Record<string, string> }> {
  const rig = new Rig(options);
  const streams = new EventStreams();
  const api = createApi(
    {
      ...{ runs: rig.service, templates: createLiveTemplates([approved()]), registry: rig.registry },
      ...{ audit: rig.auditLog, roster, register: HEALTH },
      get witnesses() {
        return rig.governance.register.current.roster.witnesses;
      },
    },
    {
      tokens: [{ name: 'analyst', organisation: ANALYSTS, sha256: tokenHash('a-token') }],
      streams,
      log: new TestLog(),
      behindProxy: false,
    },
  );
  const http = await listen(api, '127.0.0.1', 0, 'api.port');
  onTestFinished(async () => {
    streams.close();
    await http.stop(100);
  });
  return { rig, environment: { TALLY_URL: `http://127.0.0.1:${http.port}/`, TALLY_TOKEN: 'a-token' } };
}
