// node live.js CASE URL [URL]: a case against a server of Mprpc; exit code 0 if it passes.
import { MprpcClient } from "@mprpc/client";
import type { MprpcClientOptions, WebSocketConstructor } from "@mprpc/client";
import { WebSocket } from "ws";
import { examples } from "./examples.js";
import { cases, equal, until } from "./live-cases.js";

const [name, ...urls] = process.argv.slice(2);
const webSocket: WebSocketConstructor = WebSocket;

function connect(options: MprpcClientOptions = {}): MprpcClient {
  return new MprpcClient(urls, { webSocket, reconnect: { initialDelay: 10, maxDelay: 100 }, ...options });
}

const processes: typeof cases = {
  /** Calls all the time, while the server that it is connected to stops. */
  async handover() {
    const client = connect();
    let reconnected = 0;
    client.onReconnected(() => reconnected++);
    equal(await client.call("server"), "first");
    const failed: unknown[] = [];
    let hasEnded = false;
    let made = 0;
    const callers = Array.from({ length: 8 }, async () => {
      while (!hasEnded) {
        await client.call("sum", ++made, 1).catch((error: unknown) => failed.push(error));
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    });
    console.log("ready");
    await until(async () => (await client.call("server")) === "second", "the other server");
    hasEnded = true;
    await Promise.all(callers);
    equal(failed.map(String), []);
    equal(reconnected, 1, "reconnected");
    await client.close();
  },

  /** Waits for a server that is started anew, and is told of it. */
  async restart() {
    const client = connect({ waitForReady: true });
    let reconnected = 0;
    client.onReconnected(() => reconnected++);
    equal(await client.call("server"), "first");
    console.log("ready");
    await until(() => reconnected > 0 && client.state === "connected", "the new connection");
    await until(async () => (await client.call("server").catch(() => "")) === "second", "the new server");
    await client.close();
  },

  async examples() {
    await examples(urls[0], webSocket);
  },
};

const found = { ...cases, ...processes }[name];

if (found === undefined) {
  throw new Error(`There is no case '${name}'.`);
}

await found(connect);

// A client that is closed keeps no process alive: not its timers, nor its WebSocket.
setTimeout(() => {
  console.error(`After the case there are left: ${process.getActiveResourcesInfo().join(", ")}.`);
  process.exit(1);
}, 10_000).unref();
