import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { pictureType } from "../../lib/models/picture";
import { drawnText } from "../support/drawn-text";
import { type NodeRedProcess, startNodeRed } from "../support/node-red-process";
import { type FlowNode, installedPack, readExamples } from "./installed-pack";

/** What the sandbox inside Node-RED counted of a job. */
interface JobCounts {
  submissions: number;
  charges: number;
}

interface SandboxState {
  jobs: Record<string, JobCounts>;
  calls: Record<string, number>;
}

interface Picture {
  bytes: Buffer;
  /** As the bytes say. */
  type: string;
}

/** A Node-RED with the packed pack, in which examples are imported and used as a person does. */
export interface Examples {
  /** Deploys an example, named by its file, and gives its nodes; `edit` does first what a person would. */
  deploy(name: string, edit?: (node: FlowNode) => FlowNode): Promise<FlowNode[]>;
  /** Presses an inject node's button. */
  press(name: string): Promise<void>;
  /** Resolves with what the debug nodes of this name wrote, when they have written `count` times since the test began. */
  debugged(name: string, count?: number): Promise<string[]>;
  /** Calls an http in node. */
  call(path: string, options?: { body?: unknown; headers?: Record<string, string> }): Promise<Response>;
  /** Fetches a picture, which must be one. */
  fetched(address: string | undefined): Promise<Picture>;
  /** Asserts that the sandbox wrote these lines onto a picture: what it received, it writes there. */
  shows(address: string | undefined, ...lines: string[]): Promise<void>;
  /** What the sandbox counted of each job; `origin` is where one of its pictures is. */
  jobs(origin: string | undefined): Promise<Map<string, JobCounts>>;
  /** What the sandbox has to answer for one job. */
  counts(origin: string | undefined, id: string | undefined): Promise<JobCounts>;
  /** How many calls of a kind the sandbox got. */
  calls(origin: string | undefined, kind: string): Promise<number>;
  /** The files in Node-RED's folder `pictures`. */
  files(): Promise<string[]>;
  readonly folder: string;
}

/** The first http address in a text. */
export const addressIn = (text: string | undefined): string | undefined => /https?:\/\/[^\s'"]+/.exec(text ?? "")?.[0];

/**
 * Gives the tests of the suite that calls this a Node-RED of their own. Debug nodes of the examples write to the log,
 * where a test can wait for them.
 */
export const runExamples = (): Examples => {
  let examples: Map<string, FlowNode[]>;
  let nodeRed: NodeRedProcess;
  let folder: string;
  let flow: FlowNode[] = [];
  /** Where in the log the present test began. */
  let begun: number;

  before(async function () {
    const installed = await installedPack(this);
    examples = await readExamples(installed.packDirectory);
    folder = join(installed.userDir, "pictures");
    nodeRed = await startNodeRed({ userDir: installed.userDir, packDirectory: null, flows: [] });
  });
  after(() => nodeRed?.stop());
  beforeEach(async () => {
    begun = nodeRed.log().length;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
  });

  const fetched = async (address: string | undefined): Promise<Picture> => {
    assert(address, "there is no address of a picture");
    const answer = await fetch(address);
    const bytes = Buffer.from(await answer.arrayBuffer());
    const type = pictureType(bytes);
    assert(type, `${address} leads to no picture: ${answer.status}`);
    assert.equal(answer.headers.get("content-type"), type);
    return { bytes, type };
  };

  const stateOf = async (origin: string | undefined): Promise<SandboxState> => {
    assert(origin, "nobody said where the sandbox is");
    return (await (await fetch(new URL("/admin/state", origin))).json()) as SandboxState;
  };
  const jobs: Examples["jobs"] = async (origin) => new Map(Object.entries((await stateOf(origin)).jobs));

  return {
    get folder() {
      return folder;
    },
    deploy: async (name, edit = (node) => node) => {
      const [path] = [...examples.keys()].filter((key) => key === name || key.endsWith(`/${name}`));
      flow = (examples.get(path ?? "") ?? []).map(edit);
      assert(flow.length > 0, `there is no example "${name}"`);
      await nodeRed.deploy(flow.map((node) => (node.type === "debug" ? { ...node, console: true } : node)));
      return flow;
    },
    press: async (name) => {
      const button = flow.find((node) => node.type === "inject" && node.name === name);
      assert(button, `there is no inject node "${name}"`);
      assert.equal((await fetch(`${nodeRed.url}/inject/${button.id}`, { method: "POST" })).status, 200);
    },
    debugged: async (name, count = 1) => {
      const texts: string[] = [];
      let from = begun;
      while (texts.length < count) {
        // A text ends where the next line of the log begins.
        const pattern = new RegExp(`\\[debug:(?:${name}|(Error))\\] ?([\\s\\S]*?)\\n(?=\\d|$)`);
        const match = await nodeRed.waitForLog(pattern, from);
        assert.equal(match[1], undefined, nodeRed.log().slice(from));
        texts.push(match[2] ?? "");
        from += (match.index ?? 0) + match[0].length;
      }
      return texts;
    },
    call: (path, { body, headers } = {}) =>
      fetch(`${nodeRed.url}${path}`, {
        ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
        headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      }),
    fetched,
    shows: async (address, ...lines) => {
      const { bytes } = await fetched(address);
      for (const line of lines) assert(drawnText(bytes, line), `${address} does not show "${line}"`);
    },
    jobs,
    counts: async (origin, id) => {
      const { submissions, charges } = (await jobs(origin)).get(id ?? "") ?? { submissions: 0, charges: 0 };
      return { submissions, charges };
    },
    calls: async (origin, kind) => (await stateOf(origin)).calls[kind] ?? 0,
    files: async () => {
      const names = (await readdir(folder)).sort();
      for (const name of names) {
        const type = pictureType(await readFile(join(folder, name)));
        assert.equal(name.split(".").pop(), type?.split("/")[1], `${name} is ${type}`);
      }
      return names;
    },
  };
};
