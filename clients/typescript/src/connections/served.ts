import type { CallContext } from "../calls/context.js";
import { MprpcError, readError } from "../errors.js";
import { Credit } from "../streams/credit.js";
import { IncomingStream } from "../streams/incoming.js";
import { Reader } from "../wire/reader.js";
import { Writer } from "../wire/writer.js";
import { writeCredit } from "./messages.js";
import { callsServed, feed, streamsTaken } from "./offer.js";
import { ServedCall } from "./served-call.js";
import type { ServingConnection } from "./served-call.js";

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

async function* ofArray(items: unknown[]): AsyncGenerator<unknown> {
  yield* items;
}
