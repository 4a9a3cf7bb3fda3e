import { chromium } from "playwright-core";
import { startNodeRed } from "./test/support/node-red-process";
import { account, bucket, falAccount, inference, presign, upload, composition, preview } from "./test/editor/nodes";
const theme = process.argv[2] ?? "light";
(async () => {
  const types = ["runware-flux-srpo", "runware-flux-krea", "runware-flux-kontext", "fal-flux-srpo"];
  const flows = [{ id: "tab", type: "tab", label: "Flow" }, account, falAccount, bucket,
    ...types.map((t, i) => inference(t, t, t === "runware-flux-krea" ? { width: { type: "num", value: "1024" }, height: { type: "num", value: "1024" }, steps: { type: "num", value: "99" }, "hiresFix.upscaleFactor": {type:"num", value:"2"} } : {}, { x: 200, y: 60 + 60 * i })),
    composition("flux-lora", "flux-lora", {}, { x: 500, y: 60 }), composition("flux-controlnet", "flux-controlnet", {}, { x: 500, y: 120 }), composition("flux-identity", "flux-identity", {}, { x: 500, y: 180 }), composition("flux-ip-adapter", "flux-ip-adapter", {}, { x: 500, y: 240 }),
    upload("flux-s3-upload", { x: 700, y: 60 }), presign("flux-s3-presign", { x: 700, y: 120 }), preview("flux-preview", { x: 700, y: 200 }),
  ];
  const nr = await startNodeRed({ flows });
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  page.setDefaultTimeout(90000);
  if (theme === "dark") await page.addInitScript("localStorage.setItem('view-dark-theme','dark')");
  await page.goto(nr.url);
  await page.waitForFunction("window.RED && RED.nodes && RED.nodes.getType('runware-flux-srpo') && RED.nodes.filterNodes({}).length > 0 && $('#red-ui-loading-progress:visible').length === 0 && window.FluxWire");
  await page.evaluate("$.fx.off = true");
  const shot = (n: string) => page.screenshot({ path: `/tmp/shots/${theme}-${n}.png` });
  await shot("canvas");
  for (const id of [...types, "flux-lora", "flux-controlnet", "flux-identity", "flux-ip-adapter", "flux-s3-upload", "flux-s3-presign", "flux-preview"]) {
    await page.evaluate(`RED.editor.edit(RED.nodes.node('${id}'))`);
    await page.waitForFunction("$('.red-ui-tray').has(document.activeElement).length > 0");
    await page.waitForTimeout(800);
    await shot(`${id}-1`);
    const n = id.includes("flux-srpo") || id.includes("krea") || id.includes("kontext") ? 6 : 1;
    await page.evaluate("$('.fluxwire-section-heading[aria-expanded=false]').click() && undefined");
    await page.waitForTimeout(500);
    for (let i = 2; i <= n; i++) {
      await page.evaluate("(() => { const b = document.querySelector('.red-ui-tray-body-wrapper') ?? document.querySelector('.red-ui-tray-body'); const s = [...document.querySelectorAll('.red-ui-tray *')].find(e => e.scrollHeight > e.clientHeight + 50 && getComputedStyle(e).overflowY !== 'visible'); (s ?? b).scrollTop += 560 })()");
      await page.waitForTimeout(200);
      await shot(`${id}-${i}`);
    }
    await page.click("#node-dialog-cancel");
    await page.waitForFunction("$('.red-ui-tray').length === 0");
  }
  for (const id of ["account", "fal", "bucket"]) {
    await page.evaluate(`RED.editor.editConfig('', RED.nodes.node('${id}').type, '${id}')`);
    await page.waitForFunction("$('.red-ui-tray').has(document.activeElement).length > 0");
    await page.waitForTimeout(800);
    await shot(`${id}-1`);
    await page.click("#node-config-dialog-cancel");
    await page.waitForFunction("$('.red-ui-tray').length === 0");
  }
  await browser.close(); await nr.stop();
})();
