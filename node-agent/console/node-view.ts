import { existsSync, readFileSync, statSync } from 'node:fs';

import type { Clock } from '../../core/base/index.js';
import type { TemplateState } from '../../core/governance/index.js';
import { loadAgreements } from '../agreements.js';
import type { Agreements } from '../agreements.js';
import type { NodeConfig } from '../config.js';
import { freshnessOf } from '../consent/lists-freshness.js';
import { NodeError } from '../errors.js';
import { spending } from '../ledger-report.js';
import type { DatasetSpending } from '../ledger-report.js';
import { withChoice } from '../policy/policy-edit.js';
import type { Choice } from '../policy/policy-edit.js';
import { digestOf, loadPolicy } from '../policy/policy-file.js';
import { describePolicy } from '../policy/policy-text.js';
import { decide } from '../policy/policy.js';
import type { Decision } from '../policy/policy.js';
import { previewTemplate } from '../preview/preview.js';
import type { Preview } from '../preview/preview.js';
import { newestOf, readTemplate } from '../preview/template-file.js';
import { openSnapshotStore } from '../snapshot/open-store.js';
import { snapshotFiles } from '../snapshot/snapshot-files.js';
import type { SnapshotStore } from '../snapshot/snapshot-store.js';
import { readStatus } from '../status/node-status.js';
import type { NodeStatus } from '../status/node-status.js';
import { readPause, removePause, writePause } from '../status/pause.js';
import type { Pause } from '../status/pause.js';
import { writeStateFile } from '../status/state-file.js';
import { presenceOf } from '../status/status-report.js';
import type { Presence } from '../status/status-report.js';
import { shownConsent } from './consent-view.js';
import type { ShownConsent } from './consent-view.js';
import { shownDataset } from './data-view.js';
import type { ShownDataset } from './data-view.js';
import { ledgerPage } from './ledger-page.js';
import type { LedgerPage } from './ledger-page.js';
import { PreparedSnapshots } from './prepared-snapshots.js';
import { thingsToDo } from './to-do.js';
import type { ToDo } from './to-do.js';

/** Templates that the console shows. */
export const MAX_TEMPLATES_SHOWN = 1_000;

const MS_PER_HOUR = 3_600_000;

export interface NodeNow {
  readonly presence: Presence;
  /** As the node last said it; null where it never has. */
  readonly status: NodeStatus | null;
  readonly pause: Pause | null;
  /** Whether lists of people who have opted out are configured. */
  readonly hasOptOuts: boolean;
  readonly toDo: readonly ToDo[];
}

/** A template of the register: the version that is live, or the newest. */
export interface ShownTemplate {
  readonly name: string;
  readonly version: number;
  readonly title: string;
  readonly state: TemplateState;
  readonly decision: Decision;
}

/** A sentence, and the items of the list that it begins, if it does. */
export interface PolicyLine {
  readonly text: string;
  readonly items: readonly string[];
}

export interface ShownPolicy {
  readonly file: string;
  readonly digest: string;
  readonly lines: readonly PolicyLine[];
  /** Whether the running node goes by it, in words. */
  readonly standing: string;
}

/**
 * A node as its operator sees it: everything from the files that the node and its commands leave, read anew for each page,
 * whether the node runs or not. What is changed is changed through those files too.
 */
export class NodeView {
  readonly #config: NodeConfig;
  readonly #clock: Clock;
  readonly #prepared: PreparedSnapshots;

  constructor(config: NodeConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
    this.#prepared = new PreparedSnapshots(config);
  }

