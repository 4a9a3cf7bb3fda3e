import { compositions, endpointOf, models } from "../models";
import { type Composing, readComposing } from "./composing";
import { readEditorGraph } from "./editor-graph";
import { type Kinds, takesParameter } from "./roles";

/** Any node of the editor may ask, also one whose type is called "constructor". */
const own = <Value>(known: Readonly<Record<string, Value>>, type: string): Value | undefined =>
  Object.hasOwn(known, type) ? known[type] : undefined;

/** What the pack knows of its node types. */
const kinds: Kinds = {
  parameters: (type) => own(compositions, type)?.parameters,
  inference: (type, mode) => {
    const model = own(models, type);
    return model && { facts: endpointOf(model, mode).facts, ignoresRequests: model.resultInto !== undefined };
  },
};

/** Who composes for whom in the editor's flows at this moment. */
export const composingNow = (): Composing => readComposing(readEditorGraph(), kinds);

/** The types of the inference nodes that can take a parameter, in whichever mode. */
export const takersOf = (parameter: string): string[] =>
  Object.keys(models).filter((type) => {
    const model = kinds.inference(type, undefined);
    return model && !model.ignoresRequests && takesParameter(model.facts, parameter);
  });
