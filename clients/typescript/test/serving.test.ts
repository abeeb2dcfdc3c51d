import { MprpcError } from "@mprpc/client";
import type { CallContext, MprpcClient, MprpcClientOptions } from "@mprpc/client";
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { bytes, FakeServer, hexOf, until } from "./kit.js";
import type { FakeConnection } from "./kit.js";

// A client that serves: the cases of a server, with the ends exchanged.
let server: FakeServer;
let client: MprpcClient;
let connection: FakeConnection;
let disposed: string[];
let totals: string[];

beforeEach(async () => {
  server = await FakeServer.start();
  disposed = [];
  totals = [];
});
afterEach(async () => {
  await client?.close();
  await server.stop();
});

async function serve(options: MprpcClientOptions = {}): Promise<void> {
  [client, connection] = await server.connect(options, prepare);
}

async function* count(n: number): AsyncGenerator<number> {
  try {
    for (let i = 0; i < n; i++) {
      yield i;
    }
  } finally {
    disposed.push("count");
  }
}

async function* drip(n: number): AsyncGenerator<number> {
  try {
    for (let i = 0; i <= n; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5));

      if (i < n) {
        yield i;
      }
    }
  } finally {
    disposed.push("drip");
  }
}

async function* breaks(): AsyncGenerator<number> {
  yield 0;
  yield 1;
  throw new MprpcError("boom");
}

async function total(values: AsyncIterable<number>): Promise<number> {
  let sum = 0;

  try {
    for await (const value of values) {
      sum += value;
    }
  } catch (error) {
    totals.push(String(error));
    throw error;
  }

  return sum;
}

async function* pipe(values: AsyncIterable<number>): AsyncGenerator<number> {
  for await (const value of values) {
    yield value * 2;
  }
}

function prepare(target: MprpcClient): void {
  target.on("sum", (x: number, y: number) => x + y);
  target.on("count", count);
  target.on("drip", drip);
  target.on("break", breaks);
  target.on("total", total, { streams: [0] });
  target.on("pipe", pipe, { streams: [0] });
  target.on("first", async (values: AsyncIterable<number>) => {
    for await (const value of values) {
      return value;
    }

    return null;
  }, { streams: [0] });
  target.on("wait", (call: CallContext) => new Promise((_, reject) => call.signal.addEventListener("abort", () => reject(call.signal.reason))));
  target.on("fail", () => {
    throw new MprpcError("boom", { code: "E7", data: [1] });
  });
  target.on("leak", () => {
    throw new Error("secret");
  });
  target.on("meta", (call: CallContext) => call.metadata);
  target.on("blob", () => new Uint8Array(2000));
}

/** A request of the server's, and the messages of the client that follow. */
async function exchange(request: string, ...answers: string[]): Promise<void> {
  connection.send(...request.split("|"));
  await connection.expect(...answers);
}

const map = (code: string, message: string) =>
  `82 a76d657373616765 ${text(message)} a4636f6465 ${text(code)}`;

function text(value: string): string {
  const utf8 = Buffer.from(value);
  return (utf8.length < 32 ? (0xa0 | utf8.length).toString(16) : `d9${utf8.length.toString(16).padStart(2, "0")}`) + utf8.toString("hex");
}

test("Hello_OfAClientThatServes_OffersCalls", async () => {
  server.offer = undefined;
  client = server.client();
  prepare(client);
  void client.connect().catch(() => {});
  connection = await server.accept();

  // {size, errors, goaway, ping, calls: 100, streams: 100, feed: [64, 16384]}
  await connection.expect("940000 HELLO 9201 87 a473697a65 ce00400000 a66572726f7273 a36d6170 a6676f61776179 c3 a470696e67 c3 a563616c6c7364 "
    + "a773747265616d7364 a466656564 9240cd4000");
});

test("Request_OfTheServer_IsAnswered", async () => {
  await serve();
  await exchange("940001 SUM", "940101c003");
  await exchange("9400ceffffffff SUM", "9401ceffffffffc003");
  await exchange("9400ff SUM", "9401ffc003");
  await exchange("940009a46e6f706590", `940109 ${map("unknown_method", "Method 'nope' not found.")} c0`);
  await exchange("94000105c0", `940101 ${map("invalid_params", "The name of a method must be text that is not empty.")} c0`);
  await exchange("940001a373756d82c0c0c1c1".replace("82c0c0c1c1", "07"), `940101 ${map("invalid_params", "The params of method 'sum' must be an array.")} c0`);
  await exchange("94000a PING 90", "94010ac0c0");
});

