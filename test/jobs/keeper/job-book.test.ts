import assert from "node:assert/strict";
import { JobBook } from "../../../lib/jobs/keeper/job-book";
import { keptJob } from "../../../lib/jobs/keeper/kept-job";
import { aJob } from "../job";

describe("what the journal has of a job", () => {
  it("is needed as long as the job is in hand or set aside, as of the moment when that is asked", () => {
    const book = new JobBook(() => {});
    const [open, aside] = ["open", "aside"].map((id) => keptJob(aJob({ id })));
    assert.ok(open && aside);
    book.take(open);
    book.take(aside);
    book.addAside("aside");
    const before = book.neededNow();
    book.drop(open);
    const after = book.neededNow();
    assert.deepEqual(["open", "aside", "unknown"].map(before), [true, true, false]);
    assert.deepEqual(["open", "aside", "unknown"].map(after), [false, true, false]);
  });
});
