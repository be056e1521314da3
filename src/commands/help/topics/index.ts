import type { Topic } from './topic.ts';

interface HelpTopic {
  readonly summary: string;
  load(): Promise<Topic>;
}

/** The topics of `recx help`, each loaded when it is shown. */
export const topics: Readonly<Record<string, HelpTopic>> = {
  fields: {
    summary: 'fields of a recording: --fields and --sort',
    load: async () => (await import('./fields.ts')).fieldTopic,
  },
  filters: {
    summary: 'flags that choose recordings, and which API applies them',
    load: async () => (await import('./filters.ts')).filterTopic,
  },
  calls: {
    summary: 'who called whom: what --with-calls reads, and what it costs',
    load: async () => (await import('./calls.ts')).calls,
  },
  formats: { summary: 'output formats: -o', load: async () => (await import('./formats.ts')).formatTopic },
  time: { summary: 'values of --since, --until and --tz', load: async () => (await import('./time.ts')).time },
  templates: {
    summary: 'file names made of fields: --name and --out',
    load: async () => (await import('./templates.ts')).templates,
  },
  'exit-codes': {
    summary: 'meaning of the exit codes',
    load: async () => (await import('./exit-codes.ts')).exitCodes,
  },
  environment: {
    summary: 'variables that recx reads',
    load: async () => (await import('./environment.ts')).environment,
  },
  cron: { summary: 'running recx unattended', load: async () => (await import('./cron.ts')).cron },
  scale: { summary: 'large accounts and many machines', load: async () => (await import('./scale.ts')).scale },
};
