import { ACT_KIND, registerHead } from '../../../core/governance/index.js';
import { ANALYSTS } from '../../../examples/bold/demo/board.js';
import type { Board } from '../../../examples/bold/demo/board.js';
import { templateDigest } from '../../../core/templates/index.js';
import {
  boardOfOnesOwn,
  forged,
  laidOutOtherwise,
  lastBecomes,
  NEXT,
  oneByteOther,
  tellAndAsk,
  withoutLastSignature,
  withPayload,
  writtenAgain,
} from './news.js';
import { NAMED, QUESTION } from './question.js';
import { isAnswered } from './answered.js';
import { heldBack } from './ways-of-templates.js';
import { ways } from './way.js';
import type { Way } from './way.js';
import type { World } from './world.js';

/* Another register of governance than the officers have signed. */

/** A version 2 that the officers did publish, in a register of which the last entry becomes something else. */
function publishedWith(change: (entry: Uint8Array) => Uint8Array): Way['attempt'] {
  return (world) => {
    world.board.publish(world.template(NEXT.version));
    return tellAndAsk(world, lastBecomes(world.board.entries, change));
  };
}

/** One officer more than has to signs a grant. */
function grantedByThree({ board }: World): void {
  const until = board.roster.expires;
  const act = { act: 'grant', organisation: ANALYSTS, purpose: QUESTION.purpose, until, analyst: 'anna' } as const;
  board.act(act, ['data-officer', 'victims-officer', 'research-officer']);
}

/** Takes a new grant out of the register again, by an officer’s word. */
function grantedAndWithdrawn({ board }: World): { readonly grant: Uint8Array } {
  const until = board.roster.expires;
  const act = { act: 'grant', organisation: ANALYSTS, purpose: QUESTION.purpose, until, analyst: 'anna' } as const;
  const digest = board.act(act, ['data-officer', 'victims-officer']);
  const grant = last(board);
  board.act({ act: 'withdraw-grant', grant: digest, reason: 'She has left.' }, ['data-officer']);
  return { grant };
}

function last({ entries }: Board): Uint8Array {
  return entries.at(-1) ?? new Uint8Array();
}

