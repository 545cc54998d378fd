/** An element with properties, attributes (`aria-…`, `data-…`) and children; nothing is HTML text. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (value === true) node.setAttribute(name, "");
    else node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const icons = () => document.querySelector("[data-icons]").content;

export function icon(name) {
  return icons().querySelector(`[data-icon="${name}"] svg`).cloneNode(true);
}

export function button(label, { kind = "plain", symbol, wide = false, ...props } = {}) {
  const className = `button button--${kind}${wide ? " button--wide" : ""}`;
  return el("button", { type: "button", class: className, ...props }, symbol && icon(symbol), el("span", {}, label));
}

export function alert(text, tone = "info", ...more) {
  const symbol = tone === "error" ? "circle-alert" : tone === "success" ? "check" : "info";
  const role = tone === "error" ? "alert" : undefined;
  return el("div", { class: `alert alert--${tone}`, role }, icon(symbol), el("div", { class: "alert__body" }, el("p", {}, text), more));
}

export function waiting(words) {
  return el("p", { class: "widget__wait" }, el("span", { class: "widget__spin", "aria-hidden": "true" }), words("loading"));
}

/** While work is under way its button is busy and a second press does nothing. */
export async function busyWhile(control, work) {
  if (control.getAttribute("aria-busy") === "true") return;
  control.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    control.removeAttribute("aria-busy");
  }
}

/** The initials of the first and the last word of a name, titles left out. */
export function initials(name) {
  const words = name.split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word) && !word.endsWith("."));
  return [...new Set([words[0], words.at(-1)].filter(Boolean))].map((word) => word[0].toUpperCase()).join("");
}
