import assert from "node:assert/strict";
import { NO_LIMITS } from "../../lib/jobs/budget/limits";
import { ServiceRegistry } from "../../lib/jobs/service";
import type { Provider } from "../../lib/providers/provider";

const key = { provider: "runware", addresses: { baseUrl: "https://api.example.test/v1" }, apiKey: "one" };

/** A provider that only knows how to be closed. */
function closable() {
  let closed = 0;
  const absent = () => Promise.reject(new Error("not used"));
  const provider: Provider = {
    name: "runware",
    resendWindow: 0,
    prepare: absent,
    submit: absent,
    find: absent,
    wait: absent,
    close: async () => {
      closed += 1;
    },
  };
  return { provider, closed: () => closed };
}

const member = (concurrency: number, transport = "direct", route = "direct") => ({
  concurrency,
  line: 10,
  requestsPerMinute: 0,
  budget: NO_LIMITS,
  transport,
  route,
});

describe("two account nodes with the same address and key", () => {
  it("share one service, and with it one limit", () => {
    const registry = new ServiceRegistry<string>();
    const first = registry.join(key, member(4), () => closable().provider);
    const second = registry.join(key, member(4), () => assert.fail("a second service was made"));
    assert.equal(first.service.provider, second.service.provider);
    assert.equal(first.service.limit, second.service.limit);
  });

  it("may not run more jobs than the stricter of them allows", async () => {
    const registry = new ServiceRegistry<string>();
    const { service } = registry.join(key, member(4), () => closable().provider);
    registry.join(key, member(1), () => closable().provider);
    const { signal } = new AbortController();
    await service.limit.enter(signal);
    void service.limit.enter(signal);
    assert.deepEqual([service.limit.running, service.limit.waiting], [1, 1]);
  });

  it("keep the service until the last of them is closed, and lend it the connections of one that is there", async () => {
    const registry = new ServiceRegistry<string>();
    const { provider, closed } = closable();
    let transport = () => "";
    const first = registry.join(key, member(4, "through the first"), (lent) => {
      transport = lent;
      return provider;
    });
    const second = registry.join(key, member(4, "through the second"), () => provider);
    assert.equal(transport(), "through the first");
    await first.leave();
    assert.deepEqual([transport(), closed()], ["through the second", 0]);
    await second.leave();
    assert.equal(closed(), 1);
  });
});

describe("account nodes that share a key and set different limits", () => {
  const join = (registry: ServiceRegistry<string>, more: object) =>
    registry.join(key, { ...member(4), ...more }, () => closable().provider);

  it("have the smallest of each, where 0 sets none", async () => {
    const registry = new ServiceRegistry<string>();
    const { service } = join(registry, {
      requestsPerMinute: 0,
      budget: { ...NO_LIMITS, dollarsPerDay: 5, picturesPerHour: 30, pricePerPicture: 0.01 },
    });
    const second = join(registry, {
      requestsPerMinute: 1,
      budget: { ...NO_LIMITS, dollarsPerDay: 7, picturesPerDay: 9, pricePerPicture: 0.02 },
    });
    assert.deepEqual(service.budget.limits, {
      dollarsPerHour: 0,
      dollarsPerDay: 5,
      picturesPerHour: 30,
      picturesPerDay: 9,
      pricePerPicture: 0.02,
    });
    await service.gate.enter(new AbortController().signal);
    assert(service.gate.opensIn > 0, "one in a minute");
    await second.leave();
    assert.equal(service.gate.opensIn, 0);
    assert.equal(service.budget.limits.picturesPerDay, 0);
  });

  it("stop counting with what a closed account allowed, although its jobs go on", () => {
    const registry = new ServiceRegistry<string>();
    const before = join(registry, { requestsPerMinute: 1, budget: { ...NO_LIMITS, picturesPerDay: 2 } });
    before.retire();
    const { service } = join(registry, { requestsPerMinute: 0, budget: { ...NO_LIMITS, picturesPerDay: 20 } });
    assert.equal(service.budget.limits.picturesPerDay, 20);
    assert.equal(service.limit, before.service.limit);
  });

  it("go on counting after a deploy has closed all of them", async () => {
    const registry = new ServiceRegistry<string>();
    const before = join(registry, { requestsPerMinute: 1 });
    await before.service.gate.enter(new AbortController().signal);
    before.service.budget.reserve("a", { shape: "s", pictures: 1, at: Date.now() });
    await before.leave();
    const { service } = join(registry, { requestsPerMinute: 1 });
    assert(service.gate.opensIn > 0);
    assert.equal(service.budget, before.service.budget);
  });
});

describe("two account nodes with the same key and different proxies or TLS settings", () => {
  it("share the limit, and never each other's connections", () => {
    const registry = new ServiceRegistry<string>();
    const lent: (() => string)[] = [];
    const join = (name: string) =>
      registry.join(key, member(4, name, name), (transport) => {
        lent.push(transport);
        return closable().provider;
      }).service;
    const [direct, proxied] = [join("direct"), join("proxied")];
    assert.equal(direct.limit, proxied.limit);
    assert.equal(direct.breaker, proxied.breaker);
    assert.notEqual(direct.provider, proxied.provider);
    assert.deepEqual(
      lent.map((transport) => transport()),
      ["direct", "proxied"],
    );
  });
});

describe("account nodes with another key or another address", () => {
  it("have services of their own", () => {
    const registry = new ServiceRegistry<string>();
    const join = (other: Partial<typeof key>) =>
      registry.join({ ...key, ...other }, member(4), () => closable().provider).service;
    const services = new Set(
      [join({}), join({ apiKey: "two" }), join({ addresses: { baseUrl: "https://elsewhere.example.test/v1" } })].map(
        ({ limit }) => limit,
      ),
    );
    assert.equal(services.size, 3);
  });
});
