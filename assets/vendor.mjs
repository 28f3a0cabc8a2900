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

/** Bundles `entry`.mjs as `entry`.min.js, a script that sets a global of that name, with the licences of what is in it. */
async function bundled(name, entry, banner, licences) {
  const out = folder(name);
  await build({
    entryPoints: [`${entry}.mjs`],
    outfile: new URL(`${entry}.min.js`, out).pathname,
    bundle: true,
    minify: true,
    format: "iife",
    globalName: entry,
    legalComments: "none",
    banner: { js: `/*! ${banner} beside this file */` },
  });
  for (const [file, from] of Object.entries(licences)) cpSync(new URL(from, modules), new URL(file, out));
  return [`${entry}.min.js`, ...Object.keys(licences)];
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
const echarts = await bundled(
  "echarts", "echarts", "Apache ECharts (Apache-2.0) with zrender (BSD-3-Clause); see LICENSE and NOTICE",
  { LICENSE: "echarts/LICENSE", NOTICE: "echarts/NOTICE", "LICENSE-zrender": "zrender/LICENSE" },
);
const hashes = await bundled("@noble/hashes", "hashes", "noble-hashes (MIT); see LICENSE", { LICENSE: "@noble/hashes/LICENSE" });
const records = [record("bootstrap", bootstrap()), record("echarts", echarts), record("@noble/hashes", hashes)];
writeFileSync(
  new URL("VENDOR.toml", target),
  `# Written by \`npm run vendor\` in assets/; tests/architecture/test_vendor.py compares it with the files.\n\n${records.join("\n")}`,
);
