import { parse, stringify } from './json.js';

/** @typedef {import('./json.js').Json} Json */

/** @typedef {{ kind: string, members: { type: string, name: string, key: Json }[] }} Definition */
/**
 * `otherwise` is the value of a parameter that is left out, undefined if it must be sent; one that `isRest` takes all further arguments.
 * @typedef {{ type: string, name: string, otherwise: Json | undefined, isRest: boolean, doc: string }} Parameter
 * @typedef {{ name: string, parameters: Parameter[], returns: string, isStream: boolean, isNotification: boolean, doc: string,
 *   deprecated: string | undefined, endpoint: Endpoint }} Method
 * @typedef {{ index: number, name: string, url: string | null, methods: Method[], types: Map<string, Definition>, error?: string }} Endpoint
 */

const HEADERS = { 'X-Mprpc-Explorer': '1', 'Content-Type': 'application/json' };

/** @param {Response} response */
async function check(response) {
  if (response.ok) return;
  let message = `The server answered with status ${response.status}.`;
  try {
    message = JSON.parse(await response.text()).error.message;
  } catch {
    // Not ours: a login page, say.
  }
  throw new Error(message);
}

/** @returns {Promise<{ user: string | null, endpoints: Endpoint[] }>} */
export async function describe() {
  const response = await fetch('api/description');
  await check(response);
  const root = /** @type {Map<string, any>} */ (parse(await response.text()));
  return { user: root.get('user'), endpoints: root.get('endpoints').map(readEndpoint) };
}

/** @param {Map<string, any>} from @param {number} index @returns {Endpoint} */
function readEndpoint(from, index) {
  const document = from.get('methods');
  /** @type {Endpoint} */
  const endpoint = {
    index, name: from.get('name'), url: from.get('url'), error: from.get('error')?.get('message'), methods: [],
    types: new Map([...document?.get('types') ?? []].map(([name, type]) => [name, {
      kind: type.get('kind'),
      members: (type.get('members') ?? []).map((/** @type {any[]} */ [type, name, key]) => ({ type, name, key })),
    }])),
  };
  endpoint.methods = (document?.get('functions') ?? []).map((/** @type {Map<string, any>} */ method) => readMethod(method, endpoint));
  return endpoint;
}

/** @param {Map<string, any>} from @param {Endpoint} endpoint @returns {Method} */
function readMethod(from, endpoint) {
  const parameters = from.get('parameters');
  const required = Number(from.get('required'));
  return {
    endpoint, name: from.get('name'), returns: from.get('return_type'), isStream: from.get('stream'), isNotification: from.get('notify'),
    doc: from.get('doc') ?? '', deprecated: from.get('deprecated'),
    parameters: parameters.map((/** @type {string[]} */ [type, name], /** @type {number} */ i) => {
      const isRest = from.get('rest') === true && i === parameters.length - 1;
      return {
        type, name, isRest, doc: from.get('parameter_docs')?.get(name) ?? '',
        otherwise: i < required || isRest ? undefined : from.get('defaults')?.[i - required] ?? null,
      };
    }),
  };
}

/**
 * Calls a method.
 * @param {Method} method
 * @param {Json[]} args
 * @param {(line: Map<string, any>) => void} onLine Called for each item, and last for the result, the end or the error.
 * @param {AbortSignal} signal Ends the call at the server.
 */
export async function call(method, args, onLine, signal) {
  const body = `{"endpoint":${method.endpoint.index},"method":${JSON.stringify(method.name)},"args":${stringify(args)},"stream":${method.isStream}}`;
  const response = await fetch('api/call', { method: 'POST', headers: HEADERS, body, signal });
  await check(response);
  const reader = /** @type {ReadableStream} */ (response.body).pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const lines = (rest + read.value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(/** @type {Map<string, any>} */ (parse(line)));
  }
}

/** Closes a connection. @param {string} connection */
export async function abort(connection) {
  await check(await fetch('api/abort', { method: 'POST', headers: HEADERS, body: JSON.stringify({ connection }) }));
}
