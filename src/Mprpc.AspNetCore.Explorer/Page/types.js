/** @typedef {{ name: string, args: Type[], isNullable: boolean }} Type */

/** @type {Type} */
export const ANY = { name: 'any', args: [], isNullable: false };

/** @type {Record<string, [bigint, bigint]>} */
export const RANGES = Object.fromEntries([8n, 16n, 32n, 64n].flatMap((bits) => [
  [`int${bits}`, [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n]], [`uint${bits}`, [0n, (1n << bits) - 1n]],
]));

/**
 * Reads a type of a description, as list<Order?>. What cannot be read is any.
 * @param {string} text
 * @returns {Type}
 */
export function parseType(text) {
  let at = 0;
  /** @returns {Type} */
  const read = () => {
    const name = /^[^<>,?\s]+/.exec(text.slice(at))?.[0] ?? '';
    if (!name) throw new SyntaxError();
    at += name.length;
    /** @type {Type[]} */
    const args = [];
    if (text[at] === '<') {
      do {
        at++;
        while (text[at] === ' ') at++;
        args.push(read());
      } while (text[at] === ',');
      if (text[at++] !== '>') throw new SyntaxError();
    }
    const isNullable = text[at] === '?';
    at += isNullable ? 1 : 0;
    return { name, args, isNullable };
  };
  try {
    const type = read();
    return at === text.length ? type : ANY;
  } catch {
    return ANY;
  }
}

/** The names of all types that a type names, itself first. @param {Type} type @returns {string[]} */
export function namesIn(type) {
  return [type.name, ...type.args.flatMap(namesIn)];
}
