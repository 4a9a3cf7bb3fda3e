import assert from "node:assert/strict";
import { Stop } from "../lib/signal";

describe("a stop", () => {
  it("tells each listener once, in the order in which they came, and the first reason stays", () => {
    const stop = new Stop();
    const told: string[] = [];
    for (const name of ["first", "second"]) {
      stop.signal.addEventListener("abort", () => told.push(`${name}: ${stop.signal.reason}`));
    }
    assert.deepEqual([stop.signal.aborted, stop.signal.reason], [false, undefined]);
    stop.signal.throwIfAborted();
    stop.abort("closed");
    stop.abort("late");
    assert.deepEqual(told, ["first: closed", "second: closed"]);
    assert.deepEqual([stop.signal.aborted, stop.signal.reason], [true, "closed"]);
  });

  it("does not tell who was taken off, also by a listener before it, nor who came too late", () => {
    const stop = new Stop();
    const told: string[] = [];
    const gone = () => told.push("gone");
    const taken = () => told.push("taken");
    stop.signal.addEventListener("abort", gone);
    stop.signal.addEventListener("abort", () => {
      told.push("takes");
      stop.signal.removeEventListener("abort", taken);
    });
    stop.signal.addEventListener("abort", taken);
    stop.signal.addEventListener("abort", () => told.push("last"));
    stop.signal.removeEventListener("abort", gone);
    stop.signal.removeEventListener("abort", () => {});
    stop.abort("closed");
    stop.signal.addEventListener("abort", () => told.push("late"));
    assert.deepEqual(told, ["takes", "last"]);
  });

  it("throws its reason where somebody asks after it has happened, whatever that is", () => {
    for (const reason of [new Error("closed"), undefined]) {
      const stop = new Stop();
      stop.abort(reason);
      let thrown: unknown = "nothing";
      try {
        stop.signal.throwIfAborted();
      } catch (error) {
        thrown = error;
      }
      assert.equal(thrown, reason);
    }
  });
});
