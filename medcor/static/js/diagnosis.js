const WAIT_MS = 180;

function option(id, { code, title }) {
  const item = document.createElement("li");
  const name = document.createElement("strong");
  item.id = id;
  item.role = "option";
  item.className = "combobox__option";
  name.textContent = code;
  item.append(name, ` ${title}`);
  return item;
}

/** A text field with a list of diagnoses below it (ARIA's combobox with a list box). */
export function diagnosisBox(input) {
  const { diagnosis: url, words, label, none, found } = input.dataset;
  const title = document.querySelector("[data-diagnosis-title]");
  const list = document.createElement("ul");
  const status = document.createElement("p");
  let shown = [];
  let active = -1;
  let asked = 0;
  let timer = 0;

  list.id = `${input.id}-list`;
  list.className = "combobox__list";
  list.role = "listbox";
  list.hidden = true;
  list.setAttribute("aria-label", label);
  status.className = "visually-hidden";
  status.role = "status";
  input.after(list, status);
  input.parentElement.classList.add("combobox");
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" })) {
    input.setAttribute(name, value);
  }

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    active = index;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
    const item = list.children[index];
    if (!item) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  function choose(index) {
    const picked = shown[index];
    if (!picked) return;
    const text = document.getElementById(words);
    input.value = picked.code;
    title.textContent = picked.title;
    if (!text.value.trim()) text.value = picked.title;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    clearTimeout(timer);
    close();
  }

  function show(items) {
    shown = items;
    list.replaceChildren(...items.map((item, index) => option(`${list.id}-${index}`, item)));
    status.textContent = items.length ? found.replace("{number}", String(items.length)) : none;
    list.hidden = !items.length;
    input.setAttribute("aria-expanded", String(items.length > 0));
    mark(-1);
  }

  async function search() {
    const query = input.value.trim();
    const turn = ++asked;
    if (query.length < 2) return close();
    try {
      const answer = await fetch(`${url}?q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } });
      const items = answer.ok ? await answer.json() : [];
      if (turn === asked && document.activeElement === input) show(items);
    } catch {
      close();
    }
  }

  input.addEventListener("input", (event) => {
    if (!event.isTrusted) return;
    title.textContent = "";
    clearTimeout(timer);
    timer = setTimeout(search, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) {
      if (event.key === "ArrowDown") search();
      return;
    }
    const last = shown.length - 1;
    const moves = { ArrowDown: active < last ? active + 1 : 0, ArrowUp: active > 0 ? active - 1 : last };
    if (event.key in moves) mark(moves[event.key]);
    else if (event.key === "Enter" && active >= 0) choose(active);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
  // Before the field loses the focus, which closes the list.
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    choose([...list.children].indexOf(event.target.closest("li")));
  });
}