export const WAYS_OF_REGISTERS = ways('another register', [
  {
    name: 'a register of its own making, with officers of its own',
    code: 'REGISTER_STALE',
    attempt: (world) => tellAndAsk(world, boardOfOnesOwn(world).entries),
    told: ['register-refused LOG_INCONSISTENT'],
    found: ['BAD_ENTRY'],
  },
  {
    name: 'a register of its own making, as long as the one that nodes have',
    code: 'LOG_INCONSISTENT',
    attempt: (world) => {
      const own = boardOfOnesOwn(world).entries.slice(0, world.board.entries.length);
      return world.ask(world.offer({ register: registerHead(own) }));
    },
    found: ['BAD_ENTRY'],
  },
  {
    name: 'news with an approval that it has signed in the officers’ names',
    code: 'REGISTER_STALE',
    attempt: (world) => {
      world.board.publish(world.template(NEXT.version));
      const approved = world.board.entries.slice(0, -1);
      return tellAndAsk(world, [...lastBecomes(approved, (entry) => forged(ACT_KIND, entry)), last(world.board)]);
    },
    told: ['register-refused BAD_SIGNATURE'],
    found: ['BAD_ENTRY'],
  },
  {
    name: 'news with a byte altered in what was signed',
    code: 'REGISTER_STALE',
    attempt: publishedWith((entry) => withPayload(entry, oneByteOther)),
    told: ['register-refused BAD_PAYLOAD'],
    found: ['BAD_ENTRY'],
  },
  {
    name: 'news with an act written again in other bytes',
    code: 'REGISTER_STALE',
    attempt: publishedWith((entry) => withPayload(entry, writtenAgain)),
    told: ['register-refused BAD_PAYLOAD'],
    found: ['BAD_ENTRY'],
  },
  {
    name: 'news with an act in other JSON around what was signed',
    code: 'REGISTER_STALE',
    attempt: publishedWith(laidOutOtherwise),
    told: ['register-refused BAD_ENTRY'],
    found: ['BAD_ENTRY'],
  },
  {
    name: 'news with a signature more than is needed left out, until a registrar speaks and the register comes as it is',
    code: 'LOG_INCONSISTENT',
    attempt: async (world) => {
      const known = world.board.entries.length;
      grantedByThree(world);
      const poisoned = lastBecomes(world.board.entries, withoutLastSignature);
      await world.coordinator.tell({ first: 0, entries: poisoned, statement: undefined });
      // By what everybody else has, nothing is answered.
      const unsaid = await world.ask(world.offer());
      // Nor by what the node has, once it has the word of a registrar.
      world.pass(1);
      await world.coordinator.tell({ first: known + 1, entries: [], statement: world.board.statement() });
      const said = await world.ask(world.offer());
      // An honest coordinator puts it right with what governance has signed, and nobody has to start anything again.
      await world.tellAll();
      await isAnswered(world.ask(world.offer()));
      return [...unsaid, ...said];
    },
    told: ['register-contradicted LOG_INCONSISTENT'],
  },
  {
    name: 'a registrar’s word without what it is of',
    code: 'REGISTER_STALE',
    attempt: async (world) => {
      const register = heldBack(world);
      world.board.revoke(NAMED.template, 'For a test.');
      world.pass(1);
      await world.coordinator.tell({ first: 0, entries: [], statement: world.board.statement() });
      return world.ask(world.offer({ register }));
    },
    told: ['register-behind REGISTER_STALE'],
  },
  {
    name: 'a grant that was withdrawn, handed out a second time',
    code: 'REGISTER_STALE',
    attempt: (world) => {
      const { grant } = grantedAndWithdrawn(world);
      return tellAndAsk(world, [...world.board.entries, grant]);
    },
    told: ['register-refused DUPLICATE_ENTRY'],
    found: ['BAD_ENTRY'],
  },
  {
    name: 'the roster of before, after the newest',
    code: 'REGISTER_STALE',
    attempt: (world) => {
      const [founding = new Uint8Array()] = world.board.entries;
      world.board.amend(() => ({}));
      return tellAndAsk(world, [...world.board.entries, founding]);
    },
    told: ['register-refused ROSTER_ROLLBACK'],
    found: ['BAD_ENTRY'],
  },
  {
    name: 'a version of the roster left out',
    code: 'REGISTER_STALE',
    attempt: (world) => {
      const before = world.board.entries.slice();
      world.board.amend(() => ({}));
      world.board.amend(() => ({}));
      return tellAndAsk(world, [...before, last(world.board), last(world.board)]);
    },
    told: ['register-refused ROSTER_GAP'],
    found: ['BAD_ENTRY'],
  },
  {
    name: 'an act of an officer whom the newest roster has removed',
    code: 'REGISTER_STALE',
    attempt: (world) => {
      const { board } = world;
      const before = board.entries.slice();
      const proposal = board.propose(world.template(NEXT.version));
      const proposed = last(board);
      board.amend(({ officers, roles }) => ({
        officers: officers.filter(({ id }) => id !== 'research-officer'),
        roles: { ...roles, grants: { ...roles.grants, grantors: ['data-officer', 'victims-officer'] } },
      }));
      // As if they had signed it later.
      const entries = [...before, last(board), proposed];
      return world.coordinator
        .tell({ first: 0, entries, statement: undefined })
        .then(() =>
          world.ask(
            world.offer({ templateDigest: templateDigest(proposal.templatePayload), register: registerHead(entries) }),
            NEXT,
          ),
        );
    },
    told: ['register-refused UNKNOWN_SIGNER'],
    found: ['BAD_ENTRY'],
  },
  {
    name: 'a register without its newest entries, handed out to nodes that have them',
    code: 'TEMPLATE_NOT_APPROVED',
    attempt: async (world) => {
      await world.coordinator.tell({ first: 0, entries: world.board.entries.slice(0, 1), statement: undefined });
      return world.ask(world.offer({ templateDigest: world.digest(NEXT.version) }), NEXT);
    },
  },
  {
    name: 'news that begin after what nodes have',
    code: 'REGISTER_STALE',
    attempt: async (world) => {
      const first = world.board.entries.length + 1;
      world.board.publish(world.template(NEXT.version));
      const entries = world.board.entries.slice(first);
      await world.coordinator.tell({ first, entries, statement: world.board.statement() });
      return world.ask(world.offer({ templateDigest: world.digest(NEXT.version) }), NEXT);
    },
    told: ['register-refused REGISTER_INVALID'],
  },
]);
