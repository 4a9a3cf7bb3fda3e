/** What an AIR, the identifier of a model, looks like: `runware:25@1`, `civitai:102@3`. Source: Runware's schemas. */
export const airPattern = "^[a-zA-Z0-9._-]+(:[a-zA-Z0-9._/@-]+)?$";
