// Shows how far a long work is while somebody looks at it. Without this module the page has a link to look again.

const EVERY = 1500;

if (running().length > 0) setTimeout(look, EVERY);

function parts(page) {
  return [...page.querySelectorAll("[data-live]")];
}

function running() {
  return parts(document).filter((part) => part.dataset.live === "running");
}

async function look() {
  // Nobody is looking: wait until somebody is.
  const fresh = document.hidden ? null : await read();
  for (const part of fresh ? parts(document) : []) {
    const next = fresh.getElementById(part.id);
    // What can be done has changed with the state, so the whole page has.
    if (next?.dataset.state !== part.dataset.state) {
      location.reload();
      return;
    }
    if (!part.contains(document.activeElement)) part.replaceWith(next);
  }
  if (running().length > 0) setTimeout(look, EVERY);
}

async function read() {
  try {
    const answer = await fetch(location.pathname, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return null;
  }
}
