/** What happened, without what an error's message says about the money or advises: that holds for its own job only. */
export const firstSentence = (message: string): string => `${message.split(/\.(?= |$)/)[0]}.`;