test("Request_WhoseHandlerThrows_TellsOnlyWhatWasWrittenForIt", async () => {
  const told: string[] = [];
  await serve({ onError: (error, where) => told.push(`${where}: ${String(error)}`) });

  await exchange("940001a46661696c90", `940101 83 a76d657373616765 a4626f6f6d a4636f6465 a24537 a464617461 9101 c0`);
  await exchange("940002a46c65616b90", `940102 81 a76d657373616765 ${text("Internal error.")} c0`);

  assert.deepEqual(told, ["the handler of 'leak': Error: secret"]);
});

test("Request_ToAPlainServersClient_HasAnErrorOfText", async () => {
  const plain = await FakeServer.start({ protocol: "mprpc" });
  [client, connection] = await plain.connect({}, prepare);
  await exchange("940001a46661696c90", "940101 a4626f6f6d c0");
  await exchange("940001 SUM", "940101c003");
  // Asking is enough.
  await exchange("940001 CALL 9380 SUM", "940101c003");
  await client.close();
  await plain.stop();
});

test("Request_WithoutExtensions_KnowsNone", async () => {
  await serve({ extensions: "never" });
  await exchange("940001 PING 90", `940101 ${text("Method '$/ping' not found.")} c0`);
  await exchange("940001 CALL 9380 SUM", `940101 ${text("Method '$/call' not found.")} c0`);
});

test("Notification_OfTheServer_IsServedInOrderAndNeverAnswered", async () => {
  const seen: unknown[] = [];
  await serve();
  client.on("note", (value: unknown, call: CallContext) => seen.push([value, call.isNotification]));

  connection.send("9302a46e6f74659101", "9302a46e6f74659102", "9302a46e6f706590", "9302 CALL 9380a46e6f74659103", "93020590");
  await connection.expectNothing();

  assert.deepEqual(seen, [[1, true], [2, true], [3, true]]);
});

test("Call_OptionsOfTheServer_Apply", async () => {
  await serve();
  await exchange("940001 CALL 93c0 SUM", "940101c003"); // X10
  await exchange("940001 CALL 9381a3666f6f01 SUM", "940101c003");
  await exchange("940001 CALL 9381 META 81a178a179 a46d65746190", "940101c081a178a179");
  await exchange("940001 CALL 9280a373756d", // X14
    `940101 ${map("invalid_params", "Method '$/call' takes 3 params: [options, method, params]; it has 2.")} c0`);
  await exchange("940001 CALL 9307 SUM", `940101 ${map("invalid_params", "Param 1 ('options') of method '$/call' must be a map or nil.")} c0`);
  await exchange("940001 CALL 9380 PING 90", `940101 ${map("unknown_method", "Method '$/ping' not found.")} c0`); // X17
  await exchange("940001 CALL 9381 TIMEOUT 14 WAIT 90",
    `940101 ${map("timeout", "Method 'wait' took longer than 20 ms, the time that the caller gave it.")} c0`); // X12
});

test("Cancel_OfTheServer_FiresTheSignalAndIsAnsweredOnce", async () => { // X20, X21, X22
  await serve();
  connection.send("9302 CANCEL 9105");
  await exchange("940005 SUM", "940105c003");
  await exchange("940005 WAIT 90|9302 CANCEL 9105|9302 CANCEL 9105|9302 CANCEL 9163", `940105 ${map("cancelled", "The call was cancelled.")} c0`);
  await connection.expectNothing();
});

test("Loss_WhileAHandlerRuns_FiresItsSignal", async () => {
  let reason: unknown;
  await serve();
  client.on("hang", (call: CallContext) => new Promise(() => call.signal.addEventListener("abort", () => (reason = call.signal.reason))));
  connection.send("940005a468616e6790");
  await connection.expectNothing();

  connection.socket.terminate();

  await until(() => reason !== undefined, "the signal");
});

test("Result_Stream_PlainForm", async () => { // X27, X28, X35, X45
  await serve();
  await exchange("940007 COUNT 9103", "940107c093000102");
  await exchange("940007 CALL 9381 CRED 64 COUNT 9103", "940107c093000102");
  await exchange("940007 BREAK 90", `940107 81 a76d657373616765 a4626f6f6d c0`);
  await exchange("940007 CALL 9381 CRED 64 SUM", "940107c003");
});

test("Result_Stream_SendsAsItComes", async () => { // X29
  await serve();
  await exchange("940007 CALL 9381 CRED 64 DRIP 9102", "9302 ITEM 92079100", "9302 ITEM 92079101", "940107c0c0");
});

