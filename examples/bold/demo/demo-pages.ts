import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { messageOf } from '../../../core/base/index.js';
import { parseRegisterFile } from '../../../core/governance/index.js';
import { COORDINATOR } from '../../../core/private-join/index.js';
import { systemClock } from '../../../runtime/index.js';
import { AGENCIES } from '../agencies.js';
import { generateFederation } from '../federation.js';
import { allTemplateTexts } from '../library.js';
import { BUDGET } from './bold-federation.js';
import { newToken, THIS_COMPUTER } from './federation-folder.js';
import type { CoordinatorAddress, PagesPlan, TrialPlan } from './federation-folder.js';
import { RunningFederation } from './running-federation.js';
import { startDemoProvider } from './sign-in-provider.js';
import type { DemoProvider } from './sign-in-provider.js';
import type { Announce } from './snapshots.js';

/** People of the federation in which questions are tried: few, so that a trial takes some seconds. */
const TRIAL_PEOPLE = 2_000;
/** Others than the demonstration's. */
const TRIAL_SEED = 7;
const TRIAL_FEDERATION = 'bold-trial-demo';

/** How often it is looked whether an officer has made a passkey. */
const LOOK_MS = 1_000;

/** What stands beside the federation for as long as its pages are up: where people sign in, and where questions are tried. */
export class DemoPages {
  readonly #provider: DemoProvider;
  readonly #port: number;
  readonly #trial: TrialPlan | undefined;
  #trialFederation: RunningFederation | undefined;
  /** Events of the coordinator that have been looked at. */
  #looked = 0;

  private constructor(provider: DemoProvider, port: number) {
    this.#provider = provider;
    this.#port = port;
    // Its address has to be known before it is there.
    if (port !== 0) this.#trial = { url: `http://127.0.0.1:${port + 1}`, token: newToken() };
  }

  /** @param port of the coordinator's pages; 0 is any free one, and then nothing that needs their address beforehand is there */
  static async start(port: number): Promise<DemoPages> {
    // A port in one of them says nothing: another is taken, too.
    const redirectUris = [THIS_COMPUTER.host, '127.0.0.1'].map((host) => `http://${host}/sign-in/callback`);
    return new DemoPages(await startDemoProvider({ port: 0, redirectUris }), port);
  }

  get coordinator(): CoordinatorAddress {
    return { ...THIS_COMPUTER, apiPort: this.#port };
  }

  get plan(): PagesPlan {
    const { signIn } = this.#provider;
    if (this.#port === 0 || this.#trial === undefined) return { signIn };
    return { signIn, origin: `http://${THIS_COMPUTER.host}:${this.#port}`, trial: this.#trial };
  }

  /** The federation to try questions in; none where its address could not be known. */
  async startTrial(directory: string, workers: number, announce: Announce): Promise<void> {
    if (this.#trial === undefined) return;
    announce('\nA second, smaller federation, in which analysts can try a question first:');
    const data = generateFederation({ people: TRIAL_PEOPLE, seed: TRIAL_SEED, directory: join(directory, 'data') });
    this.#trialFederation = await RunningFederation.start(
      {
        ...{ directory, federation: TRIAL_FEDERATION, agencies: AGENCIES, sources: data.sources, budget: BUDGET },
        ...{ templates: allTemplateTexts(), clock: systemClock, workers, token: this.#trial.token },
        coordinator: { ...THIS_COMPUTER, apiPort: this.#port + 1 },
      },
      announce,
    );
  }

  /** Until then, the other officers sign every passkey that one of them makes into the roster at once. */
  async untilInterrupted(federation: RunningFederation, interrupted: AbortSignal): Promise<void> {
    while (!interrupted.aborted) {
      this.#seatPasskeys(federation);
      await wait(LOOK_MS, undefined, { signal: interrupted }).catch(() => undefined);
    }
  }

  async stop(): Promise<void> {
    await this.#trialFederation?.stop();
    await this.#provider.stop();
  }

  #seatPasskeys(federation: RunningFederation): void {
    const { events } = federation.program(COORDINATOR);
    const news = events.slice(this.#looked).filter(({ event }) => event === 'passkey-made');
    this.#looked = events.length;
    const { folder } = federation;
    const { board, coordinatorConfig } = folder;
    for (const { officer, publicKey } of news) {
      try {
        // Officers have signed on the pages since, which nobody else has heard of here.
        board.catchUp(parseRegisterFile(readFileSync(join(dirname(coordinatorConfig), 'register.jsonl'))));
        board.giveKey(String(officer), { kind: 'webauthn', publicKey: String(publicKey) });
        folder.writeRegister([COORDINATOR]);
      } catch (thrown) {
        process.stderr.write(
          `The passkey of ${String(officer)} could not be signed into the roster: ${messageOf(thrown)}\n`,
        );
      }
    }
  }
}
