import { keyedNoise } from '../../core/noise/index.js';
import type { NoiseLaw, NoiseTarget } from '../../core/noise/index.js';
import { DISCARD_CELL } from '../../core/private-join/index.js';
import type { JoinPlan, ListId, PartyId } from '../../core/private-join/index.js';
import { route } from '../../core/private-join/route.js';
import { advantage } from './attack-figures.js';
import type { Advantage } from './attack-figures.js';
import { hasOptOut, signatureOf } from './fast-path.js';
import type { ExactRun } from './fast-path.js';
import { densityOf, isLikelierSecond } from './likelihood.js';
import type { Density } from './likelihood.js';
import type { SeededDice } from './seeded-dice.js';

/*
 * Membership inference at its strongest: whoever attacks knows every record but one person's, and which two worlds there
 * can be; everything else that they see they can subtract. What is left are the few numbers that differ between the
 * worlds, each with the noise of the mixers that are not in the coalition.
 */

/** A number that somebody sees and that isn't the same in both worlds. */
export interface TellTale {
  /** What it is in either world, before noise. */
  readonly values: readonly [first: number, second: number];
  readonly law: NoiseLaw | null;
  /** Whose noise of which targets is in it and unknown to the attacker. */
  readonly mixers: readonly PartyId[];
  readonly targets: readonly NoiseTarget[];
}

/** What tells the worlds apart for the coordinator and everybody of the mixers but the `honest`. */
export function coordinatorTellTales(
  plan: JoinPlan,
  first: ExactRun,
  second: ExactRun,
  honest: readonly PartyId[],
): TellTale[] {
  const cells = plan.tableCells.flatMap((cell): TellTale[] => {
    const values = [first.counts[cell] ?? 0, second.counts[cell] ?? 0] as const;
    return values[0] === values[1]
      ? []
      : [{ values, law: plan.noise, mixers: honest, targets: [{ kind: 'cell', cell }] }];
  });
  if (plan.decoys === null) {
    // Groups of records are seen as they are; one tell-tale says it all.
    return JSON.stringify([...first.groups].toSorted()) === JSON.stringify([...second.groups].toSorted())
      ? cells
      : [...cells, { values: [0, 1], law: null, mixers: [], targets: [] }];
  }
  const { law, patterns } = plan.decoys;
  const isBase = (list: ListId): boolean => plan.lists.some(({ id, role }) => id === list && role === 'base');
  const discarded: [number, number] = [0, 0];
  const known = new Set<string>();
  const overlaps = patterns.flatMap((pattern, number): TellTale[] => {
    const name = signatureOf(pattern);
    known.add(name);
    const values = [first.groups.get(name) ?? 0, second.groups.get(name) ?? 0] as const;
    if (values[0] === values[1]) return [];
    if (pattern.some(({ list }) => isBase(list)) && !hasOptOut(plan, pattern)) {
      discarded[0] -= values[0];
      discarded[1] -= values[1];
    }
    return [{ values, law, mixers: honest, targets: [{ kind: 'decoys', pattern: number }] }];
  });
  // How many decoys were counted says how many records were not, so that is noisy too.
  const discard: TellTale = {
    values: discarded,
    law: plan.noise ?? law,
    mixers: honest,
    targets: [{ kind: 'cell', cell: DISCARD_CELL }],
  };
  const uncovered = [...new Set([...first.groups.keys(), ...second.groups.keys()])]
    .filter((name) => !known.has(name))
    .map((name): TellTale => ({
      values: [first.groups.get(name) ?? 0, second.groups.get(name) ?? 0],
      law: null,
      mixers: [],
      targets: [],
    }));
  return [...cells, ...overlaps, discard, ...uncovered].filter(({ values: [one, other] }) => one !== other);
}

/** What tells them apart for a mixer, by how long the lists are when they come to it. */
export function nodeTellTales(
  plan: JoinPlan,
  first: ExactRun,
  second: ExactRun,
  self: PartyId,
  honest: readonly PartyId[],
): TellTale[] {
  return plan.lists.flatMap(({ id }): TellTale[] => {
    const way = route(plan, id);
    const mixers = way.slice(0, way.indexOf(self)).filter((party) => honest.includes(party));
    const values = [first.sizes.get(id) ?? 0, second.sizes.get(id) ?? 0] as const;
    if (mixers.length === 0 || values[0] === values[1]) return [];
    const targets = (plan.decoys?.patterns ?? []).flatMap((pattern, number): NoiseTarget[] =>
      pattern.some(({ list }) => list === id) ? [{ kind: 'decoys', pattern: number }] : [],
    );
    return [{ values, law: plan.decoys?.law ?? null, mixers, targets }];
  });
}

/**
 * Plays the best attack there is `runs` times in either world, each time against agencies with keys of their own, with
 * the program's own noise.
 */
export function membershipAdvantage(
  plan: JoinPlan,
  tellTales: readonly TellTale[],
  dice: SeededDice,
  runs: number,
): Advantage {
  const honest = [...new Set(tellTales.flatMap(({ mixers }) => mixers))];
  const densities = tellTales.map(({ law, mixers, targets }) => densityOf(law, mixers.length * targets.length));
  return advantage(
    runs,
    (second) => {
      const noise = new Map(honest.map((mixer) => [mixer, keyedNoise(dice.key(), plan.request)]));
      return tellTales.map((tale, index): { density: Density; noise: readonly [number, number] } => {
        const drawn = drawnFor(tale, (mixer) => noise.get(mixer));
        const seen = tale.values[second ? 1 : 0] + drawn;
        return {
          density: densities[index] ?? { reach: 0, values: new Float64Array() },
          noise: [seen - tale.values[0], seen - tale.values[1]],
        };
      });
    },
    isLikelierSecond,
  );
}

function drawnFor(
  { law, mixers, targets }: TellTale,
  noiseOf: (mixer: PartyId) => ReturnType<typeof keyedNoise> | undefined,
): number {
  if (law === null) return 0;
  return mixers.reduce(
    (sum, mixer) => sum + targets.reduce((inner, target) => inner + (noiseOf(mixer)?.draw(law, target) ?? 0), 0),
    0,
  );
}
