// Builds the package twice, as ES modules for browsers and node and as CommonJS for node:
//   node build.mjs [--tests] [--if-changed]
// --tests builds the tests too; --if-changed does nothing where the sources are older than what was built of them.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const withTests = process.argv.includes("--tests");
const mark = path("dist/built");

function compile(project) {
  const { status } = spawnSync(process.execPath, [compiler, "-p", project], { stdio: "inherit", cwd: path(".") });

  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

/** When the youngest source was changed. */
function changed() {
  const files = ["src", "test"].flatMap((folder) => readdirSync(path(folder), { recursive: true }).map((file) => path(`${folder}/${file}`)));
  return Math.max(...[...files, path("package-lock.json"), path("tsconfig.base.json"), path("build.mjs")].map((file) => statSync(file).mtimeMs));
}

function isBuilt() {
  try {
    return statSync(mark).mtimeMs > changed() && (!withTests || readFileSync(mark, "utf8") === "with tests");
  } catch {
    return false;
  }
}

if (!process.argv.includes("--if-changed") || !isBuilt()) {
  rmSync(path("dist"), { recursive: true, force: true });
  rmSync(path("build"), { recursive: true, force: true });
  compile("tsconfig.json");
  compile("tsconfig.cjs.json");
  writeFileSync(path("dist/cjs/package.json"), '{ "type": "commonjs" }\n');

  if (withTests) {
    compile("test/tsconfig.json");
  }

  writeFileSync(mark, withTests ? "with tests" : "");
}
