import type { MprpcCaller } from "./caller.js";
import { wireName } from "./names.js";
import type { NamingPolicy } from "./names.js";

/** How a method of an interface is called. */
export type Kind = "call" | "stream" | "notify";

/** How a method is called, and its name on the wire if it is not the usual one: without prefix, exactly as it is sent. */
export type Description<K extends Kind = Kind> = K | { readonly kind: K; readonly name: string };

type Method = (...args: any[]) => unknown;

type Methods<T> = { [K in keyof T as T[K] extends Method ? K : never]: T[K] };

type KindOf<F> = F extends (...args: any[]) => infer R
  ? [R] extends [AsyncIterable<unknown>] ? "stream" : [R] extends [PromiseLike<unknown>] ? "call" : [R] extends [void] ? "notify" : never
  : never;

type Special<T> = { [K in keyof Methods<T> as KindOf<T[K & keyof T]> extends "call" ? never : K]: Description<KindOf<T[K & keyof T]>> };
type Plain<T> = { [K in keyof Methods<T> as KindOf<T[K & keyof T]> extends "call" ? K : never]?: Description<"call"> };

/** What `as` must be told of the methods of `T`: streams and notifications; nothing if all are calls. */
export type Descriptions<T> = Record<never, never> extends Special<T> ? [descriptions?: Plain<T>] : [descriptions: Special<T> & Plain<T>];

/** What typed clients have of their client. */
export interface TypedHost {
  readonly namingPolicy: NamingPolicy;

  /** Is told why a notification could not be sent: a void method has no promise to tell it by. */
  report(error: unknown, where: string): void;
}

export function typed<T extends object>(caller: MprpcCaller, host: () => TypedHost, prefix: string, descriptions: object): T {
  const methods = new Map<string, Method>();
  const known = descriptions as Record<string, Description | undefined>;

  return new Proxy(Object.create(null) as object, {
    get(_, property) {
      // A typed client is no promise: `await` asks for then.
      if (typeof property !== "string" || property === "then") {
        return undefined;
      }

      let method = methods.get(property);

      if (method === undefined) {
        method = methodOf(caller, Object.hasOwn(known, property) ? known[property] : undefined, host, () => wireName(property, prefix, host().namingPolicy));
        methods.set(property, method);
      }

      return method;
    },
  }) as T;
}

function methodOf(caller: MprpcCaller, description: Description | undefined, host: () => TypedHost, derived: () => string): Method {
  const kind = typeof description === "object" ? description.kind : description ?? "call";
  const name = typeof description === "object" ? description.name : derived();

  switch (kind) {
    case "stream": return (...args) => caller.stream(name, ...args);
    case "notify": return (...args) => void caller.notify(name, ...args).catch((error: unknown) => host().report(error, `the notification '${name}'`));
    default: return (...args) => caller.call(name, ...args);
  }
}
