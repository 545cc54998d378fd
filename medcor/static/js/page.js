import { enhanceDialogs } from "./dialogs.js";
import { enhanceForms } from "./forms.js";
import { enhanceMenus } from "./menu.js";
import { enhanceTheme } from "./theme.js";
import { listenForToasts } from "./toast.js";

enhanceTheme(document);
enhanceForms(document);
enhanceDialogs(document);
enhanceMenus(document);
listenForToasts(document);
