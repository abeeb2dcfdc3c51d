import type { Connection } from "../connections/connection.js";
import type { PendingCall } from "../connections/pending.js";
import { MprpcConnectionError, MprpcError, MprpcTimeoutError } from "../errors.js";
import type { CallOptions } from "../options.js";
import type { CreditOption, Request } from "./request.js";

// How often a call is made again that has never run.
const mostRepeats = 3;

/** What calls need of their client. */
export interface CallHost {
  /** The connection that takes calls, if there is one. */
  readonly usable: Connection | undefined;

  readonly callTimeout: number | undefined;

  /** Waits for a connection. */
  connected(): Promise<Connection>;
}

/**
 * One call from its beginning to its end, whatever comes first: the response, the signal, the time, the loss of the connection. Its subclass says what the
 * caller gets.
 */
export abstract class Call implements PendingCall {
  readonly request: Request;
  protected connection: Connection | undefined;
  protected id = -1;
  protected hasEnded = false;
  readonly #host: CallHost;
  readonly #ownTimeout: number | undefined;
  readonly #deadline: number;
  readonly #collecting = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pumps: { readonly connection: Connection; readonly numbers: readonly number[] } | undefined;
  #repeats = 0;
  #stopListening: (() => void) | undefined;

  protected constructor(host: CallHost, request: Request, options: CallOptions) {
    this.#host = host;
    this.request = request;
    this.#ownTimeout = options.timeout;
    this.#deadline = options.timeout === undefined ? Infinity : performance.now() + options.timeout;
  }

  /** Of a result's stream: the credit with which it starts. */
  protected get credit(): CreditOption | undefined {
    return undefined;
  }

  abstract answer(error: MprpcError | undefined, result: Uint8Array, hasLarge: boolean): void;

  items(_bytes: Uint8Array, _hasLarge: boolean): void {
    // Items of a call that asked for none.
  }

  start(): void {
    try {
      this.request.throwIfAborted();
    } catch (reason) {
      this.end(reason, true);
      return;
    }

    this.#stopListening = this.request.onAbort((reason) => this.#giveUp(reason));
    const timeout = this.#ownTimeout ?? this.#host.callTimeout;

    if (timeout !== undefined) {
      this.#timer = setTimeout(() => this.#giveUp(new MprpcTimeoutError(`Method '${this.request.method}' took longer than ${timeout} ms.`)), timeout);
    }

    this.#find();
  }

  lose(error: MprpcConnectionError): void {
    this.connection = undefined;

    if (!this.hasEnded && !error.requestWasSent) {
      this.#repeat(error);
    } else {
      this.end(error);
    }
  }

  /** The caller wants no more: what is open at the server is cancelled. */
  protected cancelAtServer(): void {
    this.#collecting.abort();

    if (this.connection !== undefined) {
      this.connection.forget(this.id, this);
      this.connection.cancel(this.id);
      this.connection = undefined;
    }
  }

  /** The caller's wait has ended with an error; `isOwn` if that was this side's wish, by signal or time. */
  protected abstract ended(error: unknown, isOwn: boolean): void;

  protected end(error: unknown, isOwn = false): void {
    if (!this.hasEnded) {
      this.release();
      this.ended(error, isOwn);
    }
  }

  /** The time of the caller's is over only for the first item of a stream, unless it is the call's own. */
  protected relaxTime(): void {
    if (this.#ownTimeout === undefined) {
      clearTimeout(this.#timer);
    }
  }

  protected release(): void {
    this.hasEnded = true;
    clearTimeout(this.#timer);
    this.#stopListening?.();
    this.#closePumps();
  }

  /** The error of a response; true if the call is made again, because it has not run. */
  protected mayRepeat(error: MprpcError): boolean {
    this.#closePumps();

    if (error.code !== "goaway" || this.hasEnded) {
      return false;
    }

    this.connection = undefined;
    this.#repeat(error);
    return true;
  }

  /** The deadline is both sides'; whichever notices first, the caller gets the same. */
  protected translated(error: MprpcError): Error {
    return error.code === "timeout" && this.#ownTimeout !== undefined ? new MprpcTimeoutError(error.message, { cause: error }) : error;
  }

  #giveUp(error: unknown): void {
    this.cancelAtServer();
    this.end(error, true);
  }

  #repeat(error: MprpcConnectionError | MprpcError): void {
    if (this.request.hasStreams || this.#repeats >= mostRepeats) {
      this.end(error);
    } else {
      this.#repeats++;
      this.#find();
    }
  }

  #find(): void {
    const usable = this.#host.usable;

    if (usable !== undefined) {
      this.#sendOn(usable);
    } else {
      this.#host.connected().then((connection) => this.#sendOn(connection), (error: unknown) => this.end(error));
    }
  }

  #sendOn(connection: Connection): void {
    if (this.hasEnded) {
      return;
    } else if (!connection.isOpen) {
      this.#find();
    } else if (this.request.needsArrays(connection)) {
      this.request.makeArrays(this.#collecting.signal).then(() => this.#find(), (error: unknown) => this.end(error));
    } else if (!connection.hasRoom) {
      connection.whenRoom(() => this.#sendOn(connection));
    } else {
      this.#send(connection);
    }
  }

  #send(connection: Connection): void {
    try {
      this.request.checkMetadata(connection);
      const { params, pumps } = this.request.open(connection);
      this.#pumps = { connection, numbers: [...pumps.keys()] };
      this.connection = connection;
      const credit = connection.isExtended ? this.credit : undefined;
      this.id = connection.request(this, (id) => this.request.write(id, params, this.#timeToSend(connection), credit));
      pumps.forEach((pump) => pump.start());
    } catch (error) {
      this.connection = undefined;
      this.end(error);
    }
  }

  /** What is left of the call's own time, rounded up: at 0 the server runs nothing. */
  #timeToSend(connection: Connection): number | undefined {
    return this.#ownTimeout === undefined || !connection.isExtended ? undefined : Math.max(0, Math.ceil(this.#deadline - performance.now()));
  }

  #closePumps(): void {
    const pumps = this.#pumps;
    this.#pumps = undefined;
    pumps?.numbers.forEach((number) => pumps.connection.closeStream(number));
  }
}

/** A call whose result is a promise. */
export class ResultCall extends Call {
  readonly result: Promise<unknown>;
  #resolve!: (result: unknown) => void;
  #reject!: (error: unknown) => void;

  constructor(host: CallHost, request: Request, options: CallOptions) {
    super(host, request, options);
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  answer(error: MprpcError | undefined, result: Uint8Array, hasLarge: boolean): void {
    if (error !== undefined) {
      if (!this.mayRepeat(error)) {
        this.end(this.translated(error));
      }

      return;
    }

    let value: unknown;

    try {
      value = this.connection!.values.decode(result, hasLarge);
    } catch (unreadable) {
      const message = `The result of method '${this.request.method}' cannot be read: ${(unreadable as Error).message}`;
      this.end(new MprpcError(message, { code: "invalid_result", cause: unreadable }));
      return;
    }

    this.release();
    this.#resolve(value);
  }

  protected ended(error: unknown): void {
    this.#reject(error);
  }
}
