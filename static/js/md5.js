// A worker: the MD5 of a file, read in pieces, so that 5 GiB do not fill the memory.
//
// It gets { file } and posts { done } in bytes while it reads, at last { md5 }; or { error }.
// MD5 (RFC 1321) because manifests are made of it; the server computes it anew, and SHA-256, from what arrives.

const PIECE = 4 * 2 ** 20;

const turned = (sum, shift, b) => (((sum << shift) | (sum >>> (32 - shift))) + b) | 0;
const f = (a, b, c, d, word, shift) => turned((((a + ((b & c) | (~b & d))) | 0) + word) | 0, shift, b);
const g = (a, b, c, d, word, shift) => turned((((a + ((d & b) | (~d & c))) | 0) + word) | 0, shift, b);
const h = (a, b, c, d, word, shift) => turned((((a + (b ^ c ^ d)) | 0) + word) | 0, shift, b);
const i = (a, b, c, d, word, shift) => turned((((a + (c ^ (b | ~d))) | 0) + word) | 0, shift, b);

/** Mix `count` blocks of 16 words into `state`: the 64 steps written out, which browsers run several times as fast as a loop. */
function mix(state, words, count) {
  let [s0, s1, s2, s3] = state;
  for (let at = 0; at < count * 16; at += 16) {
    let a = s0;
    let b = s1;
    let c = s2;
    let d = s3;
    a = f(a, b, c, d, (words[at] - 680876936) | 0, 7);
    d = f(d, a, b, c, (words[at + 1] - 389564586) | 0, 12);
    c = f(c, d, a, b, (words[at + 2] + 606105819) | 0, 17);
    b = f(b, c, d, a, (words[at + 3] - 1044525330) | 0, 22);
    a = f(a, b, c, d, (words[at + 4] - 176418897) | 0, 7);
    d = f(d, a, b, c, (words[at + 5] + 1200080426) | 0, 12);
    c = f(c, d, a, b, (words[at + 6] - 1473231341) | 0, 17);
    b = f(b, c, d, a, (words[at + 7] - 45705983) | 0, 22);
    a = f(a, b, c, d, (words[at + 8] + 1770035416) | 0, 7);
    d = f(d, a, b, c, (words[at + 9] - 1958414417) | 0, 12);
    c = f(c, d, a, b, (words[at + 10] - 42063) | 0, 17);
    b = f(b, c, d, a, (words[at + 11] - 1990404162) | 0, 22);
    a = f(a, b, c, d, (words[at + 12] + 1804603682) | 0, 7);
    d = f(d, a, b, c, (words[at + 13] - 40341101) | 0, 12);
    c = f(c, d, a, b, (words[at + 14] - 1502002290) | 0, 17);
    b = f(b, c, d, a, (words[at + 15] + 1236535329) | 0, 22);
    a = g(a, b, c, d, (words[at + 1] - 165796510) | 0, 5);
    d = g(d, a, b, c, (words[at + 6] - 1069501632) | 0, 9);
    c = g(c, d, a, b, (words[at + 11] + 643717713) | 0, 14);
    b = g(b, c, d, a, (words[at] - 373897302) | 0, 20);
    a = g(a, b, c, d, (words[at + 5] - 701558691) | 0, 5);
    d = g(d, a, b, c, (words[at + 10] + 38016083) | 0, 9);
    c = g(c, d, a, b, (words[at + 15] - 660478335) | 0, 14);
    b = g(b, c, d, a, (words[at + 4] - 405537848) | 0, 20);
    a = g(a, b, c, d, (words[at + 9] + 568446438) | 0, 5);
    d = g(d, a, b, c, (words[at + 14] - 1019803690) | 0, 9);
    c = g(c, d, a, b, (words[at + 3] - 187363961) | 0, 14);
    b = g(b, c, d, a, (words[at + 8] + 1163531501) | 0, 20);
    a = g(a, b, c, d, (words[at + 13] - 1444681467) | 0, 5);
    d = g(d, a, b, c, (words[at + 2] - 51403784) | 0, 9);
    c = g(c, d, a, b, (words[at + 7] + 1735328473) | 0, 14);
    b = g(b, c, d, a, (words[at + 12] - 1926607734) | 0, 20);
    a = h(a, b, c, d, (words[at + 5] - 378558) | 0, 4);
    d = h(d, a, b, c, (words[at + 8] - 2022574463) | 0, 11);
    c = h(c, d, a, b, (words[at + 11] + 1839030562) | 0, 16);
    b = h(b, c, d, a, (words[at + 14] - 35309556) | 0, 23);
    a = h(a, b, c, d, (words[at + 1] - 1530992060) | 0, 4);
    d = h(d, a, b, c, (words[at + 4] + 1272893353) | 0, 11);
    c = h(c, d, a, b, (words[at + 7] - 155497632) | 0, 16);
    b = h(b, c, d, a, (words[at + 10] - 1094730640) | 0, 23);
    a = h(a, b, c, d, (words[at + 13] + 681279174) | 0, 4);
    d = h(d, a, b, c, (words[at] - 358537222) | 0, 11);
    c = h(c, d, a, b, (words[at + 3] - 722521979) | 0, 16);
    b = h(b, c, d, a, (words[at + 6] + 76029189) | 0, 23);
    a = h(a, b, c, d, (words[at + 9] - 640364487) | 0, 4);
    d = h(d, a, b, c, (words[at + 12] - 421815835) | 0, 11);
    c = h(c, d, a, b, (words[at + 15] + 530742520) | 0, 16);
    b = h(b, c, d, a, (words[at + 2] - 995338651) | 0, 23);
    a = i(a, b, c, d, (words[at] - 198630844) | 0, 6);
    d = i(d, a, b, c, (words[at + 7] + 1126891415) | 0, 10);
    c = i(c, d, a, b, (words[at + 14] - 1416354905) | 0, 15);
    b = i(b, c, d, a, (words[at + 5] - 57434055) | 0, 21);
    a = i(a, b, c, d, (words[at + 12] + 1700485571) | 0, 6);
    d = i(d, a, b, c, (words[at + 3] - 1894986606) | 0, 10);
    c = i(c, d, a, b, (words[at + 10] - 1051523) | 0, 15);
    b = i(b, c, d, a, (words[at + 1] - 2054922799) | 0, 21);
    a = i(a, b, c, d, (words[at + 8] + 1873313359) | 0, 6);
    d = i(d, a, b, c, (words[at + 15] - 30611744) | 0, 10);
    c = i(c, d, a, b, (words[at + 6] - 1560198380) | 0, 15);
    b = i(b, c, d, a, (words[at + 13] + 1309151649) | 0, 21);
    a = i(a, b, c, d, (words[at + 4] - 145523070) | 0, 6);
    d = i(d, a, b, c, (words[at + 11] - 1120210379) | 0, 10);
    c = i(c, d, a, b, (words[at + 2] + 718787259) | 0, 15);
    b = i(b, c, d, a, (words[at + 9] - 343485551) | 0, 21);
    s0 = (s0 + a) | 0;
    s1 = (s1 + b) | 0;
    s2 = (s2 + c) | 0;
    s3 = (s3 + d) | 0;
  }
  state.set([s0, s1, s2, s3]);
}

