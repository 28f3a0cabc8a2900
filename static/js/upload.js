// Log a version from the browser: files and folders are chosen or dropped, read (MD5, in a worker), announced, sent and
// committed over the uploads of REST, with the session and its CSRF token.
//
// What the server has already is not sent. After a lost connection each file is asked for again and sent if it is still
// missing, and pressing Upload once more, even on a page loaded anew, goes on where it stopped: the upload is found again
// by an id that localStorage keeps for these files. Cancel leaves nothing behind.

const BATCH = 1000;
const AT_ONCE = 3;
const TRIES = 6;
const SHOWN = 200;
const form = document.querySelector("form[data-upload]");
const part = (name) => form.querySelector(`[data-${name}]`);
const words = Object.fromEntries(
  [...part("words").content.querySelectorAll("[data-word]")].map((word) => [word.dataset.word, word.textContent]),
);
const chosen = new Map(); // path to { file, path, md5, read, sent, state, cells }
let job = null; // { abort, id } while an upload is on its way

/** Why it does not go on; `field` is the one to mend, where it is one. */
class Refusal extends Error {
  constructor(message, field) {
    super(message);
    this.field = field;
  }
}

// -- Choosing ------------------------------------------------------------------------------------------------------------

function add(files) {
  for (const { file, path } of files) chosen.set(path, { file, path, read: 0, sent: 0, state: "", md5: "" });
  form.files.required = chosen.size === 0;
  list();
}

