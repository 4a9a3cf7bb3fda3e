/**
 * Preloaded into a Node-RED process (`node --require`): when its flows have started, tells the process that started it what
 * that took and what has been loaded: { milliseconds, cpu, loaded }, the first two in ms since the process began.
 */
const write = process.stdout.write;

process.stdout.write = function (text, ...rest) {
  if (/Started flows/.test(String(text))) {
    const milliseconds = performance.now();
    const { user, system } = process.cpuUsage();
    const loaded = [...Object.keys(require.cache), ...process.report.getReport().sharedObjects];
    process.send({ milliseconds, cpu: (user + system) / 1000, loaded });
  }
  return write.call(this, text, ...rest);
};
