import type { CallContext, Registration } from "../calls/context.js";
import { MprpcError } from "../errors.js";
import type { Credit } from "../streams/credit.js";
import { collect, OutgoingStream } from "../streams/outgoing.js";
import { isAsyncIterable } from "../wire/values.js";
import { Writer } from "../wire/writer.js";
import { writeError, writeItems } from "./messages.js";
import type { ErrorTarget } from "./messages.js";

/** What the calls of the server need of their connection. */
export interface ServingConnection extends ErrorTarget {
  readonly knowsExtensions: boolean;
  readonly isExtended: boolean;
  find(method: string): Registration | undefined;
  send(message: Uint8Array): void;
  served(): void;
}

/** One call of the server, from its beginning to its one answer. */
export class ServedCall {
  readonly id: number | undefined;
  credit: Credit | undefined;
  timeout: number | undefined;
  metadata: CallContext["metadata"] = {};
  pump: OutgoingStream | undefined;
  onEnd: () => void = () => {};
  readonly #connection: ServingConnection;
  readonly #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isAnswered = false;

  constructor(connection: ServingConnection, id: number | undefined) {
    this.#connection = connection;
    this.id = id;
  }

  run(method: string, registration: Registration, params: unknown[]): void {
    const context: CallContext = { method, signal: this.#abort.signal, metadata: this.metadata, isNotification: this.id === undefined };

    if (this.timeout !== undefined && this.id !== undefined) {
      const timeout = this.timeout;
      this.#timer = setTimeout(() => {
        const error = new MprpcError(`Method '${method}' took longer than ${timeout} ms, the time that the caller gave it.`, { code: "timeout" });
        this.#answer(error);
        this.cancel(error);
      }, timeout);
    }

    let result: unknown;

    try {
      result = registration.handler(...params, context);
    } catch (error) {
      this.#end(() => this.fail(error, method));
      return;
    }

    if (isAsyncIterable(result)) {
      this.#stream(result);
    } else if (isPromise(result)) {
      result.then(
        (value) => (isAsyncIterable(value) ? this.#stream(value) : this.#end(() => this.succeed(value))),
        (error: unknown) => this.#end(() => this.fail(error, method)));
    } else {
      this.#end(() => this.succeed(result));
    }
  }

  cancel(reason: unknown): void {
    this.#abort.abort(reason);

    if (this.pump !== undefined) {
      this.pump.stop();
      this.#end(() => this.fail(reason));
    }
  }

  /** The connection is lost: there is no answer any more. */
  abandon(error: unknown): void {
    this.#isAnswered = true;
    clearTimeout(this.#timer);
    this.pump?.stop();
    this.#abort.abort(error);
  }

  succeed(result: unknown): void {
    if (this.id === undefined || this.#isAnswered) {
      return;
    }

    let bytes: Uint8Array;

    try {
      bytes = this.#connection.values.encode(result);
    } catch (error) {
      this.fail(error);
      return;
    }

    this.#respond(bytes);
  }

  fail(error: unknown, method?: string): void {
    if (!(error instanceof MprpcError) && !this.#abort.signal.aborted) {
      this.#connection.report(error, `the handler of '${method ?? "a method"}'`);
    }

    if (this.id !== undefined && !this.#isAnswered) {
      this.#answer(this.#abort.signal.aborted && !(error instanceof MprpcError) ? this.#abort.signal.reason : error);
    }
  }

  #end(answer: () => void): void {
    clearTimeout(this.#timer);
    answer();
    this.onEnd();
  }

  #stream(source: AsyncIterable<unknown>): void {
    if (this.id === undefined) {
      this.#end(() => {});
    } else if (this.credit === undefined) {
      collect(source, this.#connection.values, this.#abort.signal).then(
        (items) => this.#end(() => this.succeed(items)),
        (error: unknown) => this.#end(() => this.fail(error)));
    } else {
      this.#pump(source, this.id, this.credit);
    }
  }

  #pump(source: AsyncIterable<unknown>, id: number, credit: Credit): void {
    const connection = this.#connection;
    this.pump = new OutgoingStream(source, {
      values: connection.values,
      maxSize: connection.peer.size,
      items: (count, bytes) => connection.send(writeItems(id, count, bytes)),
      end: (count, last) => this.#end(() => this.#respond(count === 0 ? Uint8Array.of(0xc0) : new Writer(last.length + 5).array(count).raw(last).take())),
      fail: (error) => this.#end(() => this.fail(error)),
    }, credit);
    this.pump.start();
  }

  // docs/protocol.md 3.2: [1, msgid, error, result]
  #respond(result: Uint8Array): void {
    if (this.#isAnswered) {
      return;
    }

    const message = new Writer(result.length + 8).array(4).integer(1).integer(this.id!).nil().raw(result).take();

    if (message.length > this.#connection.peer.size) {
      this.#answer(new MprpcError(`The answer has ${message.length} bytes; the caller takes ${this.#connection.peer.size}.`, { code: "too_large" }));
      return;
    }

    this.#isAnswered = true;
    this.#connection.send(message);
  }

  #answer(error: unknown): void {
    if (this.#isAnswered || this.id === undefined) {
      return;
    }

    this.#isAnswered = true;
    const writer = new Writer().array(4).integer(1).integer(this.id);
    writeError(writer, error, this.#connection);
    this.#connection.send(writer.nil().take());
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as Partial<PromiseLike<unknown>>).then === "function";
}
