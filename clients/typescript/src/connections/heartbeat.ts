/** Asks a silent server for a sign of life, and tells when none comes. Any byte is one. */
export class Heartbeat {
  readonly #interval: number;
  readonly #timeout: number;
  readonly #ask: () => void;
  readonly #lost: (silence: number) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heardAt = 0;
  #askedAt: number | undefined;

  constructor(interval: number, timeout: number, ask: () => void, lost: (silence: number) => void) {
    this.#interval = interval;
    this.#timeout = timeout;
    this.#ask = ask;
    this.#lost = lost;
  }

  start(): void {
    if (this.#interval > 0) {
      this.heard();
      this.#wait(this.#interval);
    }
  }

  heard(): void {
    this.#heardAt = performance.now();
    this.#askedAt = undefined;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(time: number): void {
    this.#timer = setTimeout(() => this.#look(), Math.max(time, 1));
  }

  /** A sign may come at once, and the silence after it counts anew. */
  #waitForLife(waited: number): void {
    this.#wait(Math.min(this.#timeout - waited, this.#interval));
  }

  #look(): void {
    const now = performance.now();

    if (this.#askedAt !== undefined) {
      // Counted from the question: timers of a page in the background, and of a machine that slept, fire late.
      if (now - this.#askedAt >= this.#timeout) {
        this.#lost(now - this.#heardAt);
        return;
      }

      this.#waitForLife(now - this.#askedAt);
    } else if (now - this.#heardAt >= this.#interval) {
      this.#askedAt = now;
      this.#ask();
      this.#waitForLife(0);
    } else {
      this.#wait(this.#interval - (now - this.#heardAt));
    }
  }
}
