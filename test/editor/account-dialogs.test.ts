import assert from "node:assert/strict";
import { type Editor, inOnePage } from "./browser";
import { account, falAccount, inference, todaysSettings } from "./nodes";

const limits = { dollarsPerHour: "0.5", dollarsPerDay: "5", picturesPerHour: "0" };
const variables = { requestsPerMinute: "${PACE}", keepResults: "${HOURS}", lostAnswer: "${LOST}" };
/** One value that no setting takes, and what the editor says to it. */
const refused = {
  requestsPerMinute: ["1.5", "Requests / minute: a whole number up to 100,000; 0 or nothing is no limit"],
  dollarsPerHour: ["-1", "USD / hour: a number up to 1,000,000; 0 or nothing is no limit"],
  dollarsPerDay: ["much", "USD / day: a number up to 1,000,000; 0 or nothing is no limit"],
  picturesPerHour: ["0.5", "Pictures / hour: a whole number up to 10,000,000; 0 or nothing is no limit"],
  picturesPerDay: ["-2", "Pictures / day: a whole number up to 10,000,000; 0 or nothing is no limit"],
  pricePerPicture: ["$1", "USD / picture: a number up to 1,000; 0 or nothing is not known"],
  keepResults: ["721", "Keep results: 0 to 720 hours"],
  keepAbsent: ["0", "Keep jobs: 1 to 365 days"],
  cancelAfter: ["3601", "Cancel: 0 to 3,600 seconds after the deletion"],
} as const;

const nodes = [
  { ...account, id: "earlier" },
  { ...falAccount, id: "earlier-fal" },
  { ...account, ...todaysSettings, ...limits, id: "limited" },
  { ...falAccount, ...todaysSettings, ...variables, id: "variables" },
  { ...falAccount, ...todaysSettings, id: "careful", lostAnswer: "report" },
  { ...account, ...todaysSettings, id: "wrong", keepAbsent: "400" },
  { ...account, ...todaysSettings, id: "refusing" },
  inference("node", "runware-flux-krea", {}),
  inference("keyless", "runware-flux-krea", {}, { idempotencyKeyFrom: { type: "msg", value: "" } }),
  inference("tool", "runware-preprocess", {}),
  ...["cancel", "resume", "idempotencyKey"].map((into) => inference(into, "runware-preprocess", {}, { into })),
];

