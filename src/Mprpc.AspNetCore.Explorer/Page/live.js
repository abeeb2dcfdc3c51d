import { abort } from './api.js';
import { h } from './dom.js';

/** @typedef {{ name: string, calls: number, errors: number, rate: number, p50: number | null, p99: number | null }} Figures */
/** @typedef {{ id: string, endpoint: string, remote: string | null, user: string | null, calls: number, streams: number }} Connection */
/**
 * @typedef {{ state: string, running: number, all: Figures, methods: Figures[], methodCount: number, limits: Record<string, number>,
 *   connections: Connection[], connectionCount: number }} Snapshot
 */

const SECONDS = 60;

/** @param {number | null} milliseconds */
const timeOf = (milliseconds) => milliseconds === null ? '–'
  : milliseconds < 1 ? `${Math.round(milliseconds * 1000)} µs` : milliseconds < 1000 ? `${milliseconds.toPrecision(3)} ms` : `${(milliseconds / 1000).toPrecision(3)} s`;

/** @param {number} count */
const countOf = (count) => count.toLocaleString('en');

/** What the server does, from when the page is opened until it is left. */
export class LiveView {
  /** @param {HTMLElement} place @param {HTMLElement} rate Shows how many calls a second there are. */
  constructor(place, rate) {
    this.rate = rate;
    /** @type {EventSource | undefined} */
    this.source = undefined;
    /** @type {number[]} */
    this.rates = [];
    this.state = h('p', { class: 'pill', role: 'status' }, 'Connecting');
    this.tiles = Object.fromEntries(['Calls/s', 'p50', 'p99', 'Errors', 'Running', 'Connections'].map((name) => [name, h('dd', {}, '–')]));
    this.line = h('polyline', { fill: 'none', 'vector-effect': 'non-scaling-stroke' });
    this.methods = table('Calls since this page was opened', ['Method', 'Calls', 'Calls/s', 'p50', 'p99', 'Errors'], 'No call yet.');
    this.connections = table('Connections', ['Connection', 'Endpoint', 'Peer', 'User', 'Calls', 'Streams', 'Close'], 'No connection is open.');
    this.limits = table('Limits reached', ['Limit', 'Times'], 'None.');
    place.append(
      h('div', { class: 'title' }, h('h2', {}, 'Live'), this.state),
      h('dl', { class: 'tiles' }, ...Object.entries(this.tiles).map(([name, value]) => h('div', {}, h('dt', {}, name), value))),
      h('figure', {}, h('svg', { viewBox: `0 0 ${SECONDS} 40`, preserveAspectRatio: 'none', role: 'img', 'aria-label': 'Calls a second of the last minute' },
        this.line), h('figcaption', {}, 'calls a second, last minute')),
      this.methods.element, this.connections.element, this.limits.element);
  }

  start() {
    if (this.source) return;
    this.source = new EventSource('api/live');
    this.source.onmessage = (message) => this.show(JSON.parse(message.data));
    this.source.onerror = () => this.setState('disconnected');
  }

  stop() {
    this.source?.close();
    this.source = undefined;
    this.rates = [];
  }

  /** @param {string} state */
  setState(state) {
    if (this.state.textContent === state) return;
    this.state.textContent = state;
    this.state.dataset.state = state;
  }

  /** @param {Snapshot} now */
  show(now) {
    this.setState(now.state);
    const values = [now.all.rate.toLocaleString('en'), timeOf(now.all.p50), timeOf(now.all.p99), countOf(now.all.errors), countOf(now.running),
      countOf(now.connectionCount)];
    Object.values(this.tiles).forEach((tile, i) => { tile.textContent = values[i]; });
    this.rate.textContent = now.all.rate > 0 ? `${values[0]}/s` : '';
    this.rates = [...this.rates, now.all.rate].slice(-SECONDS);
    const most = Math.max(...this.rates, 1);
    this.line.setAttribute('points', this.rates.map((rate, i) => `${SECONDS - this.rates.length + i + 0.5},${38 - 36 * rate / most}`).join(' '));
    this.methods.show(now.methods.map((method) => ({
      key: method.name, cells: [method.name, countOf(method.calls), method.rate.toLocaleString('en'), timeOf(method.p50), timeOf(method.p99), countOf(method.errors)],
    })), now.methodCount);
    this.connections.show(now.connections.map((connection) => ({
      key: connection.id,
      cells: [connection.id, connection.endpoint, connection.remote ?? '–', connection.user ?? 'anonymous', countOf(connection.calls), countOf(connection.streams)],
      action: () => this.abort(connection.id),
    })), now.connectionCount);
    this.limits.show(Object.entries(now.limits).map(([limit, count]) => ({ key: limit, cells: [limit, countOf(count)] })), 0);
  }

  /** @param {string} id */
  async abort(id) {
    if (!confirm(`Close connection ${id} at once? Its calls are cancelled.`)) return;
    try {
      await abort(id);
    } catch (error) {
      alert(/** @type {Error} */ (error).message);
    }
  }
}

/**
 * A table whose rows stay the same elements, so that a button keeps the focus.
 * @param {string} title @param {string[]} columns @param {string} nothing
 */
function table(title, columns, nothing) {
  const body = h('tbody', {});
  const empty = h('p', { class: 'muted' }, nothing);
  const frame = h('div', { class: 'table', tabindex: 0, role: 'region', 'aria-label': title },
    h('table', {}, h('thead', {}, h('tr', {}, ...columns.map((name) => h('th', { scope: 'col' }, name)))), body));
  /** @type {Map<string, HTMLTableRowElement>} */
  const rows = new Map();
  return {
    element: h('section', {}, h('h3', {}, title), frame, empty),
    /** @param {{ key: string, cells: string[], action?: () => void }[]} wanted @param {number} total */
    show(wanted, total) {
      const keys = new Set(wanted.map((row) => row.key));
      for (const [key, row] of rows) {
        if (!keys.has(key)) rows.delete(key), row.remove();
      }
      wanted.forEach(({ key, cells, action }, i) => {
        const row = rows.get(key) ?? h('tr', {}, h('th', { scope: 'row' }), ...cells.slice(1).map(() => h('td', {})),
          action && h('td', {}, h('button', { type: 'button', class: 'quiet danger', onclick: action, 'aria-label': `Close connection ${key}` }, 'Close')));
        rows.set(key, row);
        cells.forEach((text, column) => { if (row.cells[column].textContent !== text) row.cells[column].textContent = text; });
        if (body.rows[i] !== row) body.insertBefore(row, body.rows[i] ?? null);
      });
      frame.hidden = wanted.length === 0;
      empty.hidden = wanted.length > 0 && total <= wanted.length;
      empty.textContent = wanted.length === 0 ? nothing : `${countOf(total - wanted.length)} more are not shown.`;
    },
  };
}
