import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ApiClient } from '../../cli/index.js';
import { COORDINATOR } from '../../core/private-join/index.js';
import { AGENCIES } from '../../examples/bold/agencies.js';
import { BUDGET, widestParameters } from '../../examples/bold/demo/bold-federation.js';
import { RunningFederation } from '../../examples/bold/demo/running-federation.js';
import { startDemoProvider } from '../../examples/bold/demo/sign-in-provider.js';
import { generateFederation } from '../../examples/bold/federation.js';
import { allTemplateTexts, boldCatalogue, boldTemplates } from '../../examples/bold/library.js';
import { systemClock, systemRng } from '../../runtime/index.js';
import { load, type LoadFigures } from './load.js';
import { Visitor } from './visitor.js';

export interface ServiceBenchOptions {
  readonly browsing: number;
  readonly waiting: number;
  readonly seconds: number;
  readonly thinkSeconds: number;
}

export interface ServiceFigures extends LoadFigures {
  /** Of the coordinator's process, resident: before anybody came, and the most until everybody had gone. */
  readonly bytesBefore: number;
  readonly bytesPeak: number;
}

/** A run of it is asked before, so that there are results to read. */
const TEMPLATE = 'support-reached-after-referral';
const PEOPLE = 300;
const PARTICIPANTS: readonly string[] = ['police', 'charity-a', 'charity-b'];
/** The node that stands still while people wait for a run. */
const STILL = 'charity-b';
const ANALYST = 'demo-amara';
/** Signed in at once. */
const AT_ONCE = 8;

/** The coordinator's pages with many people on them, in a federation of processes. */
export async function benchService(
  { browsing, waiting, seconds, thinkSeconds }: ServiceBenchOptions,
  announce: (text: string) => void,
): Promise<ServiceFigures> {
  const directory = mkdtempSync(join(tmpdir(), 'tallystick-service-'));
  const provider = await startDemoProvider({ port: 0, redirectUris: ['http://127.0.0.1/sign-in/callback'] });
  let federation: RunningFederation | undefined;
  const visitors: Visitor[] = [];
  try {
    federation = await startFederation(directory, provider.signIn, announce);
    const released = await askOnce(federation);
    const coordinator = federation.program(COORDINATOR).pid;
    const bytesBefore = residentBytes(coordinator, 'VmRSS');
    announce(`Signing ${browsing + waiting} people in …`);
    for (let signedIn = 0; signedIn < browsing + waiting; signedIn += AT_ONCE) {
      const some = Array.from(
        { length: Math.min(AT_ONCE, browsing + waiting - signedIn) },
        () => new Visitor(home(federation)),
      );
      await Promise.all(some.map((visitor) => visitor.signIn(ANALYST)));
      visitors.push(...some);
    }
    const run = await askWithoutEnd(federation);
    announce(`${browsing} people read, ${waiting} wait, for ${seconds} seconds …`);
    const figures = await load({
      browsing: visitors.slice(0, browsing),
      waiting: visitors.slice(browsing),
      paths: pathsOf(released),
      streams: [`/runs/${run}/events`],
      ...{ seconds, thinkSeconds, rng: systemRng },
    });
    return { ...figures, bytesBefore, bytesPeak: residentBytes(coordinator, 'VmHWM') };
  } finally {
    for (const visitor of visitors) visitor.close();
    federation?.program(STILL).kill('SIGCONT');
    await federation?.stop();
    await provider.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function startFederation(
  directory: string,
  signIn: object,
  announce: (text: string) => void,
): Promise<RunningFederation> {
  const agencies = AGENCIES.filter(({ id }) => PARTICIPANTS.includes(id));
  const data = generateFederation({ people: PEOPLE, seed: 1, directory: join(directory, 'data') });
  return RunningFederation.start(
    {
      ...{ directory, federation: 'bench-demo', agencies, budget: BUDGET, clock: systemClock, workers: 1 },
      sources: data.sources.filter(({ agency }) => PARTICIPANTS.includes(agency)),
      templates: allTemplateTexts(),
      pages: { signIn },
    },
    announce,
  );
}

/** The id of a run that is released. */
async function askOnce(federation: RunningFederation): Promise<string> {
  const client = clientOf(federation);
  const { id } = await client.submit({ template: TEMPLATE, parameters: parameters(0) });
  const events = client.follow(id);
  let isOver = false;
  while (!isOver) isOver = (await events.next()).done === true;
  return id;
}

/** The id of a run that nobody ends while people wait for it: one of its nodes stands still. */
async function askWithoutEnd(federation: RunningFederation): Promise<string> {
  const client = clientOf(federation);
  const { id } = await client.submit({ template: TEMPLATE, parameters: parameters(1) });
  for await (const followed of client.follow(id)) {
    if (followed.kind === 'event' && followed.event.name === 'offer-accepted') break;
  }
  federation.program(STILL).kill('SIGSTOP');
  return id;
}

/** @param fewer quarters than there are, so that it isn't what was asked before */
function parameters(fewer: number): Record<string, string[]> {
  const bound = boldTemplates(boldCatalogue()).get(TEMPLATE);
  if (bound === undefined) throw new RangeError(`there is no template ${TEMPLATE}`);
  return Object.fromEntries(
    Object.entries(widestParameters(bound)).map(([name, values]) => [name, values.slice(fewer * 6)]),
  );
}

function pathsOf(run: string): readonly string[] {
  const version = boldTemplates(boldCatalogue()).get(TEMPLATE)?.template.version ?? 1;
  return [
    ...['/', '/questions', `/questions/${TEMPLATE}/${version}`, `/questions/${TEMPLATE}/ask`],
    ...['/runs', `/runs/${run}`, '/my/runs', '/promises', '/verify', '/account'],
  ];
}

function home(federation: RunningFederation | undefined): string {
  return federation?.apiUrl ?? '';
}

function clientOf({ apiUrl, folder }: RunningFederation): ApiClient {
  return new ApiClient({ url: apiUrl, token: folder.token });
}

/** Of the text of /proc/<pid>/status (proc(5)). */
function residentBytes(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const found = new RegExp(`^${field}:\\s+([0-9]+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1] ?? 0) * 1_024;
}
