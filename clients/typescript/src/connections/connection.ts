import type { Registration } from "../calls/context.js";
import { MprpcConnectionError, MprpcError, MprpcProtocolError, readError } from "../errors.js";
import type { Settings, WebSocketLike } from "../options.js";
import type { OutgoingStream } from "../streams/outgoing.js";
import { Reader } from "../wire/reader.js";
import { MessageScanner } from "../wire/scanner.js";
import type { Message } from "../wire/scanner.js";
import type { Values } from "../wire/values.js";
import { Writer } from "../wire/writer.js";
import { Heartbeat } from "./heartbeat.js";
import { plain } from "./offer.js";
import type { Offer } from "./offer.js";
import { PendingCalls } from "./pending.js";
import type { PendingCall } from "./pending.js";
import { ServedCalls } from "./served.js";

const maxDepth = 64; // docs/protocol.md 1.3
const smallestStream = -0x8000_0000;

/** What a connection tells, and asks of, its client. */
export interface ConnectionOwner {
  readonly settings: Settings;
  readonly values: Values;
  find(method: string): Registration | undefined;

  /** The server wants no further calls on this connection. */
  goesAway(connection: Connection): void;

  lost(connection: Connection, error: MprpcConnectionError): void;
}

/** One WebSocket, and what is in flight on it in either direction. */
export class Connection {
  readonly values: Values;
  readonly knowsExtensions: boolean;
  readonly openedAt = performance.now();
  readonly serves: boolean;
  peer: Offer = plain;
  isExtended = false;

  /** Whether the server has asked for no further calls on this connection. */
  isLeaving = false;

  /** Whether the server has sent anything but its answer to the hello. */
  hasBeenUseful = false;
  readonly #owner: ConnectionOwner;
  readonly #socket: WebSocketLike;
  readonly #scanner: MessageScanner;
  readonly #pending = new PendingCalls();
  readonly #pumps = new Map<number, OutgoingStream>();
  readonly #served = new ServedCalls(this);
  readonly #output = new Writer(1024);
  readonly #heartbeat: Heartbeat;
  #isFlushing = false;
  #isClosed = false;
  #isDraining = false;
  #nextStream = -1;
  #grownWindows = 0;

