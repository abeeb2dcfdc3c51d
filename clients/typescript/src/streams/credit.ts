/** How much a sender of items may still send: items, and bytes of items (docs/protocol.md 10). It needs both above zero; the last item may overdraw bytes. */
export class Credit {
  static readonly most = 0x7fff_ffff;

  /** null: any number. */
  #items: number | null;
  #bytes: number | null;

  constructor(items: number | null, bytes: number | null) {
    this.#items = saturated(items);
    this.#bytes = saturated(bytes);
  }

  get isLeft(): boolean {
    return (this.#items === null || this.#items > 0) && (this.#bytes === null || this.#bytes > 0);
  }

  get items(): number | null {
    return this.#items;
  }

  get bytes(): number | null {
    return this.#bytes;
  }

  spend(items: number, bytes: number): void {
    this.#items = this.#items === null ? null : this.#items - items;
    this.#bytes = this.#bytes === null ? null : this.#bytes - bytes;
  }

  /** Adds: nil items are as many as there are, bytes that are not said none. What is neither a number nor nil adds nothing. */
  add(items: unknown, bytes: unknown = 0): void {
    if (!(items === null || isCount(items)) || !isCount(bytes)) {
      return;
    }

    this.#items = this.#items === null || items === null ? null : saturated(this.#items + Number(items));
    this.#bytes = this.#bytes === null ? null : saturated(this.#bytes + Number(bytes));
  }

  /** The option `credit`, or what `feed` of an offer says: items, or [items or nil, bytes]. Anything else is no credit. */
  static read(value: unknown): Credit | undefined {
    const [items, bytes] = Array.isArray(value) ? value : [value, null];

    if (!isCount(items) && !(items === null && isCount(bytes))) {
      return undefined;
    }

    return new Credit(items === null ? null : Number(items), isCount(bytes) ? Number(bytes) : null);
  }
}

function isCount(value: unknown): boolean {
  return (typeof value === "number" && Number.isInteger(value) && value >= 0) || (typeof value === "bigint" && value >= 0n);
}

function saturated(value: number | null): number | null {
  return value === null ? null : Math.min(value, Credit.most);
}
