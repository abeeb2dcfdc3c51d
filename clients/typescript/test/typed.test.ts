import type { MprpcClient, WebSocketConstructor } from "@mprpc/client";
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { collected, FakeServer } from "./kit.js";

interface ICalculator {
  sum(x: number, y: number, signal?: AbortSignal): Promise<number>;
}

interface IFeed extends ICalculator {
  watchTicks(symbol: string): AsyncIterable<number>;
  show(text: string): void;
}

let server: FakeServer;
beforeEach(async () => void (server = await FakeServer.start()));
afterEach(() => server.stop());

test("As_AnInterfaceOfCalls_CallsByTheWiresNames", async () => {
  const [client, connection] = await server.connect();
  const calculator = client.as<ICalculator>("calc");
  const abort = new AbortController();

  const sum: Promise<number> = calculator.sum(1, 2, abort.signal);

  await connection.expect("940001a863616c632e73756d920102");
  connection.send("940101c003");
  assert.equal(await sum, 3);
});

test("As_StreamsAndNotifications_AreWhatTheirTypeIs", async () => {
  const [client, connection] = await server.connect();
  const feed = client.as<IFeed>("feed", { watchTicks: "stream", show: "notify" });

  const ticks = collected(feed.watchTicks("ACME"));
  feed.show("x");
  await connection.expect("940001 CALL 9381 CRED 92c0ce00010000 b0666565642e77617463685f7469636b7391a441434d45", "9302a9666565642e73686f7791a178");
  connection.send("940101c09101");

  assert.deepEqual(await ticks, [1]);
});

test("As_ANameOfItsOwn_IsSentAsItIs", async () => {
  const [client, connection] = await server.connect();
  const calculator = client.as<ICalculator>("calc", { sum: { kind: "call", name: "Sum" } });

  void calculator.sum(1, 2).catch(() => {});

  await connection.expect("940001a353756d920102");
});

test("As_WithOptions_AppliesThem", async () => {
  const [client, connection] = await server.connect();
  const calculator = client.with({ metadata: { tenant: "x" } }).as<ICalculator>("calc");

  void calculator.sum(1, 2).catch(() => {});

  await connection.expect("940001 CALL 9381 META 81a674656e616e74a178 a863616c632e73756d920102");
});

test("As_Awaited_IsNoPromise", async () => {
  const [client] = await server.connect();
  const calculator = await Promise.resolve(client.as<ICalculator>("calc"));
  assert.equal(typeof calculator.sum, "function");
});

test("As_NotificationThatCannotBeSent_IsReported", async () => {
  const told: string[] = [];
  const client = server.client({ onError: (_, where) => told.push(where) });
  await client.close();

  client.as<IFeed>("feed", { watchTicks: "stream", show: "notify" }).show("x");
  await new Promise((resolve) => setImmediate(resolve));

  assert.deepEqual(told, ["the notification 'feed.show'"]);
});

// The browser's own class fits, and that of ws (kit.ts).
export const browsers: WebSocketConstructor = globalThis.WebSocket;

// The compiler asks for what types alone cannot say at run time.
export function wrong(client: MprpcClient): void {
  // @ts-expect-error streams and notifications are missing
  client.as<IFeed>("feed");
  // @ts-expect-error a notification is missing
  client.as<IFeed>("feed", { watchTicks: "stream" });
  // @ts-expect-error a stream is no call
  client.as<IFeed>("feed", { watchTicks: "call", show: "notify" });
  // @ts-expect-error there is no such method
  client.as<ICalculator>("calc", { nope: "call" });
}
