import { Decoder, Encoder, ExtData, ExtensionCodec } from "@msgpack/msgpack";
import type { ExtensionCodecType } from "@msgpack/msgpack";

// A message nests 64 levels at most (docs/protocol.md 1.3); a value stands two levels deep in `$/call`.
const maxDepth = 62;

const largestUnsigned = (1n << 64n) - 1n;
const smallestSigned = -(1n << 63n);

/** What integers beyond ±(2^53 - 1) become: a bigint, or the nearest number. */
export type LargeIntegers = "bigint" | "number";

/** Values between JavaScript and MessagePack. */
export class Values {
  readonly #largeIntegers: LargeIntegers;
  readonly #encoder: Encoder<undefined>;
  readonly #wideEncoder: Encoder<undefined>;
  readonly #decoder: Decoder<undefined>;
  readonly #wideDecoder: Decoder<undefined>;

  constructor(largeIntegers: LargeIntegers, extensionCodec: ExtensionCodecType<undefined> = codec()) {
    const writing = { extensionCodec, maxDepth, ignoreUndefined: true };
    const reading = { extensionCodec, mapKeyConverter: keyOf };
    this.#largeIntegers = largeIntegers;
    this.#encoder = new Encoder(writing);
    this.#wideEncoder = new Encoder({ ...writing, useBigInt64: true });
    this.#decoder = new Decoder(reading);
    this.#wideDecoder = new Decoder({ ...reading, useBigInt64: true });
  }

  encode(value: unknown): Uint8Array {
    try {
      return this.#encoder.encode(value);
    } catch (error) {
      // It refuses a bigint; found out this way, other values pay nothing for it.
      if (!hasBigInt(value, 0)) {
        throw error;
      }

      return this.#wideEncoder.encode(widened(value));
    }
  }

  decode(bytes: Uint8Array, hasLarge: boolean): unknown {
    return hasLarge && this.#largeIntegers === "bigint" ? narrowed(this.#wideDecoder.decode(bytes)) : this.#decoder.decode(bytes);
  }
}

/** What MessagePack for JavaScript would send as an empty map is refused instead. */
function codec(): ExtensionCodec<undefined> {
  const extensions = new ExtensionCodec<undefined>();
  extensions.register({
    type: 0,
    encode(value) {
      if (value instanceof Map || value instanceof Set) {
        throw new TypeError(`A ${value instanceof Map ? "Map" : "Set"} cannot be sent; send ${value instanceof Map ? "Object.fromEntries(map)" : "[...set]"}.`);
      } else if (isAsyncIterable(value)) {
        throw new TypeError("A stream can be sent as an argument only, not inside another value.");
      } else if (value instanceof Promise) {
        throw new TypeError("A promise cannot be sent; await it first.");
      }

      return null;
    },
    decode: (data, type) => new ExtData(type, data),
  });
  return extensions;
}

export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === "function";
}

/** Peers of the first MessagePack send text as bytes; other keys become the text that JavaScript makes of them. */
function keyOf(key: unknown): string | number {
  return typeof key === "string" || typeof key === "number" ? key : key instanceof Uint8Array ? new TextDecoder().decode(key) : String(key);
}

function hasBigInt(value: unknown, depth: number): boolean {
  if (typeof value === "bigint") {
    return true;
  } else if (depth > maxDepth || !isContainer(value)) {
    return false;
  }

  return Object.values(value).some((element) => hasBigInt(element, depth + 1));
}

/** A copy whose integers are bigints where 32 bits do not hold them: beside bigints, the encoder writes such numbers as floats. */
function widened(value: unknown): unknown {
  if (typeof value === "bigint") {
    if (value > largestUnsigned || value < smallestSigned) {
      throw new RangeError(`Integers from ${smallestSigned} to ${largestUnsigned} can be sent; ${value} is not one of them.`);
    }

    return value >= -0x8000_0000n && value <= 0xffff_ffffn ? Number(value) : value;
  } else if (typeof value === "number") {
    return Number.isSafeInteger(value) && (value > 0xffff_ffff || value < -0x8000_0000) ? BigInt(value) : value;
  }

  return mapped(value, widened);
}

function narrowed(value: unknown): unknown {
  if (typeof value === "bigint") {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  }

  return mapped(value, narrowed);
}

function mapped(value: unknown, change: (element: unknown) => unknown): unknown {
  if (!isContainer(value)) {
    return value;
  }

  return Array.isArray(value) ? value.map(change) : Object.fromEntries(Object.entries(value).map(([key, element]) => [key, change(element)]));
}

function isContainer(value: unknown): value is object {
  return Array.isArray(value)
    || (typeof value === "object" && value !== null && !ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer) && !(value instanceof Date));
}
