import assert from "node:assert/strict";
import { mock } from "node:test";
import { bellOf } from "../../lib/node-red/admin/bell";

describe("the bell that tells open editors of news about jobs", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  const bell = () => {
    const rings: unknown[] = [];
    const ring = bellOf({ comms: { publish: (...what: unknown[]) => rings.push(what) } } as never, "fluxwire/jobs");
    return { rings, ring };
  };

  it("rings at once, and once a second at most for as long as more happens", () => {
    const { rings, ring } = bell();
    for (let i = 0; i < 100; i += 1) ring();
    assert.equal(rings.length, 1);
    mock.timers.tick(1000);
    assert.equal(rings.length, 2);
    mock.timers.tick(10_000);
    assert.equal(rings.length, 2);
    ring();
    assert.equal(rings.length, 3);
  });

  it("says nothing, and leaves nothing behind for editors that open later", () => {
    const { rings, ring } = bell();
    ring();
    assert.deepEqual(rings, [["fluxwire/jobs", {}, false]]);
  });
});
