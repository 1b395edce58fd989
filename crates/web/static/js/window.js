// Sign-in in a window of its own, for pages that stand in another site's frame. The window tells the page that opened it
// the code of the session that waits; the browser delivers it to pages of this very origin only.
const opener = document.querySelector("[data-sign-in-window]");
const arrived = document.querySelector("[data-signed-in]");

function go(form, code) {
  form.elements.code.value = code;
  form.submit();
}

if (opener) {
  let child = null;
  opener.addEventListener("click", (event) => {
    child = window.open(opener.href, "chancery-sign-in", "popup,width=520,height=720");
    // A browser that blocks windows follows the link into a new tab, where the sign-in works as well.
    if (child) event.preventDefault();
  });
  window.addEventListener("message", (event) => {
    const code = event.data && event.data.chanceryCode;
    if (event.origin !== location.origin || event.source !== child || typeof code !== "string") return;
    event.source.postMessage({ chanceryTaken: true }, location.origin);
    go(document.querySelector("[data-take-over]"), code);
  });
}

if (arrived && window.opener) {
  const form = arrived.querySelector("form");
  window.addEventListener("message", (event) => {
    if (event.origin !== location.origin || event.source !== window.opener) return;
    if (event.data && event.data.chanceryTaken) {
      arrived.querySelector("[data-closing]").hidden = false;
      window.close();
    }
  });
  window.opener.postMessage({ chanceryCode: form.elements.code.value }, location.origin);
}
