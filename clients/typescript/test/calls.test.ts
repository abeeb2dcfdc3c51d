import { MprpcConnectionError, MprpcError, MprpcNotSupportedError, MprpcTimeoutError } from "@mprpc/client";
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, test } from "node:test";
import { FakeServer, soon } from "./kit.js";

let server: FakeServer;
beforeEach(async () => void (server = await FakeServer.start()));
afterEach(() => server.stop());

test("Hello_TheServerChoseMprpc1_IsTheFirstMessage", async () => {
  const client = server.client();
  server.offer = undefined;
  const [accepted] = await Promise.all([server.accept(), void client.connect().catch(() => {})]);

  // [0, 0, "$/hello", [1, {size: 4194304, errors: "map", goaway: true, ping: true}]]
  await accepted.expect("940000 HELLO 9201 84 a473697a65 ce00400000 a66572726f7273 a36d6170 a6676f61776179 c3 a470696e67 c3");
  await client.close();
});

test("Call_AnsweredInAnotherOrder_EachGetsItsOwn", async () => {
  const [client, connection] = await server.connect();

  const first = client.call<number>("sum", 1, 2);
  const second = client.call<string>("sum", 1, 2);
  await connection.expect("940001 SUM", "940002 SUM");
  connection.send("940102c0a27965", "940101c003", "940102c0a26e6f", "940163c000");

  assert.equal(await second, "ye");
  assert.equal(await first, 3);
  await client.close();
});

test("Call_ResponsesInOneMessageAndInPieces_AreRead", async () => {
  const [client, connection] = await server.connect();
  const calls = [client.call("sum", 1, 2), client.call("sum", 1, 2), client.call("sum", 1, 2)];
  await connection.expect("940001 SUM", "940002 SUM", "940003 SUM");

  connection.send("940101c003 94", "0102c0a4", "7465", "7374 940103", "c0c4020001");

  assert.deepEqual(await Promise.all(calls), [3, "test", new Uint8Array([0, 1])]);
  await client.close();
});

for (const [what, response, message, code, data] of [
  ["a text", "a4626f6f6d c0", "boom", undefined, undefined],
  ["a map", "83 a76d657373616765 a4626f6f6d a4636f6465 a24537 a464617461 9107 c0", "boom", "E7", [7]],
  ["a code and a text", "92 01 a4626f6f6d c0", "boom", 1, undefined],
  ["a code, the text the result", "a145 91 a4626f6f6d", "boom", "E", undefined],
  ["a number", "07 c0", "The peer answered with error 7.", 7, undefined],
  ["a told code", "aa627573793a204c61746572 c0".replace("aa", "ab"), "busy: Later", "busy", undefined],
  ["false", "c2 c0", "The peer answered with an error without a message.", undefined, false],
] as const) {
  test(`Call_AnErrorThatIs${what.replaceAll(" ", "_")}_IsRead`, async () => {
    const [client, connection] = await server.connect();
    const call = client.call("sum", 1, 2);
    await connection.expect("940001 SUM");

    connection.send(`940101 ${response}`);

    await assert.rejects(call, (error: unknown) => {
      assert.ok(error instanceof MprpcError);
      assert.deepEqual([error.message, error.code, error.data], [message, code, data]);
      return true;
    });
    await client.close();
  });
}

test("Call_Aborted_RejectsAtOnceAndTellsTheServer", async () => {
  const [client, connection] = await server.connect();
  const abort = new AbortController();
  const call = client.call("wait", abort.signal);
  await connection.expect("940001 WAIT 90");

  abort.abort(new Error("enough"));

  await assert.rejects(soon(call), /enough/);
  await connection.expect("9302 CANCEL 9101");
  // Its msgid is not free before the answer; the answer is nobody's.
  connection.send("940101c0c0");
  await connection.expectNothing();
  await client.close();
});

test("Call_ManyWithTwoSignals_LeaveNoListeners", async () => {
  const [client, connection] = await server.connect();
  const [first, second] = [new AbortController().signal, new AbortController().signal];
  const call = client.with({ signal: first }).call("sum", 1, 2, second);
  await connection.expect("940001 SUM");
  assert.deepEqual([first, second].map((signal) => EventEmitter.getEventListeners(signal, "abort").length), [1, 1]);

  connection.send("940101c003");

  assert.equal(await call, 3);
  assert.deepEqual([first, second].map((signal) => EventEmitter.getEventListeners(signal, "abort").length), [0, 0]);
});

