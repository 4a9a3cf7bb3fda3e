import type { Context } from "../context";
import type { Task } from "../jobs";
import { about, type ServiceError } from "./answer";

/** What the service would refuse in an imageInference task. */
export async function validateTask(task: Task, _context: Context): Promise<ServiceError[]> {
  const prompt = task.positivePrompt;
  if (typeof prompt !== "string" || prompt.length < 2 || prompt.length > 3000) {
    const code = prompt === undefined ? "missingPositivePrompt" : "invalidPositivePrompt";
    return [{ code, message: "The prompt has 2 to 3000 characters.", parameter: "positivePrompt", ...about(task) }];
  }
  return [];
}
