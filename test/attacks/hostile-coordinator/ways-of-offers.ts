import type { Participant, RunOffer } from '../../../core/templates/index.js';
import { NAMED, QUESTION } from './question.js';
import { ways } from './way.js';
import type { Way } from './way.js';
import type { World } from './world.js';

/* An offer that asks otherwise than the template says, or of others than the roster names. */

/** Written into the log as it is asked: so it is all there for everybody to see, and refused all the same. */
function asking(change: (offer: RunOffer, world: World) => Partial<RunOffer>): Way['attempt'] {
  return (world) => {
    const offer = world.offer();
    return world.ask({ ...offer, ...change(offer, world) });
  };
}

function among(change: (participants: readonly Participant[]) => readonly Participant[]): Way['attempt'] {
  return asking(({ participants }) => ({ participants: change(participants) }));
}

const { parameters } = QUESTION;
const OTHER_SNAPSHOT = 'ab'.repeat(32);

export const WAYS_OF_OFFERS = ways('another question', [
  {
    name: 'a value that is not in the parameter’s list',
    code: 'PARAMETER_OUT_OF_BOUNDS',
    attempt: asking(() => ({ parameters: { ...parameters, offenceGroups: ['rape'] } })),
  },
  {
    name: 'a parameter that the template has not',
    code: 'PARAMETER_OUT_OF_BOUNDS',
    attempt: asking(() => ({ parameters: { ...parameters, postcodes: ['NS1 1AA'] } })),
  },
  {
    name: 'a parameter left out, so that all would be meant',
    code: 'PARAMETER_OUT_OF_BOUNDS',
    attempt: asking(() => ({ parameters: { quarters: parameters['quarters'] ?? [] } })),
  },
  {
    name: 'a value twice',
    code: 'PARAMETER_OUT_OF_BOUNDS',
    attempt: asking(() => ({ parameters: { ...parameters, offenceGroups: ['violence', 'violence'] } })),
  },
  {
    name: 'participants in another order',
    code: 'PROTOCOL_VIOLATION',
    attempt: among((all) => all.toReversed()),
  },
  {
    name: 'a participant left out, to ask with it and without it',
    code: 'PROTOCOL_VIOLATION',
    attempt: async (world) => {
      const offer = world.offer();
      const [first] = world.agencies;
      const participants = offer.participants.filter(({ agency }) => agency === first);
      return world.ask({ ...offer, participants }, NAMED, world.agencies.slice(0, 1));
    },
  },
  {
    name: 'an agency that no roster has',
    code: 'PROTOCOL_VIOLATION',
    attempt: (world) => {
      const offer = world.offer();
      const participants = offer.participants.map((one, place) => (place === 0 ? one : { ...one, agency: 'puppet' }));
      return world.ask({ ...offer, participants }, NAMED, world.agencies.slice(0, 1));
    },
  },
  {
    name: 'a participant with another agency’s dataset',
    code: 'PROTOCOL_VIOLATION',
    attempt: among((all) => all.map((one) => ({ ...one, datasets: all[0]?.datasets ?? [] }))),
  },
  {
    name: 'another snapshot than the one in force',
    code: 'SNAPSHOT_STALE',
    attempt: among((all) =>
      all.map((one) => ({
        ...one,
        datasets: one.datasets.map(({ dataset }) => ({ dataset, snapshot: OTHER_SNAPSHOT })),
      })),
    ),
  },
  {
    name: 'other floors than the agency’s own',
    code: 'PROTOCOL_VIOLATION',
    attempt: among((all) => all.map((one) => ({ ...one, floors: { ...one.floors, threshold: 1 } }))),
  },
  {
    name: 'another purpose than the template’s',
    code: 'PROTOCOL_VIOLATION',
    attempt: asking(() => ({ purpose: 'service-delivery' })),
  },
  {
    name: 'somebody of an organisation that was granted nothing',
    code: 'PURPOSE_NOT_GRANTED',
    attempt: asking(() => ({ requester: 'analyst@data-board' })),
  },
  {
    name: 'somebody of an organisation that the roster has not',
    code: 'PURPOSE_NOT_GRANTED',
    attempt: asking(() => ({ requester: 'analyst@newspaper' })),
  },
  {
    name: 'somebody of no organisation',
    code: 'PURPOSE_NOT_GRANTED',
    attempt: asking(() => ({ requester: 'analyst' })),
  },
  {
    name: 'another template’s name in the log than the one that is asked',
    code: 'LOG_INCONSISTENT',
    attempt: (world) => world.ask(world.offer(), { ...NAMED, template: 'something-harmless' }),
  },
]);
