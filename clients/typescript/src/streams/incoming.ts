import { MprpcProtocolError } from "../errors.js";
import { Reader } from "../wire/reader.js";
import type { Values } from "../wire/values.js";
import { Credit } from "./credit.js";

const largestWindow = 1024 * 1024;

/** With how much credit a stream starts, and how its consumer grants more. */
export interface Window {
  /** Items; null: any number. */
  items: number | null;

  /** Bytes of items. */
  bytes: number;
}

/** What a stream of items needs of its connection. */
export interface ItemSource {
  readonly values: Values;

  /** Lets the sender send more. */
  grant(items: number | null, bytes: number): void;

  /** The consumer has stopped before the end. */
  cancel(): void;

  /** Whether this stream's window may grow by so many bytes: what all streams of a connection buffer is bounded. */
  tryGrow(bytes: number): boolean;
}

interface Batch {
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly size: number; // of its items, the head of their array left out
  readonly hasLarge: boolean;
}

interface Waiter<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
}

/**
 * Items that a peer sends: kept as they came, and decoded when the consumer takes them. Credit is granted for what the consumer has taken, never for what was
 * received, so that a slow consumer holds its sender back and nothing else.
 */
export class IncomingStream<T> implements AsyncIterableIterator<T, undefined, undefined> {
  readonly #source: ItemSource;
  readonly #credit: Credit;
  readonly #batches: Batch[] = [];
  readonly #waiters: Waiter<T>[] = [];
  #window: Window;
  #current: T[] | undefined; // of the first batch, as soon as it is decoded
  #taken = 0; // of the current
  #takenItems = 0; // since credit was granted
  #takenBytes = 0;
  #bytesSinceGrowth = 0;
  #hasEnded = false; // the sender
  #error: unknown;
  #isDisposed = false; // by its consumer, or because all of it was taken
  #owesWindow: boolean;

  /**
   * @param source what it needs of its connection
   * @param window the credit with which it starts
   * @param isGranted whether the sender knows of that credit; otherwise it is told when the consumer asks for the first item
   */
  constructor(source: ItemSource, window: Window, isGranted = true) {
    this.#source = source;
    this.#window = { ...window };
    this.#credit = isGranted ? new Credit(window.items, window.bytes) : new Credit(window.items === null ? null : 0, 0);
    this.#owesWindow = !isGranted;
  }

  /** Items have come: the bytes of their array. Throws an MprpcProtocolError if they are beyond what was granted. */
  receive(bytes: Uint8Array, hasLarge: boolean): void {
    const batch = read(bytes, hasLarge);

    if (batch === undefined || batch.count === 0 || this.#hasEnded) {
      return;
    }

    this.#spend(batch);
    this.#add(batch);
  }

  /** The sender has ended the stream, with last items or without. */
  end(last?: Uint8Array, hasLarge = false): void {
    const batch = last === undefined ? undefined : read(last, hasLarge);

    if (batch !== undefined && batch.count > 0) {
      this.#add(batch);
    }

    this.#hasEnded = true;
    this.#serve();
  }

  /** The stream ends with an error, after the items before it. */
  fail(error: unknown): void {
    if (this.#hasEnded) {
      return;
    }

    this.#error = error ?? new Error("The stream has failed.");
    this.#hasEnded = true;
    this.#serve();
  }