  constructor(owner: ConnectionOwner, socket: WebSocketLike, serves: boolean) {
    this.#owner = owner;
    this.#socket = socket;
    this.serves = serves;
    this.values = owner.values;
    this.knowsExtensions = owner.settings.extensions !== "never";
    this.#scanner = new MessageScanner(owner.settings.maxMessageSize, maxDepth);
    this.#heartbeat = new Heartbeat(owner.settings.heartbeatInterval, owner.settings.heartbeatTimeout, () => this.#ping(), (silence) => {
      this.lose(new MprpcConnectionError(`The connection was lost: nothing has come from the server for ${Math.round(silence)} ms.`, true), 4000);
    });
    socket.onmessage = (event: { data: unknown }) => this.#receive(event.data);
    socket.onerror = () => {};
    socket.onclose = (event: { code?: number; reason?: string }) => {
      const reason = event.reason ? `: ${event.reason}` : "";
      this.lose(new MprpcConnectionError(`The connection was closed${event.code === undefined ? "" : ` with status ${event.code}`}${reason}.`, true));
    };
  }

  /** The subprotocol that the server has chosen. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  get isOpen(): boolean {
    return !this.#isClosed;
  }

  /** Whether the server takes another request now. */
  get hasRoom(): boolean {
    return this.#pending.hasRoom;
  }

  /** Calls back when the server takes another request, or the connection is lost. */
  whenRoom(action: () => void): void {
    this.#pending.whenRoom(action);
  }

  /** The server has said what it takes. */
  greeted(offer: Offer): void {
    this.peer = offer;
    this.#pending.most = offer.calls;
    this.isExtended = true;
    this.hasBeenUseful = false;

    if (offer.ping) {
      this.#heartbeat.start();
    }
  }

  /**
   * Sends a request whose answer goes to the call.
   * @param write makes the message, given its msgid
   * @returns its msgid
   */
  request(call: PendingCall, write: (id: number) => Uint8Array): number {
    const id = this.#pending.freeId();
    const message = write(id);
    this.#checkSize(message);
    this.#pending.set(id, call);
    this.send(message);
    return id;
  }

  /** Sends a notification. */
  notify(message: Uint8Array): void {
    this.#checkSize(message);
    this.send(message);
  }

  /** The answer to a request is of no use any more: its msgid is free when it comes. */
  forget(id: number, call: PendingCall): void {
    this.#pending.forget(id, call);
  }

  /** docs/protocol.md 10.8; to plain servers nothing is sent. */
  cancel(id: number): void {
    if (this.isExtended) {
      this.send(new Writer().array(3).integer(2).name("$/cancel").array(1).integer(id).take());
    }
  }

  /** Gives a stream of this client's its number. Throws an MprpcError when the server takes no further one. */
  openStream(pump: OutgoingStream): number {
    if (this.#pumps.size >= this.peer.streams) {
      throw new MprpcError(`The server takes ${this.peer.streams} streams at once, which are open; call again later.`, { code: "busy" });
    }

    while (this.#pumps.has(this.#nextStream)) {
      this.#nextStream = this.#nextStream === smallestStream ? -1 : this.#nextStream - 1;
    }

    const number = this.#nextStream;
    this.#nextStream = number === smallestStream ? -1 : number - 1;
    this.#pumps.set(number, pump);
    return number;
  }

  closeStream(number: number): void {
    this.#pumps.get(number)?.stop();
    this.#pumps.delete(number);
  }

  /** All windows of a connection may grow by 4 MiB together. */
  tryGrow(bytes: number): boolean {
    if (this.#grownWindows + bytes > 4 * 1024 * 1024) {
      return false;
    }

    this.#grownWindows += bytes;
    return true;
  }

  shrink(bytes: number): void {
    this.#grownWindows -= bytes;
  }

  /** Messages of one turn go out together (docs/protocol.md 1.5). */
  send(message: Uint8Array): void {
    if (this.#isClosed) {
      return;
    }

    this.#output.raw(message);

    if (!this.#isFlushing) {
      this.#isFlushing = true;
      queueMicrotask(() => this.#flush());
    }
  }

  /** Takes no more calls, and closes when those that it has are answered. */
  drain(): void {
    this.#isDraining = true;
    this.#closeIfDrained();
  }

  close(error: MprpcConnectionError): void {
    this.#flush();
    this.lose(error, 1000);
  }

  /** The connection ends: whatever waits for its server fails. */
  lose(error: MprpcConnectionError, status?: number): void {
    if (this.#isClosed) {
      return;
    }

    this.#isClosed = true;
    this.#heartbeat.stop();

    if (status !== undefined) {
      closeSocket(this.#socket, status, status === 1000 ? "" : error.message);
    }

    for (const number of [...this.#pumps.keys()]) {
      this.closeStream(number);
    }

    const { calls, waiting } = this.#pending.takeAll();
    this.#served.lose(error);
    this.#owner.lost(this, error);
    calls.forEach((call) => call.lose(error));
    waiting.forEach((action) => action());
  }

  find(method: string): Registration | undefined {
    return this.#owner.find(method);
  }

  report(error: unknown, where: string): void {
    this.#owner.settings.onError(error, where);
  }

  served(): void {
    this.#closeIfDrained();
  }

  #receive(data: unknown): void {
    if (this.#isClosed) {
      return;
    }

    this.#heartbeat.heard();

    try {
      this.#scanner.push(bytesOf(data));

      for (let message = this.#scanner.next(); message !== undefined && !this.#isClosed; message = this.#scanner.next()) {
        this.#handle(message);
      }
    } catch (error) {
      const cause = error instanceof MprpcProtocolError ? error : new MprpcProtocolError(`A message cannot be read: ${(error as Error).message}`);
      this.lose(new MprpcConnectionError(`The connection was closed, because the server broke the protocol: ${cause.message}`, true, { cause }), 4002);
    }
  }

  // docs/protocol.md 5.1, 5.2
  #handle({ bytes, hasLarge }: Message): void {
    const reader = new Reader(bytes);
    const count = reader.array();
    const type = reader.integer();
    this.hasBeenUseful = true;

    if (type === 1 && count === 4) {
      this.#handleResponse(reader, hasLarge);
    } else if (type === 2 && count === 3) {
      this.#handleNotification(reader, hasLarge);
    } else if (type === 0 && count === 4) {
      const id = reader.integer();

      if (id === undefined || id < smallestStream || id > 0xffff_ffff) {
        throw new MprpcProtocolError("The msgid of a request must be an integer from -2147483648 to 4294967295.");
      }

      this.#served.request(id, reader, hasLarge);
    } else {
      throw new MprpcProtocolError("A message must be [0, msgid, method, params], [1, msgid, error, result] or [2, method, params].");
    }
  }

  // [1, msgid, error, result]
  #handleResponse(reader: Reader, hasLarge: boolean): void {
    const id = reader.integer();

    if (id === undefined) {
      throw new MprpcProtocolError("The msgid of a response must be an integer.");
    }

    const call = this.#pending.take(id);

    if (call === undefined) {
      return; // late, or nobody's: docs/protocol.md 8.2
    }

    let error: MprpcError | undefined;

    if (reader.isNil) {
      reader.skip();
    } else {
      const value = reader.value();
      error = readError(this.values.decode(value, hasLarge), this.values.decode(reader.rest(), hasLarge));
    }

    call.answer(error, reader.rest(), hasLarge);
    this.#pending.giveRoom();
    this.#closeIfDrained();
  }

  // [2, method, params]
  #handleNotification(reader: Reader, hasLarge: boolean): void {
    const method = reader.name();

    if (method === undefined) {
      return;
    } else if (!method.startsWith("$/") || method === "$/call") {
      this.#served.notification(method, reader, hasLarge);
    } else if (this.knowsExtensions) {
      this.#handleControl(method, reader, hasLarge);
    }
  }

  /** A notification that does not fit, or names nothing that is open, is ignored (docs/protocol.md 10.1). */
  #handleControl(method: string, reader: Reader, hasLarge: boolean): void {
    const count = reader.array() ?? 0;
    const number = count > 0 ? reader.integer() : undefined;

    if (number === undefined) {
      return;
    }

    switch (method) {
      case "$/item":
        if (count === 2) {
          number >= 0 ? this.#pending.get(number)?.items(reader.rest(), hasLarge) : this.#served.items(number, reader.rest(), hasLarge);
        }

        break;
      case "$/credit": {
        const [items, bytes] = [count > 1 ? this.values.decode(reader.value(), false) : 0, count > 2 ? this.values.decode(reader.value(), false) : 0];
        number >= 0 ? this.#served.credit(number, items, bytes) : this.#pumps.get(number)?.grant(items, bytes);
        break;
      }
      case "$/cancel":
      case "$/cancelRequest":
        number >= 0 ? this.#served.cancel(number) : this.closeStream(number);
        break;
      case "$/end":
        this.#served.end(number, count > 1 ? reader.value() : undefined);
        break;
      case "$/goaway":
        if (count === 2 && number >= 0 && this.isExtended) {
          this.#goAway(number, String(this.values.decode(reader.rest(), false)));
        }

        break;
    }
  }

  // docs/protocol.md 10.10
  #goAway(grace: number, reason: string): void {
    if (grace > 0) {
      this.isLeaving = true;
      this.#owner.goesAway(this);
      return;
    }

    this.lose(new MprpcConnectionError(`The server has ended, and promises that the call has not run (${reason}).`, false), 1000);
  }

  #ping(): void {
    const ignore = () => {};
    this.request({ answer: ignore, items: ignore, lose: ignore }, (id) => new Writer().array(4).integer(0).integer(id).name("$/ping").array(0).take());
  }

  #checkSize(message: Uint8Array): void {
    if (message.length > this.peer.size) {
      throw new MprpcError(`The message has ${message.length} bytes; the server takes ${this.peer.size}. Nothing was sent.`, { code: "too_large" });
    }
  }

  #closeIfDrained(): void {
    if (this.#isDraining && !this.#isClosed && this.#pending.isIdle && this.#served.isIdle) {
      this.close(new MprpcConnectionError("The connection was closed, because the server wants calls elsewhere.", false));
    }
  }

  #flush(): void {
    this.#isFlushing = false;

    if (!this.#isClosed && this.#output.length > 0) {
      this.#socket.send(this.#output.take());
    }
  }
}

function bytesOf(data: unknown): Uint8Array {
  if (data instanceof ArrayBuffer) {
    return new Uint8Array(data);
  } else if (data instanceof Uint8Array) {
    return data;
  }

  throw new MprpcProtocolError("The server has sent text; messages are binary.");
}

/** The reason of a close has 123 bytes at most. */
function closeSocket(socket: WebSocketLike, status: number, reason: string): void {
  try {
    socket.close(status, reason.replace(/[^\x20-\x7e]/g, "?").slice(0, 120));
  } catch {
    // It has closed meanwhile.
  }
}
