// Follows ticks where records are chosen. Without this module the choice is made by its radio buttons.

// Whoever unticks somebody means those that are ticked.
for (const box of document.querySelectorAll("input[name=record]")) {
  box.addEventListener("change", () => {
    document.getElementById("f-which-ticked").checked = true;
  });
}
