import type { CallContext, Registration } from "../calls/context.js";
import { MprpcError, readError } from "../errors.js";
import { Credit } from "../streams/credit.js";
import { IncomingStream } from "../streams/incoming.js";
import { collect, OutgoingStream } from "../streams/outgoing.js";
import { isAsyncIterable } from "../wire/values.js";
import type { Values } from "../wire/values.js";
import { Reader } from "../wire/reader.js";
import { Writer } from "../wire/writer.js";
import { callsServed, feed, streamsTaken } from "./offer.js";
import type { Offer } from "./offer.js";

/** What the calls of the server need of their connection. */
export interface ServingConnection {
  readonly values: Values;
  readonly peer: Offer;
  readonly knowsExtensions: boolean;
  readonly isExtended: boolean;
  find(method: string): Registration | undefined;
  send(message: Uint8Array): void;
  report(error: unknown, where: string): void;
  served(): void;
}

/** The calls that the server makes of this client (docs/protocol.md 6.1), and their streams. */
export class ServedCalls {
  readonly #connection: ServingConnection;
  readonly #running = new Set<ServedCall>();
  readonly #byId = new Map<number, ServedCall>();
  readonly #incoming = new Map<number, IncomingStream<unknown>>();

  constructor(connection: ServingConnection) {
    this.#connection = connection;
  }

  get isIdle(): boolean {
    return this.#running.size === 0;
  }

  /** A request; the reader stands at its method. */
  request(id: number, reader: Reader, hasLarge: boolean): void {
    this.#begin(new ServedCall(this.#connection, id), reader, hasLarge);
  }

  notification(method: string, reader: Reader, hasLarge: boolean): void {
    this.#run(new ServedCall(this.#connection, undefined), method, reader, hasLarge, false);
  }

  cancel(id: number): void {
    this.#byId.get(id)?.cancel(new MprpcError("The call was cancelled.", { code: "cancelled" }));
  }

  credit(id: number, items: unknown, bytes: unknown): void {
    this.#byId.get(id)?.pump?.grant(items, bytes);
  }

  items(stream: number, bytes: Uint8Array, hasLarge: boolean): void {
    this.#incoming.get(stream)?.receive(bytes, hasLarge);
  }

