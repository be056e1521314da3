import { placeholderNames } from '../../../core/naming/template.ts';
import type { Topic } from './topic.ts';

const { fields, callFields, timeParts, shorthands } = placeholderNames;
const braced = (names: readonly string[]): string => names.map((name) => `{${name}}`).join(' ');

export const templates: Topic = {
  title: 'Templates',
  blocks: [
    'download --name and export --out build file names from placeholders in braces:',
    [
      ['parts of created_at', `${braced(timeParts)}, in UTC`],
      ['several of them', `${braced(shorthands)}, such as 2026-11-20 and 13-45-00`],
      ['fields', braced(fields)],
      [
        'fields of calls',
        `${braced(callFields)}; these, and {from} and {to} where recordings have none, read the calls`,
      ],
    ],
    'Placeholders of other programs, such as %Y, YYYY or $(date), are rejected. A / creates folders. A field that is not reported by the provider becomes "unknown". Characters not ' +
      'allowed in file names (separators, control characters, a leading dot or dash) are replaced by _, reserved names get ' +
      'a _ added, and an id that was changed gets a hash appended, so that two ids never share a name. Names that are too ' +
      'long are truncated with a hash. No part of a template may be empty or start with a dot.',
    'download adds the extension of the format, unless the template ends with it: {id} and {id}.wav become 5b08….wav, ' +
      'and {id}.mp3 becomes 5b08….mp3.wav if the format is wav. The name of an encrypted recording ends in .enc. Without {id} all names are checked first; if two are the same, the run ends before anything is written.',
    'export --out derives the format from the extension: .csv, .json, .ndjson or .tsv, each also with .gz; -o sets it for any ' +
      'other name. A name without braces is one file, a name with braces is one file for each value: a unit of time ' +
      'requires all larger ones ({day} requires {year} and {month}), and --incremental requires at least {year}. Quote the ' +
      'template, since some shells expand braces.',
  ],
  examples: [
    "recx download --profile demo --since 2d --name '{year}/{month}/{id}'",
    "recx download --profile demo --since 2d --name '{kind}/{created_at}-{id}'",
    "recx download --profile demo --since 2d --name '{date}_{from}_{id}'",
    "recx export --profile demo --out 'calls-{year}-{month}-{day}.csv'",
  ],
};
