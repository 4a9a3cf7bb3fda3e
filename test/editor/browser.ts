import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { nodeRedPackage } from "../../scripts/node-red-package";
import { type NodeRedProcess, startNodeRed } from "../support/node-red-process";
import { skipped } from "../support/skipped";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Why there can be no browser tests here; undefined when there can. */
const noBrowser = existsSync(executablePath)
  ? undefined
  : `no browser at ${executablePath}; set CHROMIUM to the path of one`;

/** A browser whose pages share a cache: the editor is some megabytes. */
const viewport = { width: 1400, height: 1000 };

const startBrowser = async (): Promise<BrowserContext> => {
  const browser = await chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  return browser.newContext({ viewport });
};

/** The same browser as someone has it whose language is another one. */
const inLanguage = async (context: BrowserContext, locale: string): Promise<BrowserContext> => {
  const browser = context.browser();
  assert.ok(browser);
  return browser.newContext({ viewport, locale });
};

/** Node-RED's editor in a browser page. */
export interface Editor {
  readonly page: Page;
  /** Errors and warnings on the page's console so far. */
  readonly complaints: string[];
  /** The value of an expression in the page. */
  get<Value>(expression: string): Promise<Value>;
  /** Opens a node's dialog and waits until it can be used. */
  open(id: string): Promise<void>;
  openAccount(id: string): Promise<void>;
  /** Presses Done or Update, and waits until the dialog is gone. */
  done(): Promise<void>;
  /** Presses Cancel, and waits until the dialog is gone. */
  cancel(): Promise<void>;
  /** Unfolds a section of a dialog. */
  unfold(group: string): Promise<void>;
  /** Unfolds every section of a dialog. */
  unfoldAll(): Promise<void>;
  /** Types into a parameter's control, the way a person does. */
  type(parameter: string, text: string): Promise<void>;
  /** Picks an entry of the menu that is open. */
  pick(entry: string): Promise<void>;
  /** The text of an element. */
  text(selector: string): Promise<string>;
  close(): Promise<void>;
}

type Theme = "light" | "dark";

/** What Node-RED's own editor can look like; 4.1 has no dark theme. */
const themesByPackage: Readonly<Record<string, readonly Theme[]>> = { "node-red": ["light"] };
export const themes = themesByPackage[nodeRedPackage()] ?? (["light", "dark"] as const);

interface EditorOptions {
  theme?: Theme;
  /** Lets the page load although the dialogs' shared code cannot be fetched. */
  withoutBundle?: boolean;
  /** Logs in first; until then Node-RED refuses what the page asks for, and the console says so. */
  user?: { name: string; password: string };
  /** The browser's language, such as "de-DE"; that of this machine unless told. */
  locale?: string;
}

