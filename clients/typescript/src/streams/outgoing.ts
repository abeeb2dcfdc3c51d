import { MprpcError } from "../errors.js";
import { Writer } from "../wire/writer.js";
import type { Values } from "../wire/values.js";
import type { Credit } from "./credit.js";

// A batch is sent at this size at the latest.
const batchSize = 16 * 1024;

/** What a pump needs of its connection. */
export interface ItemSink {
  readonly values: Values;

  /** How many bytes a message may have that the peer takes. */
  readonly maxSize: number;

  /** Sends items: their bytes, one after the other. */
  items(count: number, bytes: Uint8Array): void;

  /** The source has ended; `last` is what has not been sent yet. Not called after `stop`. */
  end(count: number, last: Uint8Array): void;

  /** The source has thrown, or an item cannot be sent; all items before it were sent. Not called after `stop`. */
  fail(error: unknown): void;
}

/**
 * Sends the items of a source, as far as there is credit: without it the source is not advanced. Items that come without a wait between them make one batch;
 * where the source waits, what there is goes out behind what is ready to run.
 */
export class OutgoingStream {
  readonly #source: AsyncIterable<unknown>;
  readonly #sink: ItemSink;
  readonly #credit: Credit;
  readonly #batch = new Writer(1024);
  #count = 0;
  #isScheduled = false;
  #hasStopped = false;
  #iterator: AsyncIterator<unknown> | undefined;
  #resume: (() => void) | undefined;

  constructor(source: AsyncIterable<unknown>, sink: ItemSink, credit: Credit) {
    this.#source = source;
    this.#sink = sink;
    this.#credit = credit;
  }

  /** Begins; it ends by the source's end, or by {@link stop}. */
  start(): void {
    void this.#run();
  }

  grant(items: unknown, bytes: unknown): void {
    this.#credit.add(items, bytes);

    if (this.#credit.isLeft) {
      this.#resume?.();
      this.#resume = undefined;
    }
  }

  /** Nothing more is wanted: the source is disposed, nothing more is sent. */
  stop(): void {
    if (this.#hasStopped) {
      return;
    }

    this.#hasStopped = true;
    this.#resume?.();
    this.#resume = undefined;
    dispose(this.#iterator);
  }

  async #run(): Promise<void> {
    let error: unknown;
    let hasFailed = false;

    try {
      await this.#pump();
    } catch (thrown) {
      error = thrown;
      hasFailed = true;
    }

    if (this.#hasStopped) {
      return;
    }

    this.#hasStopped = true;

    if (hasFailed) {
      this.#flush();
      this.#sink.fail(error);
    } else {
      const count = this.#count;
      this.#count = 0;
      this.#sink.end(count, this.#batch.take());
    }
  }

  async #pump(): Promise<void> {
    this.#iterator = this.#source[Symbol.asyncIterator]();

    for (;;) {
      if (!this.#credit.isLeft) {
        this.#flush();
        await new Promise<void>((resolve) => (this.#resume = resolve));
      }

      if (this.#hasStopped) {
        return;
      }

      const next = await this.#iterator.next();

      if (this.#hasStopped || next.done === true) {
        return;
      }

      try {
        this.#add(next.value);
      } catch (error) {
        dispose(this.#iterator);
        throw error;
      }
    }
  }

  #add(item: unknown): void {
    const bytes = this.#sink.values.encode(item);
    const room = this.#sink.maxSize - 32; // for what stands around it

    if (bytes.length > room) {
      throw new MprpcError(`An item has ${bytes.length} bytes; the peer takes messages of ${this.#sink.maxSize}.`, { code: "too_large" });
    } else if (this.#batch.length + bytes.length > room) {
      this.#flush();
    }

    this.#batch.raw(bytes);
    this.#count++;
    this.#credit.spend(1, bytes.length);

    if (this.#batch.length >= batchSize) {
      this.#flush();
    } else {
      this.#schedule();
    }
  }

  #schedule(): void {
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      defer(() => {
        this.#isScheduled = false;

        if (!this.#hasStopped) {
          this.#flush();
        }
      });
    }
  }

  #flush(): void {
    if (this.#count > 0) {
      const count = this.#count;
      this.#count = 0;
      this.#sink.items(count, this.#batch.take());
    }
  }
}

/** A source that is no longer read; what it throws now is nobody's. */
function dispose(iterator: AsyncIterator<unknown> | undefined): void {
  try {
    iterator?.return?.().catch(() => {});
  } catch {
    // As above.
  }
}

/** Runs something behind all that is ready to run. A timer would do so too, but browsers make timers wait. */
export const defer: (action: () => void) => void = makeDefer();

function makeDefer(): (action: () => void) => void {
  const host = globalThis as { setImmediate?: (action: () => void) => unknown };

  if (typeof host.setImmediate === "function") {
    return (action) => void host.setImmediate!(action);
  }

  const actions: (() => void)[] = [];
  const channel = new MessageChannel();
  channel.port1.onmessage = () => actions.shift()?.();
  return (action) => {
    actions.push(action);
    channel.port2.postMessage(undefined);
  };
}

/** The array that a peer without streams gets in a stream's place; its bounds are the protocol's. */
export async function collect(source: AsyncIterable<unknown>, values: Values, signal?: AbortSignal): Promise<unknown[]> {
  const most = 10_000;
  const mostBytes = 1024 * 1024;
  const time = 30_000;
  const items: unknown[] = [];
  let bytes = 0;
  const iterator = source[Symbol.asyncIterator]();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort: (() => void) | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLarge(`take ${time / 1000} s`)), time);
    onAbort = () => reject(signal!.reason);
    signal?.addEventListener("abort", onAbort);

    if (signal?.aborted) {
      onAbort();
    }
  });
  over.catch(() => {});

  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), over]);

      if (next.done === true) {
        return items;
      } else if (items.length === most) {
        throw tooLarge(`have ${most} items`);
      }

      bytes += values.encode(next.value).length;

      if (bytes > mostBytes) {
        throw tooLarge(`have ${mostBytes} bytes`);
      }

      items.push(next.value);
    }
  } catch (error) {
    dispose(iterator);
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort!);
  }
}

function tooLarge(limit: string): MprpcError {
  return new MprpcError(`A stream may ${limit} where the peer takes no streams, since it is one array there.`, { code: "too_large" });
}
