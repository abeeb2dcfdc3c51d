import { MprpcCaller } from "./caller.js";
import type { CallerHost } from "./caller.js";
import type { Handler, HandlerOptions, Registration } from "./calls/context.js";
import { Backoff } from "./connections/backoff.js";
import type { Connection, ConnectionOwner } from "./connections/connection.js";
import { Dialer } from "./connections/dialer.js";
import { MprpcConnectionError } from "./errors.js";
import { wireName } from "./names.js";
import type { NamingPolicy } from "./names.js";
import { settingsOf } from "./options.js";
import type { MprpcClientOptions, Settings } from "./options.js";
import { Values } from "./wire/values.js";

/**
 * - `idle`: no connection was wanted yet, or the last one has ended and the client does not reconnect by itself.
 * - `connecting`: the first connection is made; after a loss `reconnecting`.
 * - `connected`: calls are sent.
 * - `closed`: for good.
 */
export type ClientState = "idle" | "connecting" | "connected" | "reconnecting" | "closed";

/** Why the state has changed to what it is, if it was not this side's wish. */
export type StateListener = (state: ClientState, reason: Error | undefined) => void;

/**
 * A client of a MessagePack-RPC server over a WebSocket. It connects with the first call or by {@link connect}, sends all calls over one connection, makes a
 * new one when that is lost, and serves calls of the server.
 */
export class MprpcClient extends MprpcCaller {
  readonly #core: Core;

  /**
   * @param url `ws://` or `wss://`; of several servers all their addresses, which are tried in turn
   * @param options they apply to the whole client
   */
  constructor(url: string | URL | readonly (string | URL)[], options: MprpcClientOptions = {}) {
    const core = new Core([url].flat().map(String), settingsOf(options));
    super(() => core, {});
    this.#core = core;
  }

  get state(): ClientState {
    return this.#core.state;
  }

  /** Whether the connection uses the extensions of the protocol; undefined without a connection. */
  get isExtended(): boolean | undefined {
    return this.#core.usable?.isExtended;
  }

