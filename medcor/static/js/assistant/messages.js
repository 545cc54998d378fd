/** Fill %(name)s places of a translated text. */
export function fill(text, values) {
  return text.replace(/%\((\w+)\)s/g, (place, name) => values[name] ?? place);
}

/** What an error code means for the person, and what to do about it. */
export function explain(strings, { code, message }) {
  // Only the server knows whether somebody else answers instead.
  if (code === "model_unavailable" && message) return message;
  return strings.errors[code] ?? (message || strings.errors.unknown);
}

/** What its button would do: null where trying again can't help. */
export function remedy({ code, retryable }) {
  if (code?.startsWith("mic_")) return ["mic_missing", "mic_busy", "mic_denied"].includes(code) ? "microphone" : null;
  if (!retryable) return null;
  if (code === "recogniser_unavailable") return "microphone";
  return code === "model_unavailable" || code === "rate_limited" ? "repeat" : "connect";
}

/** The seconds that could not be heard, for the status line; empty while there are none. */
export function lostText(strings, lostMs) {
  return lostMs ? fill(strings.lost, { seconds: (lostMs / 1000).toFixed(1) }) : "";
}

/** How far the server is behind what is said; empty while it keeps up. */
export function behindText(strings, behindMs) {
  return behindMs ? fill(strings.behind, { seconds: Math.round(behindMs / 1000) }) : "";
}

/** A number to call; null for any other link. */
export function callUrl(url) {
  return /^tel:\+?[\d ]{2,20}$/.test(url) ? url : null;
}

/** A relative or same-site link only: what a reply says must not lead elsewhere. */
export function safeUrl(url, base) {
  try {
    const target = new URL(url, base);
    return target.origin === new URL(base).origin && /^https?:$/.test(target.protocol) ? target.href : null;
  } catch {
    return null;
  }
}
