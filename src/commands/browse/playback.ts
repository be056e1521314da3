import type { Runtime } from '../../system/runtime.ts';
import { findPlayer, type Playback, play } from '../../system/terminal/player.ts';
import { withoutSecrets } from '../shared/child-env.ts';
import type { Source } from '../shared/source.ts';

/** Plays one file at a time. */
export interface AudioPlayer {
  /** Starts a file; `onEnd` receives the error text, if any. */
  start(file: string, onEnd: (problem: string | undefined) => void): Promise<void>;
  /** Stops the player, and resolves when it has ended. */
  stop(): Promise<void>;
}

export const openAudioPlayer = (runtime: Runtime, sources: readonly Source[]): AudioPlayer => {
  let playing: Playback | undefined;
  return {
    start: async (file, onEnd) => {
      const player = await findPlayer(runtime);
      if (player === undefined) return onEnd('no player found: install mpv or ffplay, or set RECX_PLAYER');
      const started = play(player, file, withoutSecrets(runtime.env, sources));
      playing = started;
      void started.ended.then((problem) => onEnd(problem === undefined ? undefined : `${player.command} ${problem}`));
    },
    stop: async () => {
      playing?.stop();
      await playing?.ended;
    },
  };
};
