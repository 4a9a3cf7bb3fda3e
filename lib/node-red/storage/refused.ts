import { FluxError, type Violation } from "../../errors";

/** What cannot be stored, or signed, as it is: nothing was done for the message. */
export const refused = (
  parameter: string,
  problem: string,
  detail: Partial<Violation> = {},
  undone: "stored" | "signed" = "stored",
): FluxError =>
  new FluxError("FLUX_VALIDATION", `${problem}. Nothing was ${undone}.`, {
    provider: "s3",
    parameter,
    violations: [{ ...detail, parameter, message: `${problem}.` }],
  });
