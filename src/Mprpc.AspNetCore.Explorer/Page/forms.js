import { h, newId } from './dom.js';
import { Float, form, parse, stringify, toBase64 } from './json.js';
import { ANY, RANGES, parseType } from './types.js';

/** @typedef {import('./json.js').Json} Json */
/** @typedef {import('./types.js').Type} Type */
/** @typedef {import('./api.js').Definition} Definition */

/** An element of a form for one value; read throws a FieldError if there is none. @typedef {{ element: HTMLElement, read: () => Json | Promise<Json> }} Field */

/** What is wrong with an input; shown beside it. */
export class FieldError extends Error {
  /** @param {HTMLElement} input @param {string} message */
  constructor(input, message) {
    super(message);
    this.input = input;
  }
}

const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?$/;
const FLOAT = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const NO_NUMBERS = ['NaN', 'Infinity', '-Infinity'];

/** @param {string} name @param {Json} value @returns {Json} */
const formOf = (name, value) => new Map([[name, value]]);

/**
 * A labelled input.
 * @param {string} label
 * @param {string} hint
 * @param {any} input
 * @param {...Node} more Beside the input.
 */
function labelled(label, hint, input, ...more) {
  input.id ||= newId();
  const ofError = newId();
  input.setAttribute('aria-describedby', ofError);
  return h('div', { class: 'field' },
    h('label', { for: input.id }, label, ' ', hint && h('span', { class: 'type' }, hint)),
    h('div', { class: 'row' }, input, ...more),
    h('p', { class: 'wrong', id: ofError, role: 'alert' }));
}

/** Shows what is wrong, or nothing. @param {HTMLElement} form @param {FieldError} [error] */
export function showError(form, error) {
  for (const input of form.querySelectorAll('[aria-invalid]')) {
    input.removeAttribute('aria-invalid');
    /** @type {HTMLElement} */ (document.getElementById(input.getAttribute('aria-describedby') ?? '')).textContent = '';
  }
  if (!error) return;
  error.input.setAttribute('aria-invalid', 'true');
  const place = document.getElementById(error.input.getAttribute('aria-describedby') ?? '');
  if (place) place.textContent = error.message;
  error.input.focus();
}

/** @param {string} label @param {string} hint @param {Record<string, any>} attributes @param {(text: string) => Json} read @returns {Field} */
function ofText(label, hint, attributes, read) {
  const input = h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', ...attributes });
  return {
    element: labelled(label, hint, input),
    read: () => {
      try {
        return read(input.value.trim());
      } catch (error) {
        throw new FieldError(input, /** @type {Error} */ (error).message);
      }
    },
  };
}

/** @param {string} label @param {Type} type @returns {Field} */
function integer(label, type) {
  const [least, most] = RANGES[type.name];
  const attributes = { inputmode: least < 0n ? 'text' : 'numeric', value: '0' };
  return ofText(label, type.name, attributes, (text) => {
    if (!/^[+-]?\d+$/.test(text)) throw new Error(`"${text}" is not an integer.`);
    const value = BigInt(text.replace('+', ''));
    if (value < least || value > most) throw new Error(`${type.name} takes ${least} to ${most}.`);
    return value;
  });
}

/** @param {string} label @param {Type} type @returns {Field} */
function float(label, type) {
  return ofText(label, type.name, { inputmode: 'decimal', value: '0' }, (text) => {
    if (NO_NUMBERS.includes(text)) return formOf(type.name === 'float32' ? '$f32' : '$f64', text);
    if (!FLOAT.test(text)) throw new Error(`"${text}" is not a number; NaN, Infinity and -Infinity are allowed too.`);
    const number = Number(text);
    if (!Number.isFinite(number)) throw new Error(`${text} is larger than a float64 can be.`);
    const written = Object.is(number, -0) ? '-0' : String(number);
    const value = new Float(/[.e]/.test(written) ? written : written + '.0');
    return type.name === 'float32' ? formOf('$f32', value) : value;
  });
}

/** @param {string} label @returns {Field} */
function time(label) {
  const field = ofText(label, 'timestamp', { placeholder: '2026-11-28T05:38:55Z' }, (text) => {
    if (!TIME.test(text)) throw new Error('A time is written as 2026-11-28T05:38:55Z, with a fraction or an offset as +01:00 if wanted.');
    const [, clock, offset] = /** @type {string[]} */ (/^(.*?)(Z|[+-]\d\d:\d\d)?$/.exec(text.replace(' ', 'T')));
    return formOf('$time', (clock.length === 16 ? clock + ':00' : clock) + (offset ?? 'Z'));
  });
  const input = /** @type {HTMLInputElement} */ (field.element.querySelector('input'));
  const now = h('button', { type: 'button', class: 'quiet', onclick: () => { input.value = new Date().toISOString(); } }, 'Now');
  input.after(now);
  return field;
}

