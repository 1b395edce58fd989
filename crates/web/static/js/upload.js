// Uploads files one request each, with progress and a clear result per file.
//
// Works on every form marked `data-upload`. Without this module the form is an ordinary file form and does the
// same in one request. A form marked `data-upload="now"` sends files as soon as they are chosen or dropped; the
// others wait for the button. `data-upload="replace"` takes one file and goes where the answer says.

const AT_ONCE = 2;

for (const form of document.querySelectorAll("form[data-upload]")) prepare(form);

function prepare(form) {
  const input = form.querySelector("input[type=file]");
  const zone = form.querySelector("[data-drop]") ?? form;
  const list = form.querySelector("[data-upload-list]") ?? zone.appendChild(make("ul", "upload-list"));
  const button = form.querySelector("[data-upload-button]");
  const now = form.dataset.upload === "now";
  const state = { form, input, list, button, now, waiting: [], running: 0, failed: 0, done: 0, last: null };
  list.hidden = list.children.length === 0;
  form.classList.add("is-live");
  if (now && button) button.hidden = true;

  input.addEventListener("change", () => {
    add(state, input.files);
    // The files live in our list now, so the same file can be chosen again after a failure.
    input.value = "";
    input.required = false;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (state.waiting.length === 0 && state.running === 0) {
      say(state, "Choose a file first, or drop one here.");
      input.focus();
      return;
    }
    start(state);
  });
  catchDrops(state, form.dataset.dropWhole === undefined ? zone : document.body, zone);
}

// Dragging passes over children, each of which reports enter and leave: count them.
function catchDrops(state, target, zone) {
  let depth = 0;
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  target.addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    depth += 1;
    zone.classList.add("is-over");
  });
  target.addEventListener("dragleave", (event) => {
    if (!carriesFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (depth === 0) zone.classList.remove("is-over");
  });
  target.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  target.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    zone.classList.remove("is-over");
    add(state, event.dataTransfer.files, event.dataTransfer.items);
  });
}

function add(state, files, items) {
  const folders = new Set();
  for (const item of items ?? []) {
    const entry = item.webkitGetAsEntry?.();
    if (entry?.isDirectory) folders.add(entry.name);
  }
  const single = state.form.dataset.upload === "replace";
  for (const file of files) {
    if (single) clear(state);
    const job = row(state, file);
    const max = Number(state.form.dataset.max ?? 0);
    if (folders.has(file.name)) {
      fail(state, job, "This is a folder. Open it and drop the files inside.");
    } else if (max > 0 && file.size > max) {
      fail(state, job, `This file is larger than ${size(max)}, the most that is allowed here.`);
    } else {
      state.waiting.push(job);
    }
    if (single) break;
  }
  state.list.hidden = state.list.children.length === 0;
  state.form.dispatchEvent(new CustomEvent("files", { detail: { count: state.waiting.length } }));
  if (state.now) start(state);
}

function clear(state) {
  state.waiting = [];
  state.list.replaceChildren();
}

function row(state, file) {
  const item = make("li", "upload-row");
  const name = make("span", "upload-name", file.name);
  const detail = make("span", "upload-detail", size(file.size));
  const bar = make("progress", "upload-bar");
  bar.max = 100;
  bar.value = 0;
  bar.hidden = true;
  bar.setAttribute("aria-label", `Progress of ${file.name}`);
  const drop = make("button", "upload-remove", "Remove");
  drop.type = "button";
  drop.setAttribute("aria-label", `Remove ${file.name}`);
  item.append(name, detail, bar, drop);
  state.list.append(item);
  const job = { file, item, name, detail, bar, drop, request: null };
  drop.addEventListener("click", () => {
    job.request?.abort();
    state.waiting = state.waiting.filter((other) => other !== job);
    item.remove();
    state.list.hidden = state.list.children.length === 0;
    state.input.focus();
  });
  return job;
}

