/** A placeholder of another program in a file name. */
export interface ForeignPattern {
  readonly found: string;
  /** The name with the placeholders of recx; undefined if some part has no equivalent. */
  readonly instead: string | undefined;
}

/** The first placeholder of `date`, yt-dlp, printf, a shell or a spreadsheet in a file name; undefined without one. */
export const foreignPattern = (name: string): ForeignPattern | undefined => {
  const [found] = ANY.exec(name) ?? [];
  if (found === undefined) return undefined;
  const instead = translations.reduce((text, [pattern, placeholder]) => text.replaceAll(pattern, placeholder), name);
  return { found, instead: instead === '' || ANY.test(instead) ? undefined : instead };
};

/** In their order: what stands around others comes first. A letter after `%` is not the start of a word: `100%done`. */
const translations: readonly (readonly [RegExp, string])[] = [
  [/\$\(\s*date\s+(?:-u\s+)?['"]?\+([^()'"]*)['"]?\s*\)/g, '$1'],
  [/`\s*date\s+(?:-u\s+)?['"]?\+([^`'"]*)['"]?\s*`/g, '$1'],
  [/\.?%\(ext\)[^A-Za-z]*[A-Za-z]/g, ''],
  [/%\((?:upload_date|date)\)[^A-Za-z]*[A-Za-z]/g, '{year}-{month}-{day}'],
  [/%\(([a-z_]+)\)[^A-Za-z]*[A-Za-z]/g, '{$1}'],
  [/\$?\{\{\s*([a-z_]+)\s*\}\}/g, '{$1}'],
  [/\$\{([a-z_]+)\}/g, '{$1}'],
  [/<([a-z_]+)>/g, '{$1}'],
  [/%F(?![a-z])/g, '{year}-{month}-{day}'],
  [/%T(?![a-z])/g, '{hour}-{minute}-{second}'],
  [/%-?Y(?![a-z])/g, '{year}'],
  [/%-?m(?![a-z])/g, '{month}'],
  [/%-?d(?![a-z])/g, '{day}'],
  [/%-?H(?![a-z])/g, '{hour}'],
  [/%-?M(?![a-z])/g, '{minute}'],
  [/%-?S(?![a-z])/g, '{second}'],
  [/%(?:0\d)?[si](?![a-z])/g, '{id}'],
  [/\{?(?<![A-Za-z])(?:YYYY|yyyy)([-_./]?)(?:MM|mm)([-_./]?)(?:DD|dd)(?![A-Za-z])\}?/g, '{year}$1{month}$2{day}'],
  [/\{?(?<![A-Za-z])(?:YYYY|yyyy)([-_./]?)(?:MM|mm)(?![A-Za-z])\}?/g, '{year}$1{month}'],
  [/\{?(?<![A-Za-z])(?:YYYY|yyyy)(?![A-Za-z])\}?/g, '{year}'],
];

/** Also what has no equivalent. */
const ANY =
  /\$\([^)]*\)?|`[^`]*`?|%\([A-Za-z_]+\)[^A-Za-z]*[A-Za-z]|%\(|<[a-z_]+>|\$?\{\{[^{}]*\}\}|\$\{[^{}]*\}|(?<=^|[/_.-])\$[A-Za-z_]\w*|%[A-Z_]{3,}%|%[-_0^#]?[A-Za-z](?![a-z])|%0\d[a-z](?![a-z])|(?<![A-Za-z])(?:YYYY|yyyy)(?:[-_./]?(?:MM|mm|DD|dd|HH|hh|SS|ss))*(?![A-Za-z])/;