test("Result_Stream_WaitsForCreditOfItems", async () => { // X30, X33
  await serve();
  await exchange("940007 CALL 9381 CRED 02 DRIP 9103", "9302 ITEM 92079100", "9302 ITEM 92079101");
  await connection.expectNothing();
  await exchange("9302 CREDIT 920702", "9302 ITEM 92079102", "940107c0c0");

  await exchange("940007 CALL 9381 CRED 01 DRIP 9101", "9302 ITEM 92079100");
  await connection.expectNothing();
  assert.deepEqual(disposed, ["drip"]); // the first; this one is not advanced
  await exchange("9302 CREDIT 920701", "940107c0c0");
});

test("Result_Stream_WaitsForCreditOfBytes", async () => { // X31
  await serve();
  await exchange("940007 CALL 9381 CRED 92c008 COUNT 9114", "9302 ITEM 9207980001020304050607");
  await connection.expectNothing();
});

test("Result_Stream_ErrorInTheMiddle", async () => { // X34
  await serve();
  await exchange("940007 CALL 9381 CRED 64 BREAK 90", "9302 ITEM 9207920001", `940107 81 a76d657373616765 a4626f6f6d c0`);
});

test("Result_Stream_CancelledByTheServer", async () => { // X36
  await serve();
  await exchange("940007 CALL 9381 CRED 01 DRIP 9164", "9302 ITEM 92079100");
  await exchange("9302 CANCEL 9107", `940107 ${map("cancelled", "The call was cancelled.")} c0`);
  await until(() => disposed.length === 1, "the generator to be disposed");
  connection.send("9302 CREDIT 920764"); // X37
  await connection.expectNothing();
});

test("Result_Stream_CreditThatIsNone_ChangesNothing", async () => { // X38, X39
  await serve();
  await exchange("940007 CALL 9381 CRED 01 DRIP 9103", "9302 ITEM 92079100");
  connection.send("9302 CREDIT 920700", "9302 CREDIT 9207ff", "9302 CREDIT 9207a178");
  await connection.expectNothing();
  await exchange("9302 CREDIT 9207cfffffffffffffffff|9302 CREDIT 9207cfffffffffffffffff", "9302 ITEM 92079101", "9302 ITEM 92079102", "940107c0c0");
});

test("Result_Stream_TooLongForAnArray", async () => { // X40
  await serve();
  const message = "A stream may have 10000 items where the peer takes no streams, since it is one array there.";
  await exchange("940007 COUNT 91ce00989680", `940107 ${map("too_large", message)} c0`);
  await until(() => disposed.length === 1, "the generator to be disposed");
});

test("Result_LargerThanTheServerTakes_IsAnError", async () => {
  server.offer = "82a473697a65cd0400a66572726f7273a36d6170"; // {size: 1024, errors: "map"}
  await serve();
  await exchange("940007a4626c6f6290", `940107 ${map("too_large", "The answer has 2007 bytes; the caller takes 1024.")} c0`);
});

test("Param_Stream_PlainForm", async () => { // X46
  await serve();
  await exchange("940008 TOTAL 9193010203", "940108c006");
  await exchange("940008 TOTAL 91c0", "940108c000");
});

test("Param_Stream_Items", async () => { // X47, X57
  await serve();
  connection.send("9302 ITEM 92fe9101");
  await exchange("940008 TOTAL 91ff|9302 ITEM 92ff90|9302 ITEM 92ff93010203|9302 END 91ff", "940108c006");
});

test("Param_Stream_WithoutHello_GrantsWhenFirstRead", async () => { // X48
  const plain = await FakeServer.start({ protocol: "mprpc" });
  [client, connection] = await plain.connect({}, prepare);
  await exchange("940008 TOTAL 91ff", "9302 CREDIT 93ff40cd4000");
  await exchange("9302 ITEM 92ff93010203|9302 END 91ff", "940108c006");
  await client.close();
  await plain.stop();
});

test("Param_Stream_HalfTaken_GrantsIt", async () => {
  await serve();
  await exchange(`940008 TOTAL 91ff|9302 ITEM 92ffdc0020${"01".repeat(32)}`, "9302 CREDIT 93ff2020");
  await exchange("9302 END 91ff", "940108c020");
});

test("Param_Stream_BeyondCredit_ClosesTheConnection", async () => { // X49
  await serve({ reconnect: false });
  client.on("keep", () => new Promise(() => {}), { streams: [0] });
  connection.send("940008a46b65657091ff", `9302 ITEM 92ffdc0040${"01".repeat(64)}`, "9302 ITEM 92ff9101");
  assert.match((await connection.untilClosed()).reason, /stream_credit/);
});

