import { contradiction, evidenceText, openCheckpoint, verifyEvidence } from '../../../core/audit/index.js';
import { entryBytes, parseEntry } from '../../../core/audit-entries/index.js';
import { boardOfOnesOwn } from './news.js';
import { isAnswered } from './answered.js';
import { NAMED, QUESTION } from './question.js';
import { altered, provenanceOf, RELEASE, verifiedAs, written } from './told-of-release.js';
import type { Findings, World } from './world.js';

/** What no node can refuse, for each sees its own part only; and what it is found out by. */
export interface Telling {
  readonly name: string;
  readonly tell: (world: World) => Promise<Findings>;
  readonly found: Findings;
}

/** Shows one log to the first agency and another to the second; gives its two copies. */
async function forked(world: World): Promise<ReturnType<World['coordinator']['copy']>> {
  const { coordinator } = world;
  const [one = '', other = ''] = world.agencies;
  const second = `${coordinator.file}.second`;
  coordinator.copyTo(second);
  await isAnswered(world.ask(world.offer(), NAMED, [one]));
  const copy = coordinator.copy();
  coordinator.use(second);
  const parameters = { ...QUESTION.parameters, offenceGroups: ['robbery'] };
  await isAnswered(world.ask(world.offer({ parameters }), NAMED, [other]));
  return copy;
}

const TELLINGS: readonly Telling[] = [
  {
    name: 'two logs for two agencies contradict each other by the checkpoints that their nodes have kept',
    tell: async (world) => {
      await forked(world);
      const [seen, shown] = world.checkpoints.map((note) => openCheckpoint(note, world.logKey));
      if (seen === undefined || shown === undefined) return [];
      const code = contradiction(seen.checkpoint, shown.checkpoint);
      return code === undefined ? [] : [verifyEvidence(evidenceText({ code, seen, shown }), world.logKey).code];
    },
    found: ['LOG_FORKED'],
  },
  {
    name: 'of two logs for two agencies neither holds against both ledgers',
    tell: async (world) => {
      const copy = await forked(world);
      return [...world.audited(copy, []), '|', ...world.audited(world.coordinator.copy(), [])];
    },
    found: ['LOG_NOT_AS_SEEN', 'RUN_NOT_IN_LOG', '|', 'LOG_NOT_AS_SEEN', 'RUN_NOT_IN_LOG'],
  },
  {
    name: 'an agency’s answer written down as another is in its ledger as it was',
    tell: async (world) => {
      const offer = world.offer();
      const logged = world.coordinator.write(offer, NAMED);
      for (const agency of world.agencies) {
        await world.put(agency, offer, world.coordinator.evidence(agency, logged), false);
        world.coordinator.note({ agency, runId: offer.runId, code: 'BUDGET_SPENT' });
      }
      return world.audited();
    },
    found: ['ANSWER_NOT_AS_GIVEN'],
  },
  {
    name: 'an answer in the name of agencies that were never asked is in no ledger',
    tell: async (world) => {
      const offer = world.offer();
      world.coordinator.write(offer, NAMED);
      for (const agency of world.agencies) world.coordinator.note({ agency, runId: offer.runId, code: 'ANSWERED' });
      await isAnswered(world.ask(world.offer()));
      return world.audited();
    },
    found: ['ANSWER_NOT_IN_LEDGER'],
  },
  {
    name: 'a table of a run that was called off can’t be by any ledger',
    tell: async (world) => {
      await written(world);
      return world.audited();
    },
    found: ['TABLE_NOT_OPENED'],
  },
  {
    name: 'an entry deleted from a saved copy is missed by its checkpoint',
    tell: (world) => {
      const copy = world.coordinator.copy();
      return Promise.resolve(world.audited({ ...copy, entries: copy.entries.toSpliced(1, 1) }));
    },
    found: ['LOG_COPY_DIFFERS'],
  },
  {
    name: 'an entry replaced in a saved copy is not what was signed, or can’t stand there',
    tell: (world) => {
      const copy = world.coordinator.copy();
      const last = parseEntry(copy.entries.at(-1) ?? new Uint8Array());
      if (last.type !== 'answer') throw new RangeError('the last thing that happened was an answer');
      const { runId: run } = world.offer();
      const others = [entryBytes({ ...last, refusal: 'BUSY' }), entryBytes({ ...last, run })];
      return Promise.resolve(
        others.flatMap((other) => world.audited({ ...copy, entries: copy.entries.with(-1, other) })),
      );
    },
    found: ['LOG_COPY_DIFFERS', 'BAD_ENTRY'],
  },
  {
    name: 'a saved copy of before the last run is older than the checkpoints that nodes have kept',
    tell: async (world) => {
      const copy = world.coordinator.copy();
      await isAnswered(world.ask(world.offer()));
      return world.audited(copy);
    },
    found: ['CHECKPOINT_OLD'],
  },
  {
    name: 'a log written anew without a run does not begin with what nodes have kept',
    tell: async (world) => {
      world.coordinator.use(`${world.coordinator.file}.anew`);
      for (let run = 0; run < 5; run += 1) world.coordinator.write(world.offer(), NAMED);
      world.pass(60);
      const copy = world.coordinator.copy();
      return Promise.resolve([...world.audited(copy), '|', ...world.audited(copy, [])]);
    },
    found: ['LOG_INCONSISTENT', '|', 'LOG_NOT_AS_SEEN', 'RUN_NOT_IN_LOG'],
  },
  {
    name: 'a log that tells of a register of its own making differs from that of governance',
    tell: (world) => {
      world.coordinator.trail.register(boardOfOnesOwn(world).entries);
      return Promise.resolve(world.audited());
    },
    found: ['REGISTER_DIFFERS'],
  },
  {
    name: 'a release with another number is not the one of its provenance',
    tell: async (world) => {
      const provenance = provenanceOf(world, await written(world));
      const sound = verifiedAs(world, provenance, RELEASE);
      return [sound, verifiedAs(world, provenance, { ...RELEASE, question: 'Another?' })];
    },
    found: ['VERIFIED', 'RELEASE_DIFFERS'],
  },
  {
    name: 'a provenance signed anew for another release is not in the log',
    tell: async (world) => {
      const provenance = provenanceOf(world, await written(world));
      const other = { table: { cells: [{ value: 25 }] } };
      return [verifiedAs(world, provenance, RELEASE), verifiedAs(world, altered(provenance, other), other)];
    },
    found: ['VERIFIED', 'ENTRY_NOT_LOGGED'],
  },
  {
    name: 'an analyst’s name made up within an organisation that may ask is answered, and stands in log and ledgers',
    tell: async (world) => {
      const { requester } = world.offer();
      const madeUp = `nobody-${requester}`;
      const attempts = await world.ask(world.offer({ requester: madeUp }));
      return [
        ...attempts.flatMap(({ noted }) => noted.map((claim) => String(claim.requester === madeUp))),
        ...world.audited(),
      ];
    },
    found: ['true', 'true'],
  },
];

export function tellings(): readonly Telling[] {
  return TELLINGS;
}
