// Pages of documents: fields that search while somebody types, where a new document goes, and the template filter.
// Without this module the fields are lists with a search button beside them, and all else is there as well.

const PAUSE = 150;

for (const picker of document.querySelectorAll("[data-picker]")) prepare(picker);
for (const where of document.querySelectorAll("[data-destination]")) follow(where);
for (const field of document.querySelectorAll("[data-filter]")) filter(field);

// What stands in the first field is a suggestion: typing replaces it.
const first = document.activeElement;
if (first?.matches?.("input[autofocus]") && first.value !== "") first.select();

// A dialog opened from a menu leaves the menu behind.
document.addEventListener("click", (event) => {
  if (event.target.closest?.("details.menu [data-dialog]")) event.target.closest("details.menu").open = false;
});

/* Fields that search. The list stays what the form sends; the field only sets it. */

function prepare(picker) {
  const select = picker.querySelector("select");
  const name = picker.dataset.picker;
  const box = make("div", "combo");
  const input = make("input");
  const list = make("ul", "combo-list");
  const clear = make("button", "combo-clear", "×");
  const label = picker.querySelector("label");
  const none = select.options[0]?.textContent ?? "None";
  const state = { picker, select, input, list, clear, name, options: [], at: -1, later: delayed() };

  input.type = "text";
  input.id = `${select.id}-combo`;
  input.placeholder = none;
  input.autocomplete = "off";
  input.spellcheck = false;
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", (list.id = `${select.id}-list`));
  for (const given of ["aria-invalid", "aria-describedby"]) {
    if (select.hasAttribute(given)) input.setAttribute(given, select.getAttribute(given));
  }
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", label.textContent);
  list.hidden = true;
  clear.type = "button";
  clear.setAttribute("aria-label", `${label.textContent}: choose none`);
  label.htmlFor = input.id;
  select.hidden = true;
  picker.querySelector(".picker-find").remove();
  picker.querySelector(".hint:not([data-suggested])")?.remove();
  box.append(input, clear, list);
  select.after(box);
  show(state);

  input.addEventListener("focus", () => {
    input.select();
    open(state, "");
  });
  input.addEventListener("click", () => {
    if (!list.hidden) return;
    input.select();
    open(state, "");
  });
  input.addEventListener("input", (event) => {
    // What is typed here is no change of the form yet.
    event.stopPropagation();
    // Who types behind the present choice means something else than it.
    const chosen = title(select);
    if (chosen && input.value.length > chosen.length && input.value.startsWith(chosen)) {
      input.value = input.value.slice(chosen.length);
    }
    open(state, input.value.trim());
  });
  input.addEventListener("keydown", (event) => key(state, event));
  input.addEventListener("blur", () => {
    close(state);
    if (input.value.trim() === "") choose(state, null);
    else show(state);
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(state, state.options[Number(option.dataset.at)] ?? null, true);
  });
  clear.addEventListener("click", () => {
    choose(state, null);
    input.focus();
  });
  select.addEventListener("set", (event) => choose(state, event.detail));
}

function title(select) {
  const chosen = select.selectedOptions[0];
  return chosen?.value ? (chosen.dataset.title ?? chosen.textContent) : "";
}

function show(state) {
  state.input.value = title(state.select);
  state.clear.hidden = !state.select.value;
}

function key(state, event) {
  const { list, options } = state;
  switch (event.key) {
    case "ArrowDown":
      if (list.hidden) open(state, "");
      else mark(state, Math.min(state.at + 1, options.length - 1));
      event.preventDefault();
      break;
    case "ArrowUp":
      if (!list.hidden) mark(state, Math.max(state.at - 1, 0));
      event.preventDefault();
      break;
    case "Enter":
      // While somebody chooses, Enter chooses and never sends the form.
      if (!list.hidden || state.input.value !== title(state.select)) event.preventDefault();
      if (!list.hidden && options[state.at]) choose(state, options[state.at], true);
      break;
    case "Escape":
      if (!list.hidden) {
        close(state);
        show(state);
        event.preventDefault();
        event.stopPropagation();
      }
      break;
  }
}

function open(state, text) {
  const query = new URLSearchParams({ q: text });
  const company = companyOf(state);
  if (company && (state.name === "contact" || text === "")) query.set("company", company);
  state.later(async (signal) => {
    const answer = await ask(`${state.picker.dataset.source}?${query}`, signal);
    if (document.activeElement !== state.input) return;
    state.options = answer.choices;
    fill(state, answer.more, text);
  }, text === "" ? 0 : PAUSE);
}

function fill(state, more, text) {
  const { list, options, input } = state;
  list.replaceChildren(
    ...options.map((choice, at) => {
      const option = make("li", "combo-option");
      option.setAttribute("role", "option");
      option.id = `${list.id}-${at}`;
      option.dataset.at = at;
      option.setAttribute("aria-selected", String(String(choice.id) === state.select.value));
      option.append(make("span", "combo-title", choice.title));
      if (choice.detail) option.append(make("span", "combo-detail", choice.detail));
      return option;
    }),
  );
  if (options.length === 0) list.append(note(text === "" ? "Nothing here yet" : `Nothing begins with “${text}”`));
  else if (more) list.append(note("Type to see others"));
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  const chosen = options.findIndex((choice) => String(choice.id) === state.select.value);
  mark(state, text === "" ? chosen : 0);
}

function note(text) {
  const item = make("li", "combo-note", text);
  item.setAttribute("role", "option");
  item.setAttribute("aria-disabled", "true");
  return item;
}

