const asyncSuffix = "Async";

/** How the name of a method becomes its name on the wire: the server's naming policy. The suffix `Async` is dropped, whatever the policy. */
export type NamingPolicy = "snake_case" | "camelCase" | "PascalCase";

/** The name on the wire of a method of an interface: `getUser` is `get_user`, with the prefix `users` it is `users.get_user`. */
export function wireName(method: string, prefix = "", policy: NamingPolicy = "snake_case"): string {
  const bare = method.length > asyncSuffix.length && method.endsWith(asyncSuffix) ? method.slice(0, -asyncSuffix.length) : method;
  const [first, rest] = [bare.slice(0, 1), bare.slice(1)];
  const name = policy === "snake_case" ? snakeCase(bare) : (policy === "camelCase" ? first.toLowerCase() : first.toUpperCase()) + rest;
  return prefix === "" ? name : `${prefix}.${name}`;
}

/** A new word starts at a capital after a small letter or digit, and at the last capital of a row before a small letter: HTTPServer is http_server. */
function snakeCase(name: string): string {
  const isUpper = (c: string | undefined) => c !== undefined && /\p{Lu}/u.test(c);
  const isLower = (c: string | undefined) => c !== undefined && /\p{Ll}/u.test(c);
  let snake = "";

  for (let i = 0; i < name.length; i++) {
    const startsWord = i > 0 && isUpper(name[i]) && name[i - 1] !== "_" && (!isUpper(name[i - 1]) || isLower(name[i + 1]));
    snake += (startsWord ? "_" : "") + name[i]!.toLowerCase();
  }

  return snake;
}
