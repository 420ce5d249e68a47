/** Values that take long to make, by what they are made of; forgets all when it is full. */
export class BoundedCache<Value> {
  readonly #values = new Map<string, Value>();
  readonly #most: number;
  readonly #make: (text: string) => Value;

  constructor(most: number, make: (text: string) => Value) {
    this.#most = most;
    this.#make = make;
  }

  get(text: string): Value {
    let value = this.#values.get(text);
    if (value === undefined) {
      if (this.#values.size >= this.#most) this.#values.clear();
      this.#values.set(text, (value = this.#make(text)));
    }
    return value;
  }
}
