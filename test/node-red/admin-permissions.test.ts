import assert from "node:assert/strict";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { admitted, type Endpoint, endpoints, type User, users } from "../support/admin/endpoints";
import { type NodeRedProcess, startNodeRed } from "../support/node-red-process";
import { loggedIn, withUsers } from "../support/users";

type Headers = Record<string, string>;

describe("what the pack serves to editors, on a Node-RED that asks who somebody is", function () {
  this.timeout(120_000);
  let nodeRed: NodeRedProcess;
  const names = Object.keys(users) as User[];
  const tokens = new Map<User, Headers>();

  before(async () => {
    nodeRed = await startNodeRed({
      flows: [],
      settings: { ...withUsers(users), nodesDir: join(__dirname, "../support/admin/nodes") },
    });
    for (const user of names) tokens.set(user, await loggedIn(nodeRed.url, user, users[user]));
  });
  after(() => nodeRed?.stop());

  const ask = ({ route, path, body }: Pick<Endpoint, "route" | "path" | "body">, headers: Headers = {}) =>
    fetch(`${nodeRed.url}${path}`, {
      method: route.split(" ")[0] ?? "",
      headers: { ...(body && { "content-type": "application/json" }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });

  /** A request as it stands: nothing tidies its path up. */
  const askRaw = (method: string, path: string, headers: Headers = {}, body = ""): Promise<number> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(nodeRed.url);
      const asked = request({ hostname, port, method, path, headers, agent: false }, (answer: IncomingMessage) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      asked.on("error", reject);
      asked.end(body);
    });

  it("is all in the table of these tests", async () => {
    const registered = (await (await fetch(`${nodeRed.url}/test/routes`)).json()) as string[];
    const ours = registered.filter((route) => /flux|runware|fal-/i.test(route));
    assert.deepEqual(ours.sort(), endpoints.map(({ route }) => route).sort());
  });

  for (const endpoint of endpoints) {
    describe(endpoint.route, () => {
      it("is for nobody who is not logged in, or says so with a token that was never given", async () => {
        const pretended: Headers[] = [
          {},
          { authorization: "Bearer nonsense" },
          { authorization: `Basic ${Buffer.from("owner:secret").toString("base64")}` },
          { "x-forwarded-user": "owner", "x-forwarded-for": "127.0.0.1", cookie: "access_token=owner" },
          { "x-http-method-override": "GET", "x-original-url": "/" },
        ];
        for (const headers of pretended) {
          assert.equal((await ask(endpoint, headers)).status, 401, JSON.stringify(headers));
        }
        // What Node-RED cannot read at all gets no further either.
        assert.equal((await ask(endpoint, { authorization: "Bearer" })).status, 400);
        for (const query of ["?access_token=nonsense", "?access_token[]=", "?user=owner"]) {
          assert.equal((await ask({ ...endpoint, path: `${endpoint.path}${query}` })).status, 401, query);
        }
      });

      it("is for those who have its permission, and for no other user", async () => {
        const allowed = admitted[endpoint.permission] ?? assert.fail("nobody has it");
        for (const user of names) {
          const { status } = await ask(endpoint, tokens.get(user));
          assert.equal(status, allowed.includes(user) ? endpoint.status : 401, user);
        }
      });

      it("is not to be had by writing its address otherwise, or by a form on another site", async () => {
        const [method = ""] = endpoint.route.split(" ");
        const { path } = endpoint;
        const others = [
          `${path}/`,
          path.toUpperCase(),
          `/${path}`,
          path.replace("/flux/", "/flux//"),
          path.replace("/flux/", "/x/../flux/"),
          path.replace("/flux/", "/%66lux/"),
          path.replace("/flux/", "/flux%2f"),
          `${path};x=1`,
          `${path}%00`,
        ];
        for (const other of others) {
          for (const tried of [method, "HEAD", "OPTIONS", "PUT"]) {
            const status = await askRaw(tried, other);
            // What is allowed at all may be asked for by anybody; it says nothing of what is there.
            const isRefused = status >= 400 || (tried === "OPTIONS" && (status === 200 || status === 204));
            assert.ok(isRefused, `${tried} ${other}: ${status}`);
          }
        }
        for (const type of ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"]) {
          const headers = { "content-type": type, origin: "http://other.example", cookie: "session=1" };
          const form = method === "POST" ? "environment=sandbox&access_token=nonsense" : "";
          const status = await askRaw(method, path, headers, form);
          assert.equal(status, 401, type);
        }
      });
    });
  }

  it("leads to no file, whatever an id looks like", async () => {
    const owner = tokens.get("owner");
    const ids = ["..%2f..%2fsettings.js", "..%5c..%5csettings.js", "%00", "__proto__", "constructor", "a%2fb"];
    for (const { route, path, status } of endpoints.filter(({ route }) => route.includes(":"))) {
      const [method = ""] = route.split(" ");
      for (const id of ids) {
        const tried = path.replace(/\/a(?=\/|$)/, `/${id}`).replace(/\/b(?=\/|$)/, `/${id}`);
        assert.equal(await askRaw(method, tried, owner), status, tried);
      }
    }
  });

  it("answers a body that is no dialog's, is very deep or very long, and goes on", async () => {
    const owner = { ...tokens.get("owner"), "content-type": "application/json" };
    const deep = `${'{"id":['.repeat(20_000)}${"]}".repeat(20_000)}`;
    const long = JSON.stringify({ id: "x".repeat(4e6), apiKey: "x".repeat(5e5), environment: "production" });
    const bodies = ["", "null", "[]", "5", '"text"', '{"__proto__":{"environment":"sandbox"}}', deep, long];
    for (const { route, path } of endpoints.filter(({ body }) => body !== undefined)) {
      const [method = ""] = route.split(" ");
      for (const body of bodies) {
        const status = await askRaw(method, path, owner, body);
        assert.ok(status === 200 || status === 400 || status === 413, `${path} ${body.slice(0, 20)}: ${status}`);
      }
      assert.equal(await askRaw(method, path, owner, `{"id":"${"x".repeat(6e6)}"}`), 413);
    }
    assert.equal((await ask({ route: "GET", path: "/flux/jobs" }, tokens.get("owner"))).status, 200);
  });
});
