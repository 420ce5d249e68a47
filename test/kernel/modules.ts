import { Kernel } from '../../core/private-join/kernel/kernel.js';
import type { KernelKind, LoadedKernel } from '../../core/private-join/kernel/abi.js';
import { wasm as fma } from '../../core/private-join/kernel/generated/fma.js';
import { wasm as fmaChecked } from '../../core/private-join/kernel/generated/fma-checked.js';
import { wasm as i64 } from '../../core/private-join/kernel/generated/i64.js';
import { wasm as i64Checked } from '../../core/private-join/kernel/generated/i64-checked.js';
import { loadKernel } from '../../core/private-join/kernel/loader.js';

/** Every module that the build makes. The checked ones trap when a limb leaves its stated bound, and are slower. */
export const MODULES = ['fma', 'i64', 'fma-checked', 'i64-checked'] as const;
export type ModuleName = (typeof MODULES)[number];

const KINDS: Readonly<Record<ModuleName, KernelKind>> = {
  fma: 'fma',
  i64: 'i64',
  'fma-checked': 'fma',
  'i64-checked': 'i64',
};

/** A module of its own, with its own memory. */
export function loadModule(name: ModuleName): LoadedKernel {
  const modules = name.endsWith('-checked') ? { fma: fmaChecked, i64: i64Checked } : { fma, i64 };
  return loadKernel({ module: KINDS[name], modules });
}

export function kernelOf(name: ModuleName): Kernel {
  return new Kernel(loadModule(name));
}
