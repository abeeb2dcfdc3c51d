import type { Connection } from "../connections/connection.js";
import { MprpcError, MprpcNotSupportedError } from "../errors.js";
import type { CallOptions } from "../options.js";
import { Credit } from "../streams/credit.js";
import { collect, OutgoingStream } from "../streams/outgoing.js";
import { writeCredit, writeError, writeItems } from "../connections/messages.js";
import { isAsyncIterable } from "../wire/values.js";
import type { Values } from "../wire/values.js";
import { Writer } from "../wire/writer.js";

/** Credit for a result's stream, as the option of `$/call` says it. */
export interface CreditOption {
  readonly items: number | null;
  readonly bytes: number;
}

/** A method and its arguments, which can be sent more than once unless they hold streams. */
export class Request {
  readonly method: string;
  readonly metadata: CallOptions["metadata"];

  /** Each of them cancels the call. */
  readonly signals: readonly AbortSignal[];
  readonly hasStreams: boolean;
  readonly #args: unknown[];
  readonly #encoded: Uint8Array | undefined;
  readonly #values: Values;
  #arrays: unknown[] | undefined; // the arguments for a peer without streams

  /** Encodes at once what can be, so that what the caller changes afterwards does not matter. */
  constructor(values: Values, method: string, args: readonly unknown[], options: CallOptions) {
    checkName(method);
    this.method = method;
    this.metadata = options.metadata;
    this.#values = values;
    // A token is no argument on the wire.
    this.signals = [options.signal, ...args].filter((arg) => arg instanceof AbortSignal);
    this.#args = args.filter((arg) => !(arg instanceof AbortSignal)).map(streamOf);
    this.hasStreams = this.#args.some(isAsyncIterable);
    this.#encoded = this.hasStreams ? undefined : values.encode(this.#args);
  }

  /** Throws the reason of a signal that has fired. */
  throwIfAborted(): void {
    this.signals.forEach((signal) => signal.throwIfAborted());
  }

  /** Calls back with the reason of the first signal that fires; the function that is returned ends that, for signals outlive calls. */
  onAbort(action: (reason: unknown) => void): () => void {
    const listener = (event: Event) => action((event.target as AbortSignal).reason);
    this.signals.forEach((signal) => signal.addEventListener("abort", listener));
    return () => this.signals.forEach((signal) => signal.removeEventListener("abort", listener));
  }

  /** Whether arguments must be made arrays first, because the server takes no streams. */
  needsArrays(connection: Connection): boolean {
    return this.hasStreams && connection.peer.streams === 0 && this.#arrays === undefined;
  }

  async makeArrays(signal: AbortSignal): Promise<void> {
    const arrays: unknown[] = [];

    for (const arg of this.#args) {
      arrays.push(isAsyncIterable(arg) ? await collect(arg, this.#values, signal) : arg);
    }

    this.#arrays = arrays;
  }

  /**
   * Makes the pumps of the streams among the arguments, each with its number, and the params that name them.
   * @throws MprpcError when more streams would be open than the server takes
   */
  open(connection: Connection): { params: Uint8Array; pumps: Map<number, OutgoingStream> } {
    const pumps = new Map<number, OutgoingStream>();

    if (this.#encoded !== undefined || this.#arrays !== undefined) {
      return { params: this.#encoded ?? this.#values.encode(this.#arrays), pumps };
    }

    try {
      return { params: this.#values.encode(this.#args.map((arg) => (isAsyncIterable(arg) ? openStream(connection, arg, pumps) : arg))), pumps };
    } catch (error) {
      pumps.forEach((_, number) => connection.closeStream(number));
      throw error;
    }
  }

  /** The message of a request, or with an id of undefined of a notification; within `$/call` if there are options for it (docs/protocol.md 10.6). */
  write(id: number | undefined, params: Uint8Array, timeout: number | undefined, credit: CreditOption | undefined): Uint8Array {
    const writer = new Writer(params.length + 64);
    const options = (timeout === undefined ? 0 : 1) + (credit === undefined ? 0 : 1) + (this.metadata === undefined ? 0 : 1);

    if (id === undefined) {
      writer.array(3).integer(2);
    } else {
      writer.array(4).integer(0).integer(id);
    }

    if (options > 0) {
      writer.name("$/call").array(3).map(options);

      if (timeout !== undefined) {
        writer.name("timeout").integer(timeout);
      }

      if (credit !== undefined) {
        writeCredit(writer.name("credit").array(2), credit.items, credit.bytes);
      }

      if (this.metadata !== undefined) {
        writer.name("meta").raw(this.#values.encode(this.metadata));
      }
    }

    return writer.name(this.method).raw(params).take();
  }

  /** Metadata is refused before anything is sent, never dropped. */
  checkMetadata(connection: Connection): void {
    if (this.metadata === undefined) {
      return;
    } else if (connection.peer.meta === 0) {
      throw new MprpcNotSupportedError(`Method '${this.method}' was not called: the server takes no metadata. Call without metadata.`);
    }

    const bytesOf = (value: string | Uint8Array) => (typeof value === "string" ? new TextEncoder().encode(value) : value).length;
    const size = Object.entries(this.metadata).reduce((sum, [key, value]) => sum + key.length + bytesOf(value), 0);
    const most = connection.peer.meta;

    if (size > most) {
      throw new MprpcError(`The metadata has ${size} bytes of keys and values; the server takes ${most}. Nothing was sent.`, { code: "too_large" });
    }
  }
}

/** Gives a stream its number, which stands in the params. */
function openStream(connection: Connection, source: AsyncIterable<unknown>, pumps: Map<number, OutgoingStream>): number {
  const sink = new ParamSink(connection);
  const pump = new OutgoingStream(source, sink, new Credit(...connection.peer.feed));
  sink.number = connection.openStream(pump);
  pumps.set(sink.number, pump);
  return sink.number;
}

/** Where the items of an argument go. */
class ParamSink {
  readonly values: Values;
  readonly maxSize: number;
  number = 0;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.values = connection.values;
    this.maxSize = connection.peer.size;
    this.#connection = connection;
  }

  items(count: number, bytes: Uint8Array): void {
    this.#connection.send(writeItems(this.number, count, bytes));
  }

  end(count: number, last: Uint8Array): void {
    if (count > 0) {
      this.items(count, last);
    }

    this.#connection.send(new Writer().array(3).integer(2).name("$/end").array(1).integer(this.number).take());
  }

  fail(error: unknown): void {
    const writer = new Writer().array(3).integer(2).name("$/end").array(2).integer(this.number);
    writeError(writer, error, this.#connection);
    this.#connection.send(writer.take());

    if (!(error instanceof MprpcError)) {
      this.#connection.report(error, "a stream that is an argument of a call");
    }
  }
}

function checkName(method: string): void {
  if (typeof method !== "string" || method.length === 0) {
    throw new TypeError("The name of a method must be text that is not empty.");
  }
}

/** A ReadableStream is a source too, also where it cannot be iterated. */
function streamOf(arg: unknown): unknown {
  if (typeof ReadableStream === "undefined" || !(arg instanceof ReadableStream) || isAsyncIterable(arg)) {
    return arg;
  }

  const stream = arg as ReadableStream<unknown>;
  return (async function* read() {
    const reader = stream.getReader();

    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        yield next.value;
      }
    } finally {
      void reader.cancel().catch(() => {});
    }
  })();
}
