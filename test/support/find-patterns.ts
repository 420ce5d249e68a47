/** Bytes that must not be there, and what they are. */
export interface Pattern {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Shorter ones would be found by chance. */
export const SHORTEST_PATTERN = 6;

/** Looks for many patterns in one pass over any number of bytes, given in pieces; a pattern may lie across two pieces. */
export class PatternSearch {
  readonly #byStart = new Map<number, Pattern[]>();
  /** One bit for each pair of first bytes: nearly every place is passed over by this alone. */
  readonly #starts = new Uint8Array(65_536);
  readonly #longest: number;
  readonly #found = new Set<string>();
  #tail: Uint8Array = new Uint8Array(0);
  #searched = 0;

  /** Thrown when a pattern is too short to mean anything: RangeError. */
  constructor(patterns: readonly Pattern[]) {
    for (const pattern of patterns) {
      if (pattern.bytes.length < SHORTEST_PATTERN) throw new RangeError(`${pattern.name} is too short to look for`);
      const start = startOf(pattern.bytes, 0);
      this.#byStart.set(start, [...(this.#byStart.get(start) ?? []), pattern]);
      this.#starts[start] = 1;
    }
    this.#longest = Math.max(0, ...patterns.map(({ bytes }) => bytes.length));
  }

  /** Names of what has been found. */
  get found(): readonly string[] {
    return [...this.#found];
  }

  /** Bytes looked at. */
  get searched(): number {
    return this.#searched;
  }

  /** Looks at the next piece. */
  add(piece: Uint8Array): void {
    this.#searched += piece.length;
    const bytes = Buffer.concat([this.#tail, piece]);
    const last = bytes.length - 1;
    for (let place = 0; place < last; place += 1) {
      const start = startOf(bytes, place);
      if (this.#starts[start] === 1) this.#compare(bytes, place, start);
    }
    this.#tail = bytes.subarray(Math.max(0, bytes.length - this.#longest));
  }

  /** The next piece doesn't follow on this one. */
  cut(): void {
    this.#tail = new Uint8Array(0);
  }

  #compare(bytes: Buffer, place: number, start: number): void {
    for (const pattern of this.#byStart.get(start) ?? []) {
      if (bytes.subarray(place, place + pattern.bytes.length).equals(pattern.bytes)) this.#found.add(pattern.name);
    }
  }
}

function startOf(bytes: Uint8Array, place: number): number {
  return ((bytes[place] ?? 0) << 8) | (bytes[place + 1] ?? 0);
}
