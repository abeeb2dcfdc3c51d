// The code in README.md and docs/typescript.md, which readme.test.ts compares, and which runs against a server of Mprpc.
import { MprpcClient, MprpcConnectionError, MprpcError, MprpcTimeoutError } from "@mprpc/client";
import type { WebSocketConstructor } from "@mprpc/client";
import { equal, until } from "./live-cases.js";

// snippet: contract
interface IDesk {
  sum(x: number, y: number, signal?: AbortSignal): Promise<number>;
  count(to: number): AsyncIterable<number>; // a stream
  note(text: string): void; // a notification
}
// end snippet

/** Those that need nothing of node. */
export async function examplesOfAPage(url: string): Promise<void> {
  // snippet: first
  const client = new MprpcClient(url);
  console.debug(await client.call<number>("sum", 1, 2)); // 3
  // end snippet
  equal(await client.call("sum", 1, 2), 3);
  await calls(client);
  await client.close();
}

export async function examples(url: string, WebSocket: WebSocketConstructor): Promise<void> {
  // snippet: node
  const client = new MprpcClient(url, { webSocket: WebSocket }); // import { WebSocket } from "ws"
  // end snippet
  equal(await client.call("sum", 1, 2), 3);
  await calls(client);
  await errors(client);
  await connection(client);
  await client.close();
}

async function calls(client: MprpcClient): Promise<void> {
  // snippet: calls
  const abort = new AbortController();
  const sum = await client.call<number>("sum", 1, 2, abort.signal); // a signal is not sent: it cancels the call, here and at the server
  const soon = await client.with({ timeout: 2000 }).call<number>("sum", 1, 2); // the server knows how long the caller waits
  const mine = await client.with({ metadata: { tenant: "x" } }).call<string>("tenant");
  await client.notify("note", "nobody answers this");
  // end snippet
  equal([sum, soon, mine], [3, 3, "x"]);
  const shown: number[] = [];
  const show = (item: number) => shown.push(item);

  // snippet: typed
  const desk = client.as<IDesk>("", { count: "stream", note: "notify" }); // a prefix, and what is no call
  const three = await desk.sum(1, 2);
  desk.note("seen");
  // end snippet
  equal(three, 3);

  // snippet: stream
  for await (const item of client.stream<number>("count", 1000)) {
    show(item);
    if (item === 9) break; // the server's method is cancelled
  }
  // end snippet
  equal(shown, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

async function errors(client: MprpcClient): Promise<void> {
  const seen: unknown[] = [];

  // snippet: errors
  try {
    await client.with({ timeout: 2000 }).call("fail", 0);
  } catch (error) {
    if (error instanceof MprpcError) seen.push(error.message, error.code, error.data); // the server's answer
    else if (error instanceof MprpcTimeoutError) seen.push("too slow");
    else if (error instanceof MprpcConnectionError && !error.requestWasSent) seen.push("has not run: safe to call again");
    else throw error;
  }
  // end snippet
  equal(seen, ["There is no todo 7.", "todo_unknown", { id: 7 }]);
}

async function connection(client: MprpcClient): Promise<void> {
  const shown: string[] = [];
  const confirm = (question: string) => question.startsWith("order");

  // snippet: serve
  client.on("screen.show", (text: string) => void shown.push(text)); // a notification, or a call that is answered with nil
  client.on("screen.confirm", async (order: string, count: number) => confirm(order) && count < 10);
  client.on("screen.refuse", () => {
    throw new MprpcError("No.", { code: "refused" }); // any other exception reaches the server as "Internal error."
  });
  // end snippet
  const aborted = (signal: AbortSignal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(new MprpcError("Late."))));
  client.on("screen.hang", (call: { signal: AbortSignal }) => aborted(call.signal));

  // snippet: reconnect
  client.onStateChanged((state, reason) => console.debug(state, reason?.message ?? "")); // connecting, connected, reconnecting, closed
  client.onReconnected(async () => void (await client.call("sum", 1, 2))); // the new connection is in no group yet: join again
  // end snippet
  await until(async () => (await client.call<string[]>("ask").catch(() => []))[0] === "True", "the server's calls");
  equal(shown[0], "look");
}
