// Copies third-party files into static/vendor/ and records what they are in static/vendor/VENDOR.toml.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const target = new URL("../static/vendor/", import.meta.url);
const modules = new URL("node_modules/", import.meta.url);
const manifest = (name) => JSON.parse(readFileSync(new URL(`${name}/package.json`, modules)));

const label = (name) => name.replace("@", "").replace("/", "-");

function folder(name) {
  const url = new URL(`${label(name)}-${manifest(name).version}/`, target);
  mkdirSync(url);
  return url;
}

function bootstrap() {
  const out = folder("bootstrap");
  const css = readFileSync(new URL("bootstrap/dist/css/bootstrap.min.css", modules), "utf8");
  // The map is not shipped, and a hashing static storage refuses a reference to a file that is not there.
  writeFileSync(new URL("bootstrap.min.css", out), css.replace(/\/\*# sourceMappingURL=.*\*\/\s*$/, ""));
  cpSync(new URL("bootstrap/LICENSE", modules), new URL("LICENSE", out));
  return ["bootstrap.min.css", "LICENSE"];
}

async function hashes() {
  const out = folder("@noble/hashes");
  await build({
    entryPoints: ["hashes.mjs"],
    outfile: new URL("hashes.min.js", out).pathname,
    bundle: true,
    minify: true,
    format: "iife",
    globalName: "hashes",
    legalComments: "none",
    banner: { js: "/*! noble-hashes (MIT); see LICENSE beside this file */" },
  });
  cpSync(new URL("@noble/hashes/LICENSE", modules), new URL("LICENSE", out));
  return ["hashes.min.js", "LICENSE"];
}

async function echarts() {
  const out = folder("echarts");
  await build({
    entryPoints: ["echarts.mjs"],
    outfile: new URL("echarts.min.js", out).pathname,
    bundle: true,
    minify: true,
    format: "iife",
    globalName: "echarts",
    legalComments: "none",
    banner: { js: "/*! Apache ECharts (Apache-2.0) with zrender (BSD-3-Clause); see LICENSE and NOTICE beside this file */" },
  });
  cpSync(new URL("echarts/LICENSE", modules), new URL("LICENSE", out));
  cpSync(new URL("echarts/NOTICE", modules), new URL("NOTICE", out));
  cpSync(new URL("zrender/LICENSE", modules), new URL("LICENSE-zrender", out));
  return ["echarts.min.js", "LICENSE", "NOTICE", "LICENSE-zrender"];
}

function record(name, files) {
  const { version, license } = manifest(name);
  const source = `https://registry.npmjs.org/${name}/-/${name.split("/").at(-1)}-${version}.tgz`;
  const hashes = files.map((file) => {
    const bytes = readFileSync(new URL(`${label(name)}-${version}/${file}`, target));
    return `"${file}" = "${createHash("sha256").update(bytes).digest("hex")}"`;
  });
  return [
    `[${label(name)}]`,
    `version = "${version}"`,
    `source = "${source}"`,
    `licence = "${license}"`,
    `[${label(name)}.sha256]`,
    ...hashes,
    "",
  ].join("\n");
}

rmSync(target, { recursive: true, force: true });
mkdirSync(target);
const records = [record("bootstrap", bootstrap()), record("echarts", await echarts()), record("@noble/hashes", await hashes())];
writeFileSync(
  new URL("VENDOR.toml", target),
  `# Written by \`npm run vendor\` in assets/; tests/architecture/test_vendor.py compares it with the files.\n\n${records.join("\n")}`,
);
