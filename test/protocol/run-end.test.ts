import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inlineEngine, JoinError, memoryStores, TALLY } from '../../core/private-join/index.js';
import type { Rng } from '../../core/base/index.js';
import type { Group, NodeJoin } from '../../core/private-join/index.js';
import { DECOY_SEED_BYTES } from '../../core/private-join/decoys.js';
import type { Tamper } from '../../transport/index.js';
import { noisyPlan } from '../support/plans.js';
import { seededRng } from '../support/seeded-rng.js';
import { runWorld } from '../support/world.js';
import { plan, few, group, expectAll, altering, rearranged, flipped } from './tampering-fixtures.js';

describe('trouble inside one party', () => {
  it('reaches all others with its code and its place', async () => {
    const full = new JoinError('SPOOL_FULL', 'cps', 'no room left');
    const stores = {
      create: () => {
        throw full;
      },
    };
    const outcome = await runWorld(plan, few, { variants: { cps: { stores } } });
    expectAll(outcome, 'SPOOL_FULL');
    expect(new Set(Object.values(outcome.blamed))).toEqual(new Set(['cps']));
  });

  it('is the reason that a transfer to it meets, also where the abort message is slower', async () => {
    const stores = {
      create: () => {
        throw new JoinError('SPOOL_FULL', 'cps', 'no room left');
      },
    };
    const tamper: Tamper = {
      letter: (letter) => (letter.message.kind === 'abort' && letter.to === 'charity' ? [] : [letter]),
    };
    expectAll(await runWorld(plan, few, { variants: { cps: { stores } }, tamper }), 'SPOOL_FULL');
  });

  it('in the source is SNAPSHOT_UNREADABLE everywhere', async () => {
    const source = {
      open: () => {
        throw new JoinError('SNAPSHOT_UNREADABLE', 'charity', 'the snapshot is gone');
      },
    };
    expectAll(await runWorld(plan, few, { variants: { charity: { source } } }), 'SNAPSHOT_UNREADABLE');
  });
});

describe('when a run ends', () => {
  const endings: readonly (readonly [string, Tamper])[] = [
    ['well', {}],
    ['badly', altering(TALLY, 1, (parcel) => rearranged(parcel, (chunks) => chunks.map(flipped)))],
  ];

  it.each(endings)('%s, every secret and every list is wiped', async (_, tamper) => {
    const secrets: Uint8Array[] = [];
    let created = 0;
    let disposed = 0;
    const watching: Group = Object.assign(Object.create(group) as Group, {
      randomScalar: (rng: Parameters<Group['randomScalar']>[0]) => {
        const scalar = group.randomScalar(rng);
        secrets.push(scalar);
        return scalar;
      },
    });
    const stores: typeof memoryStores = {
      create(count, width) {
        const store = memoryStores.create(count, width);
        created += 1;
        return {
          count,
          width,
          put: (positions, records) => store.put(positions, records),
          read: (from, to) => store.read(from, to),
          gather: (places) => store.gather(places),
          dispose: () => {
            store.dispose();
            disposed += 1;
          },
        };
      },
    };
    const engine = inlineEngine(group, seededRng('engine'));
    const rng = seededRng('police');
    const draws: Uint8Array[] = [];
    const watchedRng: Rng = {
      bytes: (length) => {
        const bytes = rng.bytes(length);
        if (length === DECOY_SEED_BYTES) draws.push(bytes);
        return bytes;
      },
    };
    const police = { group: watching, stores, engine, rng: watchedRng };
    await runWorld(noisyPlan(plan), few, { tamper, variants: { police } });
    const [seed] = draws;
    if (seed === undefined) throw new Error('no seed of decoys was drawn');
    // The blinding scalar, the key share, and the nonce of its proof; the seed of its decoys.
    expect(secrets).toHaveLength(3);
    secrets.push(seed);
    for (const secret of secrets) expect(secret).toEqual(new Uint8Array(32));
    // Two lists of others, its own, and the tally where it came so far; all disposed of, which is what wipes them.
    expect(created).toBeGreaterThanOrEqual(4);
    expect(disposed).toBe(created);
  });

  it('in the middle of preparing a list, no store is made for it any more', async () => {
    let blinding: Uint8Array | undefined;
    let charity: NodeJoin | undefined;
    let created = 0;
    const ending: Group = Object.assign(Object.create(group) as Group, {
      randomScalar: (rng: Rng) => {
        const scalar = group.randomScalar(rng);
        blinding ??= scalar;
        return scalar;
      },
      multiplyBase: (scalars: Uint8Array) => {
        if (scalars === blinding) charity?.abort(new JoinError('CANCELLED', 'charity', 'called off'));
        return group.multiplyBase(scalars);
      },
    });
    const stores: typeof memoryStores = {
      create(count, width) {
        created += 1;
        return memoryStores.create(count, width);
      },
    };
    const outcome = await runWorld(plan, few, {
      variants: { charity: { group: ending, stores } },
      onNode: (party, node) => {
        if (party === 'charity') charity = node;
      },
    });
    expectAll(outcome, 'CANCELLED');
    expect(created).toBe(0);
  });

  it('no two runs show the same bytes', async () => {
    const seen = async (seed: string): Promise<Set<string>> => {
      const digests = new Set<string>();
      const tamper: Tamper = {
        parcel: ({ header, chunks }) => [
          {
            header,
            chunks: (async function* () {
              for await (const chunk of chunks) {
                digests.add(createHash('sha256').update(chunk).digest('hex'));
                yield chunk;
              }
            })(),
          },
        ],
      };
      await runWorld(plan, few, { seed, tamper });
      return digests;
    };
    const first = await seen('one');
    const second = await seen('two');
    expect(first.size).toBeGreaterThan(10);
    expect([...first].filter((digest) => second.has(digest))).toEqual([]);
  });
});
