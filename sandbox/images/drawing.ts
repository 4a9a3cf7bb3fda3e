import { createHash } from "node:crypto";
import { modelById } from "../../lib/models/catalogue";
import { type Canvas, darkenFrom, newCanvas, writeText } from "./canvas";
import { glyphHeight, glyphWidth } from "./font";
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
}

export interface InputPicture {
  /** What it is told apart by. */
  fingerprint: string;
  /** Under which the store keeps it, where its bytes are known. */
  file?: string;
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
  const { model, prompt, seed, width, height, transparent, black = false, input } = subject;
  const canvas = newCanvas(width, height);
  if (black) {
    darkenFrom(canvas, 0, 0);
    return canvas;
  }
  const start = input === undefined ? "" : `\n${input.fingerprint}\n${input.label}`;
  const hash = createHash("sha256").update(`${model}\n${seed}\n${width}x${height}\n${prompt}${start}`).digest();
  (scenes[model] ?? drawHills)(canvas, chanceFrom(hash));
  if (transparent) cutOut(canvas);
  stamp(canvas, subject);
  return canvas;
}

const lineHeight = glyphHeight + 2;
const plateOpacity = 0.28;

/** The plate at the lower edge: sandbox, model, size, seed, and as much of the prompt as fits in 60 % of the height. */
function stamp(canvas: Canvas, { model, prompt, seed, width, height, input }: Subject): void {
  const scale = Math.max(1, Math.round(Math.min(width, height * 1.4) / 340));
  const margin = 4 * scale;
  const perLine = Math.floor((width - 2 * margin + scale) / ((glyphWidth + 1) * scale));
  if (perLine < 4) return;
  const title = modelById(model)?.title;
  const name = title === undefined ? model : `${title} (${model})`;
  const from = input === undefined ? "" : ` ${input.label}`;
  const facts = wrap(`SANDBOX ${name} ${width}x${height} seed ${seed}${from}`, perLine);
  const room = Math.floor((0.6 * height - 2 * margin) / (lineHeight * scale));
  const lines = [...facts, ...wrap(plainText(prompt), perLine)];
  const shown = lines.slice(0, Math.max(1, room));
  if (shown.length < lines.length) shown.push(`${(shown.pop() ?? "").slice(0, perLine - 3)}...`);
  const top = height - shown.length * lineHeight * scale - margin;
  darkenFrom(canvas, top - margin, plateOpacity);
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
