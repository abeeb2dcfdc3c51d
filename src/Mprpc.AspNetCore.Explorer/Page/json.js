// JSON without loss: integers are bigints, other numbers keep their text, objects are Maps, so that what is shown and sent is exactly what was said.

/** A number that is not an integer, as it is written. */
export class Float {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

/** @typedef {null | boolean | bigint | Float | string | any[] | Map<string, any>} Json */

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const TEXT = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
const BLANKS = /[ \t\n\r]*/y;

/**
 * @param {string} text
 * @returns {Json}
 * @throws {SyntaxError} It is not JSON; the message says where.
 */
export function parse(text) {
  let at = 0;

  /** @param {RegExp} pattern */
  const take = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    at = found ? pattern.lastIndex : at;
    return found;
  };
  /** @returns {never} */
  const fail = () => {
    const what = at >= text.length ? 'the end' : `"${text.slice(at, at + 12)}"`;
    throw new SyntaxError(`This is not JSON: ${what} cannot stand at character ${at + 1}.`);
  };
  /** @param {string} wanted */
  const expect = (wanted) => {
    take(BLANKS);
    if (!text.startsWith(wanted, at)) fail();
    at += wanted.length;
  };
  /** @param {string} wanted */
  const has = (wanted) => {
    take(BLANKS);
    if (!text.startsWith(wanted, at)) return false;
    at += wanted.length;
    return true;
  };
  /** @param {string} end @param {() => void} member */
  const members = (end, member) => {
    if (has(end)) return;
    do member(); while (has(','));
    expect(end);
  };
  const string = () => {
    take(BLANKS);
    return JSON.parse((take(TEXT) ?? fail())[0]);
  };
  /** @param {number} depth @returns {Json} */
  const value = (depth) => {
    take(BLANKS);
    if (depth > 400) throw new SyntaxError('The value nests too deep.');
    switch (text[at]) {
      case '{': {
        at++;
        const map = new Map();
        members('}', () => {
          const key = string();
          if (map.has(key)) throw new SyntaxError(`The key "${key}" stands twice; {"$map": [[key, value], ...]} can say it.`);
          expect(':');
          map.set(key, value(depth + 1));
        });
        return map;
      }
      case '[': {
        at++;
        /** @type {Json[]} */
        const array = [];
        members(']', () => array.push(value(depth + 1)));
        return array;
      }
      case '"':
        return string();
      case 't':
        return expect('true'), true;
      case 'f':
        return expect('false'), false;
      case 'n':
        return expect('null'), null;
      default: {
        const number = take(NUMBER) ?? fail();
        return number[1] === undefined && number[2] === undefined ? BigInt(number[0]) : new Float(number[0]);
      }
    }
  };

  const result = value(0);
  take(BLANKS);
  if (at < text.length) fail();
  return result;
}

/**
 * @param {Json} value
 * @param {boolean} [isIndented] On several lines, where it does not fit one.
 * @returns {string}
 */
export function stringify(value, isIndented = false, indent = '') {
  if (!(value instanceof Map) && !Array.isArray(value)) {
    return value instanceof Float ? value.text : typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
  }
  const isMap = value instanceof Map;
  const [open, close] = isMap ? '{}' : '[]';
  const inner = indent + '  ';
  /** @param {boolean} lines */
  const parts = (lines) => isMap
    ? [...value].map(([key, item]) => `${JSON.stringify(key)}:${isIndented ? ' ' : ''}${stringify(item, lines, inner)}`)
    : value.map((item) => stringify(item, lines, inner));
  if (!isIndented) return open + parts(false).join(',') + close;
  const lines = parts(true);
  const line = open + lines.join(', ') + close;
  return line.length + indent.length <= 72 && !line.includes('\n') ? line : `${open}\n${lines.map((part) => inner + part).join(',\n')}\n${indent}${close}`;
}

/**
 * The only member of an object with one: how JSON says what it lacks, as {"$bin": base64}.
 * @param {Json} value
 * @returns {[string, Json] | [undefined, undefined]}
 */
export function form(value) {
  const [entry] = value instanceof Map && value.size === 1 ? value : [];
  return entry && entry[0].startsWith('$') ? entry : [undefined, undefined];
}

/** @param {string} base64 @returns {Uint8Array} */
export function fromBase64(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** @param {Uint8Array} bytes */
export function toBase64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** @param {Uint8Array} bytes */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
