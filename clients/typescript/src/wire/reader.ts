const utf8 = new TextDecoder();

/** Reads the head of a message in place. The message is whole: the scanner has seen its end. */
export class Reader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  position = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.position >= this.bytes.length;
  }

  get isNil(): boolean {
    return this.bytes[this.position] === 0xc0;
  }

  /** What has not been read. */
  rest(): Uint8Array {
    return this.bytes.subarray(this.position);
  }

  /** The bytes of the next value. */
  value(): Uint8Array {
    const start = this.position;
    this.skip();
    return this.bytes.subarray(start, this.position);
  }

  /** The length of an array, or undefined if the next value is none. */
  array(): number | undefined {
    const head = this.bytes[this.position];

    if (head === undefined) {
      return undefined;
    } else if (head >= 0x90 && head <= 0x9f) {
      this.position++;
      return head & 0x0f;
    } else if (head === 0xdc) {
      this.position += 3;
      return this.#view.getUint16(this.position - 2);
    } else if (head === 0xdd) {
      this.position += 5;
      return this.#view.getUint32(this.position - 4);
    }

    return undefined;
  }

  /** An integer in any encoding, rounded beyond 2^53; undefined if the next value is none. */
  integer(): number | undefined {
    const head = this.bytes[this.position];
    const view = this.#view;
    const at = this.position + 1;

    if (head === undefined) {
      return undefined;
    } else if (head <= 0x7f) {
      this.position++;
      return head;
    } else if (head >= 0xe0) {
      this.position++;
      return head - 0x100;
    }

    switch (head) {
      case 0xcc: this.position += 2; return view.getUint8(at);
      case 0xcd: this.position += 3; return view.getUint16(at);
      case 0xce: this.position += 5; return view.getUint32(at);
      case 0xcf: this.position += 9; return Number(view.getBigUint64(at));
      case 0xd0: this.position += 2; return view.getInt8(at);
      case 0xd1: this.position += 3; return view.getInt16(at);
      case 0xd2: this.position += 5; return view.getInt32(at);
      case 0xd3: this.position += 9; return Number(view.getBigInt64(at));
      default: return undefined;
    }
  }

  /** A name: a str or a bin (docs/protocol.md 2.3); undefined if the next value is neither. */
  name(): string | undefined {
    const head = this.bytes[this.position];
    const at = this.position + 1;
    let start: number;
    let length: number;

    if (head === undefined) {
      return undefined;
    } else if (head >= 0xa0 && head <= 0xbf) {
      [start, length] = [at, head & 0x1f];
    } else if (head === 0xd9 || head === 0xc4) {
      [start, length] = [at + 1, this.#view.getUint8(at)];
    } else if (head === 0xda || head === 0xc5) {
      [start, length] = [at + 2, this.#view.getUint16(at)];
    } else if (head === 0xdb || head === 0xc6) {
      [start, length] = [at + 4, this.#view.getUint32(at)];
    } else {
      return undefined;
    }

    this.position = start + length;
    return utf8.decode(this.bytes.subarray(start, this.position));
  }

  /** Passes over one value. */
  skip(): void {
    let left = 1;

    while (left-- > 0) {
      left += this.#skipHead();
    }
  }

  /** Passes over a value without its elements; returns how many there are. */
  #skipHead(): number {
    const view = this.#view;
    const head = this.bytes[this.position]!;
    const at = this.position + 1;

    if (head <= 0x7f || head >= 0xe0) {
      this.position = at;
      return 0;
    } else if (head <= 0x8f) {
      this.position = at;
      return (head & 0x0f) * 2;
    } else if (head <= 0x9f) {
      this.position = at;
      return head & 0x0f;
    } else if (head <= 0xbf) {
      this.position = at + (head & 0x1f);
      return 0;
    }

    switch (head) {
      case 0xc4: case 0xd9: this.position = at + 1 + view.getUint8(at); return 0;
      case 0xc5: case 0xda: this.position = at + 2 + view.getUint16(at); return 0;
      case 0xc6: case 0xdb: this.position = at + 4 + view.getUint32(at); return 0;
      case 0xc7: this.position = at + 2 + view.getUint8(at); return 0;
      case 0xc8: this.position = at + 3 + view.getUint16(at); return 0;
      case 0xc9: this.position = at + 5 + view.getUint32(at); return 0;
      case 0xca: case 0xce: case 0xd2: this.position = at + 4; return 0;
      case 0xcb: case 0xcf: case 0xd3: this.position = at + 8; return 0;
      case 0xcc: case 0xd0: this.position = at + 1; return 0;
      case 0xcd: case 0xd1: case 0xd4: this.position = at + 2; return 0;
      case 0xd5: this.position = at + 3; return 0;
      case 0xd6: this.position = at + 5; return 0;
      case 0xd7: this.position = at + 9; return 0;
      case 0xd8: this.position = at + 17; return 0;
      case 0xdc: this.position = at + 2; return view.getUint16(at);
      case 0xdd: this.position = at + 4; return view.getUint32(at);
      case 0xde: this.position = at + 2; return view.getUint16(at) * 2;
      case 0xdf: this.position = at + 4; return view.getUint32(at) * 2;
      default: this.position = at; return 0; // nil, false, true
    }
  }
}