test("Call_SignalAbortedBefore_SendsNothing", async () => {
  const [client, connection] = await server.connect();

  await assert.rejects(client.with({ signal: AbortSignal.abort(new Error("before")) }).call("sum", 1, 2), /before/);

  await connection.expectNothing();
  await client.close();
});

test("Call_WithTimeout_TellsItAndRejects", async () => {
  const [client, connection] = await server.connect();

  const call = client.with({ timeout: 60 }).call("wait");

  const message = await connection.next();
  assert.match(message, /^940001a6242f63616c6c9381a774696d656f7574[0-3][0-9a-f]a47761697490$/);
  await assert.rejects(soon(call), MprpcTimeoutError);
  await connection.expect("9302 CANCEL 9101");
  await client.close();
});

test("Call_ServerSaysTimeoutFirst_IsATimeoutErrorToo", async () => {
  const [client, connection] = await server.connect();
  const call = client.with({ timeout: 100_000 }).call("wait");
  await connection.next();

  connection.send("940101 a774696d656f7574 c0");

  await assert.rejects(soon(call), MprpcTimeoutError);
  await client.close();
});

test("Call_ClientsTimeout_IsNotSentButCancels", async () => {
  const [client, connection] = await server.connect({ callTimeout: 30 });

  const call = client.call("wait");

  await connection.expect("940001 WAIT 90");
  await assert.rejects(soon(call), MprpcTimeoutError);
  await connection.expect("9302 CANCEL 9101");
  await client.close();
});

test("Call_WithMetadata_IsSentInside", async () => {
  const [client, connection] = await server.connect();

  void client.with({ metadata: { tenant: "x" } }).call("sum", 1, 2).catch(() => {});
  await client.with({ metadata: { tenant: "x" } }).notify("sum", 1, 2);

  await connection.expect("940001 CALL 9381 META 81a674656e616e74a178 SUM", "9302 CALL 9381 META 81a674656e616e74a178 SUM");
  await client.close();
});

test("Call_MetadataThatIsNotAllowed_ThrowsBefore", async () => {
  const [client, connection] = await server.connect();

  assert.throws(() => client.with({ metadata: { Upper: "x" } }), /Upper.*a-z/);
  await assert.rejects(client.with({ metadata: { big: "x".repeat(9000) } }).call("sum", 1, 2), /9003.*8192/);

  await connection.expectNothing();
  await client.close();
});

test("Call_LargerThanTheServerTakes_FailsWithBothSizes", async () => {
  const [client, connection] = await server.connect();

  await assert.rejects(client.call("echo", new Uint8Array(5_000_000)), /50000\d\d bytes; the server takes 4194304/);

  await connection.expectNothing();
  await client.close();
});

test("Call_MoreThanTheServerTakesAtOnce_WaitForRoom", async () => {
  server.offer = "81a563616c6c7302"; // {calls: 2}
  const [client, connection] = await server.connect();

  const calls = [1, 2, 3].map(() => client.call("sum", 1, 2));
  await connection.expect("940001 SUM", "940002 SUM");
  await connection.expectNothing();
  connection.send("940101c003");
  await connection.expect("940003 SUM");
  connection.send("940102c003", "940103c003");

  assert.deepEqual(await Promise.all(calls), [3, 3, 3]);
  await client.close();
});

test("Notify_AndCall_KeepTheirOrder", async () => {
  const [client, connection] = await server.connect();

  await client.notify("sum", 1, 2);
  void client.call("sum", 1, 2).catch(() => {});

  await connection.expect("9302 SUM", "940001 SUM");
  await client.close();
});

test("Call_ClientClosed_Fails", async () => {
  const [client, connection] = await server.connect();
  const call = client.call("wait");
  await connection.next();

  await client.close();

  await assert.rejects(call, (error: unknown) => error instanceof MprpcConnectionError && error.requestWasSent);
  await assert.rejects(client.call("wait"), (error: unknown) => error instanceof MprpcConnectionError && !error.requestWasSent);
  assert.equal((await connection.untilClosed()).code, 1000);
});

