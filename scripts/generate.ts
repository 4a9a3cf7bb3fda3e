import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ModelSchema } from "../lib/models/fragments/schema";
import { generateModel } from "./generate-model";

const modelsFolder = join(__dirname, "../lib/models");

/** Compiles every `lib/models/*.schema.ts` into `lib/models/generated/`. */
const generate = async (): Promise<void> => {
  for (const file of readdirSync(modelsFolder).sort()) {
    const name = /^(.+)\.schema\.ts$/.exec(file)?.[1];
    if (name === undefined) continue;
    const { schema }: { schema: ModelSchema } = await import(join(modelsFolder, file));
    await generateModel(name, schema, join(modelsFolder, "generated"));
  }
};

generate().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
