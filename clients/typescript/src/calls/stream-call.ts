import type { Connection } from "../connections/connection.js";
import { MprpcError } from "../errors.js";
import type { CallOptions } from "../options.js";
import { IncomingStream } from "../streams/incoming.js";
import type { ItemSource } from "../streams/incoming.js";
import type { Values } from "../wire/values.js";
import { Reader } from "../wire/reader.js";
import { Writer } from "../wire/writer.js";
import { writeCredit } from "../connections/messages.js";
import { Call } from "./call.js";
import type { CallHost } from "./call.js";
import type { CreditOption, Request } from "./request.js";

const firstWindow = 65_536;

/** A call whose result is a stream; of a server without streams, the array that it answers with. */
class StreamCall extends Call implements ItemSource {
  readonly values: Values;
  readonly stream: IncomingStream<unknown>;
  readonly #items: number | null;
  readonly #bytes: number;
  #grown = 0;
  #grownOn: Connection | undefined;

  constructor(host: CallHost, values: Values, request: Request, options: CallOptions) {
    super(host, request, options);
    this.values = values;
    this.#items = options.prefetch ?? null;
    this.#bytes = options.window ?? firstWindow;
    this.stream = new IncomingStream(this, { items: this.#items, bytes: this.#bytes });
  }

  protected override get credit(): CreditOption {
    return { items: this.#items, bytes: this.#bytes };
  }

  override items(bytes: Uint8Array, hasLarge: boolean): void {
    if (!this.hasEnded) {
      this.relaxTime();
      this.stream.receive(bytes, hasLarge);
    }
  }

  answer(error: MprpcError | undefined, result: Uint8Array, hasLarge: boolean): void {
    if (error !== undefined && this.mayRepeat(error)) {
      return;
    }

    this.release();

    if (error !== undefined) {
      this.stream.fail(this.translated(error));
    } else if (result[0] === 0xc0) {
      this.stream.end();
    } else if (new Reader(result).array() === undefined) {
      this.stream.fail(new MprpcError(
        `Method '${this.request.method}' is no stream: its result is neither nil nor an array. Use call.`, { code: "invalid_result" }));
    } else {
      this.stream.end(result, hasLarge);
    }
  }

  grant(items: number | null, bytes: number): void {
    const connection = this.connection;

    if (connection?.isExtended) {
      const writer = new Writer().array(3).integer(2).name("$/credit").array(3).integer(this.id);
      writeCredit(writer, items, bytes);
      connection.send(writer.take());
    }
  }

  /** The consumer has stopped before the end. */
  cancel(): void {
    if (!this.hasEnded) {
      this.cancelAtServer();
      this.release();
    }
  }

  tryGrow(bytes: number): boolean {
    if (this.connection?.tryGrow(bytes) !== true) {
      return false;
    }

    this.#grownOn = this.connection;
    this.#grown += bytes;
    return true;
  }

  protected override release(): void {
    super.release();
    this.#grownOn?.shrink(this.#grown);
    this.#grownOn = undefined;
  }

  protected ended(error: unknown, isOwn: boolean): void {
    if (isOwn) {
      this.stream.abort(error);
    } else {
      this.stream.fail(error);
    }
  }
}

/** What `stream` returns: the call is made when the first item is asked for. */
export class ResultIterator<T> implements AsyncIterableIterator<T, undefined, undefined> {
  readonly #make: () => StreamCall;
  #call: StreamCall | undefined;
  #isDisposed = false;

  constructor(host: CallHost, values: Values, request: () => Request, options: CallOptions) {
    this.#make = () => new StreamCall(host, values, request(), options);
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    if (this.#isDisposed) {
      return { done: true, value: undefined };
    }

    if (this.#call === undefined) {
      this.#call = this.#make();
      this.#call.start();
    }

    return (await this.#call.stream.next()) as IteratorResult<T, undefined>;
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#isDisposed = true;
    await this.#call?.stream.return();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
