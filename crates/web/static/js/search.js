// Search as you type: in the bar over everything, and in the search field of a list over that list.
// "Load more" puts the next rows where they belong. The pages themselves are asked, so both agree.

const PAUSE = 140;

for (const form of document.querySelectorAll("form[data-search]")) overAll(form);
for (const form of document.querySelectorAll("form[data-live]")) overList(form);
document.addEventListener("click", more);

/* The bar. */

function overAll(form) {
  const field = form.querySelector("input[type=search]");
  const box = form.querySelector("[data-found]");
  const later = delayed();
  field.setAttribute("aria-controls", (box.id = "found"));

  const close = () => {
    box.hidden = true;
  };
  const look = (signal) => ask(`${form.action.split("?")[0]}?q=${encodeURIComponent(field.value.trim())}`, signal, true);
  const show = (html) => {
    box.innerHTML = html;
    box.hidden = false;
  };

  field.addEventListener("input", () => {
    if (field.value.trim() === "") {
      later(null);
      close();
    } else {
      later(async (signal) => show(await look(signal)));
    }
  });
  form.addEventListener("keydown", (event) => {
    const links = [...box.querySelectorAll("a")];
    const here = links.indexOf(document.activeElement);
    if (event.key === "Escape") {
      if (box.hidden) return;
      // Emptied, so that the field does not show it again when it gets the keyboard back.
      box.replaceChildren();
      close();
      field.focus();
      event.preventDefault();
    } else if (event.key === "ArrowDown" && links.length > 0) {
      links[Math.min(here + 1, links.length - 1)].focus();
      event.preventDefault();
    } else if (event.key === "ArrowUp" && here >= 0) {
      (links[here - 1] ?? field).focus();
      event.preventDefault();
    }
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) close();
  });
  field.addEventListener("focus", () => {
    if (box.childElementCount > 0 && field.value.trim() !== "") show(box.innerHTML);
  });
  // Clicking a hit must not close the box before the click arrives.
  box.addEventListener("mousedown", (event) => event.preventDefault());
}

/* Lists. */

function overList(form) {
  const list = document.querySelector("[data-list]");
  const later = delayed();
  if (!list) return;
  const refresh = () => {
    const fields = [...new FormData(form)].filter(([, value]) => typeof value === "string" && value !== "");
    const query = new URLSearchParams(fields).toString();
    const address = form.action.split("?")[0] + (query ? `?${query}` : "");
    later(async (signal) => {
      const page = parse(await ask(address, signal, false));
      const fresh = page.querySelector("[data-list]");
      if (!fresh) return location.assign(address);
      document.querySelector("[data-list]").replaceWith(fresh);
      history.replaceState(null, "", address);
    });
  };
  form.addEventListener("input", refresh);
  form.addEventListener("change", refresh);
}

async function more(event) {
  const link = event.target.closest?.("a[data-more]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.getAttribute("aria-disabled") === "true") return;
  link.setAttribute("aria-disabled", "true");
  const list = link.closest("[data-list]");
  const body = list?.querySelector("tbody");
  try {
    const page = parse(await ask(link.href, undefined, false));
    const fresh = page.querySelector("[data-list]");
    const rows = [...(fresh?.querySelectorAll("tbody > tr") ?? [])];
    if (!body || rows.length === 0) return location.assign(link.href);
    body.append(...rows);
    const next = fresh.querySelector(".more");
    const old = link.closest(".more");
    if (next) old.replaceWith(next);
    else old.remove();
    rows[0].querySelector("[data-row]")?.focus();
  } catch {
    location.assign(link.href);
  }
}

/* Asking. */

/** Runs the newest of several wishes, after a pause, and drops the answers of older ones. */
function delayed() {
  let timer;
  let running;
  return (work) => {
    clearTimeout(timer);
    running?.abort();
    if (!work) return;
    timer = setTimeout(async () => {
      running = new AbortController();
      try {
        await work(running.signal);
      } catch (error) {
        if (error.name !== "AbortError") throw error;
      }
    }, PAUSE);
  };
}

/** The text of a page or a piece of one. A session that has ended leads to signing in. */
async function ask(address, signal, piece) {
  const headers = piece ? { "X-Fragment": "1" } : {};
  const answer = await fetch(address, { headers, signal, credentials: "same-origin" });
  if (answer.status === 401 || (answer.redirected && new URL(answer.url).pathname === "/sign-in")) {
    location.assign("/sign-in");
  }
  return answer.text();
}

const parse = (html) => new DOMParser().parseFromString(html, "text/html");
