import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type BuildOptions, build, type Plugin, transform } from "esbuild";
import * as uuid from "uuid";

const VALIDATORS = "./validators.js";

/** The compiled modules of a folder that has been generated or written, without their endings. */
const modulesOf = (repository: string, folder: string, ending: string): string[] =>
  readdirSync(join(repository, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${basename(name, ending)}`);

/** A module that loads each of the given ones when it is asked for by name. */
const loading = (modules: readonly (readonly [name: string, expression: string])[]): string =>
  `module.exports = {\n${modules.map(([name, expression]) => `get "${name}"() { return ${expression}; },`).join("\n")}\n};\n`;

/** The compiled validators are in a file of their own, which the first request that is checked loads. */
const validatorsApart: Plugin = {
  name: "validators-apart",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /\/generated\/[\w-]+\.validate$/ }, ({ path }) => ({
      path: basename(path, ".validate"),
      namespace: "validators",
    }));
    onLoad({ filter: /./, namespace: "validators" }, ({ path }) => ({
      contents: `module.exports = require("${VALIDATORS}")["${path}"];`,
    }));
    onResolve({ filter: /^\.\/validators\.js$/ }, ({ path }) => ({ path, external: true }));
  },
};

/** No id is needed before there is a message: `uuid`, which is twenty files, is loaded with the first one. */
const uuidLater: Plugin = {
  name: "uuid-later",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^uuid$/ }, ({ path, namespace }) =>
      namespace === "later" ? { path, external: true } : { path, namespace: "later" },
    );
    const functions = Object.entries(uuid).flatMap(([name, value]) => (typeof value === "function" ? [name] : []));
    onLoad({ filter: /./, namespace: "later" }, () => ({
      contents: [
        // Resolving a name again with every call would take longer than making an id.
        `let uuid; const loaded = () => (uuid ??= require("uuid"));`,
        ...functions.map((name) => `exports.${name} = (...given) => loaded().${name}(...given);`),
      ].join("\n"),
    }));
  },
};

/** Comments are for who reads the sources: in the pack they would be a tenth of all code. */
const withoutComments: Plugin = {
  name: "without-comments",
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = readFileSync(path, "utf8");
      const { code } = await transform(source, { loader: "ts", target: "es2023", minifyWhitespace: true });
      return { contents: code, loader: "js" };
    });
  },
};

/**
 * Bundles what Node-RED loads, and the sandbox's command, into `dist/pack.js`, and the models' validators into
 * `dist/validators.js`. Hundreds of small files would take Node-RED's start longer to find and open than to run. Names,
 * lines and the modules' paths stay, so that a stack trace can be read; where Node-RED and npm look there is one line per file.
 */
export const buildPack = async (repository: string): Promise<void> => {
  const options: BuildOptions = {
    absWorkingDir: repository,
    bundle: true,
    format: "cjs",
    banner: { js: `"use strict";` },
    platform: "node",
    target: "node20.18",
    packages: "external",
    legalComments: "none",
    logLevel: "warning",
  };
  const nodes = ["nodes", "plugins"].flatMap((folder) => modulesOf(repository, folder, ".ts"));
  const commands = ["sandbox/cli"];
  await build({
    ...options,
    stdin: {
      contents: loading([
        ...nodes.map((name) => [name, `require("./${name}").default`] as const),
        ...commands.map((name) => [name, `require("./${name}")`] as const),
      ]),
      resolveDir: repository,
      sourcefile: "pack",
    },
    outfile: join(repository, "dist/pack.js"),
    plugins: [validatorsApart, uuidLater, withoutComments],
  });

  const validators = modulesOf(repository, "lib/models/generated", ".validate.js");
  await build({
    ...options,
    minify: true,
    stdin: {
      contents: loading(validators.map((name) => [basename(name), `require("./${name}.validate")`] as const)),
      resolveDir: repository,
      sourcefile: "validators",
    },
    outfile: join(repository, "dist", VALIDATORS),
  });

  for (const name of [...nodes, ...commands]) {
    const file = join(repository, "dist", `${name}.js`);
    mkdirSync(dirname(file), { recursive: true });
    const shebang = commands.includes(name) ? "#!/usr/bin/env node\n" : "";
    writeFileSync(file, `${shebang}module.exports = require("../pack.js")["${name}"];\n`);
  }
};
