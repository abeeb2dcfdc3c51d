import type { ExtensionCodecType } from "@msgpack/msgpack";
import type { NamingPolicy } from "./names.js";
import type { LargeIntegers } from "./wire/values.js";

/** The part of a WebSocket that the client uses: the browser's own, node's from 22 on, and that of the package `ws` have it. */
export interface WebSocketLike {
  binaryType: string;
  readonly protocol: string;
  readonly readyState: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: any) => void) | null;
  onmessage: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

/**
 * Whether the client uses the extensions of the protocol (docs/protocol.md 10): it needs them to cancel calls at the server, for deadlines, metadata, streams
 * that are no arrays, heartbeats and servers that stop without failing calls.
 *
 * - `auto`: if the server says in the handshake that it knows them, by choosing the subprotocol `mprpc.1`.
 * - `always`: also asks servers that have not said so. One that does not know them is taken for plain, and asked again later.
 * - `never`: every byte is that of a plain client.
 */
export type Extensions = "auto" | "always" | "never";

export interface ReconnectOptions {
  /** The delay after the first failed attempt, in milliseconds; each further failure doubles it. Default 100. */
  initialDelay?: number;

  /** The longest delay, in milliseconds. Default 5,000. */
  maxDelay?: number;

  /** Which part of a delay is chosen at random, from 0 (none) to 1, so that the clients of a server that comes back do not all come at once. Default 0.3. */
  jitter?: number;
}

export interface MprpcClientOptions {
  /** The class of WebSockets. Default: the global one, which node has from version 22 on; before it, that of the package `ws`. */
  webSocket?: WebSocketConstructor;

  /** Default `auto`. */
  extensions?: Extensions;

  /**
   * The subprotocols that are offered. Default `mprpc.1` and `mprpc`; without extensions `mprpc` alone. An empty list is for servers that choose none, which
   * browsers and `ws` take for a failed handshake where any was offered.
   */
  protocols?: readonly string[];

  /** How the client connects again; false: only when a call is made. Default: at once, then after growing delays. */
  reconnect?: ReconnectOptions | false;

  /** Whether calls wait, within their timeout, while the server cannot be reached. Default false: they fail with the next attempt to connect that fails. */
  waitForReady?: boolean;

  /** How long an attempt to connect may take, hello included, in milliseconds. Default 10,000. */
  connectTimeout?: number;

  /** How long calls without a `timeout` of their own may take, in milliseconds; of a stream, its first item. Default: no limit. */
  callTimeout?: number;

  /** After how many milliseconds without a byte the server is asked for a sign of life; 0: never. Default 15,000. Only with extensions. */
  heartbeatInterval?: number;

  /** For how many milliseconds the sign of life may stay out before the connection is lost. Default 10,000. */
  heartbeatTimeout?: number;

  /** The largest message that is received, in bytes. Default 4 MiB. */
  maxMessageSize?: number;

  /** What integers beyond ±(2^53 - 1) are read as: `bigint` (default), or the nearest `number`. Others are always numbers; bigints can always be sent. */
  largeIntegers?: LargeIntegers;

  /** Extension types of MessagePack. Default: timestamps are `Date`. */
  extensionCodec?: ExtensionCodecType<undefined>;

  /** How `as` and `serve` make names of methods. Default `snake_case`, as servers do. */
  namingPolicy?: NamingPolicy;

  /** Is told what nobody waits for: exceptions of handlers and listeners. Default: `console.error`. */
  onError?: (error: unknown, where: string) => void;
}

/** What applies to single calls. */
export interface CallOptions {
  /** Ends the call: the promise is rejected with its reason, and the server is told. An `AbortSignal` among the arguments does the same. */
  signal?: AbortSignal;

  /** In milliseconds. Sent with the call: the server counts it from the moment at which it reads the call. Of a stream: the whole of it. */
  timeout?: number;

  /** Text or bytes by key: what applies to a call besides its arguments. Keys are of `a-z`, `0-9`, `.`, `_`, `-`; 64 at most, 8,192 bytes in all. */
  metadata?: Readonly<Record<string, string | Uint8Array>>;

  /** Of a stream: for how many items the server may be ahead of the application. 1 is lock-step. Default: no limit but the window's bytes. */
  prefetch?: number;

  /** Of a stream: for how many bytes of items the server may be ahead at first. Default 65,536; it grows to 1 MiB where the application is faster. */
  window?: number;
}

/** The options with their defaults. */
export interface Settings {
  readonly webSocket: WebSocketConstructor;
  readonly extensions: Extensions;
  readonly protocols: readonly string[];
  readonly reconnect: Required<ReconnectOptions> | false;
  readonly waitForReady: boolean;
  readonly connectTimeout: number;
  readonly callTimeout: number | undefined;
  readonly heartbeatInterval: number;
  readonly heartbeatTimeout: number;
  readonly maxMessageSize: number;
  readonly largeIntegers: LargeIntegers;
  readonly extensionCodec: ExtensionCodecType<undefined> | undefined;
  readonly namingPolicy: NamingPolicy;
  readonly onError: (error: unknown, where: string) => void;
}

