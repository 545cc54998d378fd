const WIDE = "(min-width: 80rem)";
const YEAR = 365 * 24 * 3600;

function remember(open) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `assistant=${open ? "open" : "closed"}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
}

/** Opening and closing: beside the work where there is room, else a sheet above it. */
export class Dock {
  constructor(panel, opener, { onOpen, onClose }) {
    this.panel = panel;
    this.opener = opener;
    this.onOpen = onOpen;
    this.onClose = onClose;
    this.wide = matchMedia(WIDE);
    if (panel.dataset.mode === "dock") this.listen();
  }

  get open() {
    if (this.panel.dataset.mode !== "dock") return true;
    return this.wide.matches ? document.body.classList.contains("assistant-open") : this.isSheet;
  }

  get isSheet() {
    return this.panel.classList.contains("assistant--sheet");
  }

  listen() {
    this.opener.hidden = false;
    this.opener.setAttribute("aria-expanded", String(this.open));
    this.opener.addEventListener("click", () => this.show());
    this.panel.querySelector('[data-part="close"]').addEventListener("click", () => this.hide());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.isSheet && this.hide());
    this.wide.addEventListener("change", () => this.setSheet(false));
    for (const link of document.querySelectorAll("[data-assistant-open]")) this.openFrom(link);
  }

  openFrom(link) {
    link.hidden = false;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      this.show(link.dataset.assistantSay);
    });
  }

  show(words) {
    if (this.wide.matches) {
      document.body.classList.add("assistant-open");
      remember(true);
    } else this.setSheet(true);
    this.opener.setAttribute("aria-expanded", "true");
    this.panel.querySelector('[data-part="heading"]').focus();
    this.onOpen(words);
  }

  hide() {
    document.body.classList.remove("assistant-open");
    remember(false);
    this.setSheet(false);
    this.opener.setAttribute("aria-expanded", "false");
    this.opener.focus();
    this.onClose();
  }

  /** A sheet covers the page, so the page beneath can't be reached meanwhile. */
  setSheet(open) {
    this.panel.classList.toggle("assistant--sheet", open);
    for (const other of document.body.children) {
      if (other !== this.panel && !/^(SCRIPT|TEMPLATE)$/.test(other.tagName)) other.inert = open;
    }
  }
}
