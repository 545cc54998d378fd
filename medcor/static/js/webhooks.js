/** A delivery that was just queued is looked after until its first try; without scripts one reloads. */
const LOOKS = 30;
const PAUSE_MS = 700;

async function isTried(url) {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok) return true;
  const { attempts, state, duration_ms: took } = await answer.json();
  return state !== "waiting" || (attempts > 0 && took !== null);
}

async function watch(place) {
  for (let look = 0; look < LOOKS; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (await isTried(place.dataset.watch)) {
      location.replace(place.dataset.watch);
      return;
    }
  }
}

document.querySelectorAll("[data-watch]").forEach(watch);
