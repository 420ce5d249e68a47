import { REGISTER_FRESH_SECONDS, registerHead, STATEMENT_KIND } from '../../../core/governance/index.js';
import type { RegisterHead } from '../../../core/governance/index.js';
import { isAnswered } from './answered.js';
import { NAMED } from './question.js';
import { askNext, forged, NEXT, tellAndAsk } from './news.js';
import { ways } from './way.js';
import type { World } from './world.js';

const DAY_SECONDS = 86_400;

/** From here on it knows of nothing new; what the register is by then. */
export function heldBack({ board, coordinator }: World): RegisterHead {
  coordinator.known = board.entries.slice();
  return registerHead(board.entries);
}

/* What was never approved, or no longer is. */

export const WAYS_OF_TEMPLATES = ways('what is not approved', [
  {
    name: 'a template that was never proposed',
    code: 'TEMPLATE_NOT_APPROVED',
    attempt: (world) => askNext(world, world.board.entries),
  },
  {
    name: 'a template that was only proposed',
    code: 'TEMPLATE_NOT_APPROVED',
    attempt: async (world) => {
      world.board.propose(world.template(NEXT.version));
      await world.tellAll();
      return askNext(world, world.board.entries);
    },
  },
  {
    name: 'a template that was approved, and is not published',
    code: 'TEMPLATE_NOT_APPROVED',
    attempt: async (world) => {
      const { board } = world;
      board.publish(world.template(NEXT.version));
      const approved = board.entries.slice(0, -1);
      world.coordinator.known = approved;
      const attempts = await tellAndAsk(world, approved);
      // Its publication is all that was missing.
      world.coordinator.known = undefined;
      await world.tellAll();
      await isAnswered(askNext(world, board.entries));
      return attempts;
    },
  },
  {
    name: 'a template that has been superseded',
    code: 'TEMPLATE_SUPERSEDED',
    attempt: async (world) => {
      world.board.publish(world.template(NEXT.version));
      await world.tellAll();
      await isAnswered(askNext(world, world.board.entries));
      return world.ask(world.offer());
    },
  },
  {
    name: 'a template that has been revoked',
    code: 'TEMPLATE_REVOKED',
    attempt: async (world) => {
      world.board.revoke(NAMED.template, 'It asks for more than it needs.');
      await world.tellAll();
      return world.ask(world.offer());
    },
  },
  {
    name: 'a template after its last day',
    code: 'TEMPLATE_EXPIRED',
    attempt: async (world) => {
      const templateDigest = world.board.publish(world.template(NEXT.version, world.clock.at));
      await world.tellAll();
      await isAnswered(world.ask(world.offer({ templateDigest }), NEXT));
      world.pass(DAY_SECONDS);
      await world.tellAll();
      return world.ask(world.offer({ templateDigest }), NEXT);
    },
  },
  {
    name: 'a revocation held back, and named in the offer',
    code: 'REGISTER_STALE',
    attempt: (world) => {
      world.board.revoke(NAMED.template, 'It asks for more than it needs.');
      return world.ask(world.offer());
    },
  },
  {
    name: 'a revocation held back from a node whose operator has the registrar’s newest word',
    code: 'REGISTER_STALE',
    attempt: async (world) => {
      const register = heldBack(world);
      world.board.revoke(NAMED.template, 'It asks for more than it needs.');
      world.writeStatement('police');
      await world.restart('police');
      return world.ask(world.offer({ register }), NAMED, ['police']);
    },
  },
  {
    name: 'a revocation held back with every statement since, for longer than a day',
    code: 'REGISTER_STALE',
    attempt: async (world) => {
      const entries = world.board.entries.slice();
      const register = heldBack(world);
      const old = world.board.statement();
      world.board.revoke(NAMED.template, 'It asks for more than it needs.');
      world.pass(REGISTER_FRESH_SECONDS);
      await isAnswered(world.ask(world.offer({ register })));
      world.pass(1);
      // The statement that they have, again; and one in the registrar’s name.
      await world.coordinator.tell({ first: 0, entries, statement: old });
      await world.coordinator.tell({ first: 0, entries, statement: forged(STATEMENT_KIND, world.board.statement()) });
      return world.ask(world.offer({ register }));
    },
  },
]);
