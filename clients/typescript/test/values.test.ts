import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "@msgpack/msgpack";
import { MprpcProtocolError, readError } from "../dist/esm/errors.js";
import { Reader } from "../dist/esm/wire/reader.js";
import { MessageScanner } from "../dist/esm/wire/scanner.js";
import { Values } from "../dist/esm/wire/values.js";
import { wireName } from "@mprpc/client";
import { bytes, hexOf } from "./kit.js";

const values = new Values("bigint");

function read(notation: string, largeIntegers: "bigint" | "number" = "bigint"): unknown {
  const scanner = new MessageScanner(1000, 64);
  scanner.push(new Uint8Array(bytes(`91 ${notation}`)));
  const message = scanner.next()!;
  return (new Values(largeIntegers).decode(message.bytes, message.hasLarge) as unknown[])[0];
}

for (const [notation, expected] of [
  ["cf001fffffffffffff", Number.MAX_SAFE_INTEGER], ["cf0020000000000000", 2n ** 53n], ["cfffffffffffffffff", 2n ** 64n - 1n],
  ["d3ffe0000000000001", Number.MIN_SAFE_INTEGER], ["d3ffe0000000000000", -(2n ** 53n)], ["d38000000000000000", -(2n ** 63n)],
  ["d3001fffffffffffff", Number.MAX_SAFE_INTEGER], ["d37fffffffffffffff", 2n ** 63n - 1n], ["cf0000000000000001", 1],
  ["92cfffffffffffffffff cf0000000000000005", [2n ** 64n - 1n, 5]], ["81a161cfffffffffffffffff", { a: 2n ** 64n - 1n }],
  ["cb3ff8000000000000", 1.5], ["c403010203", new Uint8Array([1, 2, 3])],
] as const) {
  test(`Decode_${notation.replaceAll(" ", "_")}_IsExact`, () => assert.deepEqual(read(notation), expected));
}

test("Decode_LargeIntegersAsNumbers_AreRounded", () => assert.equal(read("cfffffffffffffffff", "number"), 2 ** 64));

for (const [value, expected] of [
  [2 ** 40, "cf0000010000000000"], [-(2 ** 40), "d3ffffff0000000000"], [2n ** 64n - 1n, "cfffffffffffffffff"], [-(2n ** 63n), "d38000000000000000"],
  [5n, "05"],
  [[1n, 2 ** 40, "a", new Uint8Array([1]), 1.5], "9501cf0000010000000000a161c40101cb3ff8000000000000"], [{ a: 1n, b: undefined }, "81a16101"],
  [null, "c0"], [undefined, "c0"], [[undefined], "91c0"],
] as const) {
  test(`Encode_${expected}_IsWhatIsSent`, () => assert.equal(hexOf(values.encode(value)), expected));
}

test("Encode_WhatCannotBeSent_Throws", () => {
  assert.throws(() => values.encode(2n ** 64n), /Integers from/);
  assert.throws(() => values.encode(new Map([[1, 2]])), /Object.fromEntries/);
  assert.throws(() => values.encode({ a: new Set([1]) }), /\[\.\.\.set\]/);
  assert.throws(() => values.encode([Promise.resolve(1)]), /await it first/);
  assert.throws(() => values.encode(() => 1));
  const endless: unknown[] = [];
  endless.push(endless);
  assert.throws(() => values.encode(endless), /deep/);
});

test("Decode_AKeyThatIsAPrototype_IsRefused", () => {
  assert.throws(() => read(`81a9${Buffer.from("__proto__").toString("hex")}80`), /__proto__/);
  assert.throws(() => read(`92cfffffffffffffffff81a9${Buffer.from("__proto__").toString("hex")}80`), /__proto__/);
});

test("Encode_Date_IsATimestamp", () => {
  const time = new Date(Date.UTC(2026, 1, 3, 4, 5, 6, 789));
  assert.deepEqual(values.decode(values.encode(time), false), time);
});

