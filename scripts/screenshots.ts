import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { startNodeRed } from "../test/support/node-red-process";
import { nodeRedPackage } from "./node-red-package";

/**
 * Takes the pictures that the README shows, into docs/images: the flow of `npm start` with its previews, a dialog with
 * something to correct, the sidebar, in both themes. Needs Node-RED 5 (Node.js 22.9 or newer), which has a dark theme,
 * and Chromium.
 */
const repository = resolve(__dirname, "..");
const folder = join(repository, "docs/images");

const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];

type Theme = "light" | "dark";

const openPage = async (browser: Browser, url: string, theme: Theme): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width: 1500, height: 940 } });
  const page = await context.newPage();
  await page.addInitScript(`localStorage.setItem("view-dark-theme", ${JSON.stringify(theme)})`);
  await page.goto(url);
  await page.waitForFunction("window.FluxWire && $('#red-ui-loading-progress:visible').length === 0");
  // Six previews, each with its picture.
  await page.waitForFunction("document.querySelectorAll('.fluxwire-pictures image').length >= 6");
  return page;
};

const shoot = async (page: Page, theme: Theme): Promise<void> => {
  const save = (name: string) => page.screenshot({ path: join(folder, `${name}-${theme}.png`) });
  await page.evaluate("$.fx.off = true");
  await page.evaluate("RED.actions.invoke('fluxwire:show-sidebar-tab')");
  await page.waitForFunction("document.querySelectorAll('.fluxwire-job img').length >= 6");
  await save("flow");
  await page.evaluate("RED.editor.edit(RED.nodes.filterNodes({ type: 'runware-flux-krea' })[0])");
  await page.waitForSelector('[data-parameter="steps"] input.red-ui-typedInput-input');
  await page.fill('[data-parameter="steps"] input.red-ui-typedInput-input', "60");
  await page.evaluate("document.querySelector('[data-parameter=steps]').scrollIntoView({ block: 'center' })");
  await page.waitForSelector(".fluxwire-estimate-text:not(:empty)");
  await save("dialog");
};

const main = async (): Promise<void> => {
  if (nodeRedPackage() !== "node-red-5") throw new Error("Node-RED 5 is needed: use Node.js 22.9 or newer.");
  mkdirSync(folder, { recursive: true });
  const flows: object[] = JSON.parse(readFileSync(join(repository, "examples/first-pictures.json"), "utf8"));
  const nodeRed = await startNodeRed({ flows });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ARGUMENTS,
  });
  try {
    for (const theme of ["light", "dark"] as const) await shoot(await openPage(browser, nodeRed.url, theme), theme);
  } finally {
    await browser.close();
    await nodeRed.stop();
  }
};

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