describe("the dialogs' settings for limits, budget, journal and repeated triggers", function () {
  this.timeout(60_000);
  let editor: Editor;
  inOnePage([{ id: "tab", type: "tab", label: "Flow" }, account, falAccount, ...nodes], (opened) => {
    editor = opened;
  });

  const property = (id: string, name: string) => editor.get<unknown>(`RED.nodes.node('${id}').${name}`);
  const isOpen = (group: string) => editor.page.locator(`[data-group="${group}"] > .fluxwire-section-body`).isVisible();
  const remark = (group: string) => editor.text(`[data-group="${group}"] .fluxwire-count`);
  const field = (name: string) => editor.page.locator(`#node-config-input-${name}`);
  const saved = (id: string) =>
    editor.get<Record<string, unknown>>(`RED.nodes.createCompleteNodeSet().find((node) => node.id === '${id}')`);

  it("have a label and a unit for every setting, and stay narrow enough for a small screen", async () => {
    await editor.page.setViewportSize({ width: 1280, height: 800 });
    for (const [id, more] of [
      ["earlier", []],
      ["earlier-fal", ["Lost answer"]],
    ] as const) {
      await editor.openAccount(id);
      await editor.unfoldAll();
      const labels = await editor.get<string[]>(
        `$('[data-group=limits] label:visible, [data-group=journal] label:visible').get().map((label) => label.textContent.trim())`,
      );
      assert.deepEqual(labels, [
        "Requests / minute",
        "USD / hour",
        "USD / day",
        "Pictures / hour",
        "Pictures / day",
        "USD / picture",
        "Journal",
        "Keep results (h)",
        "Keep jobs (days)",
        "Cancel (s)",
        ...more,
      ]);
      assert.equal(await field("dollarsPerHour").getAttribute("placeholder"), "no limit");
      assert.equal(await field("pricePerPicture").getAttribute("placeholder"), "not known");
      assert.equal(await field("keepResults").getAttribute("placeholder"), "24");
      assert.ok(Number(await editor.get("$('.red-ui-tray').width()")) < 640, "the notes do not widen the dialog");
      const outside = await editor.get<string[]>(
        `$('.fluxwire-section').get().filter((part) => part.scrollWidth > part.clientWidth).map((part) => part.dataset.group)`,
      );
      assert.deepEqual(outside, []);
      await editor.cancel();
    }
    await editor.page.setViewportSize({ width: 1400, height: 1000 });
  });

  it("fold what is rarely set, and say in the heading how much is", async () => {
    await editor.openAccount("earlier");
    assert.deepEqual(await Promise.all(["jobs", "limits", "journal", "connection"].map(isOpen)), [
      true,
      false,
      false,
      false,
    ]);
    assert.deepEqual([await remark("limits"), await remark("journal")], ["", ""]);
    await editor.cancel();
    await editor.openAccount("limited");
    assert.equal(await remark("limits"), "2 set");
    await editor.unfold("limits");
    await field("picturesPerDay").fill("100");
    assert.equal(await remark("limits"), "3 set");
    await editor.cancel();
  });

  it("unfold where something is wrong", async () => {
    await editor.openAccount("wrong");
    assert.equal(await isOpen("journal"), true);
    await editor.cancel();
    assert.deepEqual(await property("wrong", "validationErrors"), ["Keep jobs: 1 to 365 days"]);
  });

  it("say in words what a setting takes", async () => {
    await editor.openAccount("refusing");
    await editor.unfoldAll();
    for (const [name, [value]] of Object.entries(refused)) await field(name).fill(value);
    await editor.done();
    assert.deepEqual(
      await property("refusing", "validationErrors"),
      Object.values(refused).map(([, reason]) => reason),
    );
  });

  it("save a limit in an account of an earlier version, and nothing that was not set", async () => {
    const before = await saved("earlier");
    await editor.openAccount("earlier");
    await editor.unfoldAll();
    await field("dollarsPerDay").fill("2.5");
    await editor.done();
    assert.deepEqual(await saved("earlier"), { ...before, dollarsPerDay: "2.5" });
    assert.equal(await property("earlier", "valid"), true);
    await editor.openAccount("earlier");
    await editor.unfold("limits");
    assert.equal(await field("dollarsPerDay").inputValue(), "2.5");
    await field("dollarsPerDay").fill("");
    await editor.done();
    assert.equal(await property("earlier", "dollarsPerDay"), "");
  });

  const chooseLostAnswer = async (entry: string) => {
    await editor.page
      .locator("#fluxwire-account-lostAnswer + .red-ui-typedInput-container .red-ui-typedInput-option-trigger")
      .click();
    await editor.pick(entry);
  };

  it("let the author of a fal flow choose to pay twice rather than lose a picture, and say what that means", async () => {
    await editor.openAccount("careful");
    await editor.unfold("journal");
    assert.match(await editor.text('[data-group="journal"]'), /fal, which bills both/);
    await chooseLostAnswer("send again, may pay twice");
    assert.equal(await remark("journal"), "1 set");
    await editor.done();
    assert.equal(await property("careful", "lostAnswer"), "repeat");
    await editor.openAccount("careful");
    await editor.unfold("journal");
    await chooseLostAnswer("report it as an error");
    await editor.done();
    assert.equal(await property("careful", "lostAnswer"), "report");
    assert.equal(await property("careful", "valid"), true);
  });

  it("say of the journal what it does, and of Runware nothing that only fal has", async () => {
    await editor.openAccount("limited");
    await editor.unfoldAll();
    const text = await editor.text('[data-group="journal"]');
    assert.match(text, /survives a restart/);
    assert.doesNotMatch(text, /Lost answer/);
    await editor.cancel();
  });

  it("keep variables", async () => {
    assert.deepEqual(await property("variables", "validationErrors"), []);
    await editor.openAccount("variables");
    await editor.unfoldAll();
    await field("line").fill("10");
    await editor.done();
    for (const [name, value] of Object.entries(variables)) assert.equal(await property("variables", name), value);
  });

  const keyRow = '[data-property="idempotencyKeyFrom"]';
  const chooseKey = async (entry: string) => {
    await editor.page.locator(`${keyRow} .red-ui-typedInput-type-select`).click();
    await editor.pick(entry);
  };

  for (const id of ["node", "tool"]) {
    it(`let ${id === "tool" ? "a tool" : "an inference node"} take its idempotency key from elsewhere, or have none`, async () => {
      await editor.open(id);
      await editor.unfold("advanced");
      assert.equal(await editor.text(`${keyRow} .fluxwire-label`), "Idempotency key");
      const input = editor.page.locator(`${keyRow} input.red-ui-typedInput-input`);
      assert.equal(await input.inputValue(), "idempotencyKey");
      await input.fill("payload.order.id");
      await input.press("Tab");
      await editor.done();
      assert.deepEqual(await property(id, "idempotencyKeyFrom"), { type: "msg", value: "payload.order.id" });
      await editor.open(id);
      await editor.unfold("advanced");
      await chooseKey("none");
      await editor.done();
      assert.deepEqual(await property(id, "idempotencyKeyFrom"), { type: "none", value: "" });
    });
  }

  it("say that a place for the idempotency key has to be named", async () => {
    assert.deepEqual(await property("keyless", "validationErrors"), ["Idempotency key: say where it comes from"]);
  });

  it("keep a tool's result out of what tells the next node to do something else", async () => {
    for (const into of ["cancel", "resume", "idempotencyKey"]) {
      assert.deepEqual(await property(into, "validationErrors"), [
        `Result into: msg.${into} is taken, choose another property`,
      ]);
    }
  });

  it("explain the settings and the control properties in the help", async () => {
    const helps = {
      "runware-account": ["Waiting line", "FLUX_QUOTA", "FLUX_STORAGE", "FLUX_BUSY"],
      "fal-account": ["Queue, direct and upload URL", "FLUX_QUOTA", "FLUX_OUTCOME_UNKNOWN", "Lost answer"],
      "runware-preprocess": ["guide image", "idempotencyKey", "resume", "FLUX_CANCELLED", "msg.job.recovered"],
    };
    for (const [type, words] of Object.entries(helps)) {
      await editor.get(`RED.sidebar.help.show('${type}')`);
      const [first] = words;
      const help = (await editor.page.locator(".red-ui-help").filter({ hasText: first }).first().textContent()) ?? "";
      for (const word of words) assert.ok(help.includes(word), `${type}: ${word}`);
    }
  });
});