test("Scanner_EveryCut_FindsTheSameMessages", () => {
  const messages = [
    bytes("940000 SUM"), bytes("dd00000004 cc00 d30000000000000009 SUM"),
    encode([1, 7, null, { list: [1.5, "x".repeat(300), new Uint8Array(70), new Date(0)], n: -129 }]),
    bytes("94017fc0 c7050a0102030405"), bytes("9302a16190"), bytes("94010ac0d80a" + "00".repeat(16)), bytes("940101c0de0001a161dc000201ca00000000"),
  ];
  const all = Buffer.concat(messages);

  for (const size of [1, 2, 3, 7, 64, all.length]) {
    const scanner = new MessageScanner(4096, 64);
    const found: string[] = [];

    for (let at = 0; at < all.length; at += size) {
      scanner.push(new Uint8Array(all.subarray(at, at + size)));

      for (let message = scanner.next(); message !== undefined; message = scanner.next()) {
        found.push(hexOf(message.bytes));
        const reader = new Reader(message.bytes);
        reader.skip();
        assert.ok(reader.isAtEnd);
      }
    }

    assert.deepEqual(found, messages.map(hexOf), `pieces of ${size}`);
    assert.equal(scanner.isPartial, false);
  }
});

test("Scanner_MessageKept_IsNotOverwrittenByLaterBytes", () => {
  const scanner = new MessageScanner(4096, 64);
  const one = bytes("940000 SUM");
  scanner.push(one.slice(0, 3));
  scanner.push(one.slice(3));
  const kept = scanner.next()!.bytes;
  scanner.push(bytes("9302a1"));
  scanner.push(bytes("7a90"));
  scanner.next();

  assert.equal(hexOf(kept), hexOf(one));
});

for (const [what, notation] of [
  ["TooDeep", "91".repeat(65)], ["TooLarge", "91c600001000"], ["TooManyElements", "ddffffffff"], ["Unassigned", "91c1"], ["NoArray", "80"],
  ["TooManyEntries", "91df00000fff"],
]) {
  test(`Scanner_${what}_IsRefusedAtTheHeader`, () => {
    const scanner = new MessageScanner(4096, 64);
    scanner.push(bytes(notation));
    assert.throws(() => scanner.next(), MprpcProtocolError);
  });
}

for (const [error, result, message, code, data] of [
  [["text", 1, 2], null, "text", undefined, [1, 2]], [[0, "boom"], null, "boom", 0, undefined], [[null, "boom", 7], [], "boom", undefined, 7],
  [5, { message: "boom", code: 1 }, "boom", 5, undefined], ["E", 17, "E", undefined, 17], [{ Reason: "boom", extra: 1 }, null, "boom", undefined, { Reason: "boom", extra: 1 }],
  [{ code: 3 }, null, "The peer answered with an error without a message.", undefined, { code: 3 }], [new TextEncoder().encode("boom"), null, "boom", undefined, undefined],
  ["unauthenticated: Log in first.", null, "unauthenticated: Log in first.", "unauthenticated", undefined], [{ message: "boom", code: "x" }, 5, "boom", "x", 5],
  [["forbidden: no"], null, "forbidden: no", "forbidden", undefined],
] as const) {
  test(`ReadError_${JSON.stringify(error)}_${JSON.stringify(result)}`, () => {
    const told = readError(error, result);
    assert.deepEqual([told.message, told.code, told.data], [message, code, data]);
  });
}

for (const [method, expected] of [
  ["sum", "sum"], ["getUser", "get_user"], ["getUserAsync", "get_user"], ["HTTPServer", "http_server"], ["getHTTP2Status", "get_http2_status"], ["async", "async"],
  ["Async", "async"], ["already_snake", "already_snake"], ["x2Y", "x2_y"],
]) {
  test(`WireName_${method}`, () => assert.equal(wireName(method), expected));
}

test("WireName_OtherPoliciesAndPrefix", () => {
  assert.equal(wireName("getUserAsync", "users"), "users.get_user");
  assert.equal(wireName("GetUserAsync", "users", "camelCase"), "users.getUser");
  assert.equal(wireName("getUserAsync", "", "PascalCase"), "GetUser");
});
