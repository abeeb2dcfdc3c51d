/** @typedef {{ time: string, endpoint: string, method: string, args: string, outcome: string }} Entry */

const MOST = 50;
const KEY = `mprpc-explorer:${location.pathname}`;

/** The calls that were made, kept in this browser if its user wants that: arguments may be secrets. */
export const history = {
  get isKept() {
    return localStorage.getItem(KEY) !== null;
  },

  /** Begins to keep it, or forgets all of it. @param {boolean} wanted */
  keep(wanted) {
    if (wanted) localStorage.setItem(KEY, '[]');
    else localStorage.removeItem(KEY);
  },

  /** The newest first. @returns {Entry[]} */
  get entries() {
    try {
      return JSON.parse(localStorage.getItem(KEY) ?? '[]');
    } catch {
      return [];
    }
  },

  /** @param {Entry} entry */
  add(entry) {
    if (!this.isKept) return;
    try {
      localStorage.setItem(KEY, JSON.stringify([entry, ...this.entries].slice(0, MOST)));
    } catch {
      // The browser has no more room: what is there stays.
    }
  },
};
