function close(menu, focus) {
  menu.open = false;
  if (focus) menu.querySelector("summary").focus();
}

/** A disclosure used as a menu closes on Escape and on a click elsewhere. */
export function enhanceMenus(page) {
  const menus = page.querySelectorAll("details[data-menu]");
  page.addEventListener("keydown", (event) => {
    if (event.key === "Escape") menus.forEach((menu) => menu.open && close(menu, true));
  });
  page.addEventListener("click", (event) => {
    menus.forEach((menu) => menu.open && !menu.contains(event.target) && close(menu, false));
  });
}
