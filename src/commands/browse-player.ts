import { families } from '../providers/index.ts';
import { findPlayer, type Playing, play } from '../system/player.ts';
import type { World } from '../system/world.ts';
import type { Source } from './accounts.ts';

/** Plays one file at a time. */
export interface Stage {
  /** Starts, and tells when it is over; what went wrong comes as text. */
  start(file: string, onEnd: (problem: string | undefined) => void): Promise<void>;
  /** Ends what plays, and returns when it has ended. */
  stop(): Promise<void>;
}

export const openStage = (world: World, sources: readonly Source[]): Stage => {
  let playing: Playing | undefined;
  return {
    start: async (file, onEnd) => {
      const player = await findPlayer(world);
      if (player === undefined) return onEnd('no player was found: install mpv or ffplay, or set RECX_PLAYER');
      const started = play(player, file, withoutSecrets(world.env, sources));
      playing = started;
      void started.ended.then((problem) => onEnd(problem === undefined ? undefined : `${player.command} ${problem}`));
    },
    stop: async () => {
      playing?.stop();
      await playing?.ended;
    },
  };
};

/** The environment for another program: neither the providers' secrets by their names, nor those in use by their values. */
const withoutSecrets = (env: World['env'], sources: readonly Source[]): World['env'] => {
  const names = new Set(
    families.flatMap(({ fields }) => fields.filter(({ secret }) => secret).map((one) => one.variable)),
  );
  const values = new Set(sources.flatMap(({ account }) => (account === undefined ? [] : [account.login[1]])));
  return Object.fromEntries(
    Object.entries(env).filter(([name, value]) => !names.has(name) && !values.has(value ?? '')),
  );
};