function start(state) {
  // Fields are read once, so that what is typed during an upload does not reach half of the files.
  state.fields ??= fields(state);
  while (state.running < AT_ONCE && state.waiting.length > 0) send(state, state.waiting.shift());
}

// Everything but the files. A heading is for one file; several files are named after themselves.
function fields(state) {
  const several = state.waiting.length > 1;
  const pairs = [];
  for (const [name, value] of new FormData(state.form)) {
    if (value instanceof File || (several && name === "heading")) continue;
    pairs.push([name, value]);
  }
  return pairs;
}

function send(state, job) {
  state.running += 1;
  const data = new FormData();
  for (const [name, value] of state.fields) data.append(name, value);
  data.append(state.input.name, job.file, job.file.name);

  const request = new XMLHttpRequest();
  job.request = request;
  job.bar.hidden = false;
  job.detail.textContent = "Sending …";
  request.open("POST", state.form.action);
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    job.bar.value = Math.round((100 * event.loaded) / event.total);
    job.detail.textContent =
      event.loaded < event.total ? `${size(event.loaded)} of ${size(event.total)}` : "Storing …";
  });
  request.addEventListener("load", () => {
    const answer = request.response ?? {};
    if (request.status >= 200 && request.status < 300) succeed(state, job, answer);
    else fail(state, job, answer.detail ?? answer.title ?? `The server answered ${request.status}. Try again.`);
  });
  request.addEventListener("error", () => {
    fail(state, job, "The connection was lost and nothing was stored. Check the network, then try again.");
  });
  request.addEventListener("loadend", () => {
    state.running -= 1;
    if (state.waiting.length > 0) start(state);
    else if (state.running === 0) finish(state);
  });
  request.send(data);
}

function succeed(state, job, answer) {
  state.done += 1;
  state.last = answer;
  job.bar.hidden = true;
  job.drop.remove();
  job.item.classList.add("is-done");
  job.detail.textContent = answer.note ?? "Stored";
  if (answer.url) {
    const link = make("a", "upload-name", answer.heading ?? job.file.name);
    link.href = answer.url;
    job.name.replaceWith(link);
    job.name = link;
  }
}

function fail(state, job, message) {
  state.failed += 1;
  job.bar.hidden = true;
  job.item.classList.add("is-failed");
  job.detail.textContent = message;
  job.detail.setAttribute("role", "alert");
  job.drop.textContent = "Dismiss";
  job.drop.setAttribute("aria-label", `Dismiss ${job.file.name}`);
}

function finish(state) {
  state.fields = undefined;
  if (state.done === 0 && state.failed === 0) return;
  const one = state.done === 1 && state.failed === 0;
  if (one && state.last?.url && !state.now) {
    location.assign(state.last.url);
    return;
  }
  const stored = state.done === 1 ? "1 file stored." : `${state.done} files stored.`;
  const failed = state.failed === 0 ? "" : ` ${state.failed} not stored; the reason stands beside each.`;
  say(state, stored + failed);
  if (state.done > 0 && state.now) offerRefresh(state);
  state.done = 0;
  state.failed = 0;
}

function offerRefresh(state) {
  if (state.form.querySelector(".upload-refresh")) return;
  const link = make("a", "upload-refresh", "Show them in the list");
  link.href = location.href;
  state.list.after(link);
}

function say(state, text) {
  let line = state.form.querySelector("[data-upload-status]");
  if (!line) {
    line = make("p", "upload-status");
    line.dataset.uploadStatus = "";
    state.list.after(line);
  }
  line.setAttribute("role", "status");
  line.textContent = text;
}

// As the pages write sizes: thousands are 1024.
function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KB", "MB", "GB", "TB"];
  let unit = 0;
  let n = bytes / 1024;
  while (n >= 1000 && unit < units.length - 1) {
    n /= 1024;
    unit += 1;
  }
  return `${n.toFixed(n < 10 ? 1 : 0)} ${units[unit]}`;
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}
