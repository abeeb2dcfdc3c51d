// Builds the package twice, as ES modules for browsers and node and as CommonJS for node, and the tests if asked to: node build.mjs [--tests]
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");

function compile(project) {
  const { status } = spawnSync(process.execPath, [compiler, "-p", project], { stdio: "inherit", cwd: import.meta.dirname ?? new URL(".", import.meta.url).pathname });

  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

const path = (name) => new URL(name, import.meta.url);
rmSync(path("dist"), { recursive: true, force: true });
compile("tsconfig.json");
compile("tsconfig.cjs.json");
writeFileSync(path("dist/cjs/package.json"), '{ "type": "commonjs" }\n');

if (process.argv.includes("--tests")) {
  compile("test/tsconfig.json");
}
