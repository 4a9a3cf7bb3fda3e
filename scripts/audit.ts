import { spawnSync } from "node:child_process";

interface Report {
  auditReportVersion?: number;
  vulnerabilities?: Record<string, { severity: string; range: string }>;
  message?: string;
  error?: { summary?: string };
}

const readReport = (output: string): Report => {
  try {
    return JSON.parse(output);
  } catch {
    return {};
  }
};

/**
 * Asks the registry for known vulnerabilities of what users get with the pack. Ends with status 1 when there are some. A
 * registry that does not answer says nothing about the pack: the reason is printed, and the status is 0.
 */
const audit = (): void => {
  // Of what npm says beside the report nothing is needed.
  const { stdout, error } = spawnSync("npm", ["audit", "--omit=dev", "--json"], {
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (error) throw error;
  const report = readReport(stdout);
  if (report.auditReportVersion === undefined) {
    // npm has a message of its own for what becomes of its requests only.
    if (!report.message) throw new Error(`npm could not audit: ${report.error?.summary ?? stdout}`);
    console.log(`Not audited, the registry did not answer: ${report.message}`);
    return;
  }
  const found = Object.entries(report.vulnerabilities ?? {});
  for (const [name, { severity, range }] of found) console.error(`${severity}: ${name} ${range}`);
  console.log(`${found.length} packages with known vulnerabilities`);
  if (found.length > 0) process.exitCode = 1;
};

audit();
