import type { Schema } from "../schema";

/** The service counts code points, as JSON Schema does. */
const prompt: Schema = { type: "string", minLength: 2, maxLength: 3000, "x-group": "prompt", "x-kind": "prompt" };

export const prompts = { positivePrompt: prompt, negativePrompt: prompt } satisfies Record<string, Schema>;

export const promptWeighting: Schema = { type: "string", enum: ["compel", "sdEmbeds"], "x-group": "prompt" };
