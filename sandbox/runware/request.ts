import type { Task } from "../jobs";

/** Width and height in pixels; 1024 x 1024 where the request does not say. */
export function sizeOf(task: Task): { width: number; height: number } {
  const { width, height } = task;
  if (typeof width === "number" && typeof height === "number") return { width, height };
  return { width: 1024, height: 1024 };
}

/** Prompts have at most 3,000 characters; what is longer is an image. */
const longestKept = 4096;

/** The task with every long string replaced by a description of it, so that remembering it is cheap. */
export function withoutLongImages(task: Task): Task {
  const shorten = (value: unknown): unknown => {
    if (typeof value === "string") return value.length > longestKept ? `(${value.length} characters)` : value;
    if (Array.isArray(value)) return value.map(shorten);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shorten(member)]));
  };
  return Object.fromEntries(Object.entries(task).map(([name, member]) => [name, shorten(member)]));
}
