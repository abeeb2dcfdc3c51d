import { MprpcClient, MprpcConnectionError } from "@mprpc/client";
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { clientOf, FakeServer, soon, until } from "./kit.js";

let server: FakeServer;
beforeEach(async () => void (server = await FakeServer.start()));
afterEach(() => server.stop());

test("Loss_OfTheConnection_FailsCallsAndReconnects", async () => {
  const states: string[] = [];
  let reconnected = 0;
  const [client, connection] = await server.connect({ reconnect: { initialDelay: 1 } }, (made) => {
    made.onStateChanged((state) => states.push(state));
    made.onReconnected(() => reconnected++);
  });
  const call = client.call("wait");
  await connection.expect("940001 WAIT 90");
  connection.send("940177c0c0"); // it was of use

  connection.socket.close(1011, "gone");

  await assert.rejects(soon(call), (error: unknown) => error instanceof MprpcConnectionError && error.requestWasSent && /1011: gone/.test(error.message));
  const second = await server.accept();
  const next = client.call("sum", 1, 2);
  await second.expect("940001 SUM");
  second.send("940101c003");
  assert.equal(await next, 3);
  assert.deepEqual(states, ["connecting", "connected", "reconnecting", "connected"]);
  assert.equal(reconnected, 1);
  await client.close();
  assert.equal(client.state, "closed");
});

test("Loss_ServerDownForAWhile_ReconnectsWhenItIsBack", async () => {
  const { port } = server;
  let reconnected = 0;
  const [client] = await server.connect({ reconnect: { initialDelay: 5, maxDelay: 20 }, waitForReady: true });
  client.onReconnected(() => reconnected++);
  const stopped = new Promise<void>((resolve) => client.onStateChanged((state) => state === "reconnecting" && resolve()));

  server.connections[0].socket.terminate();
  await Promise.all([stopped, stopListening(server)]);
  const call = client.call("sum", 1, 2);
  const back = await FakeServer.start({ port });
  const connection = await back.accept();
  await connection.expect("940001 SUM");
  connection.send("940101c003");

  assert.equal(await soon(call), 3);
  assert.equal(reconnected, 1);
  await client.close();
  await back.stop();
});

test("Call_ServerThatCannotBeReached_Fails", async () => {
  const { url } = server;
  await server.stop();
  server = await FakeServer.start();
  const client = clientOf(url, { reconnect: { initialDelay: 1 } });

  await assert.rejects(soon(client.call("sum", 1, 2)),
    (error: unknown) => error instanceof MprpcConnectionError && !error.requestWasSent && error.message.startsWith(`Cannot connect to ${url}: `));
  assert.equal(client.state, "idle");
  await client.close();
});

test("Call_WaitForReadyAndATimeout_EndsInTime", async () => {
  const { url } = server;
  await server.stop();
  server = await FakeServer.start();
  const client = clientOf(url, { waitForReady: true, reconnect: { initialDelay: 1, maxDelay: 10 } });

  await assert.rejects(soon(client.with({ timeout: 50 }).call("sum", 1, 2)), { name: "MprpcTimeoutError" });
  await assert.rejects(soon(client.with({ timeout: 50 }).notify("sum", 1, 2)), { name: "MprpcTimeoutError" });
  await client.close();
});

test("Loss_WithoutReconnect_IsIdleUntilTheNextCall", async () => {
  const [client, connection] = await server.connect({ reconnect: false });
  connection.send("940177c0c0");

  connection.socket.close();
  await until(() => client.state === "idle", "the loss");
  const call = client.call("sum", 1, 2);
  const second = await server.accept();
  await second.expect("940001 SUM");
  second.send("940101c003");

  assert.equal(await call, 3);
  await client.close();
});

test("GoAway_WithCallsInFlight_IsAHandOver", async () => { // K9
  let reconnected = 0;
  const [client, first] = await server.connect({ reconnect: { initialDelay: 1, jitter: 0 } }, (made) => made.onReconnected(() => reconnected++));
  const calls = [1, 2, 3].map(() => client.call("sum", 1, 2));
  await first.expect("940001 SUM", "940002 SUM", "940003 SUM");

  first.send("9302 GOAWAY 92cd1388a0");
  const second = await server.accept();
  await until(() => reconnected === 1, "the hand-over");
  const next = client.call("sum", 1, 2);
  await second.expect("940001 SUM");
  second.send("940101c004");
  assert.equal(await next, 4);
  assert.equal(first.closed, undefined);
  first.send("940101c001", "940102c002", "940103c003");

  assert.deepEqual(await Promise.all(calls), [1, 2, 3]);
  assert.equal((await first.untilClosed()).code, 1000);
  await client.close();
});

test("GoAway_WhileNoOtherServerIsThere_CallsAreStillServed", async () => {
  const [client, first] = await server.connect({ reconnect: { initialDelay: 60_000, maxDelay: 60_000 } });

  first.send("9302 GOAWAY 92cd1388a0");
  const call = client.call("sum", 1, 2);
  await first.expect("940001 SUM");
  first.send("940101c003");

  assert.equal(await call, 3);
  await client.close();
});

