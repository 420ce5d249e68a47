/** AssemblyScript statements without a branch, each value bound to a name of its own. */
export class StraightLine {
  private readonly lines: string[] = [];
  private names = 0;

  /** Binds the expression to a new local. */
  bind(expression: string): string {
    const name = `t${String(this.names)}`;
    this.names += 1;
    this.lines.push(`const ${name} = ${expression};`);
    return name;
  }

  push(statement: string): void {
    this.lines.push(statement);
  }

  /** The function whose parameters are addresses of field elements. */
  toFunction(name: string, parameters: readonly string[]): string {
    const list = parameters.map((parameter) => `${parameter}: usize`).join(', ');
    const body = this.lines.map((line) => `  ${line}\n`).join('');
    return `export function ${name}(${list}): void {\n${body}}\n`;
  }
}

/** The sums of a schoolbook product: which limbs meet in which column. */
export function columnPairs(limbs: number): (readonly [left: number, right: number])[][] {
  const columns = Array.from({ length: 2 * limbs - 1 }, (): (readonly [number, number])[] => []);
  for (let left = 0; left < limbs; left += 1) {
    for (let right = 0; right < limbs; right += 1) columns[left + right]?.push([left, right]);
  }
  return columns;
}

/** The same for a square, each mixed pair once: `left < right` counts twice. */
export function squarePairs(limbs: number): (readonly [left: number, right: number])[][] {
  return columnPairs(limbs).map((pairs) => pairs.filter(([left, right]) => left <= right));
}

/** Thrown at generation when a formula could leave its bounds. */
export function assertBelow(what: string, value: bigint, limit: bigint): void {
  if (value >= limit) throw new Error(`${what}: ${String(value)} is not below ${String(limit)}`);
}
