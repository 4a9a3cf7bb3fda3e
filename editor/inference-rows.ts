import { promptParameter } from "./form-tree";
import { type EditorModel, endpointOf } from "./models";
import type { Translate } from "./node-red";
import type { OpenSettings } from "./open-settings";
import { showHint } from "./row";
import { checkboxRow, noSource, propertyRow, selectRow, sourceRow, sourceTypes, textRow } from "./setting-rows";
import { isVariable } from "./variable";
import { hintOf, labelOf } from "./wording";

const outputForms = ["url", "buffer", "base64", "dataURI"] as const;
const resultForms = ["each", "all"] as const;
const modes = ["auto", "text-to-image", "image-to-image"] as const;
const deliveries = ["queue", "sync"] as const;

/** Where the prompt and the picture come from and, of a model with modes, which of them the node runs in. */
export const sourceRows = (model: EditorModel, settings: OpenSettings, t: Translate): HTMLElement[] => {
  const text = { value: "str", label: t("dialog.text"), icon: "red/images/typedInput/az.svg" };
  const none = noSource(t);
  const prompt = promptParameter(model.facts);
  const payload = { type: "msg", value: "payload" };
  const promptRows = prompt
    ? [
        sourceRow(
          "promptFrom",
          "dialog.promptFrom",
          payload,
          [...sourceTypes.slice(0, 1), text, ...sourceTypes.slice(1)],
          hintOf(prompt, t),
          settings,
          t,
        ),
      ]
    : [];
  const isTool = model.resultInto !== undefined;
  const imageRow = sourceRow(
    "imageFrom",
    "dialog.imageFrom",
    isTool ? payload : { type: "none", value: "" },
    [none, ...sourceTypes.slice(0, 3), text, ...sourceTypes.slice(3)],
    "",
    settings,
    t,
  );
  const hintAtUse = (): void => showHint(imageRow, useOfPicture(model, settings.read("mode"), t));
  hintAtUse();
  if (isTool) return [imageRow, propertyRow("into", "dialog.into", model.resultInto ?? "", settings, t)];
  if (!model.modes) return [...promptRows, imageRow];
  settings.watch(hintAtUse);
  return [...promptRows, selectRow("mode", "dialog.mode", modes, settings, t), imageRow];
};

/** What becomes of the picture that "Image from" brings. */
const useOfPicture = (model: EditorModel, mode: unknown, t: Translate): string => {
  const endpoint = endpointOf(model, mode);
  const { imageParameter } = endpoint;
  if (imageParameter === undefined) return model.modes ? t("dialog.noImage") : "";
  const use = t("dialog.imageInto", { parameter: labelOf(imageParameter, t) });
  return model.modes && endpoint === model ? `${use}; ${t("dialog.imageDecides")}` : use;
};

/** In which form the pictures leave and, where there is a choice, how they are fetched. */
export const resultRows = (model: EditorModel, settings: OpenSettings, t: Translate): HTMLElement[] => {
  const formRow = selectRow("output", "dialog.resultForm", outputForms, settings, t);
  // A tool makes one picture, and leaves msg.flux to the nodes that come after it.
  if (model.resultInto !== undefined) return [formRow];
  return [
    formRow,
    selectRow("results", "dialog.results", resultForms, settings, t),
    provenanceRow(settings, t),
    checkboxRow("keepFlux", "dialog.keepFlux", false, settings, t),
    ...(model.modes ? [deliveryRow(settings, t)] : []),
  ];
};

/** A link leads to a file of the service's. */
const provenanceRow = (settings: OpenSettings, t: Translate): HTMLElement => {
  const made = checkboxRow("provenance", "dialog.provenance", false, settings, t);
  const warn = (): void => {
    const value = String(settings.read("provenance") ?? "");
    const isVain = value === "true" && (settings.read("output") ?? "url") === "url";
    showHint(made, isVain ? t("dialog.provenanceUrl") : isVariable(value) ? value : "");
  };
  warn();
  settings.watch(warn);
  return made;
};

const deliveryRow = (settings: OpenSettings, t: Translate): HTMLElement => {
  const made = selectRow("delivery", "dialog.delivery", deliveries, settings, t);
  const warn = (): void => {
    const isInAnswer = ["base64", "dataURI"].includes(String(settings.read("output")));
    const isQueued = (settings.read("delivery") ?? "queue") === "queue";
    showHint(made, isInAnswer && isQueued ? t("dialog.largeAnswers") : "");
  };
  warn();
  settings.watch(warn);
  return made;
};

export const advancedRows = (settings: OpenSettings, t: Translate): HTMLElement[] => {
  const timeout = textRow(
    "timeout",
    "dialog.timeout",
    { placeholder: t("dialog.timeoutPlaceholder"), hint: t("ranges.seconds"), isRight: isTimeout },
    settings,
    t,
  );
  const idempotencyKey = sourceRow(
    "idempotencyKeyFrom",
    "dialog.idempotencyKeyFrom",
    { type: "msg", value: "idempotencyKey" },
    // What holds for all messages alike, such as a context or the environment, would make one job of all of them.
    ["msg", "jsonata", noSource(t)],
    "",
    settings,
    t,
  );
  return [
    timeout,
    checkboxRow("lateResults", "dialog.lateResults", true, settings, t),
    idempotencyKey,
    checkboxRow("allowUnknown", "dialog.allowUnknown", false, settings, t),
  ];
};

/** Seconds above 0, a variable, or nothing: the account's. */
export const isTimeout = (value: string): boolean => value === "" || isVariable(value) || Number(value) > 0;
