import { call } from './api.js';
import { toCSharp, toPython, toShell } from './commands.js';
import { copyButton, h } from './dom.js';
import { FieldError, choice, fieldOf, json, showError } from './forms.js';
import { history } from './history.js';
import { parse, stringify } from './json.js';
import { ResultView } from './result.js';
import { namesIn, parseType } from './types.js';

/** @typedef {import('./api.js').Method} Method */
/** @typedef {import('./api.js').Parameter} Parameter */
/** @typedef {import('./json.js').Json} Json */

/** The call that runs, on whatever method. @type {AbortController | undefined} */
let running;

/** Stands for an argument that is left out. */
const LEFT_OUT = Symbol('left out');

/** @param {Method} method */
function signatureOf(method) {
  /** @param {Parameter} parameter */
  const part = (parameter) => [parameter.isRest && '...', h('b', {}, parameter.name), ': ', h('span', { class: 'type' }, parameter.type),
    parameter.otherwise !== undefined && ` = ${stringify(parameter.otherwise)}`];
  return h('code', { class: 'signature' }, method.name, '(', ...method.parameters.flatMap((parameter, i) => [i > 0 && ', ', ...part(parameter)]), ')',
    ...method.returns === 'nil' ? [] : [' → ', h('span', { class: 'type' }, method.returns)]);
}

/** The types that a method names, and those that they name. @param {Method} method */
function typesOf(method) {
  const { types } = method.endpoint;
  const names = new Set();
  const open = [method.returns, ...method.parameters.map((parameter) => parameter.type)];
  for (let text = open.pop(); text !== undefined; text = open.pop()) {
    for (const name of namesIn(parseType(text))) {
      if (!types.has(name) || names.has(name)) continue;
      names.add(name);
      open.push(...types.get(name)?.members.map((member) => member.type) ?? []);
    }
  }
  return names.size > 0 && h('details', { class: 'types' }, h('summary', {}, 'Types'), ...[...names].sort().map((name) => {
    const { kind, members } = /** @type {import('./api.js').Definition} */ (types.get(name));
    return h('div', {}, h('h4', {}, name, h('span', { class: 'type' }, kind)), h('ul', {}, ...members.map((member) => h('li', {},
      h('b', {}, kind === 'map' && typeof member.key === 'string' ? member.key : member.name),
      kind === 'enum' ? ` = ${stringify(member.key)}` : h('span', { class: 'type' }, member.type)))));
  }));
}

/**
 * The elements of the form, and the arguments that they say.
 * @param {Method} method
 */
function argumentsOf(method) {
  const { types } = method.endpoint;
  const fields = method.parameters.map((parameter) => {
    const type = parseType(parameter.type);
    const make = () => fieldOf(parameter.otherwise === undefined ? parameter.name : 'value', type, types);
    const field = parameter.otherwise === undefined ? make()
      : choice(parameter.name, parameter.type, `default: ${stringify(parameter.otherwise)}`, make, () => LEFT_OUT);
    if (parameter.doc) field.element.append(h('p', { class: 'doc' }, parameter.doc));
    return field;
  });
  return {
    elements: fields.map((field) => field.element),
    /** @returns {Promise<Json[]>} */
    read: async () => {
      /** @type {any[]} */
      const values = [];
      for (const field of fields) values.push(await field.read());
      while (values.at(-1) === LEFT_OUT) values.pop();
      const args = values.map((value, i) => value === LEFT_OUT ? method.parameters[i].otherwise : value);
      return method.parameters.at(-1)?.isRest ? [...args.slice(0, -1), ...args.at(-1)] : args;
    },
  };
}

/**
 * Shows a method, to be read and called.
 * @param {HTMLElement} place
 * @param {Method} method
 */
