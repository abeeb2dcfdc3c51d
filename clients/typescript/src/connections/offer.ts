import type { Reader } from "../wire/reader.js";
import type { Values } from "../wire/values.js";
import type { Writer } from "../wire/writer.js";
import { Credit } from "../streams/credit.js";

/** The version of the extensions. */
export const version = 1;

/** How many calls and streams of the server this client takes at once. */
export const callsServed = 100;
export const streamsTaken = 100;

/** With what credit the streams of the server's calls start. */
export const feed = { items: 64, bytes: 16_384 };

/** What a server takes (docs/protocol.md 10.5). */
export interface Offer {
  /** Bytes a message; infinite: unknown. */
  readonly size: number;

  /** Requests in flight. */
  readonly calls: number;

  /** Bytes of metadata; 0: none. */
  readonly meta: number;

  /** Streams fed to it; 0: none. */
  readonly streams: number;

  /** Items and bytes with which a stream fed to it starts. */
  readonly feed: readonly [items: number | null, bytes: number | null];

  readonly ping: boolean;

  /** Whether errors may be maps. */
  readonly errors: boolean;
}

/** What a server is taken for that has said nothing: it answers what it is asked, and that is all. */
export const plain: Offer = { size: Infinity, calls: Infinity, meta: 0, streams: 0, feed: [0, 0], ping: false, errors: false };

/** The params of `$/hello`: what this client takes. */
export function writeOffer(writer: Writer, size: number, serves: boolean): void {
  writer.array(2).integer(version).map(serves ? 7 : 4);
  writer.name("size").integer(size).name("errors").name("map");
  writer.name("goaway").raw(Uint8Array.of(0xc3)).name("ping").raw(Uint8Array.of(0xc3));

  if (serves) {
    writer.name("calls").integer(callsServed).name("streams").integer(streamsTaken);
    writer.name("feed").array(2).integer(feed.items).integer(feed.bytes);
  }
}

/** The answer to `$/hello`, or undefined if it is none. Unknown keys, and values of another type, count for nothing. */
export function readOffer(reader: Reader, values: Values): Offer | undefined {
  const answer = values.decode(reader.rest(), false);
  const [agreed, map] = Array.isArray(answer) ? answer : [];

  if (typeof agreed !== "number" || agreed < 1 || typeof map !== "object" || map === null || Array.isArray(map)) {
    return undefined;
  }

  const offer = map as Record<string, unknown>;
  const count = (key: string, absent: number) => (typeof offer[key] === "number" && offer[key] > 0 ? offer[key] : absent);
  const start = Credit.read(offer["feed"]);
  return {
    size: Math.max(count("size", Infinity), 1024), // an error needs room
    calls: count("calls", 0) === 0 ? Infinity : count("calls", 0),
    meta: count("meta", 0),
    streams: count("streams", 0),
    feed: [start === undefined ? 0 : start.items, start === undefined ? 0 : start.bytes],
    ping: offer["ping"] === true,
    errors: offer["errors"] === "map",
  };
}
