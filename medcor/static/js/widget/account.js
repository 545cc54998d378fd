import { alert, busyWhile, button, el, icon } from "./dom.js";
import { explain } from "./problems.js";

const LEAST_PASSWORD = 10;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** What is wrong with a form before it is sent: a word's name for each field that has to change. */
export function checkFields(values, { isNew = false } = {}) {
  const wrong = {};
  for (const [name, value] of Object.entries(values)) if (!value.trim()) wrong[name] = "needed";
  if (!wrong.email && !EMAIL.test(values.email.trim())) wrong.email = "badEmail";
  if (isNew && !wrong.password && [...values.password].length < LEAST_PASSWORD) wrong.password = "shortPassword";
  return wrong;
}

const FIELDS = {
  first_name: { label: "firstName", autocomplete: "given-name" },
  last_name: { label: "lastName", autocomplete: "family-name" },
  email: { label: "email", type: "email", autocomplete: "email", inputmode: "email", autocapitalize: "none", spellcheck: "false" },
  password: { label: "password", type: "password" },
};
let count = 0;

function reveal(words, input) {
  const control = el("button", { type: "button", class: "button button--quiet button--icon", "aria-label": words("showPassword"), "aria-pressed": "false" }, icon("eye"));
  control.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    control.setAttribute("aria-pressed", String(shown));
    control.setAttribute("title", words(shown ? "hidePassword" : "showPassword"));
  });
  return el("div", { class: "input-group" }, input, control);
}

function field(words, name, { value = "", hint, ...more } = {}) {
  const { label, ...attributes } = FIELDS[name];
  const id = `field-${name}-${++count}`;
  const input = el("input", { class: "input", id, name, maxlength: name === "password" ? 256 : 254, ...attributes, ...more });
  input.value = value;
  const node = el("div", { class: "field", "data-field": name }, el("label", { class: "field__label", for: id }, words(label)));
  node.append(name === "password" ? reveal(words, input) : input);
  if (hint) {
    node.append(el("p", { class: "field__hint", id: `${id}-hint` }, hint));
    input.setAttribute("aria-describedby", `${id}-hint`);
  }
  return node;
}

function mark(form, name, text) {
  const box = form.querySelector(`[data-field="${name}"]`);
  const input = box?.querySelector("input");
  if (!input) return;
  const id = `${input.id}-error`;
  const hint = box.querySelector(".field__hint")?.id;
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", [id, hint].filter(Boolean).join(" "));
  box.append(el("p", { class: "field__error", id }, icon("circle-alert"), el("span", {}, text)));
}

function clear(form) {
  form.querySelector("[data-told]").replaceChildren();
  form.querySelectorAll(".field__error").forEach((node) => node.remove());
  for (const input of form.querySelectorAll("[aria-invalid]")) {
    input.removeAttribute("aria-invalid");
    const hint = input.closest(".field").querySelector(".field__hint")?.id;
    if (hint) input.setAttribute("aria-describedby", hint);
    else input.removeAttribute("aria-describedby");
  }
}

/** Signing in, registering, and the word about the mail; `onDone` once somebody is signed in. */
export class Account {
  constructor({ words, api, urls, lead, onDone, onBack }) {
    Object.assign(this, { words, api, urls, lead, onDone, onBack });
    this.email = "";
    this.node = el("div", { class: "stack" });
    this.showSignIn();
  }

  focus() {
    this.node.querySelector("h2").focus();
  }

  draw(title, ...content) {
    const back = this.onBack && button(this.words("back"), { kind: "quiet", symbol: "arrow-left", onclick: this.onBack });
    this.node.replaceChildren(
      el("h2", { tabindex: "-1" }, this.words(title)),
      ...content,
      ...(back ? [el("div", { class: "widget__back" }, back)] : []),
    );
  }

  turn(show) {
    return () => {
      show.call(this);
      this.focus();
    };
  }

  form(fields, submit, work, options) {
    const form = el("form", { class: "form", novalidate: true }, el("div", { "data-told": true }), fields);
    const send = button(this.words(submit), { kind: "primary", wide: true, type: "submit" });
    form.append(send);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      busyWhile(send, () => this.send(form, work, options));
    });
    return form;
  }

  async send(form, work, options) {
    const values = Object.fromEntries(new FormData(form));
    clear(form);
    this.email = values.email.trim();
    const wrong = checkFields(values, options);
    if (Object.keys(wrong).length) return this.tell(form, Object.entries(wrong).map(([name, word]) => [name, this.words(word)]));
    try {
      await work({ ...values, email: this.email });
    } catch (problem) {
      const fields = Object.entries(problem.fields ?? {}).map(([name, texts]) => [name, texts.join(" ")]);
      if (problem.code === "fields" && fields.length) this.tell(form, fields);
      else form.querySelector("[data-told]").append(alert(explain(this.words, problem), "error"));
    }
  }

  tell(form, wrong) {
    form.querySelector("[data-told]").append(alert(this.words("mend"), "error"));
    for (const [name, text] of wrong) mark(form, name, text);
    form.querySelector('[aria-invalid="true"]')?.focus();
  }

  showSignIn() {
    const { words } = this;
    const fields = [
      field(words, "email", { value: this.email, autocomplete: "username" }),
      field(words, "password", { autocomplete: "current-password" }),
    ];
    const work = async ({ email, password }) => {
      await this.api.signIn(email, password);
      this.onDone();
    };
    this.draw(
      "signIn",
      el("p", { class: "muted" }, words(this.lead)),
      this.form(fields, "signIn", work),
      this.outside(this.urls.forgotten, "forgotten"),
      button(words("register"), { wide: true, onclick: this.turn(this.showRegister) }),
    );
  }

  showRegister() {
    const { words } = this;
    const fields = [
      field(words, "first_name"),
      field(words, "last_name"),
      field(words, "email", { value: this.email }),
      field(words, "password", { autocomplete: "new-password", hint: words("passwordHint") }),
    ];
    const work = async (person) => {
      await this.api.register(person);
      this.turn(this.showMailSent)();
    };
    this.draw(
      "registerTitle",
      el("p", { class: "muted" }, words("registerLead")),
      this.form(fields, "registerDo", work, { isNew: true }),
      button(words("haveAccount"), { wide: true, onclick: this.turn(this.showSignIn) }),
    );
  }

  showMailSent() {
    const { words } = this;
    this.draw(
      "checkMail",
      alert(words("mailSent", { email: this.email }), "info"),
      button(words("confirmedNow"), { kind: "primary", wide: true, onclick: this.turn(this.showSignIn) }),
      this.outside(this.urls.resend, "resend"),
    );
  }

  /** A link to a page of this server, which must not open inside the frame. */
  outside(url, word) {
    const note = el("span", { class: "visually-hidden" }, ` ${this.words("newWindow")}`);
    return el("p", {}, el("a", { class: "widget__link", href: url, target: "_blank", rel: "noopener" }, this.words(word), note));
  }
}
