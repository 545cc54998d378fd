const NUMBERED = /^(.*prescriptions-)(\d+|__line__)(-.*)$/;
const NAMING = ["id", "name", "for", "aria-describedby"];

function renumber(line, index) {
  line.querySelector("[data-line-number]").textContent = String(index + 1);
  for (const part of line.querySelectorAll("*")) {
    for (const name of NAMING) {
      const value = part.getAttribute(name);
      if (value) part.setAttribute(name, value.split(" ").map((word) => word.replace(NUMBERED, `$1${index}$3`)).join(" "));
    }
    if (part.name === "remove_line") part.value = String(index);
  }
}

/** The lines of a prescription: added and removed in place, numbered from 0 as the server reads them. */
export function prescriptionLines(form) {
  const frame = form.querySelector("[data-lines]");
  const template = frame.querySelector("[data-line-template]");
  const addRow = frame.querySelector("[data-line-add]");
  const most = Number(frame.dataset.most);
  const lines = () => [...frame.querySelectorAll("[data-line]")];
  const changed = () => form.dispatchEvent(new Event("input", { bubbles: true }));

  function settle() {
    lines().forEach(renumber);
    addRow.hidden = lines().length >= most;
  }

  function add() {
    template.before(template.content.cloneNode(true));
    settle();
    return lines().at(-1);
  }

  function remove(line) {
    const index = lines().indexOf(line);
    line.remove();
    if (!lines().length) add();
    settle();
    const near = lines()[Math.min(index, lines().length - 1)];
    near.querySelector("input").focus();
  }

  frame.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=add_line], button[name=remove_line]");
    if (!button) return;
    event.preventDefault();
    if (button.name === "add_line") add().querySelector("input").focus();
    else remove(button.closest("[data-line]"));
    changed();
  });

  return {
    /** Have exactly so many lines, for words that come back. */
    setCount(count) {
      while (lines().length < Math.min(count, most)) add();
      while (lines().length > Math.max(count, 1)) lines().at(-1).remove();
      settle();
    },
  };
}
