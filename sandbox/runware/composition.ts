import { controlNetNames } from "../../lib/models/fragments/runware/composition";
import type { Context } from "../context";
import type { Part } from "../images/composition";
import type { KnownPicture } from "../images/drawing";
import { mostPictures } from "../images/layout";
import { findPicture, keepPicture, strangePicture } from "../input-picture";
import type { Task } from "../jobs";

/** A part whose pictures are still as the request has them. */
type Asked = Omit<Part, "pictures"> & { images: readonly unknown[] };

/** What a valid task was composed of, with the pictures that the sandbox can show. */
export async function readComposition(task: Task, context: Context, url: string): Promise<Part[]> {
  const asked = [
    ...objectsIn(task.lora).map(lora),
    ...objectsIn(task.controlNet).map(controlNet),
    ...objectsIn(task.ipAdapters).map(ipAdapter),
    ...objectsIn(task.pulid).map(pulid),
    ...objectsIn(task.acePlusPlus).map(acePlusPlus),
  ];
  const parts: Part[] = [];
  for (const { kind, text, images } of asked) {
    const pictures: KnownPicture[] = [];
    for (const image of images.slice(0, mostPictures)) pictures.push(await pictureFor(image, context, url));
    parts.push({ kind, text: images.length > mostPictures ? `${text} ${images.length} images` : text, pictures });
  }
  return parts;
}

async function pictureFor(image: unknown, context: Context, url: string): Promise<KnownPicture> {
  const file = await findPicture(image, context, url);
  return typeof file === "object" ? keepPicture(file, context) : strangePicture(image);
}

/** The objects in a list, or the one that stands there by itself. */
const objectsIn = (value: unknown): Task[] =>
  (Array.isArray(value) ? value : [value]).filter(
    (element): element is Task => typeof element === "object" && element !== null,
  );

const imagesIn = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** The parts of a text that are there. */
const words = (...parts: unknown[]): string => parts.filter((part) => part !== undefined).join(" ");

/** A value that is worth showing: not the one that holds anyway. */
const unlessUsual = (value: unknown, usual: string): unknown => (value === usual ? undefined : value);

function lora({ model, weight = 1, transformer }: Task): Asked {
  return { kind: "LoRA", text: words(model, `x${weight}`, unlessUsual(transformer, "both")), images: [] };
}

function controlNet(entry: Task): Asked {
  const { model, weight = 1, controlMode, guideImage } = entry;
  const name = controlNetNames[String(model)] ?? model;
  const mode = unlessUsual(controlMode, "balanced");
  const text = words(name, `x${weight}`, reachOf(entry), mode === undefined ? undefined : `mode ${mode}`);
  return { kind: "ControlNet", text, images: [guideImage] };
}

/** From when to when a ControlNet works, where the request says: "0-60%", "steps 2-10", "from step 3 to 60%". */
function reachOf({ startStep, startStepPercentage, endStep, endStepPercentage }: Task): string | undefined {
  if (startStep === undefined && endStep === undefined) {
    if (startStepPercentage === undefined && endStepPercentage === undefined) return undefined;
    return `${startStepPercentage ?? 0}-${endStepPercentage ?? 100}%`;
  }
  if (startStep !== undefined && endStep !== undefined) return `steps ${startStep}-${endStep}`;
  const from = startStep === undefined ? percent(startStepPercentage) : `step ${startStep}`;
  const to = endStep === undefined ? percent(endStepPercentage) : `step ${endStep}`;
  return words(from && `from ${from}`, to && `to ${to}`);
}

const percent = (value: unknown): string | undefined => (value === undefined ? undefined : `${value}%`);

function ipAdapter({ model, weight = 1, weightType, guideImages }: Task): Asked {
  return { kind: "IP-Adapter", text: words(model, `x${weight}`, weightType), images: imagesIn(guideImages) };
}

function pulid({ images, idWeight = 1, trueCFGScale }: Task): Asked {
  const scale = trueCFGScale === undefined ? undefined : `CFG ${trueCFGScale}`;
  return { kind: "PuLID", text: words(`x${idWeight}`, scale), images: imagesIn(images) };
}

function acePlusPlus({ type = "portrait", images, masks, repaintingScale }: Task): Asked {
  const repaint = repaintingScale === undefined ? undefined : `repaint ${repaintingScale}`;
  return { kind: "ACE++", text: words(type, repaint), images: [...imagesIn(images), ...imagesIn(masks)] };
}
