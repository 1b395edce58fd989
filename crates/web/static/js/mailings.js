// Shows how far a mail merge is while somebody looks at it, and follows ticks where records are chosen. Without this
// module the page has a link to look again, and the choice is made by its radio buttons.

const EVERY = 1500;

// Whoever unticks somebody means those that are ticked.
for (const box of document.querySelectorAll("input[name=record]")) {
  box.addEventListener("change", () => {
    document.getElementById("f-which-ticked").checked = true;
  });
}

let part = document.querySelector("[data-mailing]");
if (part?.dataset.mailing === "running") setTimeout(look, EVERY);

async function look() {
  // Nobody is looking: wait until somebody is.
  if (document.hidden) {
    setTimeout(look, EVERY);
    return;
  }
  const fresh = await read();
  if (fresh && fresh.dataset.state !== part.dataset.state) {
    // What can be done has changed with the state, so the whole page has.
    location.reload();
    return;
  }
  if (fresh && !part.contains(document.activeElement)) {
    part.replaceWith(fresh);
    part = fresh;
  }
  setTimeout(look, EVERY);
}

async function read() {
  try {
    const answer = await fetch(location.pathname, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("[data-mailing]");
  } catch {
    return null;
  }
}
