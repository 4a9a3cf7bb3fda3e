import type { Schema } from "../schema";

/** The members that name the task. The node sets them. */
export const task = (air: string): Readonly<Record<string, Schema>> => ({
  taskType: { type: "string", const: "imageInference", "x-group": "advanced", "x-owned": true },
  taskUUID: { type: "string", format: "uuid", "x-group": "advanced", "x-owned": true },
  model: { type: "string", const: air, "x-group": "advanced", "x-owned": true },
});

/** Required of every task. */
export const taskRequired = ["taskType", "taskUUID", "model", "positivePrompt"] as const;
