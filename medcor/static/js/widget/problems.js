const GONE = new Set([
  "Slot is already booked.",
  "Slot is unavailable on this date.",
  "Cannot book past dates.",
  "Slot not found.",
  "Past dates are not allowed.",
]);
const MISSING = new Set(["Doctor not found.", "Treatment not found.", "No doctors available for this treatment."]);
const TOKEN_REFUSED = "Invalid or missing chatbot token.";

/** A call that did not end well: its code says which, `fields` and `seconds` what to do about it. */
export class Problem extends Error {
  constructor(code, { fields = {}, seconds = 0 } = {}) {
    super(code);
    this.code = code;
    this.fields = fields;
    this.seconds = seconds;
  }
}

/** Whether the widget's own token is over, and not the person's key. */
export function tokenRefused({ status, body }) {
  return status === 401 && body?.detail === TOKEN_REFUSED;
}

const BY_STATUS = { 401: "signed_out", 403: "refused", 409: "holds", 429: "limited" };

/** The code of an answer that is no success; `purpose` tells apart what shares a status. */
export function codeOf({ status, body }, purpose = "") {
  const text = body?.error ?? body?.message ?? "";
  if (status === 400 && purpose === "login") return "credentials";
  if (status === 400 && body?.fields) return "fields";
  if (GONE.has(text)) return "gone";
  if (MISSING.has(text)) return "missing";
  if (status >= 500) return "busy";
  return BY_STATUS[status] ?? "unknown";
}

export function problemOf(answer, purpose = "") {
  return new Problem(codeOf(answer, purpose), { fields: answer.body?.fields, seconds: answer.seconds });
}

/** What a problem means for the person and what to do about it. */
export function explain(words, problem) {
  const known = ["offline", "limited", "busy", "signed_out", "credentials", "holds", "refused", "missing"];
  const code = known.includes(problem?.code) ? problem.code : "unknown";
  return words(code, { seconds: problem?.seconds || 60 });
}
