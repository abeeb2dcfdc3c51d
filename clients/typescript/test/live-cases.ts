// What the client does with a real server of Mprpc, in node and in a browser: tests/Mprpc.TypeScript.Tests runs it in both.
import { MprpcConnectionError, MprpcError, MprpcNotSupportedError, MprpcTimeoutError } from "@mprpc/client";
import type { CallContext, MprpcClient, MprpcClientOptions } from "@mprpc/client";

export type Connect = (options?: MprpcClientOptions) => MprpcClient;

export function equal(actual: unknown, expected: unknown, what = ""): void {
  const [is, should] = [text(actual), text(expected)];

  if (is !== should) {
    throw new Error(`${what} is ${is}, not ${should}`);
  }
}

export async function rejects(promise: Promise<unknown>, type: new (...args: any[]) => Error, properties: object = {}): Promise<void> {
  const error = await promise.then(() => undefined, (thrown: unknown) => thrown);

  if (!(error instanceof type)) {
    throw new Error(`expected ${type.name}, got ${String(error)}`);
  }

  for (const [key, value] of Object.entries(properties)) {
    equal((error as unknown as Record<string, unknown>)[key], value, key);
  }
}

export async function until(isReached: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const end = Date.now() + 30_000;

  while (!(await isReached())) {
    if (Date.now() > end) {
      throw new Error(`In vain waited for ${what}.`);
    }

    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function text(value: unknown): string {
  const plain = (_: string, part: unknown) => (typeof part === "bigint" ? `${part}n` : part instanceof Uint8Array ? { bytes: [...part] } : part);
  return JSON.stringify(value, plain) ?? "undefined";
}

async function* numbers(to: number): AsyncGenerator<number> {
  for (let i = 1; i <= to; i++) {
    yield i;
  }
}

interface IFeed {
  count(to: number): AsyncIterable<number>;
  drip(to: number): AsyncIterable<number>;
  read(pieces: number): AsyncIterable<Uint8Array>;
  total(values: AsyncIterable<number | bigint>): Promise<number | bigint>;
  save(name: string, pieces: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>): Promise<number>;
  first(values: AsyncIterable<number>): Promise<number>;
  double(values: AsyncIterable<number>): AsyncIterable<number>;
  countDisposed(): Promise<number>;
  ask(): Promise<number[]>;
}

const streams = { count: "stream", drip: "stream", read: "stream", double: "stream" } as const;

interface IDesk {
  sum(x: number, y: number): Promise<number>;
  getHTTPStatus(): Promise<string>;
  x2Y(): Promise<string>;
  count(to: number): AsyncIterable<number>;
  note(text: string): void;
  listNotes(): Promise<string[]>;
}

export const cases: Record<string, (connect: Connect) => Promise<void>> = {
  async values(connect) {
    const client = connect();
    const large = new Uint8Array(1_000_000).map((_, i) => i % 251);

    equal(await client.call("sum", 1, 2), 3);
    const anything = ["日本語", "x".repeat(70_000), null, true, 0.5, -129, { a: [{}] }];
    equal(await client.call("echo", anything), anything);
    equal(((await client.call<Uint8Array>("reverse", large)).reverse()).every((byte, i) => byte === large[i]), true, "bytes");
    equal(await client.call("largest"), 2n ** 63n - 1n);
    equal(await client.call("add_one", 2n ** 62n), 2n ** 62n + 1n);
    equal(await client.call("add_one", 2 ** 40), 2 ** 40 + 1);
    equal(await client.call("add_one", Number.MAX_SAFE_INTEGER), 2n ** 53n);
    const rounding = connect({ largeIntegers: "number" });
    equal(await rounding.call("largest"), 2 ** 63);
    await rounding.close();
    equal(await client.call<Date>("next_day", new Date(Date.UTC(2026, 1, 28))), new Date(Date.UTC(2026, 2, 1)));
    equal(await client.call("discounted", { Name: "tea", Price: 5, Tags: ["a"] }), { Name: "tea", Price: 2.5, Tags: ["a"] });
    await client.close();
  },

  async errors(connect) {
    const client = connect();
    await rejects(client.call("fail", 0), MprpcError, { message: "There is no todo 7.", code: "todo_unknown", data: { id: 7 } });
    await rejects(client.call("fail", 1), MprpcError, { message: "Internal error.", code: undefined });
    await rejects(client.call("nope"), MprpcError, { code: "unknown_method" });
    await rejects(client.call("sum", 1), MprpcError, { code: "invalid_params" });
    await rejects(client.call("echo", new Uint8Array(5_000_000)), MprpcError, { code: "too_large" });
    equal(await client.call("fail", 2), 2);
    await client.close();
  },

  async concurrent(connect) {
    const client = connect();
    const sums = await Promise.all(Array.from({ length: 3000 }, (_, i) => client.call<number>("sum", i, 1)));
    equal(sums.every((sum, i) => sum === i + 1), true, "the sums");
    await client.close();
  },

  async cancel(connect) {
    const client = connect();
    const before = await client.call<number>("count_cancelled");
    const abort = new AbortController();
    const waiting = client.call("wait", abort.signal);
    await client.call("sum", 1, 2);
    abort.abort(new Error("enough"));
    await rejects(waiting, Error, { message: "enough" });
    await until(async () => (await client.call<number>("count_cancelled")) === before + 1, "the server's token");
    await client.close();
  },

  async deadline(connect) {
    const client = connect();
    const left = await client.with({ timeout: 60_000 }).call<number>("time_left");
    equal(left > 0 && left <= 60_000, true, `${left} ms`);
    const before = await client.call<number>("count_cancelled");
    await rejects(client.with({ timeout: 50 }).call("wait"), MprpcTimeoutError);
    await until(async () => (await client.call<number>("count_cancelled")) === before + 1, "the server's deadline");
    const impatient = connect({ callTimeout: 50 });
    await impatient.connect();
    await rejects(impatient.call("wait"), MprpcTimeoutError);
    await until(async () => (await client.call<number>("count_cancelled")) === before + 2, "the client's timeout at the server");
    await impatient.close();
    await client.close();
  },

  async metadata(connect) {
    const client = connect();
    equal(await client.with({ metadata: { tenant: "x" } }).call("tenant"), "x");
    equal(await client.call("tenant"), null);
    await client.close();
  },

  async notify(connect) {
    const client = connect();
    await client.notify("note", "one");
    await client.with({ metadata: { tenant: "x" } }).notify("note", "two");
    await until(async () => (await client.call<string[]>("list_notes")).length >= 2, "the notes");
    equal((await client.call<string[]>("list_notes")).slice(-2), ["one", "two"]);
    await client.close();
  },

  async push(connect) {
    const client = connect();
    const shown: string[] = [];
    const ticks: number[] = [];
    let isCancelled = false;
    client.serve("screen", {
      show: (what: string) => void shown.push(what),
      confirm: async (order: string, count: number) => order === "order 7" && count === 3,
      refuse: () => {
        throw new MprpcError("No.", { code: "refused" });
      },
      hang: (call: CallContext) => new Promise((_, reject) => call.signal.addEventListener("abort", () => {
        isCancelled = true;
        reject(call.signal.reason as Error);
      })),
    });
    client.on("screen.tick", (i: number) => ticks.push(i));

    equal(await client.call("ask"), ["True", "refused: No.", "unknown_method"]);
    equal(shown, ["look"]);
    await until(() => isCancelled, "the handler's signal");
    equal(await client.call("push", 500), 500);
    await until(() => ticks.length === 500, "the ticks");
    equal(ticks, Array.from({ length: 500 }, (_, i) => i), "their order");
    await client.close();
  },

  /** What servers and methods without streams do in their place. */
  async arrays(connect) {
    const client = connect();
    const items: number[] = [];

    for await (const item of client.stream<number>("count", 3)) {
      items.push(item);
    }

    equal(items, [0, 1, 2]);

    for await (const item of client.stream<number>("count", 100)) {
      items.push(item);

      if (item === 1) {
        break;
      }
    }

    equal(items, [0, 1, 2, 0, 1]);
    equal(await client.call("total", [1, 2, 3]), 6);
    equal(await client.call("sum", 1, 2), 3);
    await client.close();
  },

  async streams(connect) {
    const client = connect();
    const feed = client.as<IFeed>("feed", streams);
    let [next, sum] = [0, 0];

    for await (const item of feed.count(300_000)) {
      equal(item, next++);
    }

    equal(next, 300_000, "items");

    for await (const piece of feed.read(40)) {
      sum += piece.length;
    }

    equal(sum, 4_000_000, "bytes");
    equal(await feed.total(numbers(100_000)), 5_000_050_000);
    equal(await feed.save("file", new Blob([new Uint8Array(3_000_000)]).stream()), 3_000_000);

    // An error comes after the items before it.
    const seen: number[] = [];
    const dripped = (async () => {
      for await (const item of feed.drip(20)) {
        seen.push(item);
      }
    })();
    await rejects(dripped, MprpcError, { message: "boom", code: "E7" });
    equal(seen.length, 20, "items before the error");

    // Left early, the server's generator is disposed; its end waits in the window.
    const before = await feed.countDisposed();

    for await (const item of feed.count(100_000_000)) {
      if (item === 10) {
        break;
      }
    }

    await until(async () => (await feed.countDisposed()) > before, "the generator to be disposed");

    // An answer before the end disposes the client's source.
    let isDisposed = false;
    const source = (async function* endless() {
      try {
        for (let i = 7; ; i++) {
          yield i;
        }
      } finally {
        isDisposed = true;
      }
    })();
    equal(await feed.first(source), 7);
    await until(() => isDisposed, "the source to be disposed");

    // Both ways, one after the other.
    let given = 0;
    const question = async function* () {
      for (; given < 5; given++) {
        yield given;
      }
    };
    const doubled: number[] = [];

    for await (const item of feed.double(question())) {
      doubled.push(item);
    }

    equal(doubled, [0, 2, 4, 6, 8]);

    // Lock-step, and many at once beside calls.
    for await (const item of client.with({ prefetch: 1 }).as<IFeed>("feed", streams).count(50)) {
      seen.push(item);
    }

    equal(seen.length, 70, "with the items in lock-step");
    const totals = await Promise.all(Array.from({ length: 20 }, (_, i) => feed.total(numbers(1000 + i))));
    equal(totals, Array.from({ length: 20 }, (_, i) => ((1000 + i) * (1001 + i)) / 2));
    await client.close();
  },

  /** The server calls its client with streams. */
  async gauges(connect) {
    const client = connect();
    client.on("gauge.ticks", numbers);
    client.on("gauge.total", async (values: AsyncIterable<number>) => {
      let total = 0;

      for await (const value of values) {
        total += value;
      }

      return total;
    }, { streams: [0] });

    equal(await client.as<IFeed>("feed", streams).ask(), [1_250_025_000, 1_250_025_000]);
    await client.close();
  },

  /** Streams of a server that sends and takes arrays. */
  async short_streams(connect) {
    const client = connect();
    const feed = client.as<IFeed>("feed", streams);
    let sum = 0;

    for await (const item of feed.count(1000)) {
      sum += item;
    }

    equal(sum, 499_500);
    equal(await feed.total(numbers(1000)), 500_500);
    const items: number[] = [];

    for await (const item of feed.double(numbers(3))) {
      items.push(item);
    }

    equal(items, [2, 4, 6]);
    await client.close();
  },

  async typed(connect) {
    const client = connect();
    const desk = client.as<IDesk>("", { count: "stream", note: "notify" });
    equal(await desk.sum(1, 2), 3);
    equal(await desk.getHTTPStatus(), "get_http_status");
    equal(await desk.x2Y(), "x2_y");
    const items: number[] = [];

    for await (const item of desk.count(4)) {
      items.push(item);
    }

    equal(items, [0, 1, 2, 3]);
    desk.note("typed");
    await until(async () => (await desk.listNotes()).includes("typed"), "the note");
    await client.close();
  },

  async reconnect(connect) {
    const client = connect();
    let reconnected = 0;
    const states: string[] = [];
    client.onReconnected(() => reconnected++);
    client.onStateChanged((state) => states.push(state));
    equal(await client.call("sum", 1, 2), 3);
    equal(client.isExtended, true);
    await rejects(client.call("drop"), MprpcConnectionError, { requestWasSent: true });
    equal(await client.call("sum", 1, 2), 3);
    equal(reconnected, 1, "reconnected");
    equal(states, ["connecting", "connected", "reconnecting", "connected"]);
    await client.close();
  },

  async plain(connect) {
    const client = connect();
    equal(await client.call("sum", 1, 2), 3);
    equal(client.isExtended, false);
    await rejects(client.with({ metadata: { tenant: "x" } }).call("tenant"), MprpcNotSupportedError);
    await rejects(client.with({ timeout: 10 }).call("nap"), MprpcTimeoutError);
    await rejects(client.call("fail", 0), MprpcError, { message: "There is no todo 7." });
    equal(await client.call("total", numbers(4)), 10);
    await client.close();
  },
};
