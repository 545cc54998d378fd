/** Zones differ for a reader where their clocks show different times now. */
export function clocksDiffer(first, second, now = new Date()) {
  const clock = (timeZone) => now.toLocaleString("en-GB", { timeZone });
  try {
    return clock(first) !== clock(second);
  } catch {
    return true; // A zone that this browser does not know is named.
  }
}

/** Name the clinic's zone to whoever reads its times in another one. */
export function enhanceZone(page) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const note of page.querySelectorAll("[data-zone]")) note.hidden = !clocksDiffer(note.dataset.zone, here);
}