/** Opens the editor and waits until the flows are on its canvas and the dialogs' shared code is there. */
const openEditor = async (browser: BrowserContext, url: string, options: EditorOptions = {}): Promise<Editor> => {
  const context = options.locale === undefined ? browser : await inLanguage(browser, options.locale);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  if (options.withoutBundle) {
    await page.route("**/node-red-flux/editor.js", (route) => route.fulfill({ status: 404, body: "" }));
  }
  if (options.theme === "dark") await page.addInitScript("localStorage.setItem('view-dark-theme', 'dark')");
  await page.goto(url);
  if (options.user) {
    await page.fill("#node-dialog-login-username", options.user.name);
    await page.fill("#node-dialog-login-password", options.user.password);
    await page.click("#node-dialog-login-submit");
  }
  const bundle = options.withoutBundle ? "true" : "window.FluxWire";
  await page.waitForFunction(
    `window.RED && RED.nodes && RED.nodes.getType('runware-flux-srpo') && RED.nodes.filterNodes({}).length > 0 && $('#red-ui-loading-progress:visible').length === 0 && ${bundle}`,
  );
  // Nothing slides while a test waits for it.
  await page.addStyleTag({
    content: "*, *::before, *::after { transition: none !important; animation: none !important }",
  });
  await page.evaluate("$.fx.off = true");

  const leave = async (buttons: string): Promise<void> => {
    await page.click(buttons);
    await page.waitForFunction("$('.red-ui-tray').length === 0");
  };
  /**
   * A dialog with credentials is empty until Node-RED has told them, and each is laid out once more after that. What
   * comes last is the focus; a click that came earlier might be lost.
   */
  const opened = () => page.waitForFunction("$('.red-ui-tray').has(document.activeElement).length > 0");
  return {
    page,
    complaints,
    get: <Value>(expression: string) => page.evaluate<Value>(expression),
    open: async (id) => {
      await page.evaluate(`RED.editor.edit(RED.nodes.node(${JSON.stringify(id)}))`);
      await opened();
    },
    openAccount: async (id) => {
      await page.evaluate(
        `RED.editor.editConfig('', RED.nodes.node(${JSON.stringify(id)}).type, ${JSON.stringify(id)})`,
      );
      await opened();
    },
    done: () => leave("#node-dialog-ok, #node-config-dialog-ok"),
    cancel: () => leave("#node-dialog-cancel, #node-config-dialog-cancel"),
    unfold: async (group) => {
      const heading = page.locator(`[data-group="${group}"] > .fluxwire-section-heading`);
      if ((await heading.getAttribute("aria-expanded")) === "false") await heading.click();
    },
    unfoldAll: () => page.evaluate("$('.fluxwire-section-heading[aria-expanded=false]').click() && undefined"),
    type: async (parameter, text) => {
      const input = page.locator(`[data-parameter="${parameter}"] input.red-ui-typedInput-input`);
      await input.fill(text);
      await input.press("Tab");
    },
    pick: async (entry) => {
      // While the menu slides open, its entries still move away from under the mouse.
      await page.waitForFunction("$('.red-ui-typedInput-options:animated').length === 0");
      const plain = page.locator(".red-ui-typedInput-options:visible a");
      const searched = page.locator(".fluxwire-options [role=option]");
      await plain.or(searched).getByText(entry, { exact: true }).click();
    },
    text: async (selector) => (await page.locator(selector).textContent()) ?? "",
    close: () => page.close(),
  };
};

interface Browser {
  /** Opens the editor in a new page. */
  open(options?: EditorOptions): Promise<Editor>;
}

/**
 * Gives the tests of the suite that calls this a Node-RED with these flows, and a browser; without a browser they are
 * skipped.
 */
export const inBrowser = (flows: readonly object[], settings: Record<string, unknown> = {}): Browser => {
  let nodeRed: NodeRedProcess | undefined;
  let browser: BrowserContext | undefined;
  before(async function () {
    this.timeout(60_000);
    if (noBrowser !== undefined) return skipped(this, `browser tests: ${noBrowser}`);
    [nodeRed, browser] = await Promise.all([startNodeRed({ flows, settings }), startBrowser()]);
  });
  after(async () => {
    await browser?.browser()?.close();
    await nodeRed?.stop();
  });
  return {
    open: (options) => {
      if (nodeRed === undefined || browser === undefined)
        throw new Error("the editor is opened by tests and hooks only");
      return openEditor(browser, nodeRed.url, options);
    },
  };
};

/**
 * The same with one page for all tests, because the editor takes seconds to load: each test has nodes of its own, or
 * leaves them as the next one needs them. Nothing may complain on the console. A test that failed leaves a new page.
 *
 * @param use gets the page.
 * @param options of every page.
 */
export const inOnePage = (
  flows: readonly object[],
  use: (editor: Editor) => void,
  options: EditorOptions = {},
): Browser => {
  const browser = inBrowser(flows);
  let editor: Editor;
  const open = async (): Promise<void> => {
    editor = await browser.open(options);
    use(editor);
  };
  before(async function () {
    this.timeout(60_000);
    await open();
  });
  afterEach(async function () {
    const { complaints } = editor;
    if (this.currentTest?.state === "failed" || complaints.length > 0) {
      await editor.close();
      await open();
    }
    assert.deepEqual(complaints, []);
  });
  return browser;
};
