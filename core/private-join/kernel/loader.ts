import { setFlagsFromString } from 'node:v8';

import { fromBase64, messageOf } from '../../base/index.js';
import type { KernelExports, KernelKind, LoadedKernel } from './abi.js';
import { wasm as fmaWasm } from './generated/fma.js';
import { wasm as i64Wasm } from './generated/i64.js';
import { KernelError } from './kernel-error.js';
import { selfTest } from './self-test.js';

export interface LoaderOptions {
  /** Only this module will do. Otherwise FMA, and i64 where that can't be used. */
  readonly module?: KernelKind;
  /** The modules in base64, in place of those of the build. */
  readonly modules?: Readonly<Record<KernelKind, string>>;
  /** What a started module is tested with: says what is wrong, or null. */
  readonly test?: (kernel: KernelExports, kind: KernelKind) => string | null;
}

const BUILT: Readonly<Record<KernelKind, string>> = { fma: fmaWasm, i64: i64Wasm };

/**
 * Relaxed SIMD is on in Node 22 and later. Node 20 has it behind this flag, which may be set while the program runs, as
 * long as it is before the module is compiled, and then holds for the whole process.
 */
const RELAXED_SIMD_FLAG = '--experimental-wasm-relaxed-simd';

/**
 * Compiles, starts and tests a kernel, in any thread. Every kernel has its own memory.
 * Thrown when no module can be used here: KernelError.
 */
export function loadKernel({ module, modules = BUILT, test = selfTest }: LoaderOptions = {}): LoadedKernel {
  const failures: string[] = [];
  for (const kind of module === undefined ? (['fma', 'i64'] as const) : [module]) {
    try {
      const bytes = fromBase64(modules[kind]);
      if (!validates(bytes, kind)) throw new Error('not a module that this version of Node can run');
      // Exports have no types of their own; that they do what KernelExports says is what the self-test finds out.
      const exports = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as KernelExports;
      exports.start();
      const wrong = test(exports, kind);
      if (wrong !== null) throw new Error(wrong);
      return { kind, exports, passedOver: failures[0] ?? null };
    } catch (thrown) {
      failures.push(`${kind}: ${messageOf(thrown)}`);
    }
  }
  throw new KernelError(
    'KERNEL_UNUSABLE',
    `No module of the curve kernel can be used here (${failures.join('; ')}). ` +
      'Build again with `npm run kernel`; if that does not help, this processor or this version of Node is at fault.',
  );
}

function validates(bytes: Uint8Array, kind: KernelKind): boolean {
  if (WebAssembly.validate(bytes)) return true;
  // Where the flag isn't needed it may not exist.
  if (kind !== 'fma' || !process.versions.node.startsWith('20.')) return false;
  setFlagsFromString(RELAXED_SIMD_FLAG);
  return WebAssembly.validate(bytes);
}