  /** Connects, if there is no connection; calls do so by themselves. Rejects with an {@link MprpcConnectionError}. */
  async connect(): Promise<void> {
    await (this.#core.usable ?? this.#core.connected());
  }

  /** Closes the client for good. Calls in flight fail. */
  close(): Promise<void> {
    return this.#core.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Serves a method that the server calls. The handler gets the arguments, then a {@link CallContext}; what it returns, or its promise, is the answer, and an
   * AsyncIterable is streamed. What it throws as an {@link MprpcError} is told to the server; of anything else only "Internal error.".
   *
   * A server sends calls only to clients that have said that they serve: register handlers before the client connects. Later it makes a new connection for
   * that.
   *
   * @returns a function that removes the handler
   */
  on(method: string, handler: Handler, options: HandlerOptions = {}): () => void {
    return this.#core.on(method, { handler, streams: options.streams ?? [] });
  }

  /**
   * Serves the methods of an object, by the names that `as` would call: `confirmOrder` of the prefix `screen` is `screen.confirm_order`. A method may take a
   * {@link CallContext} after the arguments of the contract, as an optional parameter.
   *
   * @returns a function that removes the handlers
   */
  serve<T extends object>(prefix: string, implementation: T): () => void {
    const removals = methodsOf(implementation).map(([name, method]) => this.on(wireName(name, prefix, this.#core.namingPolicy), method.bind(implementation)));
    return () => removals.forEach((remove) => remove());
  }

  /** Is told each change of the state. @returns a function that removes the listener */
  onStateChanged(listener: StateListener): () => void {
    return this.#core.onState(listener);
  }

  /**
   * Is told when a new connection has taken the place of another: whatever the server keeps for a connection, such as groups, is to be asked for again. Also
   * after a server has asked its clients to go elsewhere, when no call was lost. @returns a function that removes the listener
   */
  onReconnected(listener: () => unknown): () => void {
    return this.#core.onReconnected(listener);
  }
}

// Not for its users: what the parts of the client ask of it.
class Core implements CallerHost, ConnectionOwner {
  readonly settings: Settings;
  readonly values: Values;
  state: ClientState = "idle";
  usable: Connection | undefined;
  readonly #urls: readonly string[];
  readonly #dialer: Dialer;
  readonly #backoff: Backoff;
  readonly #handlers = new Map<string, Registration>();
  readonly #stateListeners = new Set<StateListener>();
  readonly #reconnectedListeners = new Set<() => unknown>();
  readonly #connections = new Set<Connection>();
  readonly #closing = new AbortController();
  #next = 0; // of the addresses
  #attempt: Promise<Connection> | undefined;
  #hasConnected = false;

  constructor(urls: string[], settings: Settings) {
    if (urls.length === 0 || urls.some((url) => !/^wss?:/.test(new URL(url).protocol))) {
      throw new TypeError(`The address of a server must begin with ws:// or wss://; given: ${urls.join(", ") || "none"}.`);
    }

    this.#urls = urls;
    this.settings = settings;
    this.values = new Values(settings.largeIntegers, settings.extensionCodec);
    this.#dialer = new Dialer(this);
    this.#backoff = new Backoff(settings.reconnect || { initialDelay: 100, maxDelay: 5_000, jitter: 0.3 });
  }

  get callTimeout(): number | undefined {
    return this.settings.callTimeout;
  }

  get namingPolicy(): NamingPolicy {
    return this.settings.namingPolicy;
  }

  report(error: unknown, where: string): void {
    this.settings.onError(error, where);
  }

  find(method: string): Registration | undefined {
    return this.#handlers.get(method);
  }

  /** The next attempt to connect, which all that wait share; with `waitForReady` the first one that succeeds. */
  async connected(): Promise<Connection> {
    for (;;) {
      try {
        return await this.#dial();
      } catch (error) {
        if (!this.settings.waitForReady || this.#closing.signal.aborted) {
          throw error;
        }
      }
    }
  }

  on(method: string, registration: Registration): () => void {
    this.#handlers.set(method, registration);

    // The server has been told that this client serves nothing.
    if (this.usable?.isExtended && !this.usable.serves) {
      this.#replace();
    }

    return () => {
      if (this.#handlers.get(method) === registration) {
        this.#handlers.delete(method);
      }
    };
  }

  onState(listener: StateListener): () => void {
    this.#stateListeners.add(listener);
    return () => void this.#stateListeners.delete(listener);
  }

  onReconnected(listener: () => unknown): () => void {
    this.#reconnectedListeners.add(listener);
    return () => void this.#reconnectedListeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#setState("closed", undefined);

    for (const connection of [...this.#connections]) {
      connection.close(new MprpcConnectionError("The client was closed.", true));
    }

    await this.#attempt?.catch(() => {});
  }

  // docs/protocol.md 10.10
  goesAway(connection: Connection): void {
    if (connection === this.usable) {
      // A server that stops says so on new connections too: one that says it at once is no reason to hurry.
      if (this.#backoff.isShort(connection.openedAt)) {
        this.#backoff.fail();
      }

      this.#replace();
    }
  }

  lost(connection: Connection, error: MprpcConnectionError): void {
    this.#connections.delete(connection);

    if (connection !== this.usable) {
      return;
    }

    this.usable = undefined;
    this.#next++;

    if (connection.hasBeenUseful || !this.#backoff.isShort(connection.openedAt)) {
      this.#backoff.reset();
    } else {
      this.#backoff.fail();
    }

    if (this.state === "closed") {
      return;
    }

    if (this.settings.reconnect === false) {
      this.#setState(this.#attempt === undefined ? "idle" : "connecting", error);
    } else {
      this.#setState("reconnecting", error);
      this.#keepDialing();
    }
  }

  /** Makes a new connection; this one takes calls until it is there, then ends after its last answer. */
  #replace(): void {
    this.#next++;
    this.#keepDialing();
  }

  #keepDialing(): void {
    this.#dial().catch(() => {
      // Failed: once more, after a delay, until there is a connection that takes calls, or none is wanted.
      if (!this.#closing.signal.aborted && (this.settings.reconnect !== false || this.usable !== undefined)) {
        this.#keepDialing();
      }
    });
  }

  #dial(): Promise<Connection> {
    this.#attempt ??= this.#make().finally(() => (this.#attempt = undefined));
    return this.#attempt;
  }

  async #make(): Promise<Connection> {
    if (this.usable === undefined) {
      this.#setState(this.#hasConnected ? "reconnecting" : "connecting", undefined);
    }

    await pause(this.#backoff.delay, this.#closing.signal);
    const url = this.#urls[this.#next % this.#urls.length]!;

    try {
      const connection = await this.#dialer.dial(url, this.#handlers.size > 0, this.#closing.signal);
      this.#adopt(connection);
      return connection;
    } catch (error) {
      this.#backoff.fail();
      this.#next++;

      if (this.usable === undefined && (!this.#hasConnected || this.settings.reconnect === false)) {
        this.#setState("idle", error as Error);
      }

      throw error;
    }
  }

  #adopt(connection: Connection): void {
    if (this.#closing.signal.aborted || !connection.isOpen) {
      connection.close(new MprpcConnectionError("The client was closed.", false));
      throw new MprpcConnectionError(this.#closing.signal.aborted ? "The client was closed." : "The server closed the connection at once.", false);
    }

    const previous = this.usable;

    if (connection.isLeaving && previous !== undefined) {
      // A server that stops has said so at once: the connection that it asks to leave is as good.
      connection.close(new MprpcConnectionError("The server is stopping.", false));
      throw new MprpcConnectionError("The server is stopping.", false);
    }

    const isFirst = !this.#hasConnected;
    this.#hasConnected = true;
    this.usable = connection;
    this.#connections.add(connection);
    this.#setState("connected", undefined);
    previous?.drain();

    if (!isFirst) {
      this.#tell(this.#reconnectedListeners, "a listener of onReconnected");
    }

    if (connection.isLeaving) {
      this.goesAway(connection);
    }
  }

  #setState(state: ClientState, reason: Error | undefined): void {
    if (this.state !== state && this.state !== "closed") {
      this.state = state;
      this.#tell(this.#stateListeners, "a listener of onStateChanged", state, reason);
    }
  }

  #tell<A extends unknown[]>(listeners: Set<(...args: A) => unknown>, where: string, ...args: A): void {
    for (const listener of [...listeners]) {
      try {
        const result = listener(...args);

        if (result instanceof Promise) {
          result.catch((error: unknown) => this.report(error, where));
        }
      } catch (error) {
        this.report(error, where);
      }
    }
  }
}

function pause(time: number, signal: AbortSignal): Promise<void> {
  return time <= 0 || signal.aborted ? Promise.resolve() : new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, time);
    signal.addEventListener("abort", end);
  });
}

/** The methods of an object literal or of a class, those of its bases included. */
function methodsOf(object: object): [string, (...args: any[]) => unknown][] {
  const found = new Map<string, (...args: any[]) => unknown>();

  for (let level = object; level !== null && level !== Object.prototype; level = Object.getPrototypeOf(level) as object) {
    for (const name of Object.getOwnPropertyNames(level)) {
      const value: unknown = Object.getOwnPropertyDescriptor(level, name)!.value;

      if (name !== "constructor" && typeof value === "function" && !found.has(name)) {
        found.set(name, value as (...args: any[]) => unknown);
      }
    }
  }

  return [...found];
}
