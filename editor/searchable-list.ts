import { element } from "./element";
import { controlId } from "./row";

interface Option {
  value: string;
  label: string;
}

interface SearchableOptions {
  options: readonly Option[];
  /** Whether the button stands for these options now. */
  isOffered(): boolean;
  chosen(): string;
  choose(value: string): void;
  texts: { search: string; nothing: string };
}

/** Room below the button that makes the list open downwards. */
const ENOUGH = 220;

/** Options with all words of a search, those that begin with it first. */
const matching = (options: readonly Option[], typed: string): Option[] => {
  const sought = typed.trim().toLowerCase();
  const found = options.filter(({ label }) => sought.split(/\s+/).every((word) => label.toLowerCase().includes(word)));
  const begins = ({ label }: Option): boolean => label.toLowerCase().startsWith(sought);
  return [...found.filter(begins), ...found.filter((option) => !begins(option))];
};

/**
 * Opens a list that is searched by typing, instead of the plain menu of a typed input's options.
 *
 * @param holder what the typed input is in.
 * @param trigger its button for the options.
 */
export const makeSearchable = (
  holder: HTMLElement,
  trigger: HTMLElement,
  { options, isOffered, chosen, choose, texts }: SearchableOptions,
): void => {
  const id = controlId();
  let close: (() => void) | undefined;
  trigger.setAttribute("aria-haspopup", "listbox");
  trigger.setAttribute("aria-expanded", "false");

  const open = (typed: string): void => {
    const input = element("input", {
      type: "text",
      class: "fluxwire-search",
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "true",
      "aria-controls": `${id}-list`,
      "aria-label": texts.search,
      placeholder: texts.search,
      autocomplete: "off",
    });
    const list = element("div", { id: `${id}-list`, class: "fluxwire-option-list", role: "listbox" });
    const nothing = element("div", { class: "fluxwire-no-option", role: "status" });
    const popup = element("div", { class: "fluxwire-options" }, input, list, nothing);
    let active = 0;

    const activate = (index: number): void => {
      const all = [...list.children].filter((child) => child instanceof HTMLElement);
      active = Math.max(0, Math.min(index, all.length - 1));
      for (const [at, one] of all.entries()) one.classList.toggle("fluxwire-active", at === active);
      const shown = all[active];
      input.setAttribute("aria-activedescendant", shown?.id ?? "");
      if (shown === undefined) return;
      // Not `scrollIntoView`: it would move the dialog too.
      const below = shown.offsetTop + shown.offsetHeight - list.clientHeight;
      list.scrollTop = Math.min(shown.offsetTop, Math.max(list.scrollTop, below));
    };
    const search = (): void => {
      const found = matching(options, input.value);
      list.replaceChildren(
        ...found.map((option) => {
          const selected = String(option.value === chosen());
          const line = {
            id: `${id}-${options.indexOf(option)}`,
            class: "fluxwire-option",
            role: "option",
            "aria-selected": selected,
          };
          const made = element("div", line, option.label);
          made.addEventListener("click", () => pick(option));
          return made;
        }),
      );
      nothing.textContent = found.length === 0 ? texts.nothing : "";
      const current = found.findIndex(({ value }) => value === chosen());
      activate(input.value === "" ? current : 0);
    };
    const pick = ({ value }: Option): void => {
      shut();
      trigger.focus();
      choose(value);
    };
    const shut = (): void => {
      if (close === undefined) return;
      close = undefined;
      document.removeEventListener("scroll", scrolled, true);
      window.removeEventListener("resize", shut);
      popup.remove();
      trigger.setAttribute("aria-expanded", "false");
    };
    /** Not what is told late of a scroll before this opened, nor of the list's own. */
    const scrolled = (): void => {
      if (holder.getBoundingClientRect().top !== place) shut();
    };
    const press = (event: KeyboardEvent): void => {
      // The editor has shortcuts of its own.
      event.stopPropagation();
      switch (event.key) {
        case "ArrowDown":
          activate(active + 1);
          break;
        case "ArrowUp":
          activate(active - 1);
          break;
        case "Enter":
          list.querySelector<HTMLElement>(".fluxwire-active")?.click();
          break;
        case "Escape":
          shut();
          trigger.focus();
          break;
        case "Tab":
          // On to what comes before or after the button.
          trigger.focus();
          shut();
          return;
        default:
          return;
      }
      event.preventDefault();
    };

    input.value = typed;
    input.addEventListener("input", search);
    input.addEventListener("keydown", press);
    // A press on the list must not take the keyboard out of the field.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    popup.addEventListener("focusout", shut);
    // Its own changes are none of the typed input's.
    popup.addEventListener("change", (event) => event.stopPropagation());
    const place = holder.getBoundingClientRect().top;
    holder.append(popup);
    placeAt(popup, holder);
    close = shut;
    trigger.setAttribute("aria-expanded", "true");
    search();
    input.focus({ preventScroll: true });
    document.addEventListener("scroll", scrolled, true);
    window.addEventListener("resize", shut);
  };

  const isAtTrigger = ({ target }: Event): boolean => target instanceof Node && trigger.contains(target) && isOffered();
  // Before the typed input hears of it.
  const takeOver = (event: Event, typed: string): void => {
    event.preventDefault();
    event.stopPropagation();
    open(typed);
  };
  holder.addEventListener(
    "click",
    (event) => {
      if (isAtTrigger(event)) takeOver(event, "");
    },
    true,
  );
  holder.addEventListener(
    "keydown",
    (event) => {
      if (!isAtTrigger(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      const isText = event.key.length === 1 && event.key !== " ";
      if (isText || event.key === "ArrowDown" || event.key === "ArrowUp") takeOver(event, isText ? event.key : "");
    },
    true,
  );
};

/** Below a control, or above it where there is more room; not cut off by what scrolls. */
const placeAt = (popup: HTMLElement, holder: HTMLElement): void => {
  const { top, bottom, left, width } = holder.getBoundingClientRect();
  const below = window.innerHeight - bottom;
  const isBelow = below >= ENOUGH || below >= top;
  popup.style.left = `${left}px`;
  popup.style.width = `${width}px`;
  popup.style.maxHeight = `${Math.min(320, (isBelow ? below : top) - 8)}px`;
  if (isBelow) popup.style.top = `${bottom}px`;
  else popup.style.bottom = `${window.innerHeight - top}px`;
};
