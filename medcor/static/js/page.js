import { enhanceDialogs } from "./dialogs.js";
import { enhanceForms } from "./forms.js";
import { enhanceMenus } from "./menu.js";
import { listenForChanges } from "./refresh.js";
import { enhanceTheme } from "./theme.js";
import { listenForToasts } from "./toast.js";
import { enhanceZone } from "./zone.js";

enhanceTheme(document);
enhanceForms(document);
enhanceDialogs(document);
enhanceMenus(document);
enhanceZone(document);
listenForToasts(document);
listenForChanges(document);
