import { taskVariables } from '../../../core/download/shard.ts';
import { formatNames } from '../../../formats/index.ts';
import { vendors } from '../../../providers/index.ts';
import type { Topic } from './topic.ts';

export const environment: Topic = {
  title: 'Environment',
  blocks: [
    [
      ['RECX_PROFILE', 'the profiles that are asked without --profile, separated by commas'],
      ['RECX_OUTPUT', `the format without -o: ${formatNames.join(', ')}`],
      ['RECX_CONFIG_DIR', 'the folder of config.json and recent.json'],
      ['XDG_CONFIG_HOME', 'else recx/ in this folder (an absolute path), on Linux; else in ~/.config'],
      ['APPDATA', 'else recx\\Config in this folder, on Windows'],
      ['HOME', 'the home folder; on macOS the folder is Library/Preferences/recx in it'],
    ],
    'Credentials, used when no profile is chosen by --profile, RECX_PROFILE or recx profile use, and exactly one ' +
      "provider's are complete; --provider picks one. A profile with --secret-env reads the variable that it names.",
    vendors.flatMap(({ title, fields }) =>
      fields.map(
        ({ variable, label, secret }) => [variable, `${title}: ${label}${secret ? ', a secret' : ''}`] as const,
      ),
    ),
    'The terminal and the clock:',
    [
      ['NO_COLOR', 'no colour when it is set and not empty; the same as --no-color'],
      ['TERM', 'with "dumb" no colour and no progress'],
      [
        'RECX_PAGER, PAGER',
        'the program that lists longer than the screen go through, split at spaces; none when neither is set',
      ],
      ['LESS', 'the settings of less, by default FRX'],
      ['RECX_PLAYER', 'what plays a recording in recx browse; else mpv, ffplay or afplay of the PATH'],
      ['CI', 'no progress when it is there'],
      ['TZ', 'the zone of the system, unless --tz names another'],
    ],
    'The network:',
    [
      ['HTTPS_PROXY', 'the proxy of requests by https; https_proxy comes first where both are set'],
      ['HTTP_PROXY', 'the same for plain http, which is for this machine alone: only a proxy on this machine is used'],
      ['NO_PROXY', 'hosts, separated by commas, that are asked without a proxy'],
      ['NODE_EXTRA_CA_CERTS', 'a file of further certificate authorities, read by Node'],
      ['NODE_TLS_REJECT_UNAUTHORIZED', 'has no effect: certificates are always checked'],
      ['NODE_DEBUG', 'must not be set, since it makes Node print credentials'],
    ],
    '--shard auto takes the number of the task and the count from the first of these batch systems that is there:',
    taskVariables.map(({ name, variables }) => [name, variables.join(', ')] as const),
  ],
  examples: [
    'RECX_PROFILE=demo RECX_OUTPUT=csv recx list --limit 5',
    'TZ=Europe/Berlin recx list --profile demo --since today',
    'NO_COLOR=1 recx list --profile demo -o table',
  ],
};