/** The last blocks: what is left of the message, a one, zeros, and its length in bits. */
function padded(rest, size) {
  const bytes = new Uint8Array(Math.ceil((rest.length + 9) / 64) * 64);
  bytes.set(rest);
  bytes[rest.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setUint32(bytes.length - 8, (size * 8) >>> 0, true);
  view.setUint32(bytes.length - 4, Math.floor(size / 2 ** 29), true);
  return bytes;
}

async function md5(file, tell) {
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  let rest = new Uint8Array(0);
  for (let start = 0; start < file.size; start += PIECE) {
    const piece = await file.slice(start, start + PIECE).arrayBuffer();
    const whole = piece.byteLength - (piece.byteLength % 64); // all pieces but the last one are whole blocks
    mix(state, new Int32Array(piece, 0, whole / 4), whole / 64);
    rest = new Uint8Array(piece, whole);
    tell(Math.min(start + PIECE, file.size));
  }
  const end = padded(rest, file.size);
  mix(state, new Int32Array(end.buffer), end.length / 64);
  return [...new Uint8Array(state.buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

self.addEventListener("message", async ({ data: { file } }) => {
  try {
    self.postMessage({ md5: await md5(file, (done) => self.postMessage({ done })) });
  } catch (error) {
    self.postMessage({ error: String(error.message ?? error) });
  }
});