/** @param {string} label @returns {Field} */
function text(label) {
  const input = h('textarea', { rows: 1, spellcheck: 'false' });
  return { element: labelled(label, 'str', input), read: () => input.value };
}

/** @param {string} label @returns {Field} */
function bool(label) {
  const input = h('input', { type: 'checkbox' });
  const field = labelled(label, 'bool', input);
  field.classList.add('check');
  return { element: field, read: () => input.checked };
}

/** @param {string} label @returns {Field} */
function bytes(label) {
  const kind = h('select', { 'aria-label': `${label}: how bytes are given` },
    ...['hex', 'base64', 'text', 'file'].map((name) => h('option', { value: name }, name)));
  const input = h('textarea', { rows: 1, spellcheck: 'false' });
  const file = h('input', { type: 'file', hidden: true, 'aria-label': `${label}: file` });
  kind.addEventListener('change', () => {
    file.hidden = kind.value !== 'file';
    input.hidden = !file.hidden;
  });
  const element = labelled(label, 'bin', input, file, kind);
  file.setAttribute('aria-describedby', input.getAttribute('aria-describedby'));
  return {
    element,
    read: async () => {
      const written = input.value.replace(/\s+/g, '');
      switch (kind.value) {
        case 'hex':
          if (!/^([\da-f]{2})*$/i.test(written)) throw new FieldError(input, 'Bytes in hex are an even number of digits 0-9 and a-f.');
          return formOf('$bin', toBase64(Uint8Array.from(written.match(/../g) ?? [], (digits) => parseInt(digits, 16))));
        case 'base64':
          if (!/^([\w+/]{4})*([\w+/]{2}==|[\w+/]{3}=)?$/.test(written) || written.includes('_')) throw new FieldError(input, 'This is not base64.');
          return formOf('$bin', written);
        case 'text':
          return formOf('$bin', toBase64(new TextEncoder().encode(input.value)));
        default:
          if (!file.files[0]) throw new FieldError(file, 'Choose a file.');
          return formOf('$bin', toBase64(new Uint8Array(await file.files[0].arrayBuffer())));
      }
    },
  };
}

/** @param {string} label @param {string} hint @param {string} [value] @returns {Field} */
export function json(label, hint, value = '') {
  const input = h('textarea', { rows: 2, spellcheck: 'false', class: 'code', placeholder: '1, "text", [..], {..}, {"$bin": base64}, {"$ext": [type, base64]}' });
  input.value = value;
  return {
    element: labelled(label, hint, input),
    read: () => {
      try {
        return parse(input.value);
      } catch (error) {
        throw new FieldError(input, /** @type {Error} */ (error).message);
      }
    },
  };
}

/** @param {string} label @param {string} hint @param {HTMLElement[]} children */
const group = (label, hint, ...children) =>
  h('fieldset', {}, h('legend', {}, label, ' ', hint && h('span', { class: 'type' }, hint)), ...children);

/** An extension type: a number, and bytes. @param {string} label @returns {Field} */
function extension(label) {
  const type = integer('type', { ...ANY, name: 'int8' });
  const body = bytes('content');
  return {
    element: group(label, 'extension', type.element, body.element),
    read: async () => formOf('$ext', [await type.read(), /** @type {Json} */ (form(await body.read())[1])]),
  };
}

/** A value of any kind: which one is chosen. @param {string} label @returns {Field} */
function any(label) {
  /** @type {Record<string, (label: string) => Field>} */
  const kinds = { JSON: (name) => json(name, ''), text, bytes, time, extension };
  let field = kinds.JSON('value');
  const place = h('div', {}, field.element);
  const kind = h('select', {
    onchange: () => {
      field = kinds[kind.value]('value');
      place.replaceChildren(field.element);
    },
  }, ...Object.keys(kinds).map((name) => h('option', { value: name }, name)));
  return { element: group(label, 'any', labelled('as', '', kind), place), read: () => field.read() };
}

/** Lists and maps: rows that can be added and removed. @param {string} label @param {string} hint @param {() => { element: HTMLElement }[]} makeRow */
function rows(label, hint, makeRow) {
  /** @type {any[][]} */
  const all = [];
  const place = h('div', { class: 'items' });
  const add = h('button', { type: 'button', class: 'quiet', 'aria-label': `Add to ${label}` }, 'Add');
  add.addEventListener('click', () => {
    const row = makeRow();
    const remove = h('button', { type: 'button', class: 'quiet remove', 'aria-label': `Remove from ${label}`, title: 'Remove' }, '×');
    const element = h('div', { class: 'item' }, h('div', {}, ...row.map((field) => field.element)), remove);
    remove.addEventListener('click', () => {
      all.splice(all.indexOf(row), 1);
      element.remove();
      add.focus();
    });
    all.push(row);
    place.append(element);
    element.querySelector('input, textarea, select, button')?.focus();
  });
  return { element: group(label, hint, place, add), all };
}