function size(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const at = bytes && Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** at).toFixed(at ? 1 : 0)} ${units[at]}`;
}

function cell(row, tag, text, css = "") {
  const made = row.appendChild(document.createElement(tag));
  made.textContent = text;
  made.className = css;
  return made;
}

function list() {
  const body = part("list").querySelector("tbody");
  body.replaceChildren();
  for (const item of [...chosen.values()].slice(0, SHOWN)) {
    const row = body.insertRow();
    const name = cell(row, "th", item.path, "mono grow");
    name.scope = "row";
    name.title = item.path;
    cell(row, "td", size(item.file.size), "num dim");
    item.cell = cell(row, "td", "", "dim t-12");
    const remove = cell(cell(row, "td", "", "end"), "button", "×", "btn btn-quiet btn-sm btn-icon");
    remove.type = "button";
    remove.setAttribute("aria-label", `${words.remove} ${item.path}`);
    remove.addEventListener("click", () => {
      chosen.delete(item.path);
      form.files.required = chosen.size === 0;
      list();
    });
    show(item);
  }
  if (chosen.size > SHOWN) cell(body.insertRow(), "td", words.more.replace("%d", chosen.size - SHOWN), "soft").colSpan = 4;
  part("list").hidden = chosen.size === 0;
}

function show(item) {
  if (!item.cell?.isConnected) return;
  const { state, file, read, sent } = item;
  if (state === "read" || state === "send") {
    const bar = item.cell.querySelector("progress") ?? document.createElement("progress");
    bar.className = "up-one";
    bar.max = file.size || 1;
    bar.value = state === "read" ? read : sent;
    bar.setAttribute("aria-label", item.path);
    if (!bar.isConnected) item.cell.replaceChildren(bar);
  } else item.cell.textContent = words[state] ?? "";
}

async function* entries(entry) {
  if (entry.isFile) {
    const file = await new Promise((done, failed) => entry.file(done, failed));
    yield { file, path: entry.fullPath.replace(/^\//, "") };
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed)); // at most 100 at a time
    if (!some.length) return;
    for (const inner of some) yield* entries(inner);
  }
}

async function drop(event) {
  event.preventDefault();
  delete part("drop").dataset.over;
  if (job) return;
  const roots = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const found = [];
  if (roots.length) for (const root of roots) for await (const one of entries(root)) found.push(one);
  else found.push(...[...event.dataTransfer.files].map((file) => ({ file, path: file.name })));
  add(found);
}

// -- Talking to the server -----------------------------------------------------------------------------------------------

const token = () => form.querySelector("[name=csrfmiddlewaretoken]").value;
const pause = (ms, signal) =>
  new Promise((done, failed) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), failed(signal.reason)), { once: true });
  });

/** Do `attempt` until it works or is refused, with pauses that grow; between tries `lost` says so. */
async function persist(attempt, signal, lost = () => {}) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Refusal) throw error;
      if (tries === TRIES) throw new Refusal(words.lost);
      lost();
      await pause(400 * 2 ** tries, signal);
    }
  }
}

async function call(method, address, body, signal) {
  const answer = await fetch(address, {
    method,
    signal,
    headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
    body: body && JSON.stringify(body),
  });
  if (answer.status >= 500 || answer.status === 429) throw new Error(answer.statusText);
  const said = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Refusal(said.error.message);
  return said;
}

/** PUT one file to its address; the browser reads it from disk while it sends. */
function put(item, address, signal) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    signal.addEventListener("abort", stop, { once: true });
    request.open("PUT", new URL(address).pathname);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => {
      item.sent = event.loaded;
      show(item);
      total();
    });
    request.addEventListener("loadend", () => {
      signal.removeEventListener("abort", stop);
      if (request.status === 200) done();
      else failed(new Error(request.statusText));
    });
    request.send(item.file);
  });
}

// -- The upload ----------------------------------------------------------------------------------------------------------

function say(word, error = "") {
  part("status").hidden = false;
  part("text").textContent = words[word] ?? "";
  part("error").textContent = error;
  part("error").hidden = !error;
}

/** Say beside a field what is wrong with it, as components/_field.html does. */
function blame(field, text) {
  const said = cell(field.parentElement, "span", text, "err");
  said.id = `${field.id}_error`;
  said.role = "alert";
  field.after(said);
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-errormessage", said.id);
  field.focus();
}

function forgive(field) {
  document.getElementById(`${field.id}_error`)?.remove();
  field.removeAttribute("aria-invalid");
  field.removeAttribute("aria-errormessage");
}

function total() {
  const items = [...chosen.values()];
  const bytes = items.reduce((sum, item) => sum + item.file.size, 0);
  const reading = items.some((item) => !item.md5);
  const done = items.reduce((sum, item) => sum + Math.min(item.file.size, reading ? item.read : item.sent), 0);
  part("total").max = bytes || 1;
  part("total").value = done;
  part("numbers").textContent = `${size(done)} / ${size(bytes)}`;
}

/** `read(file, tell)`: its MD5 by the worker, which is told how far it is in bytes. */
function reader(signal) {
  const worker = new Worker(form.dataset.worker);
  signal.addEventListener("abort", () => worker.terminate(), { once: true });
  return (file, tell) =>
    new Promise((done, failed) => {
      signal.addEventListener("abort", () => failed(signal.reason), { once: true });
      worker.onmessage = ({ data }) => {
        if (data.error) failed(new Refusal(`${file.name}: ${data.error}`));
        else if (data.md5) done(data.md5);
        else tell(data.done);
      };
      worker.postMessage({ file, hashes: form.dataset.hashes });
    });
}

/** The MD5 of every file that has none yet. */
async function digest(items, read) {
  for (const item of items.filter((one) => !one.md5)) {
    item.state = "read";
    item.md5 = await read(item.file, (done) => {
      item.read = done;
      show(item);
      total();
    });
    item.state = "wait";
    show(item);
  }
}

const told = ({ path, file, md5 }) => ({ path, size: file.size, md5 });

function description() {
  const listed = (text) => [...new Set(text.split(",").map((word) => word.trim()).filter(Boolean))];
  let metadata = {};
  try {
    metadata = form.metadata.value.trim() ? JSON.parse(form.metadata.value) : {};
  } catch {
    throw new Refusal(words.json, form.metadata);
  }
  if (metadata === null || typeof metadata !== "object" || Array.isArray(metadata)) throw new Refusal(words.json, form.metadata);
  return {
    artifact: form.elements.name.value.trim(),
    type: form.elements.type.value.trim(),
    aliases: listed(form.aliases.value),
    tags: listed(form.tags.value),
    description: form.description.value,
    metadata,
  };
}

/** The id under which an upload of just these files is found again, by this browser, until it is done. */
async function memory(about, items, read) {
  const text = JSON.stringify([form.dataset.upload, about, items.map(told)]);
  const key = `upload:${await read(new Blob([text]), () => {})}`;
  const random = () => [...crypto.getRandomValues(new Uint32Array(4))].map((word) => word.toString(36)).join("");
  const id = localStorage.getItem(key) ?? random();
  localStorage.setItem(key, id);
  return { key, id };
}

async function send(item, address, uploads, signal) {
  const files = `${uploads}/files`;
  const lost = () => ((item.state = "retry"), show(item));
  await persist(
    async () => {
      let url = address;
      if (item.state === "retry") url = (await call("POST", files, { files: [told(item)] }, signal)).files[0].url;
      if (!url) return;
      item.state = "send";
      await put(item, url, signal);
    },
    signal,
    lost,
  );
  item.sent = item.file.size;
  item.state = "sent";
  show(item);
  total();
}

async function upload(signal) {
  const items = [...chosen.values()];
  if (!items.length) throw new Refusal(words.none);
  const big = items.find((item) => item.file.size > Number(form.dataset.most));
  if (big) throw new Refusal(`${big.path}: ${words.big}`);
  const about = description();
  say("reading");
  const read = reader(signal);
  await digest(items, read);
  say("sending");
  const kept = await memory(about, items, read);
  job.key = kept.key;
  const begin = () => call("POST", form.dataset.upload, { ...about, request_id: kept.id }, signal);
  const begun = await persist(begin, signal, () => say("retry"));
  job.id = begun.state === "pending" ? begun.id : null;
  const uploads = `${form.dataset.uploads}/${begun.id}`;
  const queue = [];
  for (let start = 0; begun.state === "pending" && start < items.length; start += BATCH) {
    const some = items.slice(start, start + BATCH);
    const announce = () => call("POST", `${uploads}/files`, { files: some.map(told) }, signal);
    const { files } = await persist(announce, signal, () => say("retry"));
    say("sending");
    for (const [index, { url }] of files.entries()) {
      if (url) queue.push([some[index], url]);
      else Object.assign(some[index], { state: "here", sent: some[index].file.size });
      show(some[index]);
    }
    total();
  }
  const lane = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await send(...next, uploads, signal);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  say("closing");
  const made = await persist(() => call("POST", `${uploads}/commit`, undefined, signal), signal, () => say("retry"));
  localStorage.removeItem(kept.key);
  job.id = null; // leaving is fine now
  const names = [about.type, about.artifact, made.version].map(encodeURIComponent);
  location.assign(`${form.dataset.done}${names.join("/")}/`);
}

function busy(is) {
  form.querySelector("[type=submit]").disabled = is;
  part("cancel").hidden = !is;
  part("back").hidden = is;
  for (const remove of part("list").querySelectorAll("button")) remove.disabled = is;
}

async function start(event) {
  event.preventDefault();
  if (job) return;
  job = { abort: new AbortController(), id: null, key: "" };
  busy(true);
  forgive(form.metadata);
  try {
    await upload(job.abort.signal);
  } catch (error) {
    if (!job?.abort.signal.aborted) {
      job?.abort.abort(error); // the other files need not go on
      if (error.field) blame(error.field, error.message);
      else {
        say("", error instanceof Refusal ? error.message : words.lost);
        part("error").scrollIntoView({ block: "nearest" });
      }
    }
    for (const item of chosen.values()) if (item.state === "send" || item.state === "retry") item.state = "wait";
  }
  job = null;
  busy(false);
}

async function cancel() {
  const { abort, id, key } = job;
  abort.abort(new Refusal(words.cancelled));
  if (key) localStorage.removeItem(key);
  if (id) await call("DELETE", `${form.dataset.uploads}/${id}`).catch(() => {}); // what stays is swept by the server
  for (const item of chosen.values()) Object.assign(item, { state: "", sent: 0 });
  list();
  say("cancelled");
}

function nameChosen() {
  const known = [...document.querySelectorAll("#artifacts option")].find((one) => one.value === form.elements.name.value);
  if (known) form.elements.type.value = known.dataset.type;
}

const folder = form.querySelector("#folder");
form.querySelector(".up-script").hidden = false;
form.addEventListener("submit", start);
part("cancel").addEventListener("click", cancel);
part("choose-folder").addEventListener("click", () => folder.click());
form.elements.name.addEventListener("change", nameChosen);
form.files.addEventListener("change", () => {
  add([...form.files.files].map((file) => ({ file, path: file.name })));
  form.files.value = "";
});
folder.addEventListener("change", () => {
  add([...folder.files].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
  folder.value = "";
});
part("drop").addEventListener("dragover", (event) => {
  event.preventDefault();
  part("drop").dataset.over = "";
});
part("drop").addEventListener("dragleave", () => delete part("drop").dataset.over);
part("drop").addEventListener("drop", drop);
addEventListener("beforeunload", (event) => job?.id && event.preventDefault());
