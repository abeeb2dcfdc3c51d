let lastId = 0;

/** An id that no other element has. */
export const newId = () => `e${++lastId}`;

/**
 * Makes an element. Texts become text, never markup: what a server says is data.
 * @param {string} name
 * @param {Record<string, any>} [properties] Attributes; functions are listeners.
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {any}
 */
export function h(name, properties = {}, ...children) {
  const isDrawing = name === 'svg' || name === 'polyline';
  const element = isDrawing ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === 'function') element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A button that copies a text, and says so. @param {() => string} text */
export function copyButton(text) {
  const button = h('button', {
    type: 'button', class: 'quiet', onclick: async () => {
      try {
        await navigator.clipboard.writeText(text());
        button.textContent = 'Copied';
      } catch {
        button.textContent = 'Not allowed';     // without HTTPS browsers have a clipboard on this machine's own addresses only
      }
      setTimeout(() => { button.textContent = 'Copy'; }, 1500);
    },
  }, 'Copy');
  return button;
}
