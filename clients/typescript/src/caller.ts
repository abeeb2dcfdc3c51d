import { ResultCall } from "./calls/call.js";
import type { CallHost } from "./calls/call.js";
import { Request } from "./calls/request.js";
import { ResultIterator } from "./calls/stream-call.js";
import type { Connection } from "./connections/connection.js";
import { MprpcNotSupportedError, MprpcTimeoutError } from "./errors.js";
import { combine } from "./options.js";
import type { CallOptions } from "./options.js";
import { typed } from "./typed.js";
import type { Descriptions, TypedHost } from "./typed.js";
import type { Values } from "./wire/values.js";

/** What callers have of their client. */
export interface CallerHost extends CallHost, TypedHost {
  readonly values: Values;
}

/** Makes calls with options; a client is one without any. Cheap, and can be kept. */
export class MprpcCaller {
  readonly #host: () => CallerHost;
  readonly #options: CallOptions;

  /** @internal */
  constructor(host: () => CallerHost, options: CallOptions) {
    this.#host = host;
    this.#options = options;
  }

  /**
   * Calls a method by its name on the wire. An `AbortSignal` among the arguments is not sent: it cancels the call. An AsyncIterable or ReadableStream is sent
   * as a stream; to a server without streams as an array, of 10,000 items, 1 MiB and 30 s at most.
   *
   * Rejects with an {@link MprpcError} if the server answers with an error, an {@link MprpcConnectionError} if it cannot be reached or the connection is lost,
   * an {@link MprpcTimeoutError}, or the reason of the signal.
   */
  call<T = unknown>(method: string, ...args: unknown[]): Promise<T> {
    try {
      const host = this.#host();
      const call = new ResultCall(host, new Request(host.values, method, args, this.#options), this.#options);
      call.start();
      return call.result as Promise<T>;
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /**
   * Calls a method whose result is a stream. The call is made when the first item is asked for; iterated twice, it is made twice. Leaving the loop early
   * cancels it. A server without streams answers with an array, which is iterated.
   */
  stream<T = unknown>(method: string, ...args: unknown[]): AsyncIterable<T> {
    return {
      [Symbol.asyncIterator]: () => {
        const host = this.#host();
        return new ResultIterator<T>(host, host.values, () => new Request(host.values, method, args, this.#options), this.#options);
      },
    };
  }

  /**
   * Sends a notification: nobody answers it, so a promise that resolves says only that it was sent. Rejects if it cannot be sent, within its timeout.
   */
  async notify(method: string, ...args: unknown[]): Promise<void> {
    const host = this.#host();
    const request = new Request(host.values, method, args, this.#options);

    if (request.hasStreams) {
      throw new MprpcNotSupportedError(`The notification '${method}' has a stream among its arguments, which needs a call.`);
    }

    request.throwIfAborted();
    send(host.usable ?? await inTime(host.connected(), request, this.#options.timeout ?? host.callTimeout), request);
  }

  /** The same with options: `client.with({ timeout: 2000 }).call("sum", 1, 2)`. What is set last wins; signals apply together. */
  with(options: CallOptions): MprpcCaller {
    return new MprpcCaller(this.#host, combine(this.#options, options));
  }

  /**
   * A typed client: the methods of `T` are called by their names on the wire, with a prefix: `getUser` of the prefix `users` is `users.get_user`.
   * Methods that return a promise are calls. Those that return an AsyncIterable are streams, those that return void notifications; since types are gone at
   * run time, they are named: `client.as<IFeed>("feed", { watch: "stream", show: "notify" })`. The compiler asks for each of them.
   */
  as<T extends object>(prefix: string, ...descriptions: Descriptions<T>): T {
    return typed<T>(this, this.#host, prefix, descriptions[0] ?? {});
  }
}

function send(connection: Connection, request: Request): void {
  request.checkMetadata(connection);
  connection.notify(request.write(undefined, request.open(connection).params, undefined, undefined));
}

/** Waits for a connection; the timeout of a notification is the time to be sent in. */
function inTime(connected: Promise<Connection>, request: Request, timeout: number | undefined): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const stopListening = request.onAbort(reject);
    const timer = timeout === undefined ? undefined
      : setTimeout(() => reject(new MprpcTimeoutError(`The notification '${request.method}' could not be sent within ${timeout} ms.`)), timeout);
    connected.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      stopListening();
    });
  });
}
