import { FluxError, type Violation } from "../../errors";

/** What cannot be stored as it is: nothing was done for the message. */
export const refused = (parameter: string, problem: string, detail: Partial<Violation> = {}): FluxError =>
  new FluxError("FLUX_VALIDATION", `${problem}. Nothing was stored.`, {
    provider: "s3",
    parameter,
    violations: [{ ...detail, parameter, message: `${problem}.` }],
  });
