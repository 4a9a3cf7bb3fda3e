/** Whether this Node.js can start Node-RED 5, which refuses anything below 22.9. */
const startsNodeRed5 = (): boolean => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 9);
};

/** The package of the Node-RED to use: the one named in NODE_RED, else the newest that this Node.js can start. */
export const nodeRedPackage = (): string => process.env.NODE_RED || (startsNodeRed5() ? "node-red-5" : "node-red");
