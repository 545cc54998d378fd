/** The page as the server shows it now, inert as a template's content; null where it can't be had. */
async function fetchPage(page) {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return null;
    const holder = page.createElement("template");
    holder.innerHTML = await answer.text();
    return holder.content;
  } catch {
    return null;
  }
}

function replacePart(part, fresh) {
  if (fresh && !part.isEqualNode(fresh)) part.replaceWith(document.adoptNode(fresh));
}

/** Parts marked `data-refresh="name"` become true again after `dispatchEvent(new Event("medcor:changed"))`. */
export function listenForChanges(page) {
  let asked = 0;
  addEventListener("medcor:changed", async () => {
    const mine = ++asked;
    const fresh = await fetchPage(page);
    if (!fresh || mine !== asked) return;
    for (const part of page.querySelectorAll("[data-refresh]")) {
      replacePart(part, fresh.querySelector(`[data-refresh="${part.dataset.refresh}"]`));
    }
  });
}
