/** Words that were typed and not saved yet, kept in this tab until they are, for this person only. */

const PREFIX = "record:";
const UNTYPED = new Set(["csrf_token", "attachment"]);

export function typedWords(form) {
  return [...new FormData(form)].filter(([name]) => !UNTYPED.has(name));
}

export function sameWords(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

export function keepDraft(key, words, sent = false) {
  const version = words.find(([name]) => name === "version")?.[1] ?? "";
  sessionStorage.setItem(key, JSON.stringify({ words, version, sent, at: Date.now() }));
}

export function readDraft(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

export function forgetDraft(key) {
  sessionStorage.removeItem(key);
}

/** Drop what was sent and is saved: a newer version than the one it was written over stands. */
export function forgetSaved(key, newest) {
  const draft = readDraft(key);
  if (draft?.sent && Number(newest) > Number(draft.version)) forgetDraft(key);
}

/** Whoever signs in next in this tab finds nothing of the one before. */
export function forgetOthers(key) {
  const own = key.slice(0, key.lastIndexOf(":") + 1);
  for (const each of Object.keys(sessionStorage)) {
    if (each.startsWith(PREFIX) && !each.startsWith(own)) forgetDraft(each);
  }
}

export function forgetOnSignOut(page) {
  page.addEventListener("submit", (event) => {
    if (!new URL(event.target.action).pathname.endsWith("/logout/")) return;
    for (const each of Object.keys(sessionStorage)) if (each.startsWith(PREFIX)) forgetDraft(each);
  });
}
