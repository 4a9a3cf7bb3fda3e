import { createHash } from "node:crypto";
import { modelById } from "../../lib/models/catalogue";
import { type Canvas, darkenRows, newCanvas, writeText } from "./canvas";
import type { Part } from "./composition";
import { lettersIn, lineHeight, textScale } from "./layout";
import { type Chance, chanceFrom, cutOut, drawDiscs, drawHills, drawTiles } from "./scenes";

/** What a job's pictures show: the same drawing and seed always give the same pixels. */
export interface Drawing {
  model: string;
  prompt: string;
  width: number;
  height: number;
  /** Transparent outside of the middle. */
  transparent: boolean;
  /** Nothing but black: what a safety checker leaves. */
  black?: boolean;
  /** The picture that the model started from. */
  input?: InputPicture;
  /** LoRAs, ControlNets and the like, in the order in which they are listed. */
  composition?: readonly Part[];
}

/** A picture that a request names. */
export interface KnownPicture {
  /** What it is told apart by. */
  fingerprint: string;
  /** Under which the store keeps it, where its bytes are known. */
  file?: string;
}

export interface InputPicture extends KnownPicture {
  /** What the plate says of it: "i2i strength 0.95". */
  label: string;
}

/** Everything that one picture depends on. */
export interface Subject extends Drawing {
  seed: bigint;
}

const scenes: Readonly<Record<string, (canvas: Canvas, chance: Chance) => void>> = {
  "runware:111@1": drawHills,
  "runware:107@1": drawDiscs,
  "runware:106@1": drawTiles,
};

/** Draws a stand-in for a generated picture: a scene made from the request's hash, and a plate that says what it is. */
export function draw(subject: Subject): Canvas {
  const { model, prompt, seed, width, height, transparent, black = false, input, composition } = subject;
  const canvas = newCanvas(width, height);
  if (black) {
    darkenRows(canvas, 0, height, 0);
    return canvas;
  }
  const start = input === undefined ? "" : `\n${input.fingerprint}\n${input.label}`;
  const parts = composition === undefined ? "" : `\n${JSON.stringify(composition)}`;
  const hash = createHash("sha256").update(`${model}\n${seed}\n${width}x${height}\n${prompt}${start}${parts}`).digest();
  (scenes[model] ?? drawHills)(canvas, chanceFrom(hash));
  if (transparent) cutOut(canvas);
  stamp(canvas, subject);
  return canvas;
}

const plateOpacity = 0.28;

/** The part of the height that the plate takes at most: less where what was composed stands at the upper edge. */
const plateShare = { usual: 0.6, composed: 0.4 };

/** The plate at the lower edge: sandbox, model, size, seed, and as much of the prompt as fits. */
function stamp(canvas: Canvas, { model, prompt, seed, width, height, input, composition }: Subject): void {
  const scale = textScale(width, height);
  const margin = 4 * scale;
  const perLine = lettersIn(width - 2 * margin, scale);
  if (perLine < 4) return;
  const title = modelById(model)?.title;
  const name = title === undefined ? model : `${title} (${model})`;
  const from = input === undefined ? "" : ` ${input.label}`;
  const facts = wrap(`SANDBOX ${name} ${width}x${height} seed ${seed}${from}`, perLine);
  const share = composition === undefined ? plateShare.usual : plateShare.composed;
  const room = Math.floor((share * height - 2 * margin) / (lineHeight * scale));
  const lines = [...facts, ...wrap(plainText(prompt), perLine)];
  const shown = lines.slice(0, Math.max(1, room));
  if (shown.length < lines.length) shown.push(`${(shown.pop() ?? "").slice(0, perLine - 3)}...`);
  const top = height - shown.length * lineHeight * scale - margin;
  darkenRows(canvas, top - margin, height, plateOpacity);
  for (const [line, text] of shown.entries()) {
    const colour = line < facts.length ? ([255, 214, 120] as const) : ([255, 255, 255] as const);
    writeText(canvas, text, margin, top + line * lineHeight * scale, scale, colour);
  }
}

/** Text that the font can show: accents dropped, white space made plain, the rest as question marks. */
function plainText(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** Breaks text at spaces, words that are too long anywhere. */
function wrap(text: string, perLine: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (let word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length <= perLine) {
      line = `${line} ${word}`;
      continue;
    }
    if (line !== "") lines.push(line);
    for (; word.length > perLine; word = word.slice(perLine)) lines.push(word.slice(0, perLine));
    line = word;
  }
  return line === "" ? lines : [...lines, line];
}
