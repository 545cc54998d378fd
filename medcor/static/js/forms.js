function busy(form, isBusy) {
  form.toggleAttribute("data-sending", isBusy);
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    if (isBusy) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
  }
}

/** The first submit goes out, every further one waits for its answer. */
function guardAgainstSecondSubmit(form) {
  form.addEventListener("submit", (event) => {
    if (form.hasAttribute("data-sending")) event.preventDefault();
    else queueMicrotask(() => !event.defaultPrevented && busy(form, true));
  });
}

// A page restored by the back button would otherwise keep its buttons busy for good.
function releaseOnReturn(page) {
  addEventListener("pageshow", (event) => {
    if (event.persisted) page.querySelectorAll("[data-sending]").forEach((form) => busy(form, false));
  });
}

function reveal(button) {
  const input = document.getElementById(button.dataset.reveal);
  const showLabel = button.getAttribute("aria-label");
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    button.title = shown ? button.dataset.revealHide : showLabel;
  });
}

function focusErrors(page) {
  page.querySelector("[data-error-summary]")?.focus();
}

/** Unused filters stay out of the URL. */
function dropEmptyFilters(form) {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
}

export function enhanceForms(page) {
  page.querySelectorAll("form[data-once]").forEach(guardAgainstSecondSubmit);
  page.querySelectorAll("[data-reveal]").forEach(reveal);
  page.querySelectorAll("form[data-filters]").forEach(dropEmptyFilters);
  releaseOnReturn(page);
  focusErrors(page);
}