test("Close_WhileTheHelloIsUnanswered_EndsTheAttempt", async () => {
  server.offer = undefined;
  const client = server.client();
  const connecting = client.connect();
  const connection = await server.accept();
  await connection.next();

  await Promise.all([soon(client.close()), assert.rejects(connecting, MprpcConnectionError)]);

  await connection.untilClosed();
  assert.equal(server.connections.length, 1);
});

test("PlainServer_AnyCall_GetsPlainBytesOnly", async () => {
  const plain = await FakeServer.start({ protocol: "mprpc" });
  const [client, connection] = await plain.connect();
  const abort = new AbortController();

  const call = client.with({ timeout: 10_000 }).call("sum", 1, 2);
  const aborted = client.call("wait", abort.signal);
  await connection.expect("940000 SUM", "940001 WAIT 90");
  abort.abort();
  await assert.rejects(aborted, { name: "AbortError" });
  connection.send("940100c003");

  assert.equal(await call, 3);
  await assert.rejects(client.with({ metadata: { a: "x" } }).call("sum", 1, 2), MprpcNotSupportedError);
  await connection.expectNothing();
  assert.equal(client.isExtended, false);
  await client.close();
  await plain.stop();
});

test("Hello_RefusedWithAnError_IsPlain", async () => {
  server.offer = undefined;
  const client = server.client();
  const connecting = client.connect();
  const connection = await server.accept();
  await connection.next();

  connection.send("940100a26e6fc0");

  await soon(connecting);
  const call = client.call("sum", 1, 2);
  await connection.expect("940001 SUM");
  connection.send("940101c003");
  assert.equal(await call, 3);
  assert.equal(client.isExtended, false);
  await client.close();
});

test("Hello_AnsweredByClosing_IsPlainAfterANewDial", async () => {
  server.offer = undefined;
  const client = server.client();
  const connecting = client.connect();
  const first = await server.accept();
  await first.next();

  first.socket.close();
  const second = await server.accept();

  await soon(connecting);
  void client.call("sum", 1, 2).catch(() => {});
  await second.expect("940000 SUM");
  await client.close();
});

test("Hello_UnansweredByAServerThatDidNotClaimIt_IsPlainAfterASecond", async () => {
  const silent = await FakeServer.start({ protocol: "mprpc" });
  const told: string[] = [];
  const [client, connection] = await silent.connect({ extensions: "always", onError: (error) => told.push(String(error)) });

  void client.call("sum", 1, 2).catch(() => {});

  assert.match(await connection.next(), /^940000a7242f68656c6c6f/);
  await connection.expect("940001 SUM");
  assert.match(told[0], /taken for plain/);
  await client.close();
  await silent.stop();
});

test("Messages_OfThePrefix_AreAnsweredOrIgnored", async () => {
  const [client, connection] = await server.connect();

  connection.send("9302a5242f666f6f90", "940005a5242f666f6f90", "9302 CANCEL 90", "9302 CANCEL 91c0", "9302 CANCEL 05", "9302 ITEM 92fe9101");
  connection.send("9302 CREDIT 9207ff");

  // {message: "Method '$/foo' not found.", code: "unknown_method"}
  assert.match(await connection.next(), /^94010582a76d657373616765b94d6574686f64/);
  await connection.expectNothing();
  await client.close();
});

for (const [what, message] of [
  ["ANumber", "07"], ["AnUnassignedByte", "c1"], ["AnUnknownType", "940301 SUM"], ["AnArrayOfFive", "950001 SUM c0"], ["TooDeep", "91".repeat(70)],
  ["TooLarge", "940101c0c6 7fffffff"],
]) {
  test(`Message_ThatIs${what}_ClosesTheConnection`, async () => {
    const [client, connection] = await server.connect({ reconnect: false });
    const call = client.call("wait");
    await connection.next();

    connection.send(message);

    await assert.rejects(soon(call), (error: unknown) => error instanceof MprpcConnectionError && /broke the protocol/.test(error.message));
    assert.equal((await connection.untilClosed()).code, 4002);
    await client.close();
  });
}
