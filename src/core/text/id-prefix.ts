/** Characters of an id that must be typed to name a recording by the start of its id. */
export const MIN_PREFIX_LENGTH = 8;
