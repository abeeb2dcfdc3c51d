const utf8 = new TextEncoder();

// The names of methods come again and again.
const names = new Map<string, Uint8Array>();
const maxNames = 1000;

/** Writes what stands around values, in the shortest forms (docs/protocol.md 1.4). */
export class Writer {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** A copy of what has been written; the writer is empty again. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  nil(): this {
    return this.#bytesOf(0xc0);
  }

  array(length: number): this {
    return length < 16 ? this.#bytesOf(0x90 | length) : length < 0x10000 ? this.#wide(0xdc, 2, length) : this.#wide(0xdd, 4, length);
  }

  map(length: number): this {
    return this.#bytesOf(0x80 | length); // of our own only: a handful of keys
  }

  integer(value: number): this {
    if (value >= 0) {
      return value < 0x80 ? this.#bytesOf(value)
        : value < 0x100 ? this.#wide(0xcc, 1, value)
        : value < 0x10000 ? this.#wide(0xcd, 2, value)
        : this.#wide(0xce, 4, value);
    }

    return value >= -0x20 ? this.#bytesOf(value & 0xff)
      : value >= -0x80 ? this.#wide(0xd0, 1, value & 0xff)
      : value >= -0x8000 ? this.#wide(0xd1, 2, value & 0xffff)
      : this.#wide(0xd2, 4, value >>> 0);
  }

  text(text: string): this {
    return this.#withHead(utf8.encode(text), true);
  }

  binary(bytes: Uint8Array): this {
    return this.#withHead(bytes, false);
  }

  /** Text that will be written again. */
  name(name: string): this {
    let encoded = names.get(name);

    if (encoded === undefined) {
      encoded = new Writer(name.length + 5).text(name).take();

      if (names.size < maxNames) {
        names.set(name, encoded);
      }
    }

    return this.raw(encoded);
  }

  #withHead(bytes: Uint8Array, isText: boolean): this {
    const length = bytes.length;

    if (isText && length < 32) {
      this.#bytesOf(0xa0 | length);
    } else if (length < 0x100) {
      this.#wide(isText ? 0xd9 : 0xc4, 1, length);
    } else if (length < 0x10000) {
      this.#wide(isText ? 0xda : 0xc5, 2, length);
    } else {
      this.#wide(isText ? 0xdb : 0xc6, 4, length);
    }

    return this.raw(bytes);
  }

  #bytesOf(byte: number): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
    return this;
  }

  #wide(head: number, size: number, value: number): this {
    this.#reserve(1 + size);
    this.#bytes[this.#length++] = head;

    for (let shift = (size - 1) * 8; shift >= 0; shift -= 8) {
      this.#bytes[this.#length++] = value >>> shift;
    }

    return this;
  }

  #reserve(size: number): void {
    if (this.#length + size > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + size));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
  }
}
