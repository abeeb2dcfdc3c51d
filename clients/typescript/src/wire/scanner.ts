import { MprpcProtocolError } from "../errors.js";

/** One whole message. */
export interface Message {
  readonly bytes: Uint8Array;

  /** Whether it holds an integer that a number cannot hold exactly. */
  readonly hasLarge: boolean;
}

/**
 * Finds where messages end (docs/protocol.md 1.2): resumable, iterative, no byte is looked at twice. A message of a WebSocket may hold several messages, or a
 * part of one (docs/protocol.md 1.5).
 */
export class MessageScanner {
  readonly #maxSize: number;
  readonly #maxDepth: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #end = 0; // of what has come
  #start = 0; // of the message
  #position = 0; // of the scan; beyond the end while a body is not complete
  #depth = 0; // of open arrays and maps; 0: no message has begun
  #isComplete = false;
  #hasLarge = false;
  readonly #left: number[] = []; // values that each open array or map still lacks
  #owned: Uint8Array | undefined; // the buffer, if it was made here and may be appended to

  constructor(maxSize: number, maxDepth: number) {
    this.#maxSize = maxSize;
    this.#maxDepth = maxDepth;
  }

  /** Whether a message has begun and not ended. */
  get isPartial(): boolean {
    return this.#end > this.#start;
  }

  /** Takes over bytes, which are not changed afterwards: messages are parts of them. */
  push(bytes: Uint8Array): void {
    if (this.#start === this.#end) {
      this.#bytes = bytes;
      this.#position -= this.#start;
      this.#start = 0;
      this.#end = bytes.length;
      return;
    }

    this.#append(bytes);
  }

  /** The next whole message, or undefined. Throws an MprpcProtocolError when the position of further messages is unknown. */
  next(): Message | undefined {
    if (!this.#isComplete) {
      this.#scan();
    }

    if (!this.#isComplete || this.#position > this.#end) {
      return undefined;
    }

    const message = { bytes: this.#bytes.subarray(this.#start, this.#position), hasLarge: this.#hasLarge };
    this.#start = this.#position;
    this.#isComplete = false;
    this.#hasLarge = false;
    return message;
  }

  #append(bytes: Uint8Array): void {
    const kept = this.#end - this.#start;
    const needed = kept + bytes.length;

    // Room for twice as much, so that a message in many small pieces is not copied again for each.
    if (this.#end + bytes.length > this.#bytes.length || this.#bytes !== this.#owned) {
      const grown = new Uint8Array(needed * 2);
      grown.set(this.#bytes.subarray(this.#start, this.#end));
      this.#bytes = grown;
      this.#position -= this.#start;
      this.#start = 0;
      this.#end = kept;
      this.#owned = grown;
    }

    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  #scan(): void {
    while (this.#position < this.#end) {
      const header = this.#headerAt(this.#position);

      if (header === undefined) {
        return; // its last bytes have not come
      }

      if (this.#depth === 0 && header.kind !== Kind.Array) {
        throw new MprpcProtocolError(`A message must be an array; byte ${hex(this.#bytes[this.#position]!)} begins none.`);
      }

      this.#position += header.size;

      if (header.kind === Kind.Scalar) {
        this.#position += header.length;
        this.#checkSize(0);
        this.#endValue();
      } else {
        const values = header.kind === Kind.Map ? header.length * 2 : header.length;
        this.#checkSize(values);
        this.#open(values);
      }

      if (this.#isComplete) {
        return;
      }
    }
  }

  #open(values: number): void {
    if (++this.#depth > this.#maxDepth) {
      throw new MprpcProtocolError(`A message may nest ${this.#maxDepth} levels deep; this one nests deeper.`);
    }

    this.#left[this.#depth] = values;

    if (values === 0) {
      this.#depth--;
      this.#endValue();
    }
  }

  #endValue(): void {
    while (this.#depth > 0 && --this.#left[this.#depth]! === 0) {
      this.#depth--;
    }

