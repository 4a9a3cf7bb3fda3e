import { readdirSync } from "node:fs";
import { join } from "node:path";
import { measureAlone } from "./child-figures";

const nodes = join(__dirname, "../dist/nodes");

measureAlone(async () => {
  for (const name of readdirSync(nodes)) if (name.endsWith(".js")) require(join(nodes, name));
});
