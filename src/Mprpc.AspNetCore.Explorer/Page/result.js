import { h, copyButton } from './dom.js';
import { stringify } from './json.js';

/** @typedef {import('./json.js').Json} Json */

const MOST_ITEMS = 1000;
const MOST_COLOURED = 100_000;
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)|(true|false|null)/g;

/** A value as people read it. @param {Json} value */
export function shown(value) {
  const text = stringify(value, true);
  const code = h('code', {});
  if (text.length > MOST_COLOURED) {
    code.append(text);
    return code;
  }
  let at = 0;
  for (const token of text.matchAll(TOKEN)) {
    const kind = token[2] !== undefined ? 'key' : token[1] ? 'text' : token[3] ? 'number' : 'word';
    const length = token[1]?.length ?? token[0].length;
    code.append(text.slice(at, token.index), h('span', { class: kind }, token[0].slice(0, length)));
    at = token.index + length;
  }
  code.append(text.slice(at));
  return code;
}

/** What comes of one call. */
export class ResultView {
  constructor() {
    this.status = h('p', { class: 'status', role: 'status' });
    this.content = h('div', { class: 'content' });
    this.element = h('section', { class: 'result', 'aria-label': 'Result', hidden: true }, this.status, this.content);
    this.count = 0;
    this.waiting = /** @type {Json[]} */ ([]);
    this.items = /** @type {any} */ (undefined);
  }

  begin() {
    [this.count, this.waiting, this.items] = [0, [], undefined];
    this.element.hidden = false;
    this.element.className = 'result running';
    this.status.textContent = 'Running…';
    this.content.replaceChildren();
  }

  /** @param {Map<string, any>} line */
  show(line) {
    const time = Number(line.get('milliseconds')?.text ?? line.get('milliseconds'));
    const took = `${time < 1000 ? `${time} ms` : `${(time / 1000).toFixed(2)} s`}`;
    if (line.has('item')) this.addItem(line.get('item'));
    else if (line.has('end')) this.end('done', `${this.countText()}, ended after ${took}`);
    else if (line.has('error')) this.showError(line.get('error'), took);
    else {
      const bytes = line.get('bytes');
      this.end('done', `Answered in ${took}, ${bytes} byte${bytes === 1n ? '' : 's'}`);
      const value = line.get('result');
      this.content.replaceChildren(h('div', { class: 'block' }, h('pre', {}, shown(value)), copyButton(() => stringify(value, true))));
    }
  }

  /** @param {Map<string, any>} error @param {string} took */
  showError(error, took) {
    this.end('failed', `${this.count ? `${this.countText()}, then failed` : 'Failed'} after ${took}`);
    this.content.append(h('dl', { class: 'error' },
      h('dt', {}, 'Message'), h('dd', { class: 'message' }, error.get('message')),
      ...error.has('code') ? [h('dt', {}, 'Code'), h('dd', {}, h('code', { class: 'code-name' }, error.get('code')))] : [],
      ...error.has('data') ? [h('dt', {}, 'Data'), h('dd', {}, h('pre', {}, shown(error.get('data'))))] : []));
  }

  /** The call was not made, or nobody knows what became of it. @param {string} message */
  fail(message) {
    this.end('failed', 'Failed');
    this.content.append(h('p', { class: 'message' }, message));
  }

  stopped() {
    this.end('stopped', this.count ? `${this.countText()}, then stopped` : 'Stopped');
  }

  /** @param {string} state @param {string} text */
  end(state, text) {
    this.flush();
    this.element.className = `result ${state}`;
    this.status.textContent = text;
  }

  countText() {
    return `${this.count} item${this.count === 1 ? '' : 's'}`;
  }

  /** Streams may be faster than a screen: items are shown once a frame. @param {Json} item */
  addItem(item) {
    this.count++;
    if (this.waiting.push(item) > MOST_ITEMS) this.waiting.shift();
    if (this.waiting.length === 1) requestAnimationFrame(() => this.flush());
  }

  flush() {
    if (this.waiting.length === 0) return;
    if (!this.items) this.content.append(this.items = h('ol', { class: 'stream', tabindex: 0, 'aria-label': 'Items' }));
    const list = this.items;
    const isAtEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 8;
    list.append(...this.waiting.map((item) => h('li', {}, h('pre', {}, shown(item)))));
    this.waiting = [];
    while (list.childElementCount > MOST_ITEMS) list.firstElementChild.remove();
    list.start = this.count - list.childElementCount + 1;
    if (isAtEnd) list.scrollTop = list.scrollHeight;
    if (this.element.className === 'result running') this.status.textContent = `${this.countText()} so far`;
  }
}
