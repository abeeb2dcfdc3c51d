import { MprpcClient } from "@mprpc/client";
import type { MprpcClientOptions } from "@mprpc/client";
import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { MessageScanner } from "../dist/esm/wire/scanner.js";

// The names of the tables of cases.
const names: Record<string, string> = {
  SUM: "a373756d920102", COUNT: "a5636f756e74", DRIP: "a464726970", BREAK: "a5627265616b", TOTAL: "a5746f74616c", PIPE: "a470697065",
  WAIT: "a477616974", HELLO: "a7242f68656c6c6f", CALL: "a6242f63616c6c", CANCEL: "a8242f63616e63656c", ITEM: "a6242f6974656d",
  CREDIT: "a8242f637265646974", END: "a5242f656e64", PING: "a6242f70696e67", GOAWAY: "a8242f676f61776179", TIMEOUT: "a774696d656f7574",
  CRED: "a6637265646974", META: "a46d657461",
};

/** What a server of Mprpc offers that takes streams: [64, 16384] is the credit of each. */
export const serverOffer = "87a66572726f7273a36d6170a473697a65ce00400000a563616c6c73cd03e8a773747265616d7364a4666565649240cd4000a46d657461cd2000a470696e67c3";

/** Bytes in hexadecimal, with names of the tables between blanks. */
export function bytes(notation: string): Uint8Array {
  return Buffer.from(notation.split(/\s+/).map((word) => names[word] ?? word).join(""), "hex");
}

export function hexOf(message: Uint8Array): string {
  return Buffer.from(message).toString("hex");
}

/** A promise that must settle: a test that would hang fails instead. */
export async function soon<T>(promise: Promise<T>, what = "it"): Promise<T> {
  let timer: NodeJS.Timeout | undefined;

  try {
    const over = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error(`In vain waited for ${what}.`)), 20_000)));
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until something that tells nobody has come true. */
export async function until(isReached: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 20_000;

  while (!isReached()) {
    assert.ok(Date.now() < end, `In vain waited for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** One connection of a fake server: sees each message that the client sends, and sends bytes. */
export class FakeConnection {
  readonly socket: WebSocket;
  readonly #scanner = new MessageScanner(64 * 1024 * 1024, 64);
  readonly #messages: string[] = [];
  readonly #waiting: ((message: string) => void)[] = [];
  closed: { code: number; reason: string } | undefined;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer) => {
      this.#scanner.push(data);

      for (let message = this.#scanner.next(); message !== undefined; message = this.#scanner.next()) {
        const text = hexOf(message.bytes);
        const waiting = this.#waiting.shift();
        waiting === undefined ? this.#messages.push(text) : waiting(text);
      }
    });
    socket.on("close", (code, reason) => (this.closed = { code, reason: String(reason) }));
  }

  /** The next message, in hexadecimal. */
  next(): Promise<string> {
    const message = this.#messages.shift();
    return message !== undefined ? Promise.resolve(message) : soon(new Promise((resolve) => this.#waiting.push(resolve)), "a message of the client");
  }

  /** The next messages are these. */
  async expect(...notations: string[]): Promise<void> {
    for (const notation of notations) {
      assert.equal(await this.next(), hexOf(bytes(notation)));
    }
  }

  /** Nothing has come but what was expected, up to the answer to a ping. */
  async expectNothing(): Promise<void> {
    this.send("947e PING".replace("947e", "94007e") + " 90");
    await this.expect("94017ec0c0");
  }

  send(...notations: string[]): void {
    notations.forEach((notation) => this.socket.send(bytes(notation)));
  }

  async untilClosed(): Promise<{ code: number; reason: string }> {
    await until(() => this.closed !== undefined, "the client to close");
    return this.closed!;
  }
}

/** A server that does what a test tells it. */
export class FakeServer {
  readonly connections: FakeConnection[] = [];
  /** The offer that hellos are answered with; undefined: the test answers. */
  offer: string | undefined = serverOffer;
  #server!: WebSocketServer;
  readonly #clients: MprpcClient[] = [];
  #taken = 0;

  static async start(options: { protocol?: string; port?: number } = {}): Promise<FakeServer> {
    const fake = new FakeServer();
    const protocol = options.protocol ?? "mprpc.1";
    fake.#server = new WebSocketServer({
      host: "127.0.0.1", port: options.port ?? 0,
      handleProtocols: (offered) => (offered.has(protocol) ? protocol : [...offered][0]),
    });
    fake.#server.on("connection", (socket) => fake.connections.push(new FakeConnection(socket)));
    await once(fake.#server, "listening");
    return fake;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/`;
  }

  client(options: MprpcClientOptions = {}): MprpcClient {
    const client = clientOf(this.url, options);
    this.#clients.push(client);
    return client;
  }

  /** The next connection that a client makes, its hello answered. */
  async accept(): Promise<FakeConnection> {
    const index = this.#taken++;
    await until(() => this.connections.length > index, "a connection of the client");
    const connection = this.connections[index];

    if (this.offer !== undefined && connection.socket.protocol === "mprpc.1") {
      const hello = await connection.next();
      assert.match(hello, /^940000a7242f68656c6c6f/);
      connection.send(`940100c0 9201 ${this.offer}`);
    }

    return connection;
  }

  /** A client that is connected, and the server's end of it. */
  async connect(options: MprpcClientOptions = {}, prepare: (client: MprpcClient) => void = () => {}): Promise<[MprpcClient, FakeConnection]> {
    const client = this.client(options);
    prepare(client);
    const [connection] = await soon(Promise.all([this.accept(), client.connect()]), "the connection");
    return [client, connection];
  }

  async stop(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await this.stopListening();
  }

  /** The server goes away; its clients stay. */
  async stopListening(): Promise<void> {
    this.connections.forEach((connection) => connection.socket.terminate());
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function clientOf(url: string | string[], options: MprpcClientOptions = {}): MprpcClient {
  return new MprpcClient(url, {
    webSocket: WebSocket,
    onError: (error, where) => assert.fail(`${where}: ${String(error)}`),
    ...options,
  });
}

export async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];

  for await (const item of items) {
    all.push(item);
  }

  return all;
}
