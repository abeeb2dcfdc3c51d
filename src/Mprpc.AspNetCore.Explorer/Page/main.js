import { describe } from './api.js';
import { h } from './dom.js';
import { LiveView } from './live.js';
import { showMethod } from './method.js';

/** @typedef {import('./api.js').Endpoint} Endpoint */
/** @typedef {import('./api.js').Method} Method */

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);
const [views, names, detail, search] = [{ methods: byId('view-methods'), live: byId('view-live') }, byId('names'), byId('detail'), byId('search')];
const live = new LiveView(views.live, byId('rate'));

/** @type {Endpoint[]} */
let endpoints = [];
/** @type {Method | null | undefined} */
let shown = null;
/** @type {Map<string, Method>} */
const methods = new Map();

/** @param {Method} method */
const addressOf = (method) => `#${method.endpoint.index}/${encodeURIComponent(method.name)}`;

function showNames() {
  const wanted = search.value.trim().toLowerCase();
  /** @param {Method} method */
  const isWanted = (method) => `${method.name} ${method.doc}`.toLowerCase().includes(wanted);
  names.replaceChildren(...endpoints.map((endpoint) => {
    const services = Map.groupBy(endpoint.methods.filter(isWanted), (method) => method.name.slice(0, Math.max(method.name.lastIndexOf('.'), 0)));
    return h('section', {}, h('h2', {}, endpoint.name), ...[...services].flatMap(([service, own]) => [
      service && h('h3', {}, service),
      h('ul', {}, ...own.map((method) => h('li', {}, h('a', { href: addressOf(method), 'aria-current': addressOf(method) === location.hash ? 'true' : null },
        h('span', { class: method.deprecated === undefined ? '' : 'deprecated' }, method.name.slice(service ? service.length + 1 : 0)),
        method.isStream && h('span', { class: 'badge' }, 'stream'))))),
    ]), services.size === 0 && h('p', { class: endpoint.error ? 'message' : 'muted' },
      endpoint.error ?? (wanted ? 'No method is called so.' : 'There is no method that you may call.')));
  }));
}

/** What the address says is shown: each method can be linked to. */
function route() {
  if (location.hash === '#main') return;
  const isLive = location.hash === '#live';
  const method = methods.get(location.hash);
  views.methods.hidden = isLive;
  views.live.hidden = !isLive;
  byId('tab-methods').toggleAttribute('aria-current', !isLive);
  byId('tab-live').toggleAttribute('aria-current', isLive);
  views.methods.classList.toggle('one', method !== undefined);
  document.title = `${isLive ? 'Live' : method?.name ?? 'Methods'} · Mprpc explorer`;
  if (isLive) return;
  showNames();
  if (method === shown) return;
  shown = method;
  if (method) {
    showMethod(detail, method);
    detail.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  } else {
    detail.replaceChildren(h('p', { class: 'muted empty' }, 'Choose a method to read about it and to call it.'));
  }
}

async function start() {
  try {
    const description = await describe();
    endpoints = description.endpoints;
    byId('user').textContent = description.user === null ? 'not signed in' : description.user || 'signed in';
    for (const method of endpoints.flatMap((endpoint) => endpoint.methods)) methods.set(addressOf(method), method);
  } catch (error) {
    names.replaceChildren(h('p', { class: 'message', role: 'alert' }, `What the server offers cannot be read. ${/** @type {Error} */ (error).message}`));
    return;
  }
  search.addEventListener('input', showNames);
  addEventListener('hashchange', route);
  route();
  live.start();
  // The server measures only while somebody watches: a page that was left is not somebody.
  let leaving = 0;
  document.addEventListener('visibilitychange', () => {
    clearTimeout(leaving);
    if (document.hidden) leaving = setTimeout(() => live.stop(), 300_000);
    else live.start();
  });
}

start();
