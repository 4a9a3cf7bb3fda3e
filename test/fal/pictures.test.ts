import assert from "node:assert/strict";
import type { Answer } from "../../lib/providers/provider";
import { always, completed, connect, disconnectAll, output, requestId, taken, withoutSecrets } from "./client";

const image = (name: string, more: object = {}) => ({ url: `https://v3.fal.media/files/${name}.jpeg`, ...more });

/** What a job of `expected` pictures becomes; a text is the whole body of the result. */
async function answerTo(result: object | string, expected = 1): Promise<Answer> {
  const text = typeof result === "string" ? result : JSON.stringify(result);
  const { client } = await connect({ status: completed(), result: { text } });
  return client.wait(taken({ expected }), always);
}

describe("the pictures of a fal job", () => {
  afterEach(disconnectAll);

  it("have fal's id of the job, their place, and what fal says of them", async () => {
    const images = [image("a", { width: 1024, height: 768, content_type: "image/png" }), image("b")];
    const answer = await answerTo(output({ images, has_nsfw_concepts: [false, false] }), 2);
    assert.deepEqual(answer, {
      pictures: [
        {
          id: `${requestId}/0`,
          index: 0,
          url: "https://v3.fal.media/files/a.jpeg",
          contentType: "image/png",
          width: 1024,
          height: 768,
          seed: 7,
          nsfw: false,
        },
        { id: `${requestId}/1`, index: 1, url: "https://v3.fal.media/files/b.jpeg", seed: 7, nsfw: false },
      ],
      errors: [],
      requestId,
    });
  });

  it("have no cost: fal tells none", async () => {
    const { pictures } = await answerTo(output({ cost: 0, images: [image("a", { cost: 0 })] }));
    assert.equal(pictures[0] && "cost" in pictures[0], false);
  });

  for (const [digits, seed] of [
    ["0", 0],
    ["9007199254740991", 9007199254740991],
    ["9007199254740993", "9007199254740993"],
    ["18446744073709551615", "18446744073709551615"],
    ["null", undefined],
    ["1.5", undefined],
    ['"soon"', undefined],
  ] as const) {
    it(`all carry the digits of the one seed ${digits}`, async () => {
      const { pictures } = await answerTo(
        `{"images":[${JSON.stringify(image("a"))},${JSON.stringify(image("b"))}],"prompt":"\\"seed\\":1","seed":${digits}}`,
        2,
      );
      assert.deepEqual(
        pictures.map((picture) => picture.seed),
        [seed, seed],
      );
    });
  }

  it("that were flagged are marked, with a warning for each", async () => {
    const images = [image("a"), image("b"), image("c")];
    const { pictures, warnings, errors } = await answerTo(
      output({ images, has_nsfw_concepts: [true, false, true] }),
      3,
    );
    assert.deepEqual(
      pictures.map(({ nsfw }) => nsfw),
      [true, false, true],
    );
    assert.equal(warnings?.length, 2);
    assert.match(warnings?.[1] ?? "", /^Picture 3 was flagged.*black picture/);
    assert.deepEqual(errors, []);
  });

  it("come as data URIs where an address is expected", async () => {
    const url = "data:image/png;base64,iVBORw0KGgo=";
    const { pictures } = await answerTo(output({ images: [{ url }, { url, content_type: "image/jpeg" }] }), 2);
    assert.deepEqual(
      pictures.map(({ dataURI, url: address, contentType }) => [dataURI, address, contentType]),
      [
        [url, undefined, "image/png"],
        [url, undefined, "image/jpeg"],
      ],
    );
  });

  it("are there whatever else is missing, null or of another type", async () => {
    const wrong = { width: "1024", height: null, content_type: 7, file_name: {} };
    for (const more of [
      { seed: null, has_nsfw_concepts: null, timings: null, prompt: null },
      { seed: {}, has_nsfw_concepts: "false", timings: [] },
      { seed: undefined, has_nsfw_concepts: undefined },
    ]) {
      const { pictures, errors } = await answerTo(output({ images: [image("a", wrong)], ...more }));
      assert.deepEqual(pictures, [{ id: `${requestId}/0`, index: 0, ...image("a"), nsfw: false }]);
      assert.deepEqual(errors, []);
    }
  });

  for (const size of [
    { width: 0, height: 768 },
    { width: 1024, height: 1e12 },
    { width: 1.5, height: 768 },
    { width: 1024 },
  ]) {
    it(`have no size when it is said to be ${JSON.stringify(size)}`, async () => {
      const { pictures } = await answerTo(output({ images: [image("a", size)] }));
      assert.deepEqual([pictures[0]?.width, pictures[0]?.height], [undefined, undefined]);
    });
  }

  for (const contentType of ["text/html", "image/png\r\nx: y", "image/", `image/${"x".repeat(100)}`]) {
    it(`have no type when it is said to be ${JSON.stringify(contentType).slice(0, 30)}`, async () => {
      const { pictures } = await answerTo(output({ images: [image("a", { content_type: contentType })] }));
      assert.equal(pictures[0]?.contentType, undefined);
    });
  }

  for (const bad of [
    "ftp://fal.media/a.jpeg",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:text/html,<script>",
    "data:image/png;base64,",
    "https://",
    "a.jpeg",
    "",
    null,
    7,
    { href: "https://fal.media/a.jpeg" },
  ]) {
    it(`are there without the one whose address is ${JSON.stringify(bad)}, which is an error`, async () => {
      const { pictures, errors } = await answerTo(output({ images: [image("a"), { url: bad }, image("c")] }), 3);
      assert.deepEqual(
        pictures.map(({ id, index }) => [id, index]),
        [
          [`${requestId}/0`, 0],
          [`${requestId}/2`, 2],
        ],
      );
      const [error, ...more] = errors;
      assert.deepEqual(more, []);
      assert.match(withoutSecrets(error).message, /Picture 2/);
      assert.deepEqual([error?.cause.billed, error?.cause.requestId], ["yes", requestId]);
    });
  }

  it("that are missing without a word are an error beside those that came", async () => {
    const { pictures, errors } = await answerTo(output(), 4);
    assert.equal(pictures.length, 1);
    assert.deepEqual(
      errors.map(({ code, cause }) => [code, cause.billed, cause.requestId]),
      [["FLUX_OUTCOME_UNKNOWN", "unknown", requestId]],
    );
    assert.match(errors[0]?.message ?? "", /3 pictures/);
  });

  it("are all kept when more came than were asked for: they are paid", async () => {
    const { pictures, errors } = await answerTo(output({ images: [image("a"), image("b"), image("c")] }), 1);
    assert.deepEqual([pictures.length, errors], [3, []]);
  });

  for (const images of [[], undefined, null, {}, "https://fal.media/a.jpeg"]) {
    it(`are an error, and nothing to send again, when images is ${JSON.stringify(images)}`, async () => {
      const { pictures, errors } = await answerTo(output({ images }));
      assert.equal(pictures.length, 0);
      const { code, cause } = withoutSecrets(errors[0]);
      assert.deepEqual(
        [code, cause.billed, cause.retryable, cause.requestId],
        ["FLUX_PROVIDER", "unknown", false, requestId],
      );
    });
  }

  it("cannot change prototypes by their names", async () => {
    const { pictures } = await answerTo(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"images":[{"__proto__":{"polluted":1},"url":"https://a.example/b"}]}',
    );
    assert.equal(pictures.length, 1);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
    assert.equal((pictures[0] as unknown as Record<string, unknown>).polluted, undefined);
  });
});
