// Shows what a way of filing gives while it is being chosen. Without this module a button shows it.

const PAUSE = 250;

const form = document.querySelector("form[data-preview]");
let later;
let newest = 0;
form?.addEventListener("input", () => {
  clearTimeout(later);
  later = setTimeout(look, PAUSE);
});

async function look() {
  const turn = ++newest;
  try {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.dataset.preview, { method: "POST", body, headers: { accept: "text/html" } });
    // What cannot be shown leads back with a sentence; whoever presses the button reads it.
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-preview-part]");
    // A slow answer does not replace a newer one.
    if (fresh && turn === newest) form.querySelector("[data-preview-part]").replaceChildren(...fresh.childNodes);
  } catch {
    // The connection broke: the button is there.
  }
}
