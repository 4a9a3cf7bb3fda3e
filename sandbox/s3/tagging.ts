import type { Reply } from "../http";
import { readTags } from "./attributes";
import { receiveText } from "./receive";
import { S3Refusal } from "./refusal";
import { emptyReply, objectOf, type Work, xmlReply } from "./work";
import { type Element, elementsIn, textIn } from "./xml";

export async function putObjectTagging(work: Work): Promise<Reply> {
  const xml = await receiveText(work);
  const [content] = elementsIn(xml, "TagSet");
  if (content === undefined) throw new S3Refusal("MalformedXML");
  const tags = readTags(
    elementsIn(content, "Tag").map((tag) => [textIn(tag, "Key") ?? "", textIn(tag, "Value") ?? ""]),
  );
  work.bucket().change({ ...objectOf(work), tags });
  return emptyReply();
}

export function getObjectTagging(work: Work): Reply {
  const tags = objectOf(work).tags.map(
    ([name, value]): Element => [
      "Tag",
      [
        ["Key", name],
        ["Value", value],
      ],
    ],
  );
  return xmlReply("Tagging", [["TagSet", tags]]);
}