  /** Thrown when roster or datasets are not as they should be: as `loadAgreements` says. */
  get agency(): { readonly id: string; readonly name: string; readonly federation: string } {
    const { agency, roster } = loadAgreements(this.#config);
    return { id: agency.id, name: agency.name, federation: roster.federation };
  }

  /** In a moment, whatever the size of the data: whoever wants to pause is not kept waiting. */
  now(): NodeNow {
    const { ledger, sources, optOuts } = this.#config;
    const now = this.#clock.now();
    const status = readStatus(ledger) ?? null;
    const presence = presenceOf(status ?? undefined, now);
    const toDo = thingsToDo({
      ...{ presence, status },
      withoutSnapshot: sources.filter((source) => !this.#isHeld(source)).map(({ dataset }) => dataset),
      optOuts:
        status === null || optOuts === undefined
          ? null
          : freshnessOf(status.optOuts, optOuts.maximumAgeHours * MS_PER_HOUR, now),
    });
    return { presence, status, pause: readPause(ledger) ?? null, hasOptOuts: optOuts !== undefined, toDo };
  }

  async datasets(): Promise<readonly ShownDataset[]> {
    const agreements = loadAgreements(this.#config);
    const prepared = await this.#prepared.datasets(agreements);
    const grounds = { status: this.#runningStatus(), now: this.#clock.now() };
    return agreements.sources.map((source) =>
      shownDataset(source, prepared.get(source.config.dataset) ?? { kind: 'none' }, grounds),
    );
  }

  async consent(): Promise<ShownConsent> {
    const agreements = loadAgreements(this.#config);
    const datasets = await this.#prepared.datasets(agreements);
    const optOuts = await this.#prepared.optOuts(agreements);
    return shownConsent(this.#config, { agreements, datasets, optOuts, now: this.#clock.now() });
  }

  /** Those of the register, by name. Thrown as `loadAgreements` and `loadPolicy` say. */
  templates(): readonly ShownTemplate[] {
    const { register } = loadAgreements(this.#config);
    const { policy } = loadPolicy(this.#config.policy);
    const now = this.#clock.now();
    return newestOf(register)
      .slice(0, MAX_TEMPLATES_SHOWN)
      .map((proposal) => {
        const { template } = proposal;
        return {
          name: template.template,
          version: template.version,
          title: template.title,
          state: register.stateOf(proposal, now),
          decision: decide(policy, template),
        };
      });
  }

  /**
   * What would leave for it, and the digest of the policy by which that is said.
   * Thrown: as `readTemplate` and `previewTemplate` say.
   */
  async preview(name: string): Promise<{ readonly preview: Preview; readonly policyDigest: string }> {
    const agreements = loadAgreements(this.#config);
    const { policy, digest } = loadPolicy(this.#config.policy);
    if (!newestOf(agreements.register).some(({ template }) => template.template === name)) {
      throw new NodeError('TEMPLATE_MISSING', 'There is no template of that name in your register.');
    }
    const read = readTemplate(name, agreements.register, this.#clock.now());
    const preview = await this.#withSnapshots(agreements, (snapshots) =>
      previewTemplate(read, {}, { agreements, policy, snapshots }),
    );
    return { preview, policyDigest: digest };
  }

  /** Thrown when it is no policy: NodeError POLICY_MISSING, POLICY_INVALID. */
  policy(): ShownPolicy {
    const { policy, digest } = loadPolicy(this.#config.policy);
    const inForce = this.#runningStatus()?.policy.digest;
    const standing =
      inForce === undefined
        ? 'The node is not running.'
        : inForce === digest
          ? 'It is in force at the running node.'
          : 'The running node has another one in force: it takes this one up within seconds.';
    return { file: this.#config.policy, digest, lines: policyLines(describePolicy(policy)), standing };
  }

  /** Ids of the snapshots that the running node answers from; none where it doesn't run. */
  inForce(): readonly string[] {
    return (this.#runningStatus()?.snapshots ?? []).map(({ snapshot }) => snapshot);
  }

  /** Null where the node has never been started: then there is no ledger, and nothing was spent. Thrown as `spending` says. */
  budget(): readonly DatasetSpending[] | null {
    return this.#hasLedger ? spending(this.#config, this.#clock) : null;
  }

  /** Null where the node has never been started. Thrown as `ledgerPage` says. */
  ledger(before?: number): LedgerPage | null {
    return this.#hasLedger ? ledgerPage(this.#config, before) : null;
  }

  pause(reason: string | null): void {
    writePause(this.#config.ledger, { since: this.#clock.now().toISOString(), reason });
  }

  resume(): void {
    removePause(this.#config.ledger);
  }

  /**
   * Changes what the policy says of one version of a template.
   * @param seen digest of the policy that whoever chose had before them
   * Thrown when it is another one by now: NodeError POLICY_CHANGED; when it can't be written: STATE_FILE_UNUSABLE.
   */
  choose(template: string, version: number, choice: Choice, seen: string): void {
    const file = this.#config.policy;
    const bytes = readFileSync(file);
    if (digestOf(bytes) !== seen) {
      throw new NodeError('POLICY_CHANGED', 'The policy has been changed meanwhile: look at it again, then choose.');
    }
    const edited = withChoice(file, bytes.toString('utf8'), { template, version }, choice);
    writeStateFile(file, edited, true, statSync(file).mode & 0o777);
  }

  get #hasLedger(): boolean {
    return existsSync(this.#config.ledger);
  }

  #isHeld({ dataset }: { readonly dataset: string }): boolean {
    return existsSync(snapshotFiles(this.#config.snapshots, dataset).snapshot);
  }

  /** Null where the node doesn't run: what it said before holds no longer. */
  #runningStatus(): NodeStatus | null {
    const status = readStatus(this.#config.ledger);
    return status !== undefined && presenceOf(status, this.#clock.now()) === 'running' ? status : null;
  }

  /** The first `prepare` makes the storage key; before it there are no snapshots, and the question can be read all the same. */
  async #withSnapshots<T>(
    agreements: Agreements,
    use: (snapshots: Pick<SnapshotStore, 'inForce' | 'optOuts' | 'lease'>) => T,
  ): Promise<T> {
    const { storageKey, sources } = this.#config;
    if (!existsSync(storageKey) && !sources.some((source) => this.#isHeld(source))) {
      return use({ inForce: [], optOuts: undefined, lease: () => undefined });
    }
    const snapshots = await openSnapshotStore(this.#config, agreements);
    try {
      return use(snapshots);
    } finally {
      snapshots.close();
    }
  }
}

function policyLines(lines: readonly string[]): readonly PolicyLine[] {
  const found: { text: string; items: string[] }[] = [];
  for (const line of lines) {
    const [, item] = /^ {2}- (.*)$/.exec(line) ?? [];
    if (item === undefined) found.push({ text: line, items: [] });
    else found.at(-1)?.items.push(item);
  }
  return found;
}
