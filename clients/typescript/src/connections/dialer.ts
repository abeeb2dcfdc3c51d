import { MprpcConnectionError, MprpcError, MprpcProtocolError } from "../errors.js";
import type { Settings, WebSocketLike } from "../options.js";
import { Connection } from "./connection.js";
import type { ConnectionOwner } from "./connection.js";
import { sayHello } from "./hello.js";

// A server that has not said that it knows the extensions has so long to answer whether it does; one that does not is asked again, later each time.
const timeToAnswer = 1_000;
const firstPause = 10_000;
const longestPause = 600_000;

/** Makes connections, and asks servers whether they know the extensions (docs/protocol.md 10.5, 10.12). */
export class Dialer {
  readonly #owner: ConnectionOwner;
  readonly #settings: Settings;
  #pause = 0;
  #plainSince = 0;

  constructor(owner: ConnectionOwner) {
    this.#owner = owner;
    this.#settings = owner.settings;
  }

  /** A connection that is ready for calls. */
  async dial(url: string, serves: boolean, signal: AbortSignal): Promise<Connection> {
    if (signal.aborted) {
      throw new MprpcConnectionError("The client was closed.", false);
    }

    const deadline = performance.now() + this.#settings.connectTimeout;
    const connection = new Connection(this.#owner, await this.#open(url, signal), serves);

    if (!this.#asks(connection)) {
      return connection;
    }

    const abandon = () => connection.close(new MprpcConnectionError("The client was closed.", false));
    signal.addEventListener("abort", abandon);

    try {
      return (await this.#ask(connection, deadline, signal)) ? connection : await this.dial(url, serves, signal);
    } finally {
      signal.removeEventListener("abort", abandon);
    }
  }

  /** Whether a hello is said: to a server that claims to know it, or if the client asks whatever is said. */
  #asks(connection: Connection): boolean {
    const { extensions } = this.#settings;
    return extensions !== "never"
      && (extensions === "always" || connection.protocol === "mprpc.1")
      && (this.#pause === 0 || performance.now() - this.#plainSince >= this.#pause);
  }

  /** Resolves to false if the server has closed the connection, as one does that knows no such method. */
  async #ask(connection: Connection, deadline: number, signal: AbortSignal): Promise<boolean> {
    const isKnown = connection.protocol === "mprpc.1";
    const timeout = isKnown ? Math.max(deadline - performance.now(), 1) : timeToAnswer;
    let timer: ReturnType<typeof setTimeout> | undefined;

    try {
      await Promise.race([
        sayHello(connection, this.#settings.maxMessageSize),
        new Promise((_, reject) => (timer = setTimeout(() => reject(new Unanswered()), timeout))),
      ]);
      this.#pause = 0;
      return true;
    } catch (error) {
      if (signal.aborted) {
        throw error;
      }

      this.#pause = this.#pause === 0 ? firstPause : Math.min(this.#pause * 2, longestPause);
      this.#plainSince = performance.now();

      if (error instanceof Unanswered) {
        const silence = `The server has not answered '$/hello' within ${Math.round(timeout)} ms; it is taken for plain.`;
        this.#settings.onError(new MprpcProtocolError(silence), "hello");
      } else if (!(error instanceof MprpcError || error instanceof MprpcProtocolError)) {
        return false;
      }

      return true;
    } finally {
      clearTimeout(timer);
    }
  }

  #open(url: string, signal: AbortSignal): Promise<WebSocketLike> {
    return new Promise((resolve, reject) => {
      const socket = new this.#settings.webSocket(url, [...this.#settings.protocols]);
      let why = "";
      socket.binaryType = "arraybuffer";

      const settle = (action: () => void) => {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
        socket.onopen = socket.onclose = null;
        socket.onerror = () => {};
        action();
      };
      const fail = (reason: string) => settle(() => {
        reject(new MprpcConnectionError(`Cannot connect to ${url}: ${reason}`, false));
        socket.close();
      });
      const onAbort = () => fail("the client was closed.");
      const timer = setTimeout(() => fail(`there was no WebSocket within ${this.#settings.connectTimeout} ms.`), this.#settings.connectTimeout);
      signal.addEventListener("abort", onAbort);
      socket.onopen = () => settle(() => resolve(socket));
      socket.onerror = (event: { message?: string; error?: Error }) => (why = event.message || event.error?.message || why);
      // Browsers tell pages nothing of the reason.
      socket.onclose = (event: { code?: number }) => fail(why || `the WebSocket was closed with status ${event.code ?? "unknown"} before it was open.`);
    });
  }
}

class Unanswered extends Error {}
