import { diagnosisBox } from "./diagnosis.js";
import { forgetDraft, forgetOnSignOut, forgetOthers, forgetSaved, keepDraft, readDraft, sameWords, typedWords } from "./drafts.js";
import { prescriptionLines } from "./prescriptions.js";

const KEEP_MS = 300;

function put(form, words, lines) {
  const numbers = words.map(([name]) => Number(/^prescriptions-(\d+)-/.exec(name)?.[1] ?? -1));
  lines.setCount(Math.max(...numbers) + 1);
  for (const box of form.querySelectorAll("input[type=checkbox]")) box.checked = false;
  for (const [name, value] of words) {
    const control = form.elements[name];
    if (!control) continue;
    if (control.type === "checkbox") control.checked = true;
    else control.value = value;
  }
}

/** Say that words came back, and offer to drop them again. */
function tell(form, draft, discard) {
  const { restored, discard: label } = form.dataset;
  const note = document.createElement("div");
  const text = document.createElement("p");
  const button = document.createElement("button");
  const time = new Date(draft.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  note.className = "alert alert--info";
  note.role = "status";
  text.textContent = restored.replace("{time}", time);
  button.type = "button";
  button.className = "button button--small";
  button.textContent = label;
  button.addEventListener("click", discard);
  note.append(text, button);
  form.prepend(note);
}

function startForm(form) {
  const key = form.dataset.recordForm;
  const lines = prescriptionLines(form);
  const saved = typedWords(form);
  const returned = form.dataset.sent === "yes";
  const draft = readDraft(key);
  let leaving = false;
  let timer = 0;
  const isDirty = () => returned || !sameWords(typedWords(form), saved);

  if (!returned && draft && !sameWords(draft.words.filter(([name]) => name !== "version"), saved.filter(([name]) => name !== "version"))) {
    put(form, draft.words, lines);
    tell(form, draft, () => {
      leaving = true;
      forgetDraft(key);
      location.reload();
    });
  }
  // What came back from the server, or was put back, is unsaved from the start.
  if (isDirty()) keepDraft(key, typedWords(form));

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => keepDraft(key, typedWords(form)), KEEP_MS);
  });
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
    keepDraft(key, typedWords(form), true);
  });
  addEventListener("pageshow", () => (leaving = false));
  addEventListener("beforeunload", (event) => {
    if (!leaving && isDirty()) event.preventDefault();
  });
  form.querySelectorAll("[data-diagnosis]").forEach(diagnosisBox);
}

for (const form of document.querySelectorAll("[data-record-form]")) {
  forgetOthers(form.dataset.recordForm);
  startForm(form);
}
for (const shown of document.querySelectorAll("[data-record-saved]")) {
  forgetOthers(shown.dataset.recordSaved);
  forgetSaved(shown.dataset.recordSaved, shown.dataset.version);
}
forgetOnSignOut(document);
