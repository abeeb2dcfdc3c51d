import type { MprpcConnectionError, MprpcError } from "../errors.js";

// docs/protocol.md 8.1
const largestId = 0x7fff_ffff;

/** A request that waits for its response. */
export interface PendingCall {
  /** Its one response: an error, or the bytes of the result. */
  answer(error: MprpcError | undefined, result: Uint8Array, hasLarge: boolean): void;

  /** Items of its result's stream. */
  items(bytes: Uint8Array, hasLarge: boolean): void;

  /** The connection ends without a response. */
  lose(error: MprpcConnectionError): void;
}

/** The requests in flight by their msgids, and those that wait for the server to have room. */
export class PendingCalls {
  readonly #calls = new Map<number, PendingCall>();
  readonly #waiting: (() => void)[] = [];
  #next = 0;

  /** How many requests the server takes at once. */
  most = Infinity;

  get hasRoom(): boolean {
    return this.#calls.size < this.most;
  }

  get isIdle(): boolean {
    return this.#calls.size === 0 && this.#waiting.length === 0;
  }

  /** A msgid that is not in flight; it is taken by {@link set}. */
  freeId(): number {
    while (this.#calls.has(this.#next)) {
      this.#next = following(this.#next);
    }

    const id = this.#next;
    this.#next = following(id);
    return id;
  }

  get(id: number): PendingCall | undefined {
    return this.#calls.get(id);
  }

  set(id: number, call: PendingCall): void {
    this.#calls.set(id, call);
  }

  /** The call's response has come, or undefined if there is no such call. */
  take(id: number): PendingCall | undefined {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    return call;
  }

  /** The answer is of no use any more: the msgid is free when it comes. */
  forget(id: number, call: PendingCall): void {
    if (this.#calls.get(id) === call) {
      this.#calls.set(id, forgotten);
    }
  }

  whenRoom(action: () => void): void {
    this.#waiting.push(action);
  }

  giveRoom(): void {
    while (this.#waiting.length > 0 && this.hasRoom) {
      this.#waiting.shift()!();
    }
  }

  /** All that is in flight or waits; afterwards there is none. */
  takeAll(): { calls: PendingCall[]; waiting: (() => void)[] } {
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    return { calls, waiting: this.#waiting.splice(0) };
  }
}

/** In the place of a call that nobody waits for. */
const forgotten: PendingCall = { answer() {}, items() {}, lose() {} };

function following(id: number): number {
  return id === largestId ? 0 : id + 1;
}
