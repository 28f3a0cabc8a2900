// A worker: the MD5 of a file, read in pieces, so that 5 GiB do not fill the memory.
//
// It gets { file, hashes } (the address of noble-hashes) and posts { done } in bytes while it reads, at last { md5 }; or { error }.
// MD5 because manifests are made of it; the server computes it anew, and SHA-256, from what arrives.

const PIECE = 4 * 2 ** 20;

async function md5(file, tell) {
  const digest = hashes.md5.create();
  for (let start = 0; start < file.size; start += PIECE) {
    digest.update(new Uint8Array(await file.slice(start, start + PIECE).arrayBuffer()));
    tell(Math.min(start + PIECE, file.size));
  }
  return [...digest.digest()].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

self.addEventListener("message", async ({ data: { file, hashes: library } }) => {
  try {
    if (!self.hashes) importScripts(library);
    self.postMessage({ md5: await md5(file, (done) => self.postMessage({ done })) });
  } catch (error) {
    self.postMessage({ error: String(error.message ?? error) });
  }
});
