const { appendFileSync } = require("node:fs");
const { setFlagsFromString } = require("node:v8");
const { runInNewContext } = require("node:vm");

const collectGarbage = () => {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
};

module.exports = (RED) => {
  /** Makes a message of what an HTTP request has in its body: `payload`, `flux`, `topic` and the like. */
  RED.nodes.registerType("crash-unpack", function Unpack(config) {
    RED.nodes.createNode(this, config);
    this.on("input", (message, send, done) => {
      send(Object.assign(message, message.payload));
      done();
    });
  });

  /** The heap after a collection, in bytes. */
  RED.httpNode.post("/crash-test/heap", (_request, response) => {
    collectGarbage();
    // What is let go of by finalisers goes with the second one.
    setImmediate(() => {
      collectGarbage();
      response.json({ used: process.memoryUsage().heapUsed });
    });
  });

  /** Notes what came of a message, in a file that is written before the node returns: it survives any crash after that. */
  RED.nodes.registerType("crash-line", function Line(config) {
    RED.nodes.createNode(this, config);
    this.on("input", (message, _send, done) => {
      const { topic, payload, job, error, parts, image, res } = message;
      const line = {
        end: config.end,
        pid: process.pid,
        topic,
        payload: typeof payload === "string" ? payload : typeof payload,
        job: job?.id,
        requestId: job?.requestId,
        recovered: job?.recovered,
        late: job?.late,
        warnings: job?.warnings,
        index: parts?.index ?? image?.index,
        error: error && { message: error.message, code: error.code, source: error.source?.id, ...error.cause },
        hasResponse: res !== undefined,
      };
      appendFileSync(process.env.FLUX_LINES, `${JSON.stringify(line)}\n`);
      if (process.connected) process.send({ event: "line", ...line });
      done();
    });
  });
};