test("Param_Stream_EndsWithAnError", async () => { // X50
  await serve();
  await exchange("940008 TOTAL 91ff|9302 END 92ffa4626f6f6d", `940108 81 a76d657373616765 a4626f6f6d c0`);
  assert.deepEqual(totals, ["MprpcError: boom"]);
});

test("Param_Stream_LeftEarly_IsCancelledBeforeTheAnswer", async () => { // X52, X53
  await serve();
  await exchange("940008a5666972737491ff|9302 ITEM 92ff9105", "9302 CANCEL 91ff", "940108c005");
  connection.send("9302 ITEM 92ff9106");
  await connection.expectNothing();
});

test("Param_Stream_InANotification_IsIgnored", async () => { // X54
  await serve();
  connection.send("9302 TOTAL 91ff");
  await connection.expectNothing();
});

test("Param_Stream_NumberInUseOrNone_IsAnError", async () => { // X55, X56
  await serve();
  await exchange("940008 TOTAL 91ff|940009 TOTAL 91ff",
    `940109 ${map("invalid_params", "Param 1 of method 'total' is stream -1, which is open already.")} c0`);
  await exchange("940009 TOTAL 9107",
    `940109 ${map("invalid_params", "Param 1 of method 'total' must be an array, or a stream, whose number is negative.")} c0`);
  await exchange("9302 END 91ff", "940108c000");
});

test("Stream_BothWays", async () => { // X58
  await serve();
  await exchange("940008 CALL 9381 CRED 64 PIPE 91ff|9302 ITEM 92ff9101", "9302 ITEM 92089102");
  await exchange("9302 ITEM 92ff9102", "9302 ITEM 92089104");
  await exchange("9302 END 91ff", "940108c0c0");
});

test("Stream_OfBothEndsWithTheSameNumbers_MeetTheirOwn", async () => { // X59
  await serve();
  const first = client.call("total", count(1)); // our request 1, our stream -1
  await connection.expect("940001 TOTAL 91ff", "9302 ITEM 92ff9100", "9302 END 91ff");

  await exchange("940001 TOTAL 91ff|9302 ITEM 92ff9105|9302 END 91ff", "940101c005"); // the server's request 1, its stream -1
  connection.send("940101c007");

  assert.equal(await first, 7);
});

test("Stream_ConnectionLost_Throws", async () => { // X60
  await serve();
  connection.send("940008 TOTAL 91ff", "9302 ITEM 92ff9101");
  await connection.expectNothing();

  connection.socket.terminate();

  await until(() => totals.length === 1, "the stream to end");
  assert.match(totals[0], /MprpcConnectionError/);
});

test("Call_BackWhileACallIsOpen_IsAnsweredFirst", async () => { // K11
  await serve();
  const call = client.call("order");
  await connection.expect("940001a56f7264657290");
  await exchange("940001 SUM", "940101c003");
  connection.send("940101c0c3");
  assert.equal(await call, true);
});

test("Call_MoreAtOnceThanOffered_IsBusy", async () => {
  await serve();

  for (let i = 0; i < 100; i++) {
    connection.socket.send(bytes(`9400cd01${i.toString(16).padStart(2, "0")} WAIT 90`));
  }

  connection.send("940001 SUM");
  const busy = await connection.next();
  assert.equal(busy, hexOf(bytes(`940101 ${map("busy", "This client runs 100 calls at once; call again later.")} c0`)));
});

test("Serve_AnObject_ServesItsMethods", async () => {
  class Screen {
    #shown: string[] = [];

    showOrder(order: string): void {
      this.#shown.push(order);
    }

    async countShown(): Promise<number> {
      return this.#shown.length;
    }
  }

  await serve();
  const remove = client.serve("screen", new Screen());

  connection.send(`9302 ${text("screen.show_order")} 91a161`);
  await exchange(`940001 ${text("screen.count_shown")} 90`, "940101c001");
  remove();
  await exchange(`940001 ${text("screen.count_shown")} 90`, `940101 ${map("unknown_method", "Method 'screen.count_shown' not found.")} c0`);
});

test("On_OfAClientThatOfferedNoCalls_MakesANewConnection", async () => {
  [client, connection] = await server.connect();
  let reconnected = 0;
  client.onReconnected(() => reconnected++);

  client.on("sum", (x: number, y: number) => x + y);
  const second = await server.accept();

  assert.equal((await connection.untilClosed()).code, 1000);
  second.send("940001 SUM");
  await second.expect("940101c003");
  assert.equal(reconnected, 1);
});
