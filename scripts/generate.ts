import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ModelSchema } from "../lib/models/fragments/schema";
import { generateModel } from "./generate-model";

const modelsFolder = join(__dirname, "../lib/models");

/** Where schemas are, beside what they describe. */
const schemaFolders = [modelsFolder, join(modelsFolder, "composition")];

/** Compiles every `*.schema.ts` of these folders into `lib/models/generated/`. */
const generate = async (): Promise<void> => {
  for (const folder of schemaFolders) {
    for (const file of readdirSync(folder).sort()) {
      const name = /^(.+)\.schema\.ts$/.exec(file)?.[1];
      if (name === undefined) continue;
      const { schema }: { schema: ModelSchema } = await import(join(folder, file));
      await generateModel(name, schema, join(modelsFolder, "generated"));
    }
  }
};

generate().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
