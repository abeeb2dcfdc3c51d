import { MprpcProtocolError } from "../errors.js";
import { Reader } from "../wire/reader.js";
import { Writer } from "../wire/writer.js";
import type { Connection } from "./connection.js";
import { readOffer, writeOffer } from "./offer.js";

/** Says `$/hello` (docs/protocol.md 10.5); settles when it is answered. Rejects with the server's error if it is refused. */
export function sayHello(connection: Connection, maxMessageSize: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const write = (id: number) => {
      const writer = new Writer().array(4).integer(0).integer(id).name("$/hello");
      writeOffer(writer, maxMessageSize, connection.serves);
      return writer.take();
    };

    connection.request({
      answer: (error, result) => {
        const offer = error === undefined ? readOffer(new Reader(result), connection.values) : undefined;

        if (offer === undefined) {
          reject(error ?? new MprpcProtocolError("The answer to '$/hello' is not [version, offer]."));
        } else {
          connection.greeted(offer);
          resolve();
        }
      },
      items: () => {},
      lose: reject,
    }, write);
  });
}