  end(stream: number, error: Uint8Array | undefined): void {
    const incoming = this.#incoming.get(stream);

    if (error === undefined) {
      incoming?.end();
    } else {
      incoming?.fail(readError(this.#connection.values.decode(error, false), null));
    }
  }

  lose(error: unknown): void {
    for (const call of [...this.#running]) {
      call.abandon(error);
    }

    for (const stream of this.#incoming.values()) {
      stream.fail(error);
    }

    this.#running.clear();
    this.#byId.clear();
    this.#incoming.clear();
  }

  #begin(call: ServedCall, reader: Reader, hasLarge: boolean): void {
    const method = reader.name();

    if (method === undefined || method === "") {
      call.fail(new MprpcError("The name of a method must be text that is not empty.", { code: "invalid_params" }));
    } else if (method === "$/ping" && this.#connection.knowsExtensions) {
      call.succeed(null);
    } else {
      this.#run(call, method, reader, hasLarge, false);
    }
  }

  #run(call: ServedCall, method: string, reader: Reader, hasLarge: boolean, isInside: boolean): void {
    if (method === "$/call" && this.#connection.knowsExtensions && !isInside) {
      this.#runWithOptions(call, reader, hasLarge);
      return;
    }

    const found = method.startsWith("$/") ? undefined : this.#connection.find(method);

    if (found === undefined) {
      call.fail(new MprpcError(`Method '${method}' not found.`, { code: "unknown_method" }));
      return;
    } else if (this.#running.size >= callsServed) {
      call.fail(new MprpcError(`This client runs ${callsServed} calls at once; call again later.`, { code: "busy" }));
      return;
    }

    let params: unknown;

    try {
      params = this.#connection.values.decode(reader.rest(), hasLarge) ?? [];
    } catch (error) {
      call.fail(new MprpcError(`The params of method '${method}' cannot be read: ${(error as Error).message}`, { code: "invalid_params" }));
      return;
    }

    if (!Array.isArray(params)) {
      call.fail(new MprpcError(`The params of method '${method}' must be an array.`, { code: "invalid_params" }));
      return;
    }

    const numbers: number[] = [];

    try {
      for (const index of found.streams) {
        params[index] = this.#streamOf(call, params[index], `Param ${index + 1} of method '${method}'`, numbers);
      }
    } catch (error) {
      numbers.forEach((number) => this.#incoming.delete(number));
      call.fail(error);
      return;
    }

    this.#running.add(call);

    if (call.id !== undefined) {
      this.#byId.set(call.id, call);
    }

    call.onEnd = () => {
      this.#running.delete(call);
      numbers.forEach((number) => this.#incoming.delete(number));

      if (this.#byId.get(call.id!) === call) {
        this.#byId.delete(call.id!);
      }

      this.#connection.served();
    };
    call.run(method, found, params);
  }

  /** docs/protocol.md 10.6: [options, method, params] */
  #runWithOptions(call: ServedCall, reader: Reader, hasLarge: boolean): void {
    const invalid = (message: string) => call.fail(new MprpcError(message, { code: "invalid_params" }));
    const count = reader.array();

    if (count !== 3) {
      invalid(`Method '$/call' takes 3 params: [options, method, params]; it has ${count ?? "no array"}.`);
      return;
    }

    const options = this.#connection.values.decode(reader.value(), hasLarge) ?? {};

    if (typeof options !== "object" || Array.isArray(options)) {
      invalid("Param 1 ('options') of method '$/call' must be a map or nil.");
      return;
    }

    const { timeout, credit, meta } = options as Record<string, unknown>;

    if (timeout !== undefined && !(typeof timeout === "number" && Number.isInteger(timeout) && timeout >= 0)) {
      invalid("Option 'timeout' of method '$/call' must be a number of milliseconds, 0 or more.");
      return;
    }

    const method = reader.name();

    if (method === undefined) {
      invalid("Param 2 ('method') of method '$/call' must be text.");
      return;
    }

    call.credit = Credit.read(credit);
    call.timeout = timeout;
    call.metadata = typeof meta === "object" && meta !== null ? (meta as CallContext["metadata"]) : {};
    this.#run(call, method, reader, hasLarge, true);
  }

  /** A stream stands in the params as a negative number; others send an array, or nil for none. */
  #streamOf(call: ServedCall, param: unknown, what: string, numbers: number[]): AsyncIterable<unknown> | undefined {
    if (Array.isArray(param)) {
      return ofArray(param);
    } else if (param === null || param === undefined) {
      return ofArray([]);
    } else if (typeof param !== "number" || !Number.isInteger(param) || param >= 0) {
      throw new MprpcError(`${what} must be an array, or a stream, whose number is negative.`, { code: "invalid_params" });
    } else if (call.id === undefined) {
      throw new MprpcError(`${what} is a stream, which needs a request.`, { code: "invalid_params" });
    } else if (this.#incoming.has(param)) {
      throw new MprpcError(`${what} is stream ${param}, which is open already.`, { code: "invalid_params" });
    } else if (this.#incoming.size >= streamsTaken) {
      throw new MprpcError(`This client takes ${streamsTaken} streams at once; call again later.`, { code: "busy" });
    }

    const stream = this.#newStream(param);
    this.#incoming.set(param, stream);
    numbers.push(param);
    return stream;
  }

  /** Without a hello the server knows of no credit to start with: the first grant says it. */
  #newStream(number: number): IncomingStream<unknown> {
    const connection = this.#connection;
    const notify = (name: string, write: (writer: Writer) => void) => {
      const writer = new Writer().array(3).integer(2).name(name);
      write(writer);
      connection.send(writer.take());
    };
    const source = {
      values: connection.values,
      grant: (items: number | null, bytes: number) => notify("$/credit", (writer) => writeCredit(writer.array(3).integer(number), items, bytes)),
      cancel: () => notify("$/cancel", (writer) => writer.array(1).integer(number)),
      tryGrow: () => false,
    };
    return new IncomingStream<unknown>(source, feed, connection.isExtended);
  }
}

/** One call of the server, from its beginning to its one answer. */
class ServedCall {
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

/** [2, "$/item", [number, items]] */
export function writeItems(number: number, count: number, items: Uint8Array): Uint8Array {
  return new Writer(items.length + 32).array(3).integer(2).name("$/item").array(2).integer(number).array(count).raw(items).take();
}

/** The rest of the params of `$/credit`. */
export function writeCredit(writer: Writer, items: number | null, bytes: number): void {
  (items === null ? writer.nil() : writer.integer(items)).integer(bytes);
}

/** Only what was written for the peer is told to it: of other exceptions, that there was one. */
export function writeError(writer: Writer, error: unknown, connection: ServingConnection): void {
  const told = error instanceof MprpcError ? error : new MprpcError("Internal error.");
  const message = told.message || String(told.code ?? "Error.");

  if (!connection.peer.errors) {
    writer.text(told.code !== undefined && isTold(told.code) && !message.startsWith(`${told.code}`) ? `${told.code}: ${message}` : message);
    return;
  }

  let data: Uint8Array | undefined;

  try {
    data = told.data === undefined ? undefined : connection.values.encode(told.data);
  } catch (failure) {
    connection.report(failure, "the data of an error, which is left out");
  }

  writer.map(1 + (told.code === undefined ? 0 : 1) + (data === undefined ? 0 : 1)).name("message").text(message);

  if (told.code !== undefined) {
    writer.name("code").text(String(told.code));
  }

  if (data !== undefined) {
    writer.name("data").raw(data);
  }
}

function isTold(code: string | number): boolean {
  return ["rate_limited", "busy", "too_large", "timeout", "cancelled", "unauthenticated", "forbidden", "goaway"].includes(String(code));
}

async function* ofArray(items: unknown[]): AsyncGenerator<unknown> {
  yield* items;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as Partial<PromiseLike<unknown>>).then === "function";
}