function mark(state, at) {
  state.at = at;
  const all = state.list.querySelectorAll(".combo-option");
  all.forEach((option, n) => option.classList.toggle("is-marked", n === at));
  if (all[at]) {
    state.input.setAttribute("aria-activedescendant", all[at].id);
    all[at].scrollIntoView({ block: "nearest" });
  } else {
    state.input.removeAttribute("aria-activedescendant");
  }
}

function close(state) {
  state.later(null);
  state.list.hidden = true;
  state.at = -1;
  state.input.setAttribute("aria-expanded", "false");
  state.input.removeAttribute("aria-activedescendant");
}

function choose(state, choice, keep) {
  const { select } = state;
  const before = select.value;
  const value = choice ? String(choice.id) : "";
  if (value && ![...select.options].some((option) => option.value === value)) {
    const option = new Option(choice.title, value);
    option.dataset.title = choice.title;
    select.add(option);
  }
  select.value = value;
  close(state);
  show(state);
  if (keep) state.input.select();
  if (before === value) return;
  state.picker.querySelector("[data-suggested]")?.remove();
  related(state, choice);
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

/* What one choice means for the others: a contact brings their company; another company lets the contact go. */

function companyOf(state) {
  return state.name === "company" ? "" : (sibling(state, "company")?.select.value ?? "");
}

function sibling(state, name) {
  const picker = state.select.form?.querySelector(`[data-picker="${name}"]`);
  return picker ? { picker, select: picker.querySelector("select") } : null;
}

async function related(state, choice) {
  if (state.name === "contact") {
    const attention = state.select.form?.elements.namedItem("attention");
    if (attention) attention.placeholder = choice?.title ?? "Blank takes the contact’s name";
  }
  if (state.name === "company") {
    const contact = sibling(state, "contact");
    if (contact?.select.value) contact.select.dispatchEvent(new CustomEvent("set", { detail: null }));
    if (contact?.picker.dataset.suggest && choice) await suggest(contact, choice.id);
    return;
  }
  const company = sibling(state, "company");
  if (!choice?.company || !company || company.select.value) return;
  const found = await ask(`${company.picker.dataset.source}?id=${choice.company}`);
  // The contact just chosen stays: only the company's own field is set.
  if (!company.select.value && found.choices[0]) fillCompany(company, found.choices[0]);
}

// Somebody at the company just chosen, while nobody is chosen; the page says that it is a suggestion.
async function suggest({ picker, select }, company) {
  const { choice } = await ask(`${picker.dataset.suggest}?company=${company}`);
  if (!choice || select.value) return;
  select.dispatchEvent(new CustomEvent("set", { detail: choice }));
  const hint = make("p", "hint", `The first contact there. Choose another, or “${select.options[0].textContent}”.`);
  hint.dataset.suggested = "";
  hint.setAttribute("role", "status");
  picker.append(hint);
}

function fillCompany({ picker, select }, choice) {
  const option = new Option(choice.title, String(choice.id), true, true);
  option.dataset.title = choice.title;
  select.add(option);
  select.value = String(choice.id);
  picker.querySelector(".combo input").value = choice.title;
  picker.querySelector(".combo-clear").hidden = false;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

/* Where a new document will be stored (T02). */

function follow(where) {
  const form = document.querySelector("[data-document-form]");
  const later = delayed();
  form?.addEventListener("change", (event) => {
    if (!event.target.closest("[data-picker], [name=visible_for]")) return;
    const query = new URLSearchParams();
    for (const name of ["company", "contact", "project", "sale", "visible_for"]) {
      const value = form.elements.namedItem(name)?.value;
      if (value) query.set(name, value);
    }
    later(async (signal) => {
      const answer = await fetch(`${where.dataset.destination}?${query}`, { headers: { "X-Fragment": "1" }, signal });
      if (answer.ok) where.innerHTML = await answer.text();
    }, PAUSE);
  });
}

/* The template filter. */

function filter(field) {
  const items = [...document.querySelectorAll(field.dataset.filter)];
  const groups = [...document.querySelectorAll("[data-filter-group]")];
  const none = document.querySelector("[data-filter-none]");
  if (items.length < 6) return;
  field.hidden = false;
  const label = document.querySelector(`label[for="${field.id}"]`);
  if (label) label.hidden = false;
  const apply = () => {
    const words = fold(field.value).split(/\s+/).filter(Boolean);
    for (const item of items) {
      const text = fold(item.textContent);
      item.hidden = !words.every((word) => text.includes(word));
    }
    for (const group of groups) group.hidden = !group.querySelector(`${field.dataset.filter}:not([hidden])`);
    if (none) none.hidden = items.some((item) => !item.hidden);
  };
  field.addEventListener("input", apply);
  field.addEventListener("keydown", (event) => {
    const first = items.find((item) => !item.hidden)?.querySelector("a");
    if (event.key === "Escape" && field.value !== "") {
      field.value = "";
      apply();
      event.preventDefault();
    } else if (event.key === "Enter" && field.value !== "") {
      first?.click();
      event.preventDefault();
    } else if (event.key === "ArrowDown") {
      first?.focus();
      event.preventDefault();
    }
  });
}

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/* Asking. */

// Runs the newest of several wishes after a pause, and drops the answers of older ones.
function delayed() {
  let timer;
  let running;
  return (work, pause = PAUSE) => {
    clearTimeout(timer);
    running?.abort();
    if (!work) return;
    timer = setTimeout(async () => {
      running = new AbortController();
      try {
        await work(running.signal);
      } catch (error) {
        if (error.name !== "AbortError") console.warn(error.message);
      }
    }, pause);
  };
}

async function ask(address, signal) {
  const answer = await fetch(address, { headers: { "X-Fragment": "1", Accept: "application/json" }, signal });
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  return answer.json();
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}
