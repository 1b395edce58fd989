// Menus close when they should; dialogs open from their buttons; values are copied; forms ask before they harm.

// A click elsewhere closes open menus, and so does Escape, which gives the keyboard back to the menu's button.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details.menu[open]") ?? document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary")?.focus();
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-dialog]");
  if (button) {
    const dialog = document.getElementById(button.dataset.dialog);
    if (dialog?.showModal) {
      dialog.showModal();
      event.preventDefault();
    }
    return;
  }
  const closer = event.target.closest?.("[data-close]");
  if (closer) {
    closer.closest("dialog")?.close();
    event.preventDefault();
  }
});

// A click on the veil closes a dialog; only the dialog itself, never what is in it, is hit there.
document.addEventListener("mousedown", (event) => {
  if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  const source = button && document.getElementById(button.dataset.copy);
  if (!source) return;
  const label = button.querySelector("span") ?? button;
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    label.textContent = "Copied";
  } catch {
    getSelection()?.selectAllChildren(source);
    label.textContent = "Press Ctrl+C";
  }
});

document.addEventListener("submit", (event) => {
  const question = event.target.dataset?.ask ?? event.submitter?.dataset?.ask;
  if (question && !confirm(question)) event.preventDefault();
});

// A form is sent once, however often its button is pressed. Coming back to the page makes it usable again.
const sent = new WeakSet();
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  if (sent.has(event.target)) event.preventDefault();
  sent.add(event.target);
});
addEventListener("pageshow", () => {
  for (const form of document.forms) sent.delete(form);
});

// Where the navigation or the tabs are a strip, the present place is scrolled into it.
for (const strip of document.querySelectorAll(".rail-inner, .tabs")) {
  const here = strip.querySelector("[aria-current]");
  if (!here || strip.scrollWidth <= strip.clientWidth) continue;
  const left = here.getBoundingClientRect().left - strip.getBoundingClientRect().left + strip.scrollLeft;
  strip.scrollLeft = left - (strip.clientWidth - here.offsetWidth) / 2;
}
