import { toHex, utf8Bytes } from '../../core/base/index.js';
import { createGroup, matchKeyDomain } from '../../core/private-join/index.js';
import { systemRng } from '../../runtime/index.js';
import { MAX_COUNT } from './operation.js';

/** What all libraries work on: MAX_COUNT of each, one after the other. */
export interface Material {
  /** 32 bytes each, below the group's order. */
  readonly scalars: Uint8Array;
  /** Encoded elements, 32 bytes each. */
  readonly elements: Uint8Array;
  readonly others: Uint8Array;
  /** 64 bytes each. */
  readonly uniform: Uint8Array;
  /** As long as match keys are. */
  readonly messages: readonly Uint8Array[];
  /** The domain that messages are hashed in. */
  readonly domain: string;
}

export async function makeMaterial(): Promise<Material> {
  const group = await createGroup();
  const scalars = Array.from({ length: MAX_COUNT }, () => group.randomScalar(systemRng));
  return {
    scalars: new Uint8Array(Buffer.concat(scalars)),
    elements: group.randomElements(systemRng, MAX_COUNT),
    others: group.randomElements(systemRng, MAX_COUNT),
    uniform: systemRng.bytes(64 * MAX_COUNT),
    messages: scalars.map((scalar) => utf8Bytes(`MARYANNE|B${toHex(scalar.subarray(0, 4))}|1978-11-05|N16XY|F`)),
    domain: matchKeyDomain('bench-test', 'exact.1'),
  };
}
