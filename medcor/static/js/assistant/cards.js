import { callUrl, safeUrl } from "./messages.js";

export function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function sayButton(action, className, onSay) {
  const button = element("button", className);
  button.type = "button";
  button.append(element("span", "", action.label));
  button.addEventListener("click", () => onSay(action.say));
  return button;
}

function lines(card) {
  const list = element("ul", "talk-card__lines");
  for (const line of card.lines ?? []) list.append(element("li", "", line));
  return list;
}

/** Choices are numbered, so that a voice can pick "the second". */
function choices(card, onSay) {
  const list = element("ol", "talk-card__choices");
  for (const action of card.choices) {
    const item = element("li");
    item.append(sayButton(action, "choice", onSay));
    list.append(item);
  }
  return list;
}

function actions(card, onSay) {
  const row = element("div", "button-row");
  for (const action of card.actions) row.append(sayButton(action, "button button--small", onSay));
  return row;
}

/** Where one can call, the title is the button. */
function callButton(card, icons) {
  const anchor = element("a", "button button--danger button--wide");
  anchor.href = callUrl(card.url);
  anchor.append(...head(card, icons).childNodes);
  return anchor;
}

function link(card, label) {
  const url = card.url && safeUrl(card.url, location.href);
  if (!url) return null;
  const anchor = element("a", "talk-card__link", label);
  anchor.href = url;
  anchor.target = window.top === window ? "" : "_blank";
  return anchor;
}

function head(card, icons) {
  const title = element("p", "talk-card__title");
  const icon = icons.content.querySelector(`[data-icon="${card.kind}"] svg`);
  if (icon) title.append(icon.cloneNode(true));
  title.append(element("span", "", card.title));
  return title;
}

const KINDS = new Set(["times", "treatments", "doctors", "appointment", "handover"]);

/** One card of a reply. */
export function cardElement(card, { icons, strings, onSay }) {
  const kind = KINDS.has(card.kind) ? card.kind : "appointment";
  const section = element("div", `talk-card talk-card--${kind}`);
  section.append(callUrl(card.url ?? "") ? callButton({ ...card, kind }, icons) : head({ ...card, kind }, icons));
  if (card.lines?.length) section.append(lines(card));
  if (card.choices?.length) section.append(choices(card, onSay));
  if (card.actions?.length) section.append(actions(card, onSay));
  const more = link(card, strings.open_card);
  if (more) section.append(more);
  return section;
}
