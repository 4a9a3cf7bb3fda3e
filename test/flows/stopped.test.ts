import assert from "node:assert/strict";
import { withTimersHeld } from "../support/clock";
import { nextMessageAt, nextPassing, overrun } from "../support/controls";
import { startFlow, stopFlows } from "../support/flow";
import { startInMenu, stopInMenu } from "../support/helper";
import { type ScriptedServer, startScriptedServer } from "../support/scripted-server";
import { slowCloser } from "../support/slow-closer";
import { withSlowDisk } from "../support/slow-disk";

/** Something that happens once. */
function event(): { promise: Promise<void>; happen: () => void } {
  let happen = () => {};
  const promise = new Promise<void>((resolve) => {
    happen = resolve;
  });
  return { promise, happen };
}

describe("a job whose deadline passes while it is being parked", () => {
  const [asked, answered, closing, closed] = [event(), event(), event(), event()];
  let service: ScriptedServer;
  before(async () => {
    service = await startScriptedServer(async ({ tasks: [task] }) => {
      const known = { taskType: "imageInference", taskUUID: task?.taskUUID };
      if (task?.taskType === "getResponse") {
        const picture = { imageUUID: task.taskUUID, imageURL: "http://127.0.0.1/picture.jpg", seed: 7 };
        return { json: { data: [{ ...known, ...picture, status: "success" }] } };
      }
      asked.happen();
      await answered.promise;
      return { json: { data: [known] } };
    });
  });
  afterEach(stopFlows);
  after(() => service.close());

  it("is delivered when its flow is started again, and was sent once", () =>
    withTimersHeld(overrun.timeout * 1000, async (passDeadline) => {
      const slow = slowCloser(() => {
        closing.happen();
        return closed.promise;
      });
      const flow = await startFlow({ account: { baseUrl: `${service.url}/v1` }, node: overrun, ...slow });
      flow.receive({ payload: "a lighthouse at dusk", topic: "kept", flux: { width: 128, height: 128 } });
      await asked.promise;
      // Our node is closed, and another one is not: the flow is not stopped before.
      const stopped = stopInMenu();
      await closing.promise;
      await withSlowDisk(async (disk) => {
        const written = nextPassing("written:submitted");
        answered.happen();
        await Promise.all([written, disk.busy]);
        closed.happen();
        await stopped;
        assert.equal(passDeadline(), 1);
        await startInMenu();
        const delivered = nextMessageAt("out");
        disk.done();
        const { topic, job } = await delivered;
        assert.deepEqual([topic, job.late], ["kept", undefined]);
        const sent = service.requests.flatMap(({ tasks }) =>
          tasks.filter(({ taskType }) => taskType !== "getResponse"),
        );
        assert.deepEqual(
          sent.map(({ taskUUID }) => taskUUID),
          [job.id],
        );
      });
    }));
});
