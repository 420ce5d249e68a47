import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { COORDINATOR } from '../../core/private-join/index.js';
import { AGENCIES } from '../../examples/bold/agencies.js';
import { BUDGET } from '../../examples/bold/demo/bold-federation.js';
import { newToken } from '../../examples/bold/demo/federation-folder.js';
import type { PagesPlan } from '../../examples/bold/demo/federation-folder.js';
import { RunningFederation } from '../../examples/bold/demo/running-federation.js';
import { startDemoProvider } from '../../examples/bold/demo/sign-in-provider.js';
import { generateFederation } from '../../examples/bold/federation.js';
import { templateText } from '../../examples/bold/library.js';
import { systemClock } from '../../runtime/index.js';
import { WebVisitor } from './web-visitor.js';

/** What analysts ask in these tests: it joins people of the police to those of two charities. */
export const QUESTION = 'support-reached-after-referral';
/** Live, and refused by every agency: no policy of theirs allows it. */
export const REFUSED = 'not-allowed-anywhere';
const COMPANY: readonly string[] = ['police', 'charity-a', 'charity-b'];
/** So many that some numbers are shown; a trial needs none. */
const PEOPLE = 2_500;
const TRIAL_PEOPLE = 400;
const SEED = 11;

/** May ask; and may not, for its organisation has no grant. */
export const AMARA = 'demo-amara';
export const BRYN = 'demo-bryn';

/** A federation of processes with its pages, a real sign-in service, and a second federation to try questions in. */
export class AnalystSite {
  readonly running: RunningFederation;
  readonly trial: RunningFederation;
  readonly #cleanUp: (() => Promise<void> | void)[];

  private constructor(running: RunningFederation, trial: RunningFederation, cleanUp: (() => Promise<void> | void)[]) {
    this.running = running;
    this.trial = trial;
    this.#cleanUp = cleanUp;
  }

  static async start(): Promise<AnalystSite> {
    const cleanUp: (() => Promise<void> | void)[] = [];
    try {
      const directory = mkdtempSync(join(tmpdir(), 'tallystick-analyst-'));
      cleanUp.push(() => rmSync(directory, { recursive: true, force: true }));
      const token = newToken();
      const trial = await federation(join(directory, 'trial'), 'bold-trial-test', TRIAL_PEOPLE, { token });
      cleanUp.push(() => trial.stop());
      const redirectUris = ['http://localhost/sign-in/callback', 'http://127.0.0.1/sign-in/callback'];
      const provider = await startDemoProvider({ port: 0, redirectUris });
      cleanUp.push(() => provider.stop());
      const pages = { signIn: provider.signIn, trial: { url: trial.apiUrl, token } };
      const running = await federation(join(directory, 'main'), 'bold-test', PEOPLE, { pages });
      cleanUp.push(() => running.stop());
      running.folder.board.publish(templateText(QUESTION).replace(/^template: .*$/m, `template: ${REFUSED}`));
      running.folder.writeRegister([COORDINATOR]);
      return new AnalystSite(running, trial, cleanUp);
    } catch (thrown) {
      for (const step of cleanUp.toReversed()) await step();
      throw thrown;
    }
  }

  get home(): string {
    return this.running.apiUrl;
  }

  /** What its pages failed with: nothing, or this program is at fault. */
  get pageErrors(): readonly unknown[] {
    return this.running.program(COORDINATOR).events.filter(({ event }) => event === 'page-error');
  }

  /** A node stands still until it goes on: a run that needs it waits. */
  still(agency: string): void {
    process.kill(this.running.program(agency).pid, 'SIGSTOP');
  }

  goOn(agency: string): void {
    process.kill(this.running.program(agency).pid, 'SIGCONT');
  }

  async signedIn(person: string): Promise<WebVisitor> {
    const visitor = new WebVisitor(() => this.home);
    await visitor.signIn(person);
    return visitor;
  }

  async close(): Promise<void> {
    for (const step of this.#cleanUp.splice(0).toReversed()) await step();
  }
}

function federation(
  directory: string,
  name: string,
  people: number,
  more: { readonly token?: string; readonly pages?: PagesPlan },
): Promise<RunningFederation> {
  const { sources } = generateFederation({ people, seed: SEED, directory: join(directory, 'data') });
  return RunningFederation.start(
    {
      // Enough for every run of the tests.
      ...{ directory, federation: name, clock: systemClock, workers: 1, budget: BUDGET },
      agencies: AGENCIES.filter(({ id }) => COMPANY.includes(id)),
      sources: sources.filter(({ agency }) => COMPANY.includes(agency)),
      templates: [templateText(QUESTION)],
      ...more,
    },
    () => undefined,
  );
}
