import type { FluxError } from "../../errors";
import { type Item, readCost, readSeed } from "../json";
import type { Answer, AnsweredPicture } from "../provider";
import type { Reply } from "./answer";
import { codeOf, errorInside, hasFailed, missingPictures } from "./errors";

/** Where a job stands after a reply. */
export type Standing =
  /** Every picture is there or is known to have failed. */
  | { state: "final" }
  /** Something is being worked on, or the service only acknowledged the job. */
  | { state: "working" }
  /** Nothing is being worked on, and yet results are missing; `failed` when an error may explain that. */
  | { state: "stalled"; failed: boolean }
  /** The reply does not know the job. */
  | { state: "unknown" };

/** How many failures of one job are told, and how many pictures taken of one whose number is not known; a batch has at most 20. */
const MOST_FAILURES = 50;
const MOST_PICTURES = 50;

const NONE: readonly Item[] = [];

/** Collects the pictures of one job over any number of replies, each of which repeats the full state. */
export class Results {
  readonly #id: string;
  // Nobody may know: then what is there is all once nothing is being worked on.
  #expected: number | undefined;
  // Made with the first picture: of jobs that wait there may be thousands. `key` tells each from the others.
  #pictures: { readonly key: string; readonly picture: AnsweredPicture }[] | undefined;
  #failures: readonly Item[] = NONE;
  #percent: number | undefined;

  constructor(id: string, expected: number | undefined) {
    this.#id = id;
    this.#expected = expected;
  }

  /** Whether nobody has told how many pictures were asked for. */
  get isOpenEnded(): boolean {
    return this.#expected === undefined;
  }

  /** Somebody knows how many pictures were asked for. */
  expect(expected: number | undefined): void {
    this.#expected ??= expected;
  }

  /** Progress of the whole batch, 0 to 100, once the service has spoken of progress. */
  get percent(): number | undefined {
    return this.#percent;
  }

  get isEmpty(): boolean {
    return this.#count === 0 && this.#failures.length === 0;
  }

  get #count(): number {
    return this.#pictures?.length ?? 0;
  }

  /** Takes a reply in. Errors that only say that the job is not known must have been taken out before. */
  take({ data, errors }: Reply): Standing {
    if (data.length === 0 && errors.length === 0) return { state: "unknown" };
    const failed: Item[] = [];
    const outside = errors.length > MOST_FAILURES ? errors.slice(0, MOST_FAILURES) : errors;
    let working = 0;
    let withheld = 0;
    let progress: number | undefined;
    for (const item of data) {
      const kind = kindOf(item);
      if (kind === "failed") {
        if (failed.length < MOST_FAILURES) failed.push(errorInside(item));
      } else if (kind === "picture") this.#add(item);
      else if (kind === "withheld") withheld += 1;
      else {
        working += 1;
        if (typeof item.progress === "number") progress = (progress ?? 0) + Math.min(100, Math.max(0, item.progress));
      }
    }
    if (failed.length === 0) this.#failures = outside;
    else {
      this.#failures = [...failed, ...outside.filter((error) => !failed.some((item) => sameFailure(item, error)))];
    }
    if (progress !== undefined) {
      const expected = this.#expected ?? working + this.#count;
      this.#percent = Math.min(100, (progress + 100 * this.#count) / expected);
    }
    return this.#standing(working, withheld, data.length);
  }

  /** The answer as it stands. What is missing without a reason is an error of its own. */
  answer(toError: (failure: Item) => FluxError): Answer {
    const errors = this.#failures.map(toError);
    const pictures = (this.#pictures ?? []).map(({ picture }) => picture);
    const missing = (this.#expected ?? 1) - pictures.length;
    if (missing > 0 && errors.length === 0) errors.push(missingPictures(missing, this.#id));
    return { pictures, errors };
  }

  #standing(working: number, withheld: number, items: number): Standing {
    const pictures = this.#count;
    const failures = this.#failures.length;
    const expected = this.#expected;
    if (expected !== undefined && pictures >= expected) return { state: "final" };
    if (working > 0) return { state: "working" };
    if (pictures + failures + withheld >= (expected ?? 1)) return { state: "final" };
    // An error without any item is about the task as a whole.
    if (failures > 0 && items === 0 && pictures === 0) return { state: "final" };
    return { state: "stalled", failed: failures > 0 };
  }

  #add(item: Item): void {
    const content = contentOf(item);
    const id = pictureId(item);
    const key = id ?? content?.text ?? "";
    // Told again, a picture may have got a cost in the meantime; its place stays.
    this.#pictures ??= [];
    const known = this.#pictures.findIndex((one) => one.key === key);
    const index = known < 0 ? this.#pictures.length : known;
    if (index >= (this.#expected ?? MOST_PICTURES)) return;
    const picture: AnsweredPicture = { id: id ?? `${this.#id}-${index}`, index, nsfw: item.NSFWContent === true };
    if (content) picture[content.form] = content.text;
    const seed = readSeed(item.seed);
    if (seed !== undefined) picture.seed = seed;
    const cost = readCost(item.cost);
    if (cost !== undefined) picture.cost = cost;
    this.#pictures[index] = { key, picture };
  }
}

/** What a preprocessor made is a guide image, under names of its own. */
const FORMS = [
  ["guideImageURL", "url"],
  ["guideImageBase64Data", "base64"],
  ["guideImageDataURI", "dataURI"],
  ["imageURL", "url"],
  ["imageBase64Data", "base64"],
  ["imageDataURI", "dataURI"],
] as const;

/** The service's id of the picture that an item is about; `inputImageUUID` is the picture that a guide was made of. */
function pictureId({ guideImageUUID, imageUUID }: Item): string | undefined {
  if (typeof guideImageUUID === "string" && guideImageUUID !== "") return guideImageUUID;
  return typeof imageUUID === "string" && imageUUID !== "" ? imageUUID : undefined;
}

function contentOf(item: Item): { form: "url" | "base64" | "dataURI"; text: string } | undefined {
  for (const [member, form] of FORMS) {
    const text = item[member];
    if (typeof text === "string" && text !== "") return { form, text };
  }
  return undefined;
}

/** "success" on an item is not enough: an acknowledgement may carry it as well. */
function kindOf(item: Item): "picture" | "failed" | "withheld" | "working" {
  if (hasFailed(item)) return "failed";
  if (item.status === "processing") return "working";
  if (contentOf(item)) return "picture";
  // A finished picture that is not in the answer will not come; waiting for it would never end.
  return item.status === "success" && pictureId(item) !== undefined ? "withheld" : "working";
}

/** One failure may be told in both shapes at once. */
const sameFailure = (inside: Item, outside: Item): boolean =>
  pictureId(outside) === undefined && codeOf(inside, "") === codeOf(outside, "");
