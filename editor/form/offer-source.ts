import { button } from "../element";
import type { Typed } from "../node-red";
import { sourceOfAll } from "./source-of-all";
import type { FormState } from "./state";

/** Where the choice of a source is offered, and where it is made. */
interface SourcePlaces {
  /** A heading, which gets a button. */
  top: HTMLElement;
  slot: HTMLElement;
}

/**
 * Below a heading, the choice of a source for the whole list or object; in the heading a button for it where there is
 * none yet.
 *
 * @param own what belongs to the dialog's own controls.
 */
export const offerSource = (
  path: string,
  { top, slot }: SourcePlaces,
  own: readonly HTMLElement[],
  drawOwn: () => void,
  state: FormState,
  isFromElsewhere: (saved: Typed | undefined) => boolean = (saved) => saved !== undefined,
): void => {
  const choose = (): HTMLElement => {
    const choice = sourceOfAll(path, "dialog.whole", own, drawOwn, state, isFromElsewhere);
    slot.append(choice);
    return choice;
  };
  if (isFromElsewhere(state.values.get(path))) {
    choose();
    return;
  }
  const { t } = state;
  const offer = button(t("dialog.wholeOffer"), "sign-in", () => {
    offer.remove();
    choose().querySelector<HTMLElement>("button:not(.fluxwire-ask)")?.focus();
  });
  offer.classList.add("fluxwire-offer");
  offer.title = t("composition.fromHelp");
  top.append(offer);
};
