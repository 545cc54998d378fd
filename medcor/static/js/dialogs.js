function openInstead(trigger, dialog) {
  trigger.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    dialog.showModal();
  });
}

function closeOn(dialog) {
  for (const button of dialog.querySelectorAll("[data-dialog-close]")) {
    button.addEventListener("click", () => dialog.close());
  }
  dialog.addEventListener("click", (event) => event.target === dialog && isOutside(dialog, event) && dialog.close());
}

function isOutside(dialog, { clientX, clientY }) {
  const box = dialog.getBoundingClientRect();
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}

/** A link with data-dialog opens that dialog; without scripts it leads to the confirm page. */
export function enhanceDialogs(page) {
  for (const trigger of page.querySelectorAll("[data-dialog]")) {
    const dialog = page.getElementById(trigger.dataset.dialog);
    if (!dialog?.showModal) continue;
    trigger.setAttribute("aria-haspopup", "dialog");
    openInstead(trigger, dialog);
    closeOn(dialog);
  }
}