export function showMethod(place, method) {
  running?.abort();
  const byForm = argumentsOf(method);
  /** @type {import('./forms.js').Field | undefined} */
  let raw;
  const result = new ResultView();
  const fields = h('div', { class: 'fields' });
  const asJson = h('input', { type: 'checkbox', role: 'switch' });
  const commands = h('div', { class: 'commands' });
  const past = h('div', {});
  const start = h('button', { class: 'primary' }, 'Call');
  const stop = h('button', { type: 'button', class: 'danger', hidden: true }, 'Stop');

  /** @param {string} [text] The arguments as JSON, or those of the form. */
  const showRaw = (text) => {
    asJson.checked = text !== undefined;
    raw = text === undefined ? undefined : json('arguments', 'a JSON array', text);
    fields.replaceChildren(...raw ? [raw.element] : byForm.elements);
    if (!raw && byForm.elements.length === 0) fields.append(h('p', { class: 'muted' }, 'It takes no arguments.'));
  };

  const read = async () => {
    if (!raw) return byForm.read();
    const args = await raw.read();
    if (!Array.isArray(args)) throw new FieldError(raw.element.querySelector('textarea') ?? raw.element, 'The arguments are a JSON array, as [1, "two"].');
    return args;
  };

  /** Does something with the arguments, or shows which one is wrong. @param {(args: Json[]) => any} use */
  const withArguments = async (use) => {
    try {
      showError(form);
      await use(await read());
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      showError(form, error);
    }
  };

  const showHistory = () => {
    const box = h('input', { type: 'checkbox', checked: history.isKept, onchange: () => { history.keep(box.checked); showHistory(); } });
    const mine = history.entries.filter((entry) => entry.method === method.name && entry.endpoint === method.endpoint.name);
    past.replaceChildren(
      h('label', { class: 'choice' }, box, 'Keep my calls in this browser, with their arguments'),
      h('ul', { class: 'history' }, ...mine.map((entry) => h('li', {},
        h('button', { type: 'button', class: 'quiet', title: 'Use these arguments', onclick: () => showRaw(entry.args) }, h('code', {}, entry.args)),
        h('span', { class: 'muted' }, `${new Date(entry.time).toLocaleString()} · ${entry.outcome}`)))));
  };

  const showCommands = () => withArguments((args) => {
    commands.replaceChildren(...Object.entries({ mprpc: toShell, 'C#': toCSharp, Python: toPython }).map(([name, write]) => {
      const text = write(method, args);
      return h('figure', { class: 'block' }, h('figcaption', {}, name), h('pre', { tabindex: 0, 'aria-label': name }, h('code', {}, text)), copyButton(() => text));
    }));
  });

  const run = () => withArguments(async (args) => {
    running?.abort();
    const own = running = new AbortController();
    start.disabled = true;
    stop.hidden = false;
    result.begin();
    let outcome = 'stopped';
    try {
      await call(method, args, (line) => {
        if (own.signal.aborted) return;
        outcome = line.has('error') ? line.get('error')?.get('code') ?? 'error' : 'ok';
        result.show(line);
      }, own.signal);
    } catch (error) {
      if (own.signal.aborted) result.stopped();
      else result.fail(/** @type {Error} */ (error).message), outcome = 'error';
    }
    start.disabled = false;
    if (stop === document.activeElement) start.focus();
    stop.hidden = true;
    history.add({ time: new Date().toISOString(), endpoint: method.endpoint.name, method: method.name, args: stringify(args), outcome });
    showHistory();
  });

  // A form that is half filled says no arguments yet.
  asJson.addEventListener('change', async () => showRaw(asJson.checked ? stringify(await byForm.read().catch(() => []), true) : undefined));
  stop.addEventListener('click', () => running?.abort());
  const form = h('form', { onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); run(); }, novalidate: true },
    h('div', { class: 'title' }, h('h3', {}, 'Arguments'), h('label', { class: 'choice' }, asJson, 'as JSON')),
    fields, h('div', { class: 'actions' }, start, stop));
  const asCommand = h('details', { ontoggle: () => { if (asCommand.open) showCommands(); } }, h('summary', {}, 'As a command or code'), commands);
  form.addEventListener('input', () => { asCommand.open = false; });

  showRaw();
  showHistory();
  place.replaceChildren(
    h('a', { class: 'back', href: '#methods' }, '← All methods'),
    h('div', { class: 'title' }, h('h2', {}, method.name), method.isStream && h('span', { class: 'badge' }, 'stream'),
      method.deprecated !== undefined && h('span', { class: 'badge warn' }, 'deprecated')),
    h('p', { class: 'signature' }, signatureOf(method)),
    ...method.deprecated ? [h('p', { class: 'warn' }, method.deprecated)] : [],
    ...method.doc.split('\n').filter(Boolean).map((line) => h('p', { class: 'doc' }, line)),
    form, result.element, asCommand, typesOf(method) || '', h('details', {}, h('summary', {}, 'History'), past));
}
