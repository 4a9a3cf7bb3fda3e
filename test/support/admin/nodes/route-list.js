/** Serves `GET /test/routes`: the method and path of everything that nodes and plugins have put on Node-RED's admin API. */
module.exports = (RED) => {
  RED.nodes.registerType("route-list", function RouteList(config) {
    RED.nodes.createNode(this, config);
  });
  RED.httpAdmin.get("/test/routes", (_request, response) => {
    // The router of Express 4, or that of Express 5.
    const { stack } = RED.httpAdmin._router ?? RED.httpAdmin.router;
    const routes = stack.flatMap(({ route }) =>
      route ? Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path}`) : [],
    );
    response.json(routes);
  });
};
