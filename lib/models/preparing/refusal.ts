import { FluxError, type Violation } from "../../errors";
import { grouped } from "../wording/wording";

/** Violations listed in the message; the error's cause has them all. */
const LISTED = 50;

/**
 * The error for what may not be sent.
 *
 * @param subject what the violations are in, to be followed by "has 3 problems"
 */
export const refusal = (subject: string, violations: readonly Violation[]): FluxError => {
  const listed = violations.slice(0, LISTED).map(({ message }) => message);
  const more = violations.length > LISTED ? ` And ${grouped(violations.length - LISTED)} more.` : "";
  const message =
    listed.length === 1
      ? `${listed[0]} Nothing was sent.`
      : `${subject} has ${grouped(violations.length)} problems: ${listed
          .map((text, index) => `(${index + 1}) ${text}`)
          .join(" ")}${more} Nothing was sent.`;
  const [first] = violations;
  return new FluxError("FLUX_VALIDATION", message, {
    ...(first && violations.length === 1 && { parameter: first.parameter }),
    retryable: false,
    billed: "no",
    violations: [...violations],
  });
};
