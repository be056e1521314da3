import { taskVariables } from '../../../core/download/shard.ts';
import { formatNames } from '../../../formats/index.ts';
import { vendors } from '../../../providers/index.ts';
import type { Topic } from './topic.ts';

export const environment: Topic = {
  title: 'Environment',
  blocks: [
    [
      ['RECX_PROFILE', 'the profiles to use without --profile, separated by commas'],
      ['RECX_OUTPUT', `the format without -o: ${formatNames.join(', ')}`],
      ['RECX_CONFIG_DIR', 'the folder of config.json, recent.json and compile-cache'],
      [
        'XDG_CONFIG_HOME',
        'on Linux, if RECX_CONFIG_DIR is not set: recx/ in this folder (an absolute path), default ~/.config',
      ],
      ['APPDATA', 'on Windows, if RECX_CONFIG_DIR is not set: recx\\Config in this folder'],
      ['HOME', 'the home folder; on macOS the default is Library/Preferences/recx in it'],
    ],
    'Credentials, used if no profile is selected by --profile, RECX_PROFILE or recx profile use, and the variables of ' +
      'exactly one provider are complete; --provider selects one. A profile with --secret-env reads the variable that it ' +
      'names.',
    vendors.flatMap(({ title, fields }) =>
      fields.map(
        ({ variable, label, secret }) => [variable, `${title}: ${label}${secret ? ', a secret' : ''}`] as const,
      ),
    ),
    'Terminal and clock:',
    [
      ['NO_COLOR', 'no colour if set and not empty; the same as --no-color'],
      ['TERM', '"dumb" turns off colour and progress'],
      ['RECX_PAGER, PAGER', 'the pager for lists longer than the screen, split at spaces; no pager if neither is set'],
      ['LESS', 'the options of less (default: FRX)'],
      ['RECX_PLAYER', 'the player of recx browse; else mpv, ffplay or afplay from the PATH'],
      ['CI', 'no progress if set'],
      ['TZ', 'the zone of the system, unless --tz names another'],
    ],
    'Network:',
    [
      [
        'HTTPS_PROXY',
        'the proxy for https requests, as http://user:password@host:port, without a scheme http; https_proxy takes precedence',
      ],
      [
        'HTTP_PROXY',
        'the proxy for plain http, which recx uses only to this machine and only through a proxy on this machine',
      ],
      [
        'NO_PROXY',
        'hosts to reach without a proxy, separated by commas: domains, addresses, networks (10.0.0.0/8), with or without a port; * for all',
      ],
      ['NODE_EXTRA_CA_CERTS', 'a file of additional certificate authorities, read by Node'],
      ['NODE_TLS_REJECT_UNAUTHORIZED', 'has no effect: certificates are always verified'],
      ['NODE_DEBUG', 'must not be set, since it makes Node print credentials'],
    ],
    '--shard auto reads the task number and count from the first of these batch systems that is detected:',
    taskVariables.map(({ name, variables }) => [name, variables.join(', ')] as const),
  ],
  examples: [
    'RECX_PROFILE=demo RECX_OUTPUT=csv recx list --limit 5',
    'TZ=Europe/Berlin recx list --profile demo --since today',
    'NO_COLOR=1 recx list --profile demo -o table',
  ],
};
