import { fill } from "../assistant/messages.js";

/** The texts that the server wrote into the page, with their places filled. */
export function makeWords(texts) {
  return (name, values = {}) => fill(texts[name] ?? name, values);
}

/** A plain date as UTC midnight: the clinic's day, whatever the reader's zone. */
function dayOf(iso) {
  return new Date(`${iso}T00:00:00Z`);
}

/** Dates and money as the language writes them. */
export function makeFormats(language, currency) {
  const date = (options) => new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { timeZone: "UTC", ...options });
  const long = date({ weekday: "long", day: "numeric", month: "long" });
  const full = date({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const weekday = date({ weekday: "short" });
  const short = date({ day: "numeric", month: "short" });
  const money = new Intl.NumberFormat(language, { style: "currency", currency });
  return {
    day: (iso) => long.format(dayOf(iso)),
    fullDay: (iso) => full.format(dayOf(iso)),
    weekday: (iso) => weekday.format(dayOf(iso)),
    shortDay: (iso) => short.format(dayOf(iso)),
    money: (amount) => money.format(Number(amount)),
  };
}

/** Minutes and seconds left, as 4:05. */
export function clock(seconds) {
  const left = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}

/** Whether the reader's clock shows another time than the clinic's just now. */
export function zoneDiffers(zone, now = new Date()) {
  const shown = (timeZone) => new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "short", timeStyle: "short" }).format(now);
  try {
    return shown(zone) !== shown(undefined);
  } catch {
    return false;
  }
}
