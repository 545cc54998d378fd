const EVERY_MS = 10_000;
// The waiting times on Today are minutes.
const ROUNDS_A_MINUTE = 6;

/** A page's title with how much waits before it. */
export function titled(title, count) {
  const bare = title.replace(/^\(\d+\) /, "");
  return count > 0 ? `(${count}) ${bare}` : bare;
}

/** What is new since the last answer: an alarm, a request, or nothing. */
export function newsOf(before, now) {
  if ((now.latest_alarm ?? 0) > (before.latest_alarm ?? 0) || now.alarms > before.alarms) return "alarm";
  return now.open > before.open ? "request" : "";
}

export function hasChanged(before, now) {
  return ["open", "alarms", "latest_alarm"].some((key) => (before[key] ?? 0) !== (now[key] ?? 0));
}

async function ask(url) {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (answer.status === 401 || answer.status === 403) return "over";
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function showCount(page, count) {
  for (const badge of page.querySelectorAll('[data-count="handovers"]')) {
    badge.textContent = count;
    badge.hidden = count === 0;
  }
  page.title = titled(page.title, count);
}

function announce(page, watch, news) {
  const text = news === "alarm" ? watch.dataset.alarmText : watch.dataset.requestText;
  const region = watch.querySelector("[data-handover-news]");
  if (!page.querySelector('[data-refresh="handovers"]')) {
    dispatchEvent(new CustomEvent("medcor:toast", { detail: text }));
    return;
  }
  // The same words again are only read out when they are new to the region.
  region.textContent = "";
  setTimeout(() => (region.textContent = text), 100);
}

function refreshToday(page, now, rounds, changed) {
  const part = page.querySelector('[data-refresh="handovers"]');
  if (!part) return;
  const aMinute = rounds % ROUNDS_A_MINUTE === 0 && now.open > 0 && !part.contains(page.activeElement);
  if (changed || aMinute) dispatchEvent(new Event("medcor:changed"));
}

/** Ask again and again how much waits, and make the page true about it. */
export function watchHandovers(page, everyMs = EVERY_MS) {
  const watch = page.querySelector("[data-handover-watch]");
  if (!watch) return;
  const { open, alarms, latestAlarm } = watch.dataset;
  let known = { open: Number(open), alarms: Number(alarms), latest_alarm: Number(latestAlarm) };
  let rounds = 0;
  showCount(page, known.open);
  async function round() {
    const now = await ask(watch.dataset.handoverWatch);
    if (now === "over") return;
    if (now) {
      const changed = hasChanged(known, now);
      const news = newsOf(known, now);
      known = now;
      rounds += 1;
      if (changed) showCount(page, now.open);
      refreshToday(page, now, rounds, changed);
      if (news) announce(page, watch, news);
    }
    setTimeout(round, everyMs);
  }
  setTimeout(round, everyMs);
}

if (typeof document !== "undefined") watchHandovers(document);
