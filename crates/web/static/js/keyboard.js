// The keyboard: "/" looks for something, arrows walk through lists, "n" makes a document.

const writes = (element) => element?.matches?.("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  const at = document.activeElement;
  if (event.key === "Escape" && writes(at) && at.type === "search" && at.value === "") at.blur();
  if (event.key === "ArrowDown" && at?.matches?.("[data-list-search]")) {
    if (first()) event.preventDefault();
    return;
  }
  if (writes(at)) return;
  switch (event.key) {
    case "/": {
      const field = document.getElementById("search");
      field?.focus();
      field?.select();
      event.preventDefault();
      break;
    }
    case "n":
      document.querySelector("[data-new], .bar-side .button.primary")?.click();
      break;
    case "ArrowDown":
    case "ArrowUp":
      if (walk(event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
      break;
    case "Home":
    case "End":
      if (at?.matches?.("[data-row]") && edge(event.key)) event.preventDefault();
      break;
  }
});

const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);

function walk(step) {
  const all = rows();
  if (all.length === 0) return false;
  const here = all.indexOf(document.activeElement);
  // From elsewhere the arrows scroll as ever, unless nothing has the keyboard.
  if (here < 0) return document.activeElement === document.body && step > 0 && first();
  const next = all[here + step];
  if (!next) return false;
  next.focus();
  return true;
}

function first() {
  const row = rows()[0];
  row?.focus();
  row?.scrollIntoView({ block: "nearest" });
  return Boolean(row);
}

function edge(key) {
  const all = rows();
  (key === "Home" ? all[0] : all.at(-1))?.focus();
  return all.length > 0;
}
