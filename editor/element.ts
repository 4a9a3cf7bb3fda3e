interface Attributes {
  class?: string;
  id?: string;
  type?: string;
  for?: string;
  placeholder?: string;
  [name: string]: string | undefined;
}

/** An HTML element with attributes and children; text is only ever text. */
export const element = <Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] => {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== undefined) made.setAttribute(attribute, value);
  }
  made.append(...children);
  return made;
};

/** A Font Awesome 4 icon, as Node-RED's dialogs use them. */
export const icon = (name: string): HTMLElement => element("i", { class: `fa fa-${name}`, "aria-hidden": "true" });

/** One of Node-RED's small buttons; without an icon when its name is empty. */
export const button = (text: string, iconName: string, onClick: () => void): HTMLButtonElement => {
  const made = element("button", { type: "button", class: "red-ui-button red-ui-button-small" });
  if (iconName === "") made.append(text);
  else made.append(icon(iconName), ...(text === "" ? [] : [` ${text}`]));
  made.addEventListener("click", onClick);
  return made;
};
