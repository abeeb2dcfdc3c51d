import type { ReconnectOptions } from "../options.js";

/** How long the next attempt to connect waits: not at all after a connection that was of use, then longer with each failure. */
export class Backoff {
  readonly #options: Required<ReconnectOptions>;
  #failures = 0;
  #next = 0;

  constructor(options: Required<ReconnectOptions>) {
    this.#options = options;
  }

  get delay(): number {
    return this.#failures === 0 ? 0 : Math.max(0, this.#next - performance.now());
  }

  fail(): void {
    const { initialDelay, maxDelay, jitter } = this.#options;
    const delay = Math.min(maxDelay, initialDelay * 2 ** Math.min(this.#failures, 30));
    this.#failures++;
    this.#next = performance.now() + delay * (1 - jitter * Math.random());
  }

  reset(): void {
    this.#failures = 0;
  }

  /** Whether a connection that ended so soon counts as a failed attempt. */
  isShort(openedAt: number): boolean {
    return performance.now() - openedAt < this.#options.maxDelay;
  }
}
