/**
 * Command lines that may be meant by one in the manner of other programs: `api:core:recordings:list` is `list`, as are
 * `recordings list` and `calls:list`; `profiles use` is `profile use`. The nearest ones first, without the words as typed.
 */
export const inOurManner = (words: readonly string[]): readonly (readonly string[])[] => {
  const [first = '', ...rest] = words;
  const parts = first
    .toLowerCase()
    .split(/[:/]/)
    .filter((part) => part !== '');
  const lines: (readonly string[])[] = [];
  // list-recordings
  const [, verb, object = ''] = /^([a-z]+)[-_]([a-z-]+)$/i.exec(first) ?? [];
  if (verb !== undefined && isNoun(object)) lines.push([verb.toLowerCase(), ...rest]);
  let line = [...parts, ...rest];
  if (parts.length > 1 && accountNouns.includes(parts[0] ?? '')) lines.push(['profile', ...line.slice(1)]);
  if (parts.length > 1 && !nouns.includes(parts[0] ?? '')) lines.push(line);
  while (line.length > 1) {
    const [noun = '', ...after] = line;
    if (accountNouns.includes(noun) && (noun !== 'profile' || parts.length > 1)) lines.push(['profile', ...after]);
    if (!nouns.includes(noun)) break;
    line = after[0] === 'fetch' ? ['get', ...after.slice(1)] : after;
    if (!nouns.includes(line[0] ?? '') || line.length === 1) lines.push(line);
  }
  return lines;
};

/** Whether a word is one for recordings or for where they are, which a command of recx needs no word for. */
export const isNoun = (word: string): boolean => nouns.includes(word.toLowerCase());

/** Words for what every command is about. */
const nouns = [
  ...['recx', 'api', 'apis', 'core', 'rest', 'v1', 'v2', 'v2010', 'voice', 'video', 'beta', 'alpha', 'resources'],
  ...[
    'recordings',
    'recording',
    'records',
    'calls',
    'call',
    'media',
    'files',
    'room-recordings',
    'rooms',
    'conferences',
  ],
  ...['twilio', 'plivo', 'signalwire', 'container', 'image', 'remote', 's3', 'storage', 'object', 'objects', 'data'],
  ...['run', 'runs', 'workflow', 'issue', 'pr', 'repo', 'gh', 'release', 'system', 'ec2', 'debugger', 'pods', 'pod'],
];

/** Words for a profile. */
const accountNouns = ['profile', 'profiles', 'account', 'accounts', 'credentials', 'configurations', 'contexts'];
