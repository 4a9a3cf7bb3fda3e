import { createServer } from "node:net";

const isFree = (port: number): Promise<boolean> =>
  new Promise((settle) => {
    const probe = createServer();
    probe.once("error", () => settle(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => settle(true)));
  });

/** The first free loopback port of the twenty from `preferred` on. Throws when all are taken. */
export const freePort = async (preferred: number): Promise<number> => {
  for (let port = preferred; port < preferred + 20; port += 1) {
    if (await isFree(port)) return port;
  }
  throw new Error(`All ports from ${preferred} to ${preferred + 19} are taken. Name another with --port.`);
};
