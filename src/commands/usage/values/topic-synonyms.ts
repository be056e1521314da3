import type { ValueSynonyms } from './typed.ts';

/** Words typed after `help`, and what has the answer. */
export const topicSynonyms: ValueSynonyms = [
  ['date dates times since until timezone tz duration durations', 'recx help time'],
  ['name names naming filename filenames template placeholder placeholders', 'recx help templates'],
  [
    'recipe recipes',
    'Recipes are in docs/recipes.md; unattended runs: recx help cron; examples of a command: recx help export',
  ],
  ['env variable variables vars', 'recx help environment'],
  ['exit exitcode exitcodes code codes errors', 'recx help exit-codes'],
  ['field columns column keys schema', 'recx help fields'],
  ['filter where search query status kind number numbers phone from to', 'recx help filters'],
  ['call with-calls direction caller callee callers cdr legs inbound outbound', 'recx help calls'],
  ['sort sorting order sort_by ordering', 'recx help fields'],
  ['id ids short_id short_ids prefix sid', 'recx help get'],
  [
    'flag flags options option arguments switches usage',
    'For the flags of a command: recx help list; for filters: recx help filters',
  ],
  ['media mp3 wav mp4 resume audio files', 'recx help download'],
  ['incremental', 'recx help export'],
  ['profiles credentials account accounts', 'recx help profile'],
  ['colour color proxy pager config configuration', 'recx help environment'],
  ['output outputs csv json format', 'recx help formats'],
  ['crontab systemd schedule unattended', 'recx help cron'],
  ['performance shard speed limits', 'recx help scale'],
];
