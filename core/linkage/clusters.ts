/** Looked at of each side before two clusters become one: enough to see what they are, and the work stays linear. */
const LOOKED_AT = 5;

/** Whether two items are one person, as far as they tell: below 0 they contradict, 0 they are silent, above they agree. */
export type Opinion = (a: number, b: number) => number;

/** Sets of items that grow together, each item in one. */
export class Clusters {
  readonly #parents: Uint32Array;
  /** The items of a cluster one after another, in a ring. */
  readonly #next: Uint32Array;
  readonly #opinion: Opinion;

  constructor(items: number, opinion: Opinion) {
    this.#parents = new Uint32Array(items);
    for (let item = 0; item < items; item += 1) this.#parents[item] = item;
    this.#next = this.#parents.slice();
    this.#opinion = opinion;
  }

  /** The same number for all items of a cluster: the least of them. */
  find(item: number): number {
    let root = item;
    while (this.#parents[root] !== root) root = this.#parents[root] ?? 0;
    for (let at = item; at !== root;) {
      const parent = this.#parents[at] ?? 0;
      this.#parents[at] = root;
      at = parent;
    }
    return root;
  }

  /**
   * Makes the clusters of two items one, unless as many of their items contradict each other as agree: strangers are not
   * chained together by somebody who resembles both.
   */
  join(a: number, b: number): void {
    const [one, other] = [this.find(a), this.find(b)];
    if (one === other || !this.#agree(a, b)) return;
    this.#parents[Math.max(one, other)] = Math.min(one, other);
    const next = this.#next[a] ?? 0;
    this.#next[a] = this.#next[b] ?? 0;
    this.#next[b] = next;
  }

  #agree(a: number, b: number): boolean {
    // Most clusters are of one item, and the pair itself agrees.
    if (this.#next[a] === a && this.#next[b] === b) return true;
    let balance = 0;
    for (const one of this.#some(a)) for (const other of this.#some(b)) balance += Math.sign(this.#opinion(one, other));
    return balance > 0;
  }

  #some(item: number): number[] {
    const items = [item];
    for (let at = this.#next[item] ?? 0; at !== item && items.length < LOOKED_AT; at = this.#next[at] ?? 0) {
      items.push(at);
    }
    return items;
  }
}
