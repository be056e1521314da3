import { placeholderNames } from '../../../core/template.ts';
import type { Topic } from './topic.ts';

const { fields, timeParts } = placeholderNames;
const braced = (names: readonly string[]): string => names.map((name) => `{${name}}`).join(' ');

export const templates: Topic = {
  title: 'Templates',
  blocks: [
    'download --name and export --out make the names of files of what stands in braces:',
    [
      ['parts of created_at', `${braced(timeParts)}, in UTC`],
      ['fields', braced(fields)],
    ],
    'A / makes folders. What the provider does not say becomes "unknown". What no file may be called (separators, ' +
      'control characters, reserved names, a leading dot or dash) is replaced by _, and an id that had to be changed gets a ' +
      'hash behind it, so that two of them stay apart. Names that are too long are cut, also with a hash. No part of a ' +
      'template may be empty or begin with a dot.',
    'download adds the extension of the format that it gets: {id} becomes 5b08….wav, and an encrypted recording ends in ' +
      '.enc. Without {id} all names are looked through first; two that are the same end the run before anything is written.',
    'export --out takes its format from the end of the name: .csv, .json or .ndjson, each also with .gz; -o chooses ' +
      'where the name tells none. A name without braces is one file. One with braces is as many as there are values: a ' +
      'unit of time needs all larger ones beside it ({year} and {month} with {day}), and --incremental needs at least ' +
      '{year}. Put the template in quotes, since braces mean something to some shells.',
  ],
  examples: [
    "recx download --profile demo --since 2d --name '{year}/{month}/{id}'",
    "recx download --profile demo --since 2d --name '{kind}/{created_at}-{id}'",
    "recx export --profile demo --out 'calls-{year}-{month}-{day}.csv'",
  ],
};
