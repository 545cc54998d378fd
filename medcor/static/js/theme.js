const YEAR = 365 * 24 * 3600;

export function opposite(theme) {
  return theme === "dark" ? "light" : "dark";
}

/** The theme in force: the visitor's choice, else the system's. */
export function currentTheme(chosen, systemIsDark) {
  return chosen || (systemIsDark ? "dark" : "light");
}

function remember(theme) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${theme}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
}

function themeInForce(root) {
  return currentTheme(root.dataset.theme, matchMedia("(prefers-color-scheme: dark)").matches);
}

function label(button, theme) {
  button.querySelector("span").textContent = button.dataset[opposite(theme)];
}

export function enhanceTheme(page) {
  const root = page.documentElement;
  const buttons = page.querySelectorAll("[data-theme-toggle]");
  const show = () => buttons.forEach((button) => label(button, themeInForce(root)));
  const toggle = () => {
    root.dataset.theme = opposite(themeInForce(root));
    remember(root.dataset.theme);
    show();
  };
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", toggle);
  }
  show();
}
