/** An error for the person who builds: what is wrong, in one line. */
export class BuildError extends Error {}

export const fail = (text) => {
  throw new BuildError(text);
};
