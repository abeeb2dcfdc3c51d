'use strict';

// The named cases, for both peers from npm. JavaScript has one kind of number: integers over 2^53 are not its own.
const assert = require('node:assert');

const allBytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
const integers = [0, 1, 127, 128, 255, 256, 65535, 65536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1,
  -1, -32, -33, -128, -129, -32768, -32769, -(2 ** 31), -(2 ** 31) - 1, -(2 ** 53) + 1];

class Skip extends Error {}

function textOf(error) {
  if (error instanceof Error) return error.message;
  if (Array.isArray(error)) return error.map(textOf).join(' ');
  return String(error);
}

async function echo(peer, value) {
  const actual = await peer.call('echo', [value]);
  if (value instanceof Uint8Array) {
    assert.ok(actual instanceof Uint8Array, 'no bytes came back');
    assert.ok(Buffer.compare(Buffer.from(actual), Buffer.from(value)) === 0, 'other bytes came back');
  } else {
    assert.deepStrictEqual(actual, value);
  }
}

async function fails(peer, contains, method, params) {
  let result;
  try {
    result = await peer.call(method, params);
  } catch (error) {
    const text = textOf(error);
    assert.ok(text !== '' && text.includes(contains), `error ${text}`);
    return;
  }
  assert.fail(`result ${JSON.stringify(result)} instead of an error`);
}

const sum = async (p) => assert.strictEqual(await p.call('sum', [1, 2]), 3);

const cases = {
  sum,
  error: (p) => fails(p, 'boom', 'fail', ['boom']),
  unknown_method: async (p) => { await fails(p, '', 'nosuch', [1]); await sum(p); },
  text_ascii: (p) => echo(p, 'hello'),
  text_japanese: (p) => echo(p, 'こんにちは、世界。'),
  text_40: (p) => echo(p, 'x'.repeat(40)),
  text_70000: (p) => echo(p, 'x'.repeat(70000)),
  binary_all_bytes: (p) => echo(p, allBytes),
  binary_1mib: (p) => echo(p, Buffer.concat(Array(4096).fill(allBytes))),
  nested: (p) => echo(p, { a: [1, { b: [[], {}, [2, [3, null]]] }], c: { d: { e: 'f' } } }),
  integers: async (p) => { for (const value of integers) await echo(p, value); },
  float32: (p) => echo(p, 0.5),
  float64: (p) => echo(p, p.float64 ?? 3.141592653589793),
  nil: (p) => echo(p, null),
  booleans: async (p) => { await echo(p, true); await echo(p, false); },
  ext: (p) => p.ext(),
  timestamp: (p) => p.timestamp(),
  concurrent_1000: async (p) => {
    const all = await Promise.all(Array.from({ length: 1000 }, (_, i) => p.call('sum', [i, 1])));
    all.forEach((result, i) => assert.strictEqual(result, i + 1));
  },
  notify_then_read: async (p) => { p.notify('set_x', [43]); assert.strictEqual(await p.call('get_x', []), 43); },
  reconnect: async (p) => { await p.makeServerClose(); await p.connect(); await sum(p); },
};

function within(promise, ms) {
  let timer;
  const deadline = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`no end after ${ms} ms`)), ms); });
  return Promise.race([promise, deadline]).finally(() => clearTimeout(timer));
}

async function run(peer) {
  let failed = 0;
  await peer.connect();
  for (const [name, test] of Object.entries(cases)) {
    let verdict = 'ok';
    let detail = '';
    try {
      await within(test(peer), 20000);
    } catch (error) {
      verdict = error instanceof Skip ? 'skip' : 'fail';
      detail = textOf(error).replace(/\s+/g, ' ').slice(0, 300);
      if (verdict === 'fail') {
        failed = 1;
        await peer.connect().catch(() => {});
      }
    }
    console.log(`${name}\t${verdict}\t${detail}`);
  }
  process.exit(failed);
}

module.exports = { Skip, echo, run };
