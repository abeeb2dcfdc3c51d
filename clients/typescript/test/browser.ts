// The cases on a page: what has passed stands in the attribute data-result of its body.
import { MprpcClient } from "@mprpc/client";
import { examplesOfAPage } from "./examples.js";
import { cases } from "./live-cases.js";

const url = `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/rpc`;
const results: string[] = [];
const examples: (typeof cases)[string] = () => examplesOfAPage(url);

for (const [name, run] of Object.entries({ ...cases, examples })) {
  if (name === "plain" || name === "short_streams") {
    continue; // of servers without extensions
  }

  try {
    await run((options) => new MprpcClient(url, options));
    results.push(name);
  } catch (error) {
    console.error(name, String(error), (error as Error).stack);
    results.push("failed");
  }
}

document.body.dataset["result"] = results.join(" ");
