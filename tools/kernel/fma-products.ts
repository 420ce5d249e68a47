import {
  CARRIED,
  COLUMN_BIAS,
  constantBounds,
  LAZY,
  LOOSE,
  productBounds,
  squareBounds,
  sumBounds,
} from './fma-bounds.js';
import { addWords, FmaCode, MagicNumbers, SLOT, subtractWords } from './fma-code.js';

/**
 * AssemblyScript source of the field's products and carries. A result may take the place of an operand, except in
 * doublingParts.
 * @param checked with assertions of the operands' bounds
 */
export function fmaProducts(checked: boolean): string {
  const magic = new MagicNumbers();
  const write = (
    name: string,
    parameters: readonly string[],
    requirements: readonly string[],
    body: (code: FmaCode) => void,
  ): string => {
    const code = new FmaCode(magic);
    if (checked) for (const requirement of requirements) code.block.push(`${requirement};`);
    body(code);
    return code.block.toFunction(name, parameters);
  };
  const functions = [
    write('mul', ['o', 'a', 'b'], ['requireProduct(a, b)'], (code) => {
      const columns = productBounds(LAZY, CARRIED);
      code.multiply(code.factors('a', 'b'), COLUMN_BIAS, code.carry('o', 'mul', columns));
    }),
    write('sqr', ['o', 'a'], ['requireCarried(a)'], (code) => {
      const columns = squareBounds(CARRIED);
      code.multiply(code.square('a'), COLUMN_BIAS, code.carry('o', 'sqr', columns));
    }),
    write('mulSumDiff', ['s', 'd', 'a', 'b', 'x', 'y'], ['requireProduct(a, b)', 'requireProduct(x, y)'], (code) => {
      const columns = sumBounds(productBounds(LAZY, CARRIED), productBounds(LAZY, CARRIED));
      code.multiply(code.factors('a', 'b'), COLUMN_BIAS, code.keep(SLOT.kept));
      const sum = code.carry('s', 'mulSumDiff', columns);
      const difference = code.carry('d', 'mulSumDiff', columns, SLOT.otherFirstLimb);
      code.multiply(code.factors('x', 'y'), 0n, (column, product) => {
        const first = code.kept(SLOT.kept, column);
        const second = code.block.bind(product);
        sum(column, addWords(first, second));
        difference(column, subtractWords(first, second));
      });
    }),
    write('mulSum', ['o', 'a', 'b', 'x', 'y'], ['requireProduct(a, b)', 'requireProduct(x, y)'], (code) => {
      const columns = sumBounds(productBounds(LAZY, CARRIED), productBounds(LAZY, CARRIED));
      code.multiply(code.factors('a', 'b'), COLUMN_BIAS, code.keep(SLOT.kept));
      const sum = code.carry('o', 'mulSum', columns);
      code.multiply(code.factors('x', 'y'), 0n, (column, product) => {
        sum(column, addWords(code.kept(SLOT.kept, column), product));
      });
    }),
    write('sqrSumDiff', ['s', 'd', 'a', 'b'], ['requireCarried(a)', 'requireCarried(b)'], (code) => {
      const columns = sumBounds(squareBounds(CARRIED), squareBounds(CARRIED));
      code.multiply(code.square('a'), COLUMN_BIAS, code.keep(SLOT.kept));
      const sum = code.carry('s', 'sqrSumDiff', columns);
      const difference = code.carry('d', 'sqrSumDiff', columns, SLOT.otherFirstLimb);
      code.multiply(code.square('b'), 0n, (column, product) => {
        const first = code.kept(SLOT.kept, column);
        const second = code.block.bind(product);
        sum(column, addWords(first, second));
        difference(column, subtractWords(first, second));
      });
    }),
    write('doubleSumDiff', ['s', 'd', 'z', 'x', 'y'], ['requireCarried(z)', 'requireProduct(x, y)'], (code) => {
      const columns = sumBounds(constantBounds(2n * CARRIED), productBounds(LAZY, CARRIED));
      const sum = code.carry('s', 'doubleSumDiff', columns);
      const difference = code.carry('d', 'doubleSumDiff', columns, SLOT.otherFirstLimb);
      code.keepDouble('z', SLOT.kept);
      code.multiply(code.factors('x', 'y'), 0n, (column, product) => {
        const second = code.block.bind(product);
        const first = code.kept(SLOT.kept, column);
        sum(column, addWords(first, second));
        difference(column, subtractWords(first, second));
      });
    }),
    write(
      'doublingParts',
      ['e', 'f', 'g', 'h', 'x', 'y', 'z'],
      ['requireCarried(x)', 'requireCarried(y)', 'requireCarried(z)'],
      (code) => {
        const squares = squareBounds(CARRIED);
        const sums = sumBounds(squares, squares);
        code.multiply(code.square('x'), 0n, code.keep(SLOT.kept));
        const h = code.carry('h', 'doublingParts h', sums);
        const g = code.carry('g', 'doublingParts g', sums, SLOT.otherFirstLimb);
        code.multiply(code.square('y'), COLUMN_BIAS, (column, product) => {
          const ySquare = code.block.bind(product);
          const xSquare = code.kept(SLOT.kept, column);
          h(column, addWords(ySquare, xSquare));
          const difference = code.block.bind(subtractWords(ySquare, xSquare));
          code.store(SLOT.kept + column, difference);
          g(column, difference);
        });
        // 2z^2 carries the bias twice and g once: one remains.
        const f = code.carry('f', 'doublingParts f', sumBounds(sums, sums));
        code.multiply(code.square('z'), COLUMN_BIAS, (column, product) => {
          const zSquare = code.block.bind(product);
          f(column, subtractWords(addWords(zSquare, zSquare), code.scratch(SLOT.kept + column)));
        });
        const e = code.carry('e', 'doublingParts e', productBounds(LAZY, CARRIED));
        code.multiply(code.doubledFactors('x', 'y'), COLUMN_BIAS, e);
      },
    ),
    write('carry', ['o', 'a'], ['requireLoose(a)'], (code) => code.carryLimbs('o', 'a')),
    write('add', ['o', 'a', 'b'], [], (code) => code.eachLimb('o', 'a', 'b', 'f64x2.add')),
    write('sub', ['o', 'a', 'b'], [], (code) => code.eachLimb('o', 'a', 'b', 'f64x2.sub')),
  ];
  const imports = [`import { MAGIC, MAGIC_VECTORS, PRODUCT_SCRATCH } from '../memory';\n`];
  if (checked) imports.push(`import { requireCarried, requireLoose, requireProduct } from './bounds';\n`);
  return [...imports, ...functions, magic.writer()].join('\n');
}

/** The limits that the checked build asserts, for the hand-written half of it. */
export function fmaLimits(): string {
  return [
    `export const CARRIED: f64 = ${String(CARRIED)}.0;\n`,
    `export const LOOSE: f64 = ${String(LOOSE)}.0;\n`,
    '/** Rounded up: the check itself multiplies in doubles. */\n',
    `export const PRODUCT: f64 = ${String(Number(LAZY * CARRIED))};\n`,
  ].join('');
}