  /** The consumer's side has failed, by its token or its time: items that were not taken are dropped, and the sender is told. */
  abort(error: unknown): void {
    if (this.#isDisposed) {
      return;
    }

    this.#drop();
    this.#error = error;

    if (this.#hasEnded) {
      this.#serve();
      return;
    }

    this.#hasEnded = true;
    this.#source.cancel();
    this.#serve();
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });

      if (this.#owesWindow) {
        this.#owesWindow = false;
        this.#grant(this.#window.items ?? 0, this.#window.bytes);
      }

      this.#serve();
    });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    if (!this.#isDisposed) {
      this.#isDisposed = true;
      this.#error = undefined;
      this.#drop();

      if (!this.#hasEnded) {
        this.#hasEnded = true;
        this.#source.cancel();
      }

      this.#serve();
    }

    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #serve(): void {
    while (this.#waiters.length > 0) {
      if (this.#batches.length > 0) {
        this.#give(this.#waiters.shift()!);
      } else if (this.#hasEnded) {
        this.#finish(this.#waiters.shift()!);
      } else {
        this.#growIfStarved();
        return;
      }
    }
  }

  #give(waiter: Waiter<T>): void {
    const batch = this.#batches[0]!;

    try {
      this.#current ??= this.#source.values.decode(batch.bytes, batch.hasLarge) as T[];
    } catch (error) {
      this.abort(error);
      this.#finish(waiter);
      return;
    }

    const value = this.#current[this.#taken]!;
    // The bytes of a batch are shared out evenly among its items; all of a batch is all of its bytes.
    const bytes = Math.floor((batch.size * (this.#taken + 1)) / batch.count) - Math.floor((batch.size * this.#taken) / batch.count);

    if (++this.#taken === batch.count) {
      this.#batches.shift();
      this.#current = undefined;
      this.#taken = 0;
    }

    this.#count(bytes);
    waiter.resolve({ done: false, value });
  }

  #finish(waiter: Waiter<T>): void {
    const error = this.#isDisposed ? undefined : this.#error;
    this.#isDisposed = true;

    if (error === undefined) {
      waiter.resolve({ done: true, value: undefined });
    } else {
      waiter.reject(error);
    }
  }

  #count(bytes: number): void {
    this.#takenItems++;
    this.#takenBytes += bytes;
    this.#bytesSinceGrowth += bytes;

    const isHalf = this.#takenBytes * 2 >= this.#window.bytes || (this.#window.items !== null && this.#takenItems * 2 >= this.#window.items);

    if (isHalf) {
      this.#grant(0, 0);
    }
  }

  /** A consumer that has taken a full window and waits all the same is held up by the window. */
  #growIfStarved(): void {
    const extra = Math.min(this.#window.bytes, largestWindow - this.#window.bytes);

    if (extra <= 0 || this.#bytesSinceGrowth < this.#window.bytes || !this.#source.tryGrow(extra)) {
      return;
    }

    this.#bytesSinceGrowth = 0;
    this.#window.bytes += extra;
    this.#grant(0, extra);
  }

  #grant(extraItems: number, extraBytes: number): void {
    if (this.#hasEnded) {
      return;
    }

    const items = this.#window.items === null ? null : this.#takenItems + extraItems;
    const bytes = this.#takenBytes + extraBytes;
    this.#takenItems = 0;
    this.#takenBytes = 0;
    this.#credit.add(items, bytes);
    this.#source.grant(items, bytes);
  }

  #spend(batch: Batch): void {
    const { items, bytes } = this.#credit;
    const isBeyond = !this.#credit.isLeft
      || (items !== null && batch.count > items)
      // The last item may overdraw, those before it may not.
      || (bytes !== null && batch.size > bytes && batch.count > 1 && batch.size - lastSize(batch) >= bytes);

    if (isBeyond) {
      throw new MprpcProtocolError(
        `stream_credit: ${batch.count} items of ${batch.size} bytes have come; ${items ?? "any number of"} items and ${bytes ?? "any number of"} bytes `
          + "were granted.");
    }

    this.#credit.spend(batch.count, batch.size);
  }

  #add(batch: Batch): void {
    this.#batches.push(batch);
    this.#serve();
  }

  #drop(): void {
    this.#batches.length = 0;
    this.#current = undefined;
    this.#taken = 0;
  }
}

function read(bytes: Uint8Array, hasLarge: boolean): Batch | undefined {
  const reader = new Reader(bytes);
  const count = reader.array();
  return count === undefined ? undefined : { bytes, count, size: bytes.length - reader.position, hasLarge };
}

function lastSize(batch: Batch): number {
  const reader = new Reader(batch.bytes);
  let items = reader.array()!;

  while (--items > 0) {
    reader.skip();
  }

  return reader.rest().length;
}