test("GoAway_Final_CallsAreMadeAgainElsewhere", async () => {
  const other = await FakeServer.start();
  const client = clientOf([server.url, other.url], { reconnect: { initialDelay: 1 } });
  const call = client.call("sum", 1, 2);
  const connection = await server.accept();
  await connection.expect("940001 SUM");

  connection.send("9302 GOAWAY 9200a0");
  const second = await other.accept();
  await second.expect("940001 SUM");
  second.send("940101c003");

  assert.equal(await soon(call), 3);
  await client.close();
  await other.stop();
});

test("GoAway_FinalAndAStreamHasBegun_FailsAsNotSent", async () => {
  const [client, connection] = await server.connect();
  const call = client.call("total", (async function* items() {
    yield 1;
  })());
  await connection.expect("940001 TOTAL 91ff", "9302 ITEM 92ff9101", "9302 END 91ff");

  connection.send("9302 GOAWAY 9200a0");

  await assert.rejects(soon(call), (error: unknown) => error instanceof MprpcConnectionError && !error.requestWasSent);
  await client.close();
});

test("GoAway_AsAnError_IsMadeAgain", async () => {
  const [client, connection] = await server.connect();
  const call = client.call("sum", 1, 2);
  await connection.expect("940001 SUM");

  connection.send("940101 82 a76d657373616765 a4626f6f6d a4636f6465 a6676f61776179 c0"); // {message: "boom", code: "goaway"}
  await connection.expect("940002 SUM");
  connection.send("940102c003");

  assert.equal(await call, 3);
  await client.close();
});

test("GoAway_AlwaysThatError_FailsAfterThreeMore", async () => {
  const [client, connection] = await server.connect();
  const call = client.call("sum", 1, 2);

  for (let i = 1; i <= 4; i++) {
    await connection.expect(`94000${i} SUM`);
    connection.send(`94010${i} 82 a76d657373616765 a4626f6f6d a4636f6465 a6676f61776179 c0`);
  }

  await assert.rejects(soon(call), { code: "goaway" });
  await client.close();
});

test("GoAway_WithoutHello_MeansNothing", async () => {
  const plain = await FakeServer.start({ protocol: "mprpc" });
  const [client, connection] = await plain.connect();

  connection.send("9302 GOAWAY 9200a0", "9302 GOAWAY 92cd1388a0");

  await connection.expectNothing();
  assert.equal(plain.connections.length, 1);
  await client.close();
  await plain.stop();
});

test("Heartbeat_SilentServer_IsAskedThenLost", async () => { // K12
  const [client, connection] = await server.connect({ heartbeatInterval: 30, heartbeatTimeout: 60, reconnect: false });
  const call = client.call("wait");
  await connection.expect("940001 WAIT 90", "940002 PING 90");

  await assert.rejects(soon(call), (error: unknown) => error instanceof MprpcConnectionError && /nothing has come/.test(error.message));
  await client.close();
});

test("Heartbeat_AnyByte_IsLife", async () => { // K12
  const [client, connection] = await server.connect({ heartbeatInterval: 30, heartbeatTimeout: 20_000, reconnect: false });

  for (let i = 1; i <= 6; i++) {
    await connection.expect(`94000${i} PING 90`);
    connection.send("9302a46e6f706590"); // no pong, but a byte
  }

  assert.equal(client.state, "connected");
  await client.close();
});

test("Hello_OfADrainingServer_KeepsTheOldConnection", async () => {
  const [client, first] = await server.connect({ reconnect: { initialDelay: 1, maxDelay: 50 } });
  server.offer = undefined;

  first.send("9302 GOAWAY 92cd1388a0");
  const second = await server.accept();
  await second.next();
  second.send("940100c0920181a676f6177617900".replace("81a676f6177617900", "80") + " 9302 GOAWAY 92cd1388a0");

  await second.untilClosed();
  const call = client.call("sum", 1, 2);
  await first.expect("940001 SUM");
  first.send("940101c003");
  assert.equal(await call, 3);
  await client.close();
});

test("Options_ThatAreNotAllowed_Throw", () => {
  const webSocket = class {} as never;
  assert.throws(() => new MprpcClient("http://localhost/", { webSocket }), /must begin with ws:/);
  assert.throws(() => new MprpcClient([], { webSocket }), /given: none/);
  assert.throws(() => clientOf("ws://localhost/", { connectTimeout: 0 }), /connectTimeout is 0; allowed is 1 to/);
  assert.throws(() => clientOf("ws://localhost/", { extensions: "maybe" as never }), /extensions is 'maybe'; allowed is 'auto', 'always', 'never'/);
  assert.throws(() => clientOf("ws://localhost/", { reconnect: { jitter: 2 } }), /reconnect.jitter is 2/);
  assert.throws(() => clientOf("ws://localhost/").with({ timeout: -1 }), /timeout is -1/);
  assert.throws(() => clientOf("ws://localhost/").with({ prefetch: 0 }), /prefetch is 0/);
});

async function stopListening(stopping: FakeServer): Promise<void> {
  const fresh = FakeServer.start();
  // Clients of the test are its own: only the server goes away.
  await stopping.stopListening();
  server = await fresh;
}
