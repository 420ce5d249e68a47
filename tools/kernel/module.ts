import { constantsSource } from './constants.js';
import { fmaLimits, fmaProducts } from './fma-products.js';
import { i64Limits, i64Products } from './i64-products.js';

/** One of the modules that the build makes. */
export interface KernelModule {
  /** Of the generated file, without its ending. */
  readonly name: string;
  /** Of the folder in assembly/ that holds the hand-written half of the field. */
  readonly field: 'fma' | 'i64';
  /** With assertions of the operands' bounds, and the field's operations exported. */
  readonly checked: boolean;
}

export const MODULES: readonly KernelModule[] = [
  { name: 'fma', field: 'fma', checked: false },
  { name: 'i64', field: 'i64', checked: false },
  { name: 'fma-checked', field: 'fma', checked: true },
  { name: 'i64-checked', field: 'i64', checked: true },
];

/** The file in assembly/ whose exports are the module's. */
export function entryOf({ checked }: KernelModule): string {
  return checked ? 'checked.ts' : 'index.ts';
}

/** Of WebAssembly, what the module needs beyond what every engine has. */
export function featuresOf({ field }: KernelModule): readonly string[] {
  return field === 'fma' ? ['simd', 'relaxed-simd'] : [];
}

/** The sources that aren't in assembly/, by path there. */
export function generatedSources({ field, checked }: KernelModule): ReadonlyMap<string, string> {
  const fma = field === 'fma';
  return new Map([
    ['field.ts', `export * from './${field}/lanes';\nexport * from './${field}/products';\n`],
    ['constants.ts', constantsSource(fma)],
    [`${field}/products.ts`, fma ? fmaProducts(checked) : i64Products(checked)],
    [`${field}/limits.ts`, fma ? fmaLimits() : i64Limits()],
  ]);
}