const longest = 0x7fff_ffff; // what a timer can wait

export function settingsOf(options: MprpcClientOptions): Settings {
  const settings = {
    webSocket: options.webSocket ?? globalWebSocket(),
    extensions: oneOf("extensions", options.extensions ?? "auto", ["auto", "always", "never"]),
    protocols: options.protocols ?? (options.extensions === "never" ? ["mprpc"] : ["mprpc.1", "mprpc"]),
    reconnect: options.reconnect === false ? (false as const) : reconnectOf(options.reconnect ?? {}),
    waitForReady: options.waitForReady ?? false,
    connectTimeout: within("connectTimeout", options.connectTimeout ?? 10_000, 1, longest),
    callTimeout: options.callTimeout === undefined ? undefined : within("callTimeout", options.callTimeout, 0, longest),
    heartbeatInterval: within("heartbeatInterval", options.heartbeatInterval ?? 15_000, 0, longest),
    heartbeatTimeout: within("heartbeatTimeout", options.heartbeatTimeout ?? 10_000, 1, longest),
    maxMessageSize: within("maxMessageSize", options.maxMessageSize ?? 4 * 1024 * 1024, 1024, longest),
    largeIntegers: oneOf("largeIntegers", options.largeIntegers ?? "bigint", ["bigint", "number"]),
    extensionCodec: options.extensionCodec,
    namingPolicy: oneOf("namingPolicy", options.namingPolicy ?? "snake_case", ["snake_case", "camelCase", "PascalCase"]),
    onError: options.onError ?? ((error: unknown, where: string) => console.error(`mprpc: ${where}:`, error)),
  };

  return settings;
}

/** The options of a call; those that are set later win, signals apply together. */
export function combine(first: CallOptions, second: CallOptions): CallOptions {
  check(second);
  const signal = anyOf(first.signal, second.signal);
  const combined: CallOptions = { ...first, ...second };

  if (signal !== undefined) {
    combined.signal = signal;
  }

  return combined;
}

/** A signal that fires when one of two does. AbortSignal.any is not in node 18. */
export function anyOf(first: AbortSignal | undefined, second: AbortSignal | undefined): AbortSignal | undefined {
  if (first === undefined || second === undefined || first === second) {
    return first ?? second;
  }

  const either = new AbortController();

  for (const signal of [first, second]) {
    if (signal.aborted) {
      either.abort(signal.reason);
    } else {
      signal.addEventListener("abort", () => either.abort(signal.reason), { once: true, signal: either.signal });
    }
  }

  return either.signal;
}

function check(options: CallOptions): void {
  if (options.timeout !== undefined) {
    within("timeout", options.timeout, 0, longest);
  }

  if (options.prefetch !== undefined) {
    within("prefetch", options.prefetch, 1, longest);
  }

  if (options.window !== undefined) {
    within("window", options.window, 1, 1024 * 1024);
  }

  checkMetadata(options.metadata);
}

function checkMetadata(metadata: CallOptions["metadata"]): void {
  const entries = Object.entries(metadata ?? {});

  if (entries.length > 64) {
    throw new RangeError(`metadata has ${entries.length} entries; allowed are 64.`);
  }

  for (const [key, value] of entries) {
    if (!/^[a-z0-9._-]{1,64}$/.test(key)) {
      throw new RangeError(`The key '${key}' of metadata is not allowed: a key is text of 1 to 64 characters of a-z, 0-9, '.', '_' and '-'.`);
    } else if (typeof value !== "string" && !(value instanceof Uint8Array)) {
      throw new TypeError(`The value of '${key}' in metadata must be a string or a Uint8Array.`);
    }
  }
}

function reconnectOf(options: ReconnectOptions): Required<ReconnectOptions> {
  return {
    initialDelay: within("reconnect.initialDelay", options.initialDelay ?? 100, 0, longest),
    maxDelay: within("reconnect.maxDelay", options.maxDelay ?? 5_000, 0, longest),
    jitter: within("reconnect.jitter", options.jitter ?? 0.3, 0, 1),
  };
}

function within(name: string, value: number, least: number, most: number): number {
  if (typeof value !== "number" || !(value >= least && value <= most)) {
    throw new RangeError(`${name} is ${value}; allowed is ${least} to ${most}.`);
  }

  return value;
}

function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (!allowed.includes(value)) {
    throw new RangeError(`${name} is '${value}'; allowed is ${allowed.map((one) => `'${one}'`).join(", ")}.`);
  }

  return value;
}

function globalWebSocket(): WebSocketConstructor {
  const found = (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;

  if (found === undefined) {
    throw new TypeError("There is no global WebSocket here. In node before 22, install the package 'ws' and pass its class: { webSocket: WebSocket }.");
  }

  return found;
}
