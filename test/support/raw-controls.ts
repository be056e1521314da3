/** A character that could control a terminal or hide on it, line ends excepted. */
export const rawControls = /[^\n\P{Cc}]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
