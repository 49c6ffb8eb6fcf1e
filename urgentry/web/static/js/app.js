// Starts what pages need. Everything works without it, but for what is live.

import { startConfirming, startOpeners } from "./dialogs.js";
import { startCopying } from "./copying.js";
import { startForms } from "./forms.js";
import { startIssueList } from "./issue-list.js";
import { startIssuePage } from "./issue-page.js";
import { startKeys } from "./keys.js";
import { startLogs } from "./logs.js";
import { startLook } from "./look.js";
import { startMenus } from "./menus.js";
import { startOnboarding } from "./onboarding.js";
import { startPalette } from "./palette.js";
import { startSearch } from "./search.js";
import { startStats } from "./stats.js";
import { startTimes } from "./times.js";
import { startToasts } from "./toasts.js";
import { startTrace } from "./trace.js";

startTimes();
startMenus();
startLook();
startCopying();
startOpeners();
startConfirming();
startForms();
startToasts();
startKeys();
startPalette();
startSearch();
startIssueList();
startIssuePage();
startOnboarding();
startStats();
startTrace();
startLogs();
