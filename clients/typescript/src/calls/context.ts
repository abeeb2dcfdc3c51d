/** What a handler learns of a call of the server besides its arguments; its last argument. */
export interface CallContext {
  /** The name of the method. */
  readonly method: string;

  /** Fires when the server no longer wants the answer, when the call's time is over, and when the connection is lost. */
  readonly signal: AbortSignal;

  /** What the server has sent with the call. */
  readonly metadata: Readonly<Record<string, string | Uint8Array>>;

  /** Whether the server waits for no answer. */
  readonly isNotification: boolean;
}

/** Serves a method: gets the arguments, then a {@link CallContext}. Returns the result, a promise of it, or an AsyncIterable, which is streamed. */
export type Handler = (...args: any[]) => unknown;

export interface HandlerOptions {
  /** Which arguments are streams, counted from 0: they are an AsyncIterable, whether the server streams or sends an array. */
  streams?: readonly number[];
}

/** A handler and its options. */
export interface Registration {
  readonly handler: Handler;
  readonly streams: readonly number[];
}
