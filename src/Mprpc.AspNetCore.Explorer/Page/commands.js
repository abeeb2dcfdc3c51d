import { Float, form, fromBase64, stringify, toHex } from './json.js';
import { parseType } from './types.js';

/** @typedef {import('./json.js').Json} Json */
/** @typedef {import('./api.js').Method} Method */

/** @type {Record<string, string>} */
const CSHARP = {
  bool: 'bool', int8: 'sbyte', int16: 'short', int32: 'int', int64: 'long', uint8: 'byte', uint16: 'ushort', uint32: 'uint', uint64: 'ulong',
  float32: 'float', float64: 'double', str: 'string', bin: 'byte[]', timestamp: 'DateTimeOffset',
};

/** @param {string} text For a POSIX shell. */
const quoted = (text) => /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** Where clients find the method. @param {Method} method */
function urlOf(method) {
  const { url, name } = method.endpoint;
  const path = /^MapMprpcWebSocket\("(.*)"\)$/.exec(name)?.[1];
  return url ?? (path ? `${location.protocol.replace('http', 'ws')}//${location.host}${path}` : 'tcp://HOST:PORT');
}

/** The call in a shell. @param {Method} method @param {Json[]} args */
export function toShell(method, args) {
  // A text is said as JSON, and a negative number is no option.
  const isNegative = args.some((arg) => stringify(arg).startsWith('-'));
  const needsJson = args.some((arg) => typeof arg === 'string');
  return ['mprpc call', needsJson && '--json', quoted(urlOf(method)), quoted(method.name), isNegative && '--', ...args.map((arg) => quoted(stringify(arg)))]
    .filter(Boolean).join(' ');
}

/** The call in C#. @param {Method} method @param {Json[]} args */
export function toCSharp(method, args) {
  const returns = parseType(method.returns);
  const result = method.isStream ? returns.args[0] ?? returns : returns;
  const type = CSHARP[result.name] ? CSHARP[result.name] + (result.isNullable ? '?' : '') : 'MprpcRaw';
  const list = [JSON.stringify(method.name), ...args.map(inCSharp)].join(', ');
  const begin = `await using var client = await MprpcClient.ConnectAsync(${JSON.stringify(urlOf(method))});\n`;
  if (method.isStream) return `${begin}\nawait foreach (${type} item in client.StreamAsync<${type}>(${list}))\n{\n    Console.WriteLine(item);\n}`;
  return begin + (returns.name === 'nil' ? `await client.CallAsync(${list});` : `${type} result = await client.CallAsync<${type}>(${list});`);
}

/** @param {Json} value @returns {string} */
function inCSharp(value) {
  const [name, content] = form(value);
  switch (name) {
    case '$bin': return `Convert.FromHexString("${toHex(fromBase64(String(content)))}")`;
    case '$time': return `DateTimeOffset.Parse("${content}", CultureInfo.InvariantCulture)`;
    case '$ext': {
      const [type, base64] = /** @type {[bigint, string]} */ (content);
      const body = fromBase64(base64);
      const size = body.length < 256 ? [0xc7, body.length] : [0xc9, body.length >>> 24, (body.length >> 16) & 255, (body.length >> 8) & 255, body.length & 255];
      return `new MprpcRaw(Convert.FromHexString("${toHex(Uint8Array.of(...size, Number(BigInt.asUintN(8, type)), ...body))}"))`;
    }
    case '$f32': return content instanceof Float ? `${content.text}f` : `float.${noNumber(content)}`;
    case '$f64': return `double.${noNumber(content)}`;
    case '$map': return dictionary('object', /** @type {[Json, Json][]} */ (content));
  }
  if (value instanceof Map) return dictionary('string', [...value]);
  if (Array.isArray(value)) return value.length === 0 ? 'Array.Empty<object?>()' : `new object?[] { ${value.map(inCSharp).join(', ')} }`;
  if (value instanceof Float) return value.text;
  if (typeof value === 'bigint') return value.toString() + (value > 0x7fffffffffffffffn ? 'UL' : value > 0x7fffffffn || value < -0x80000000n ? 'L' : '');
  return JSON.stringify(value);
}

/** @param {string} key @param {[Json, Json][]} pairs */
const dictionary = (key, pairs) =>
  `new Dictionary<${key}, object?> { ${pairs.map(([name, value]) => `[${inCSharp(name)}] = ${inCSharp(value)}`).join(', ')} }`;

/** @param {Json} text */
const noNumber = (text) => ({ Infinity: 'PositiveInfinity', '-Infinity': 'NegativeInfinity' })[String(text)] ?? 'NaN';

/** The call in Python, with nothing but msgpack. @param {Method} method @param {Json[]} args */
export function toPython(method, args) {
  const [, scheme, rest] = /^(\w+):\/\/(.*)$/.exec(urlOf(method)) ?? [];
  const [, host, port] = /^(.*):(\w+)$/.exec(rest) ?? [];
  if (scheme === 'ws' || scheme === 'wss') return '# Plain sockets do not reach a WebSocket: see "mprpc generate python".';
  const connect = scheme === 'unix' ? `s = socket.socket(socket.AF_UNIX)\ns.connect(${JSON.stringify(rest)})`
    : `s = socket.create_connection((${JSON.stringify(host.replace(/^\[|\]$/g, ''))}, ${port}))`
      + (scheme === 'tls' ? `\ns = ssl.create_default_context().wrap_socket(s, server_hostname=${JSON.stringify(host)})` : '');
  return `import msgpack, socket${scheme === 'tls' ? ', ssl' : ''}\n${connect}
s.sendall(msgpack.packb([0, 1, ${JSON.stringify(method.name)}, ${inPython(args)}]))
answers = msgpack.Unpacker(strict_map_key=False)
while True:
    answers.feed(s.recv(65536))
    for _, _, error, result in answers:
        print(error or result)
        raise SystemExit`;
}

/** @param {Json} value @returns {string} */
function inPython(value) {
  const [name, content] = form(value);
  switch (name) {
    case '$bin': return `bytes.fromhex("${toHex(fromBase64(String(content)))}")`;
    case '$time': {
      const [, second, fraction, offset] = /^(.*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$/.exec(String(content)) ?? [];
      return `msgpack.Timestamp(${Date.parse(second + (offset ?? 'Z')) / 1000}, ${Number((fraction ?? '').padEnd(9, '0'))})`;
    }
    case '$ext': {
      const [type, base64] = /** @type {[bigint, string]} */ (content);
      return `msgpack.ExtType(${type}, bytes.fromhex("${toHex(fromBase64(base64))}"))`;
    }
    case '$f32':
    case '$f64': return content instanceof Float ? content.text : `float("${content}")`;
    case '$map': return `{${/** @type {[Json, Json][]} */ (content).map(([key, item]) => `${inPython(key)}: ${inPython(item)}`).join(', ')}}`;
  }
  if (value instanceof Map) return `{${[...value].map(([key, item]) => `${JSON.stringify(key)}: ${inPython(item)}`).join(', ')}}`;
  if (Array.isArray(value)) return `[${value.map(inPython).join(', ')}]`;
  return value === null ? 'None' : value === true ? 'True' : value === false ? 'False' : stringify(value);
}
