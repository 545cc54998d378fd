/** A button with data-copy puts that field's text on the clipboard; without scripts one selects it. */
function enhanceCopy(button) {
  const field = document.getElementById(button.dataset.copy);
  if (!field || !navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    await navigator.clipboard.writeText(field.value);
    dispatchEvent(new CustomEvent("medcor:toast", { detail: button.dataset.copied }));
  });
}

document.querySelectorAll("[data-copy]").forEach(enhanceCopy);
