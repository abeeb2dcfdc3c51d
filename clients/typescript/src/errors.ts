/** Codes that are told in the message where an error has no other place for them (docs/protocol.md 10.3). */
export const toldCodes: readonly string[] = ["unauthenticated", "forbidden", "rate_limited", "busy", "too_large", "timeout", "cancelled", "goaway"];

export interface MprpcErrorOptions {
  /** What programs tell errors apart by. */
  code?: string | number | undefined;

  /** More about it. */
  data?: unknown;

  cause?: unknown;
}

/**
 * An error that a peer has answered with. A handler of {@link MprpcClient.on} that throws one tells the server its message, code and data; of any other
 * exception the server is told nothing but "Internal error.".
 */
export class MprpcError extends Error {
  /** The code, if there is one: a text of the server's own, or one of docs/protocol.md 10.3 such as `unauthenticated`, `busy`, `timeout`. */
  readonly code: string | number | undefined;

  /** What the error says besides message and code. */
  readonly data: unknown;

  constructor(message: string, options: MprpcErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "MprpcError";
    this.code = options.code;
    this.data = options.data;
  }
}

/** A call has taken longer than its `timeout`, or the client's `callTimeout`. */
export class MprpcTimeoutError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "MprpcTimeoutError";
  }
}

/** There is no connection, or the one that a call was on was lost. */
export class MprpcConnectionError extends Error {
  /** Whether the request may have reached the server. False: it has not run, and can be made again. */
  readonly requestWasSent: boolean;

  constructor(message: string, requestWasSent: boolean, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "MprpcConnectionError";
    this.requestWasSent = requestWasSent;
  }
}

/** The server takes no such thing: it does not know the extensions of the protocol that it needs. Nothing was sent. */
export class MprpcNotSupportedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MprpcNotSupportedError";
  }
}

/** What the server has sent is no MessagePack-RPC, or breaks a rule of it; the connection was closed. The cause of an {@link MprpcConnectionError}. */
export class MprpcProtocolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MprpcProtocolError";
  }
}

/** Reads an error of any shape (docs/protocol.md 3.4). */
export function readError(error: unknown, result: unknown): MprpcError {
  const read = readShape(error, result);
  const code = read.code ?? toldCodes.find((told) => read.message === told || read.message.startsWith(`${told}: `));
  return new MprpcError(read.message, { code, data: read.data });
}

interface Read {
  message: string;
  code?: string | number | undefined;
  data?: unknown;
}

function readShape(error: unknown, result: unknown): Read {
  const text = textOf(error);

  if (text !== undefined || typeof error === "number") {
    return besideResult(text ?? (error as number), result);
  } else if (Array.isArray(error)) {
    return withResult(ofArray(error), result);
  } else if (typeof error === "object" && error !== null && !(error instanceof Uint8Array) && !(error instanceof Date)) {
    return withResult(ofMap(error as Record<string, unknown>), result);
  }

  return withResult(unreadable(error), result);
}

/** A text or a number: what the result holds may be the message, and the error then is its code. */
function besideResult(error: string | number, result: unknown): Read {
  const alone: Read = typeof error === "string" ? { message: error } : { message: `The peer answered with error ${error}.`, code: error };

  if (isEmpty(result)) {
    return alone;
  } else if (Array.isArray(result) && textOf(result[0]) !== undefined) {
    return { message: textOf(result[0])!, code: error, data: rest(result, 1) };
  } else if (textOf(result) !== undefined) {
    return { message: textOf(result)!, code: error };
  } else if (!Array.isArray(result) && typeof result === "object") {
    const read = ofMap(result as Record<string, unknown>);
    return read.data === result ? { ...alone, data: result } : { ...read, code: error };
  }

  return { ...alone, data: result };
}

function ofArray(error: unknown[]): Read {
  const [first, second] = error;
  const isCode = textOf(first) !== undefined || first === null || typeof first === "number" || typeof first === "boolean";

  if (isCode && textOf(second) !== undefined) {
    const code = textOf(first) ?? (typeof first === "number" ? first : first === null ? undefined : String(first));
    return { message: textOf(second)!, code, data: rest(error, 2) };
  } else if (textOf(first) !== undefined) {
    return { message: textOf(first)!, data: rest(error, 1) };
  }

  return unreadable(error);
}

function ofMap(error: Record<string, unknown>): Read {
  const keys = Object.keys(error);
  const keyOf = (...wanted: string[]) => wanted.map((name) => keys.find((key) => key.toLowerCase() === name)).find((key) => key !== undefined);
  const messageKey = keyOf("message", "msg", "error", "reason", "description");
  const message = messageKey === undefined ? undefined : textOf(error[messageKey]);

  if (message === undefined) {
    return unreadable(error);
  }

  const codeKey = keyOf("code");
  const dataKey = keyOf("data");
  const code = codeKey === undefined ? undefined : error[codeKey];
  const isRead = keys.every((key) => key === messageKey || key === codeKey || key === dataKey);
  return {
    message,
    code: typeof code === "number" ? code : textOf(code),
    data: !isRead ? error : dataKey === undefined ? undefined : error[dataKey],
  };
}

function unreadable(error: unknown): Read {
  return { message: "The peer answered with an error without a message.", data: error };
}

/** Where the error has its own message, a result beside it is data too. */
function withResult(read: Read, result: unknown): Read {
  return isEmpty(result) ? read : { ...read, data: read.data === undefined ? result : [read.data, result] };
}

function rest(values: unknown[], from: number): unknown {
  return values.length <= from ? undefined : values.length === from + 1 ? values[from] : values.slice(from);
}

function isEmpty(result: unknown): boolean {
  return result === null || result === undefined
    || (Array.isArray(result) ? result.length === 0 : isPlain(result) && Object.keys(result as object).length === 0);
}

function isPlain(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "string") {
    return value;
  } else if (!(value instanceof Uint8Array)) {
    return undefined;
  }

  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(value);
  } catch {
    return undefined;
  }
}
