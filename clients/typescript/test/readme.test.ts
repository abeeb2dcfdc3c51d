import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../", import.meta.url);
const snippets = regions(readFileSync(new URL("test/examples.ts", folder), "utf8"));

for (const document of ["README.md", "../../docs/typescript.md"]) {
  test(`Document_${document}_ShowsCodeThatRuns`, () => {
    const text = readFileSync(new URL(document, folder), "utf8");
    const blocks = [...text.matchAll(/(<!-- example: (\S+) -->\n)?```ts\n(.*?)```/gs)];

    assert.ok(blocks.length > 0);

    for (const [block, , name, code] of blocks) {
      assert.ok(name !== undefined && snippets.has(name), `the block is no snippet of test/examples.ts:\n${block}`);
      assert.equal(code, snippets.get(name), `snippet ${name}`);
    }
  });
}

function regions(source: string): Map<string, string> {
  const found = new Map<string, string>();

  for (const [, indentation, name, code] of source.matchAll(/^( *)\/\/ snippet: (\S+)\n(.*?)^ *\/\/ end snippet$/gms)) {
    found.set(name, code.replaceAll(new RegExp(`^${indentation}`, "gm"), ""));
  }

  return found;
}