    this.#isComplete = this.#depth === 0;
  }

  /** Each value that is still to come has a byte at least. */
  #checkSize(values: number): void {
    const size = this.#position - this.#start + values;

    if (size > this.#maxSize) {
      throw new MprpcProtocolError(`A message may have ${this.#maxSize} bytes; this one has ${size} or more. Raise maxMessageSize to receive it.`);
    }
  }

  #headerAt(at: number): Header | undefined {
    const head = this.#bytes[at]!;

    if (head <= 0x7f || head >= 0xe0) {
      return scalar(1, 0);
    } else if (head <= 0x8f) {
      return header(Kind.Map, 1, head & 0x0f);
    } else if (head <= 0x9f) {
      return header(Kind.Array, 1, head & 0x0f);
    } else if (head <= 0xbf) {
      return scalar(1, head & 0x1f);
    }

    const [kind, lengthBytes, fixed] = forms[head - 0xc0]!;

    if (kind === Kind.Invalid) {
      throw new MprpcProtocolError(`Byte ${hex(head)} begins no value of MessagePack.`);
    }

    if (lengthBytes === 0) {
      if (fixed === 8 && head !== 0xcb && head !== 0xd7) {
        if (at + 9 > this.#end) {
          return undefined;
        }

        this.#noteInteger(at + 1, head === 0xd3);
      }

      return scalar(1, fixed);
    }

    if (at + 1 + lengthBytes > this.#end) {
      return undefined;
    }

    let length = 0;

    for (let i = 1; i <= lengthBytes; i++) {
      length = length * 256 + this.#bytes[at + i]!;
    }

    return header(kind, 1 + lengthBytes, length + fixed);
  }

  #noteInteger(at: number, isSigned: boolean): void {
    const bytes = this.#bytes;
    const top = ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >> 0;
    const limit = 0x20_0000; // 2^53 / 2^32

    if (!isSigned || top >= 0) {
      this.#hasLarge ||= top >>> 0 >= limit;
    } else {
      // -2^53 itself is taken for large too: numbers that are exact end before it.
      this.#hasLarge ||= top < -limit || (top === -limit && (bytes[at + 4]! | bytes[at + 5]! | bytes[at + 6]! | bytes[at + 7]!) === 0);
    }
  }
}

enum Kind {
  Invalid,
  Scalar,
  Array,
  Map,
}

interface Header {
  kind: Kind;
  size: number;
  length: number;
}

// One for all: it is read before the next one is made.
const shared: Header = { kind: Kind.Scalar, size: 0, length: 0 };

function header(kind: Kind, size: number, length: number): Header {
  shared.kind = kind;
  shared.size = size;
  shared.length = length;
  return shared;
}

function scalar(size: number, length: number): Header {
  return header(Kind.Scalar, size, length);
}

// 0xc0 and on: kind, bytes of the length, bytes of the body besides. An ext has its type beside what its length says.
const forms: readonly (readonly [Kind, number, number])[] = [
  [Kind.Scalar, 0, 0], [Kind.Invalid, 0, 0], [Kind.Scalar, 0, 0], [Kind.Scalar, 0, 0], // nil, unassigned, false, true
  [Kind.Scalar, 1, 0], [Kind.Scalar, 2, 0], [Kind.Scalar, 4, 0], // bin
  [Kind.Scalar, 1, 1], [Kind.Scalar, 2, 1], [Kind.Scalar, 4, 1], // ext
  [Kind.Scalar, 0, 4], [Kind.Scalar, 0, 8], // float
  [Kind.Scalar, 0, 1], [Kind.Scalar, 0, 2], [Kind.Scalar, 0, 4], [Kind.Scalar, 0, 8], // uint
  [Kind.Scalar, 0, 1], [Kind.Scalar, 0, 2], [Kind.Scalar, 0, 4], [Kind.Scalar, 0, 8], // int
  [Kind.Scalar, 0, 2], [Kind.Scalar, 0, 3], [Kind.Scalar, 0, 5], [Kind.Scalar, 0, 9], [Kind.Scalar, 0, 17], // fixext
  [Kind.Scalar, 1, 0], [Kind.Scalar, 2, 0], [Kind.Scalar, 4, 0], // str
  [Kind.Array, 2, 0], [Kind.Array, 4, 0], [Kind.Map, 2, 0], [Kind.Map, 4, 0],
];

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, "0")}`;
}
