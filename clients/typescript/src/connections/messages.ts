import { MprpcError, toldCodes } from "../errors.js";
import type { Values } from "../wire/values.js";
import { Writer } from "../wire/writer.js";
import type { Offer } from "./offer.js";

/** What decides how an error is told. */
export interface ErrorTarget {
  readonly values: Values;
  readonly peer: Offer;
  report(error: unknown, where: string): void;
}

/** [2, "$/item", [number, items]] */
export function writeItems(number: number, count: number, items: Uint8Array): Uint8Array {
  return new Writer(items.length + 32).array(3).integer(2).name("$/item").array(2).integer(number).array(count).raw(items).take();
}

/** The rest of the params of `$/credit`. */
export function writeCredit(writer: Writer, items: number | null, bytes: number): void {
  (items === null ? writer.nil() : writer.integer(items)).integer(bytes);
}

/** Only what was written for the peer is told to it: of other exceptions, that there was one. */
export function writeError(writer: Writer, error: unknown, connection: ErrorTarget): void {
  const told = error instanceof MprpcError ? error : new MprpcError("Internal error.");
  const message = told.message || String(told.code ?? "Error.");

  if (!connection.peer.errors) {
    const isTold = told.code !== undefined && toldCodes.includes(String(told.code)) && !message.startsWith(`${told.code}`);
    writer.text(isTold ? `${told.code}: ${message}` : message);
    return;
  }

  let data: Uint8Array | undefined;

  try {
    data = told.data === undefined ? undefined : connection.values.encode(told.data);
  } catch (failure) {
    connection.report(failure, "the data of an error, which is left out");
  }

  writer.map(1 + (told.code === undefined ? 0 : 1) + (data === undefined ? 0 : 1)).name("message").text(message);

  if (told.code !== undefined) {
    writer.name("code").text(String(told.code));
  }

  if (data !== undefined) {
    writer.name("data").raw(data);
  }
}