/** @param {Field[]} fields @returns {Promise<Json[]>} */
async function readAll(fields) {
  const values = [];
  for (const field of fields) values.push(await field.read());
  return values;
}

/** Pairs as an object, if JSON can say them so. @param {[Json, Json][]} pairs @returns {Json} */
function mapOf(pairs) {
  const keys = new Set(pairs.map(([key]) => key));
  const isObject = keys.size === pairs.length && pairs.every(([key]) => typeof key === 'string')
    && (pairs.length !== 1 || !(/** @type {string} */ (pairs[0][0])).startsWith('$'));
  return isObject ? new Map(/** @type {[string, Json][]} */ (pairs)) : formOf('$map', pairs);
}

/**
 * The element of a form for a type.
 * @param {string} label
 * @param {Type} type
 * @param {Map<string, Definition>} types What it may name.
 * @returns {Field}
 */
export function fieldOf(label, type, types) {
  return type.isNullable ? nullable(label, { ...type, isNullable: false }, types) : plain(label, type, types);
}

/** @param {string} label @param {Type} type @param {Map<string, Definition>} types @returns {Field} */
function plain(label, type, types) {
  const definition = types.get(type.name);
  if (definition) return named(label, type.name, definition, types);
  if (type.name in RANGES) return integer(label, type);
  switch (type.name) {
    case 'bool': return bool(label);
    case 'float32':
    case 'float64': return float(label, type);
    case 'str': return text(label);
    case 'bin': return bytes(label);
    case 'timestamp': return time(label);
    case 'nil': return { element: labelled(label, 'nil', h('output', {}, 'null')), read: () => null };
    case 'list':
    case 'stream': {
      const list = rows(label, type.name, () => [fieldOf('item', type.args[0] ?? ANY, types)]);
      return { element: list.element, read: () => readAll(list.all.flat()) };
    }
    case 'map': {
      const [key, value] = type.args;
      const map = rows(label, 'map', () => [fieldOf('key', key ?? ANY, types), fieldOf('value', value ?? ANY, types)]);
      return { element: map.element, read: async () => mapOf(/** @type {any} */ (await Promise.all(map.all.map(readAll)))) };
    }
    case 'tuple': {
      const fields = type.args.map((part, i) => fieldOf(`${i + 1}`, part, types));
      return { element: group(label, 'tuple', ...fields.map((field) => field.element)), read: () => readAll(fields) };
    }
    default: return any(label);
  }
}

/** @param {string} label @param {string} name @param {Definition} definition @param {Map<string, Definition>} types @returns {Field} */
function named(label, name, { kind, members }, types) {
  if (kind === 'enum') {
    const input = h('select', {}, ...members.map((member, i) => h('option', { value: i }, `${member.name} (${stringify(member.key)})`)));
    return { element: labelled(label, name, input), read: () => members[input.value].key };
  }
  if (kind !== 'map' && kind !== 'array') return any(label);
  const fields = members.map((member) => fieldOf(kind === 'map' && typeof member.key === 'string' ? member.key : member.name, parseType(member.type), types));
  return {
    element: group(label, name, ...fields.map((field) => field.element)),
    read: async () => {
      const values = await readAll(fields);
      if (kind === 'map') return mapOf(members.map((member, i) => [member.key, values[i]]));
      /** @type {Json[]} */
      const array = [];
      members.forEach((member, i) => { array[Number(member.key)] = values[i]; });
      return Array.from(array, (value) => value ?? null);
    },
  };
}

/** A value that may be missing: the element is made when it is wanted, so that types may refer to themselves.
 * @param {string} label @param {Type} type @param {Map<string, Definition>} types @returns {Field} */
function nullable(label, type, types) {
  return choice(label, `${type.name}?`, 'null', () => plain('value', type, types), () => null);
}

/**
 * Either what stands for nothing, or a value.
 * @param {string} label @param {string} hint @param {string} nothing How it is called.
 * @param {() => Field} make @param {() => any} otherwise What is read of nothing.
 * @returns {Field}
 */
export function choice(label, hint, nothing, make, otherwise) {
  /** @type {Field | undefined} */
  let field;
  const place = h('div', {});
  const box = h('input', {
    type: 'checkbox', checked: true, onchange: () => {
      field ??= make();
      place.replaceChildren(...(box.checked ? [] : [field.element]));
    },
  });
  const element = group(label, hint, h('label', { class: 'choice' }, box, nothing), place);
  return { element, read: () => box.checked ? otherwise() : /** @type {Field} */ (field).read() };
}
