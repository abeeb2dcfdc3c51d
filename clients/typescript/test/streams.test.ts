import { MprpcConnectionError, MprpcError, MprpcTimeoutError } from "@mprpc/client";
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { collected, FakeServer, soon, until } from "./kit.js";

let server: FakeServer;
beforeEach(async () => void (server = await FakeServer.start()));
afterEach(() => server.stop());

// What the first stream of a connection sends: [0, 1, "$/call", [{credit: [nil, 65536]}, "drip", [3]]].
const drip = "940001 CALL 9381 CRED 92c0ce00010000 DRIP 9103";

/** n items of 16 KiB: c5 length and body. */
function batch(size: number): string {
  return `c5${(size - 3).toString(16).padStart(4, "0")}${"07".repeat(size - 3)}`;
}

async function* counted(to: number): AsyncGenerator<number> {
  for (let i = 0; i < to; i++) {
    yield i;
  }
}

/** A source that a test feeds, and that tells when it was disposed. */
class Source implements AsyncIterable<unknown> {
  isDisposed = false;
  asked = 0;
  #give: ((item: unknown) => void) | undefined;

  async give(item: unknown): Promise<void> {
    await until(() => this.#give !== undefined, "the source to be asked");
    const give = this.#give!;
    this.#give = undefined;
    give(item);
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return {
      next: () => {
        this.asked++;
        return new Promise((resolve) => (this.#give = (value) => resolve({ done: false, value })));
      },
      return: async () => {
        this.isDisposed = true;
        return { done: true, value: undefined };
      },
    };
  }
}

test("Result_OfAPlainServer_IsItsArray", async () => { // K1
  const plain = await FakeServer.start({ protocol: "mprpc" });
  const [client, connection] = await plain.connect();
  const items = collected(client.stream("drip", 3));
  await connection.expect("940000 DRIP 9103");

  connection.send("940100c093000102");

  assert.deepEqual(await items, [0, 1, 2]);
  await client.close();
  await plain.stop();
});

test("Result_LastItemsInTheAnswer_ComeLast", async () => { // K2
  const [client, connection] = await server.connect();
  const items = collected(client.stream("drip", 3));
  await connection.expect(drip);

  connection.send("9302 ITEM 9201920001", "940101c09102");

  assert.deepEqual(await items, [0, 1, 2]);
  await client.close();
});

test("Result_EmptyEnd_IsEmpty", async () => {
  const [client, connection] = await server.connect();
  const items = collected(client.stream("drip", 3));
  await connection.expect(drip);

  connection.send("940101c0c0");

  assert.deepEqual(await items, []);
  await client.close();
});

test("Result_ErrorInTheMiddle_ComesAfterTheItems", async () => { // K3
  const [client, connection] = await server.connect();
  const iterator = client.stream("drip", 3)[Symbol.asyncIterator]();
  const first = iterator.next();
  await connection.expect(drip);

  connection.send("9302 ITEM 92019100 940101a4626f6f6dc0");

  assert.deepEqual(await first, { done: false, value: 0 });
  await assert.rejects(iterator.next(), (error: unknown) => error instanceof MprpcError && error.message === "boom");
  assert.deepEqual(await iterator.next(), { done: true, value: undefined });
  await client.close();
});

test("Result_ItemsAfterTheAnswer_AreIgnored", async () => { // K4
  const [client, connection] = await server.connect();
  const items = collected(client.stream("drip", 3));
  await connection.expect(drip);

  connection.send("940101c09100", "9302 ITEM 92019105");

  assert.deepEqual(await items, [0]);
  await connection.expectNothing();
  await client.close();
});

test("Result_HalfAWindowTaken_GrantsIt", async () => { // K5
  const [client, connection] = await server.connect();
  const iterator = client.stream<Uint8Array>("drip", 3)[Symbol.asyncIterator]();
  const first = iterator.next();
  await connection.expect(drip);

  connection.send(`9302 ITEM 920191 ${batch(16384)}`, `9302 ITEM 920191 ${batch(16384)}`);
  assert.equal((await first).value!.length, 16381);
  await connection.expectNothing(); // received is not taken
  await iterator.next();

  await connection.expect("9302 CREDIT 9301c0cd8000");
  connection.send("940101c0c0");
  assert.equal((await iterator.next()).done, true);
  await client.close();
});

test("Result_ConsumerFasterThanTheWindow_GetsALargerOne", async () => {
  const [client, connection] = await server.connect();
  const iterator = client.with({ window: 32 }).stream("drip", 3)[Symbol.asyncIterator]();
  let next = iterator.next();
  await connection.expect("940001 CALL 9381 CRED 92c020 DRIP 9103");

  for (let i = 0; i < 2; i++) {
    connection.send(`9302 ITEM 920191 ${batch(16)}`.replace("c5000d", "c5000d"));
    await next;
    next = iterator.next();
    // Half of it each time; after a full window, and nothing there, as much again.
    await connection.expect("9302 CREDIT 9301c010");
  }

  await connection.expect("9302 CREDIT 9301c020");
  connection.send("940101c0c0");
  assert.equal((await next).done, true);
  await client.close();
});

test("Result_LeftEarly_CancelsOnceAndDropsTheRest", async () => { // K6
  const [client, connection] = await server.connect();
  const left = (async () => {
    for await (const item of client.stream("drip", 3)) {
      return item;
    }
  })();
  await connection.expect(drip);

  connection.send("9302 ITEM 9201920001");

  assert.equal(await soon(left), 0);
  await connection.expect("9302 CANCEL 9101");
  connection.send("9302 ITEM 92019102");
  await connection.expectNothing();
  // Its msgid is free after its answer.
  connection.send("940101c0c0");
  const call = client.call("sum", 1, 2);
  await connection.expect("940003 SUM".replace("03", "02"));
  connection.send("940102c003");
  assert.equal(await call, 3);
  await client.close();
});

test("Result_Aborted_ThrowsTheReasonAndCancels", async () => {
  const [client, connection] = await server.connect();
  const abort = new AbortController();
  const items = collected(client.stream("drip", 3, abort.signal));
  await connection.expect(drip);

  abort.abort(new Error("enough"));

  await assert.rejects(soon(items), /enough/);
  await connection.expect("9302 CANCEL 9101");
  await connection.expectNothing();
  await client.close();
});

test("Result_CallTimeout_EndsTheWaitForTheFirstItemOnly", async () => {
  const [client, connection] = await server.connect({ callTimeout: 500 });
  const iterator = client.stream("drip", 3)[Symbol.asyncIterator]();
  const first = iterator.next();
  await connection.expect(drip);
  connection.send("9302 ITEM 92019100");
  await first;

  const second = iterator.next();
  await assert.rejects(client.call("wait"), MprpcTimeoutError);
  connection.send("9302 ITEM 92019101");

  assert.equal((await second).value, 1);
  await client.close();
});

test("Result_OwnTimeout_IsSentAndEndsTheStream", async () => {
  const [client, connection] = await server.connect();
  const items = collected(client.with({ timeout: 60 }).stream("drip", 3));

  assert.match(await connection.next(), /^940001a6242f63616c6c9382a774696d656f7574..a663726564697492c0ce00010000/);

  connection.send("9302 ITEM 92019100");
  await assert.rejects(soon(items), MprpcTimeoutError);
  await connection.expect("9302 CANCEL 9101");
  await client.close();
});

test("Result_ConnectionLost_IsAnErrorAfterWhatHasCome", async () => {
  const [client, connection] = await server.connect();
  const iterator = client.stream("drip", 3)[Symbol.asyncIterator]();
  const first = iterator.next();
  await connection.expect(drip);

  connection.send("9302 ITEM 92019100");
  connection.socket.close(1001);

  assert.equal((await first).value, 0);
  await assert.rejects(soon(iterator.next()), MprpcConnectionError);
  await client.close();
});

test("Result_Prefetch1_IsLockStep", async () => {
  const [client, connection] = await server.connect();
  const iterator = client.with({ prefetch: 1 }).stream("drip", 3)[Symbol.asyncIterator]();
  const first = iterator.next();
  await connection.expect("940001 CALL 9381 CRED 9201ce00010000 DRIP 9103");

  connection.send("9302 ITEM 92019100");
  await first;

  await connection.expect("9302 CREDIT 93010101");
  await client.close();
});

test("Result_ItemsBeyondTheCredit_CloseTheConnection", async () => {
  const [client, connection] = await server.connect({ reconnect: false });
  const iterator = client.with({ prefetch: 2 }).stream("drip", 3)[Symbol.asyncIterator]();
  const items = iterator.next();
  await connection.next();

  connection.send("9302 ITEM 920193000102");

  await assert.rejects(soon(items), (error: unknown) => error instanceof MprpcConnectionError && /stream_credit/.test(error.message));
  assert.equal((await connection.untilClosed()).code, 4002);
  await client.close();
});

test("Result_LastItemOverdrawsBytes_IsTaken", async () => {
  const [client, connection] = await server.connect();
  const iterator = client.with({ window: 8 }).stream<Uint8Array>("drip", 3)[Symbol.asyncIterator]();
  const first = iterator.next();
  await connection.expect("940001 CALL 9381 CRED 92c008 DRIP 9103");

  connection.send(`9302 ITEM 920192 07 ${batch(1000)}`);

  assert.equal((await first).value, 7);
  assert.equal((await iterator.next()).value!.length, 997);
  await client.close();
});

test("Result_IteratedTwice_CallsTwice", async () => {
  const [client, connection] = await server.connect();
  const stream = client.stream("drip", 3);
  const both = [collected(stream), collected(stream)];

  await connection.expect(drip, drip.replace("940001", "940002"));
  connection.send("940101c09101", "940102c09102");

  assert.deepEqual(await Promise.all(both), [[1], [2]]);
  await client.close();
});

test("Result_ThatIsNoStream_IsAnError", async () => {
  const [client, connection] = await server.connect();
  const items = collected(client.stream("drip", 3));
  await connection.expect(drip);

  connection.send("940101c003");

  await assert.rejects(items, /'drip' is no stream/);
  await client.close();
});

test("Param_EndsAtOnce_SendsItemsAndTheEnd", async () => { // X47
  const [client, connection] = await server.connect();
  const total = client.call("total", (async function* items() {
    yield* [1, 2, 3];
  })());

  await connection.expect("940001 TOTAL 91ff", "9302 ITEM 92ff93010203", "9302 END 91ff");
  connection.send("940101c006");

  assert.equal(await total, 6);
  await client.close();
});

test("Param_SourceThatWaits_SendsWhatItHas", async () => {
  const [client, connection] = await server.connect();
  const source = new Source();
  void client.call("total", source).catch(() => {});

  await connection.expect("940001 TOTAL 91ff");
  await source.give(1);
  await connection.expect("9302 ITEM 92ff9101");
  await source.give(2);
  await connection.expect("9302 ITEM 92ff9102");
  await client.close();
  assert.equal(source.isDisposed, true);
});

test("Param_CreditUsedUp_IsNotAdvancedBeforeMore", async () => {
  server.offer = "82a773747265616d7364a4666565649202cd4000"; // {streams: 100, feed: [2, 16384]}
  const [client, connection] = await server.connect();
  let made = 0;
  void client.call("total", (async function* items() {
    for (let i = 0; ; i++) {
      made++;
      yield i;
    }
  })()).catch(() => {});

  await connection.expect("940001 TOTAL 91ff", "9302 ITEM 92ff920001");
  await connection.expectNothing();
  assert.equal(made, 2);

  connection.send("9302 CREDIT 92ff00", "9302 CREDIT 92ffff", "9302 CREDIT 92ffa178"); // X38
  await connection.expectNothing();
  connection.send("9302 CREDIT 92ff01");
  await connection.expect("9302 ITEM 92ff9102");
  await connection.expectNothing();
  await client.close();
});

test("Param_CreditWithoutALimitOfItems_LiftsIt", async () => {
  server.offer = "82a773747265616d7364a4666565649202cd4000"; // {streams: 100, feed: [2, 16384]}
  const [client, connection] = await server.connect();
  void client.call("total", counted(6)).catch(() => {});
  await connection.expect("940001 TOTAL 91ff", "9302 ITEM 92ff920001");

  connection.send("9302 CREDIT 93ffc003");

  await connection.expect("9302 ITEM 92ff9402030405", "9302 END 91ff");
  await client.close();
});

test("Param_BytesUsedUp_OverdrawsByOneItem", async () => {
  server.offer = "82a773747265616d7364a46665656492c008"; // {streams: 100, feed: [nil, 8]}
  const [client, connection] = await server.connect();
  void client.call("total", counted(20)).catch(() => {});
  await connection.expect("940001 TOTAL 91ff", "9302 ITEM 92ff980001020304050607");
  void client.call("total", (async function* items() {
    yield new Uint8Array(20);
    yield 1;
  })()).catch(() => {});

  await connection.expect("940002 TOTAL 91fe", `9302 ITEM 92fe91c414${"00".repeat(20)}`);
  connection.send("9302 CREDIT 93fe000e"); // 22 bytes less 8: the debt is not paid
  await connection.expectNothing(); // 8 - 22 + 14 = 0
  connection.send("9302 CREDIT 93fe0002");
  await connection.expect("9302 ITEM 92fe9101", "9302 END 91fe");
  await client.close();
});

test("Param_NoFeed_StartsWithoutCredit", async () => {
  server.offer = "81a773747265616d7364"; // {streams: 100}
  const [client, connection] = await server.connect();
  void client.call("total", counted(2)).catch(() => {});

  await connection.expect("940001 TOTAL 91ff");
  await connection.expectNothing();
  connection.send("9302 CREDIT 93ff40cd4000"); // X48
  await connection.expect("9302 ITEM 92ff920001", "9302 END 91ff");
  await client.close();
});

test("Param_ServerCancels_DisposesTheSource", async () => { // X53
  const [client, connection] = await server.connect();
  const source = new Source();
  const call = client.call("total", source);
  await connection.expect("940001 TOTAL 91ff");
  await until(() => source.asked > 0, "the source to be asked");

  connection.send("9302 CANCEL 91ff");

  await until(() => source.isDisposed, "the source to be disposed");
  await connection.expectNothing();
  connection.send("940101c006");
  assert.equal(await call, 6);
  await client.close();
});

test("Param_AnswerFirst_DisposesTheSourceAndSendsNoEnd", async () => { // K10
  const [client, connection] = await server.connect();
  const source = new Source();
  const call = client.call("total", source);
  await connection.expect("940001 TOTAL 91ff");
  await until(() => source.asked > 0, "the source to be asked");

  connection.send("940101c001");

  assert.equal(await call, 1);
  assert.equal(source.isDisposed, true);
  await connection.expectNothing();
  await client.close();
});

test("Param_SourceThrows_EndsWithAnError", async () => { // X50
  const told: string[] = [];
  const [client, connection] = await server.connect({ onError: (error) => told.push(String(error)) });
  const failing = async function* (error: Error) {
    yield 1;
    throw error;
  };
  void client.call("total", failing(new MprpcError("boom", { code: "E" }))).catch(() => {});
  await connection.expect("940001 TOTAL 91ff", "9302 ITEM 92ff9101", "9302 END 92ff 82 a76d657373616765 a4626f6f6d a4636f6465 a145");

  // What was not written for the server stays here.
  void client.call("total", failing(new Error("secret"))).catch(() => {});
  await connection.expect("940002 TOTAL 91fe", "9302 ITEM 92fe9101", `9302 END 92fe 81 a76d657373616765 af${Buffer.from("Internal error.").toString("hex")}`);
  assert.deepEqual(told, ["Error: secret"]);
  await client.close();
});

test("Param_AndResult_StreamBothWays", async () => { // X58
  const [client, connection] = await server.connect();
  const source = new Source();
  const iterator = client.stream("pipe", source)[Symbol.asyncIterator]();
  const first = iterator.next();

  await connection.expect("940001 CALL 9381 CRED 92c0ce00010000 PIPE 91ff");
  await source.give(1);
  await connection.expect("9302 ITEM 92ff9101");
  connection.send("9302 ITEM 92019102");
  assert.equal((await first).value, 2);
  await iterator.return!();
  await connection.expect("9302 CANCEL 9101");
  assert.equal(source.isDisposed, true);
  await client.close();
});

test("Param_ServerWithoutStreams_GetsAnArray", async () => {
  server.offer = "80";
  const [client, connection] = await server.connect();
  const total = client.call("total", counted(3));

  await connection.expect("940001 TOTAL 9193000102");
  connection.send("940101c003");

  assert.equal(await total, 3);
  await client.close();
});

test("Param_TooLongForAnArray_IsNotSent", async () => {
  server.offer = "80";
  const [client, connection] = await server.connect();
  let isDisposed = false;
  const source = (async function* items() {
    try {
      for (;;) {
        yield 1;
      }
    } finally {
      isDisposed = true;
    }
  })();

  await assert.rejects(client.call("total", source), (error: unknown) => error instanceof MprpcError && error.code === "too_large");

  assert.equal(isDisposed, true);
  await connection.expectNothing();
  await client.close();
});

test("Param_ReadableStream_IsASource", async () => {
  const [client, connection] = await server.connect();
  void client.call("total", new Blob(["ab"]).stream()).catch(() => {});

  await connection.expect("940001 TOTAL 91ff", "9302 ITEM 92ff91c4026162", "9302 END 91ff");
  await client.close();
});

test("Param_OfANotification_IsRefused", async () => {
  const [client] = await server.connect();

  await assert.rejects(client.notify("total", counted(3)), /needs a call/);
  await client.close();
});

test("Param_InsideAnotherValue_IsRefused", async () => {
  const [client, connection] = await server.connect();

  await assert.rejects(client.call("total", { items: counted(3) }), /as an argument only/);

  await connection.expectNothing();
  await client.close();
});

test("Param_StalledStream_DelaysNoCall", async () => { // X44
  server.offer = "81a773747265616d7364";
  const [client, connection] = await server.connect();
  void client.call("total", counted(3)).catch(() => {});
  await connection.expect("940001 TOTAL 91ff");

  for (let i = 2; i < 102; i++) {
    const call = client.call("sum", 1, 2);
    const id = i.toString(16).padStart(2, "0");
    await connection.expect(`9400${i < 128 ? id : `cc${id}`} SUM`);
    connection.send(`9401${id} c003`);
    assert.equal(await call, 3);
  }

  await client.close();
});
