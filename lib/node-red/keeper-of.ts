import { access } from "node:fs/promises";
import { join } from "node:path";
import type { PresentFlows } from "../jobs/keeper/absences";
import { Keeper } from "../jobs/keeper/keeper";
import { bellOf } from "./admin/bell";
import { isInFlows } from "./flows";
import type { NodeAPI } from "./types";

/** Bytes that everything in the folder of the journal may take together, unless settings.js says otherwise. */
const LARGEST = 2 * 1024 ** 3;

/** What Node-RED tells when flows have started; only a deploy comes with a diff, a restart or another project without. */
interface FlowsStarted {
  diff?: object;
}

/** The end of a stop; without `deploy` nothing is started again at once. */
interface RuntimeEvent {
  id?: string;
  payload?: { state?: string; deploy?: boolean };
}

interface Running {
  keeper: Keeper;
  userDir: string | undefined;
  RED: NodeAPI;
}

/** A process runs one Node-RED; tests start several, one after another, on the same emitter of events. */
const running = new WeakMap<object, Running>();

/** The Node-RED that loaded the pack last, by its emitter of events. */
const loadedBy = new WeakMap<object, NodeAPI>();

/** The keeper of the jobs in this Node-RED's user directory. */
export function keeperOf(RED: NodeAPI): Keeper {
  const userDir = setting<string>(RED, "userDir");
  const present = running.get(RED.events);
  if (present && present.userDir === userDir) {
    present.RED = RED;
    return present.keeper;
  }
  void present?.keeper.close();
  const keeper = new Keeper({
    openJournal: journalIn(RED, userDir),
    warn: (text) => RED.log.warn(`[flux] ${text}`),
    changed: bellOf(RED, "fluxwire/jobs"),
  });
  running.set(RED.events, { keeper, userDir, RED });
  return keeper;
}

/** The keeper of the jobs in this Node-RED, if there is one by now: looking at jobs does not make one. */
export const presentKeeper = (RED: NodeAPI): Keeper | undefined => running.get(RED.events)?.keeper;

/** Has jobs looked after from the next start of the flows on, be there nodes of this pack in them or not. */
export function watchFlows(RED: NodeAPI): void {
  const isWatched = loadedBy.has(RED.events);
  loadedBy.set(RED.events, RED);
  if (!isWatched) listen(RED.events);
}

/** The flow file, or project, that is active. */
export function homeOf(RED: NodeAPI): string {
  const { projects: { enabled } = {} } = setting<{ projects?: { enabled?: boolean } }>(RED, "editorTheme") ?? {};
  // One that was active is remembered also when projects were switched off.
  const projects = enabled === true ? setting<{ activeProject?: string }>(RED, "projects") : undefined;
  return projects?.activeProject ?? setting<string>(RED, "flowFile") ?? "";
}

function journalIn(RED: NodeAPI, userDir: string | undefined): ConstructorParameters<typeof Keeper>[0]["openJournal"] {
  if (!userDir) return undefined;
  const largest = largestIn(RED);
  return async (whatIsKept, warn) => {
    const { openJournal } = await import("../jobs/journal/open.js");
    return openJournal({ folder: folderIn(userDir), largest, whatIsKept, warn });
  };
}

/** What `fluxJobs: { maxBytes }` in settings.js lets the folder of the journal take. */
function largestIn(RED: NodeAPI): number {
  const fluxJobs = setting<unknown>(RED, "fluxJobs");
  if (fluxJobs === undefined) return LARGEST;
  const isObject = typeof fluxJobs === "object" && fluxJobs !== null;
  const maxBytes: unknown = isObject && "maxBytes" in fluxJobs ? fluxJobs.maxBytes : undefined;
  if (isObject && maxBytes === undefined) return LARGEST;
  if (typeof maxBytes === "number" && maxBytes > 0) return maxBytes;
  RED.log.warn(
    "[flux] fluxJobs in settings.js cannot be used: it takes { maxBytes: 500000000 }, a number of bytes above 0. The journal may take 2 GB.",
  );
  return LARGEST;
}

const folderIn = (userDir: string): string => join(userDir, "flux-jobs");

function listen(events: NodeAPI["events"]): void {
  events.on("flows:started", (event?: FlowsStarted) => {
    const present = running.get(events);
    const RED = present?.RED ?? loadedBy.get(events);
    if (!RED) return;
    const flows = { home: homeOf(RED), isDeploy: event?.diff !== undefined, has: isInFlows(RED) };
    if (present) present.keeper.started(flows);
    else void startIfNeeded(RED, flows);
  });
  events.on("flows:stopping", () => running.get(events)?.keeper.stopping());
  events.on("runtime-event", ({ id, payload }: RuntimeEvent) => {
    if (id === "runtime-state" && payload?.state === "stop" && !payload.deploy) running.get(events)?.keeper.stopped();
  });
}

/** No node of this pack is in the flows any more, but their jobs may still be in the journal. Never rejects. */
async function startIfNeeded(RED: NodeAPI, flows: PresentFlows): Promise<void> {
  const userDir = setting<string>(RED, "userDir");
  if (!userDir) return;
  try {
    await access(folderIn(userDir));
  } catch {
    return;
  }
  // Nodes that came in the meantime were started with it.
  if (!running.has(RED.events)) keeperOf(RED).started(flows);
}

/** A value of settings.js, or of what Node-RED itself keeps; node-red-node-test-helper has no `get`. */
function setting<Value>(RED: NodeAPI, name: string): Value | undefined {
  const settings: Record<string, unknown> = RED.settings as never;
  if (name in settings) return settings[name] as Value | undefined;
  try {
    return RED.settings.get?.(name) as Value | undefined;
  } catch {
    return undefined;
  }
}
