const SHOWN_MS = 8000;

function closeButton(label, remove) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--small";
  button.textContent = label;
  button.addEventListener("click", remove);
  return button;
}

function show(region, text) {
  const toast = document.createElement("div");
  const words = document.createElement("span");
  const remove = () => toast.remove();
  toast.className = "toast";
  words.textContent = text;
  toast.append(words, closeButton(region.dataset.closeLabel, remove));
  region.append(toast);
  setTimeout(remove, SHOWN_MS);
}

/** Scripts say something with `dispatchEvent(new CustomEvent("medcor:toast", {detail: text}))`. */
export function listenForToasts(page) {
  const region = page.querySelector("[data-toasts]");
  if (region) addEventListener("medcor:toast", (event) => show(region, event.detail));
}
