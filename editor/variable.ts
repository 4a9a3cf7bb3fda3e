/** Values that Node-RED replaces from the environment when it starts the flows. */
export const isVariable = (value: string): boolean => /^\$\{[^{}]+\}$/.test(value);
