import type { Topic } from './topic.ts';

interface HelpTopic {
  readonly summary: string;
  load(): Promise<Topic>;
}

/** What `recx help` knows beside the commands, each loaded when it is asked for. */
export const topics: Readonly<Record<string, HelpTopic>> = {
  time: { summary: 'how --since, --until and --tz are read', load: async () => (await import('./time.ts')).time },
  templates: {
    summary: 'names of files made of fields: --name and --out',
    load: async () => (await import('./templates.ts')).templates,
  },
  'exit-codes': {
    summary: 'what the exit codes mean',
    load: async () => (await import('./exit-codes.ts')).exitCodes,
  },
  environment: {
    summary: 'the variables that recx reads',
    load: async () => (await import('./environment.ts')).environment,
  },
  cron: { summary: 'recx without anybody watching', load: async () => (await import('./cron.ts')).cron },
  scale: { summary: 'large accounts and many machines', load: async () => (await import('./scale.ts')).scale },
};
