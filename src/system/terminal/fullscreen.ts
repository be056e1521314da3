import type { Key } from 'node:readline';
import { Writable } from 'node:stream';
import type { Runtime } from '../runtime.ts';

/** Full-screen terminal UI: draws lines and reports keys. */
export interface Fullscreen {
  /** Draws the changed lines. */
  draw(): void;
  /** Re-enters full-screen mode and redraws all lines, for a terminal that has lost some. */
  redraw(): void;
  /** Copies text through OSC 52, if the terminal allows it; this also works over ssh. */
  copy(text: string): void;
  /** Resolves to true after Ctrl-C, false after `close`, with the terminal restored. */
  readonly closed: Promise<boolean>;
  close(): void;
}

export interface FullscreenSettings {
  lines(): readonly string[];
  /** A name such as `up`, `return`, `ctrl-l`, or the character typed. */
  onKey(key: string): void;
  onResize(width: number, height: number): void;
  /** The terminal was closed; the session closes. */
  onHangup(): void;
  /** Called with errors thrown by `lines`. */
  onBug(error: unknown): void;
}

/** Whether there is a terminal that can be drawn on. */
export const supportsFullscreen = ({ in: input, out, env }: Runtime): boolean =>
  input.isTTY === true && out.isTTY && env.TERM !== 'dumb' && env.TERM !== '';

export const terminalSize = ({ out }: Runtime): readonly [width: number, height: number] => {
  const { columns, rows } = out.stream as NodeJS.WriteStream; // a terminal, see supportsFullscreen
  // A terminal of unknown size reports 0.
  return [columns || 80, rows || 24];
};

/** Enters full-screen mode: the alternate screen, no cursor, and each key as it is typed. */
export const openFullscreen = async (runtime: Runtime, settings: FullscreenSettings): Promise<Fullscreen> => {
  const { Prompt, settings: clackSettings } = await import('@clack/core');
  // Esc goes back here; clack would exit.
  clackSettings.aliases.delete('escape');
  const output = bufferedOutput(runtime);
  const frame = openFrame(settings, () => output.emit('resize')); // clack redraws on resize
  const stop = new AbortController();
  const prompt = new Prompt<never>({ input: runtime.in, output, signal: stop.signal, render: frame.text }, false);
  Object.assign(prompt, { _shouldSubmit: () => false }); // Enter is a key like others
  prompt.on('key', (character, key) => settings.onKey(nameOf(character, key)));
  let isHungUp = false;
  const redraw = (): void => {
    output.write(ENTER_FULLSCREEN);
    frame.drawAll();
  };
  const reenter = (): void => {
    if (prompt.state === 'cancel' || isHungUp) return;
    runtime.in.setRawMode(false).setRawMode(true).resume();
    if (!isHungUp) redraw();
  };
  const onHangup = (): void => {
    isHungUp = true;
    settings.onHangup();
    stop.abort();
  };
  const onResize = (): void => {
    settings.onResize(...terminalSize(runtime));
    redraw();
  };
  const release = watchTerminal(runtime, { onHangup, onResize, onPause: reenter });
  output.write(ENTER_FULLSCREEN);
  frame.draw();
  const prompted = prompt.prompt();
  // Readline re-emits input errors unhandled.
  const { rl } = prompt as unknown as { readonly rl?: NodeJS.EventEmitter }; // private to clack
  rl?.on('error', onHangup);
  const closed = prompted.then(() => {
    frame.cancel();
    release();
    if (!isHungUp) runtime.out.stream.write(LEAVE_FULLSCREEN);
    return !stop.signal.aborted;
  });
  return {
    draw: frame.draw,
    redraw: reenter,
    closed,
    copy: (text) => {
      output.write(`\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`);
    },
    close: () => stop.abort(),
  };
};

/** The text on the screen. */
interface Frame {
  text(): string;
  /** Schedules one redraw of the changed lines for any number of calls. */
  draw(): void;
  /** Same for all lines, changed or not. */
  drawAll(): void;
  cancel(): void;
}

const openFrame = ({ lines, onBug }: FullscreenSettings, onChange: () => void): Frame => {
  let text = '';
  let hasPrefix = false;
  let scheduled: NodeJS.Immediate | undefined;
  const compose = (): void => {
    scheduled = undefined;
    try {
      // A changed prefix makes clack redraw every line.
      const prefix = hasPrefix ? '\u001b[0m' : '';
      text = lines()
        .map((line) => prefix + line)
        .join('\n');
    } catch (error) {
      onBug(error);
    }
    onChange();
  };
  const draw = (): void => {
    // clack draws at each key, which would draw pasted text letter by letter.
    scheduled ??= setImmediate(compose);
  };
  return {
    text: () => text,
    draw,
    drawAll: () => {
      hasPrefix = !hasPrefix;
      draw();
    },
    cancel: () => clearImmediate(scheduled),
  };
};

interface TerminalEvents {
  onHangup(): void;
  onResize(): void;
  onPause(): void;
}

/** Listens to the terminal; returns a function that removes the resize and pause listeners and pauses input. */
const watchTerminal = (runtime: Runtime, { onHangup, onResize, onPause }: TerminalEvents): (() => void) => {
  const { in: input } = runtime;
  const { stream } = runtime.out;
  // The terminal was closed: a signal reports this as well, but not always first.
  // Prepended, since readline's listener pauses.
  input.prependListener('end', onHangup);
  input.on('error', onHangup);
  stream.on('error', onHangup);
  stream.on('resize', onResize);
  // Node's readline pauses when the program continues after Ctrl-Z.
  input.on('pause', onPause);
  return () => {
    stream.off('resize', onResize);
    input.off('pause', onPause);
    input.pause();
  };
};

/** The stream that clack draws on. Batches clack's writes to avoid flicker. */
const bufferedOutput = (runtime: Runtime): Writable => {
  const terminal = runtime.out.stream;
  let waiting = '';
  const flush = (): void => {
    terminal.write(waiting);
    waiting = '';
  };
  const output = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      if (waiting === '') queueMicrotask(flush);
      waiting += chunk;
      done();
    },
  });
  Object.defineProperties(output, {
    columns: { get: () => terminalSize(runtime)[0] },
    rows: { get: () => terminalSize(runtime)[1] },
  });
  return output;
};

/** The alternate screen, cleared, with the cursor hidden and at its start. */
const ENTER_FULLSCREEN = '\u001b[?1049h\u001b[?25l\u001b[2J\u001b[H';
const LEAVE_FULLSCREEN = '\u001b[0m\u001b[?25h\u001b[?1049l';

const nameOf = (character: string | undefined, { name, ctrl, sequence }: Key): string => {
  if (ctrl === true) return `ctrl-${name}`;
  if (name === 'enter') return 'return';
  const typed = character ?? sequence ?? '';
  // The name of a letter key is always lower case.
  if (/^\P{C}$/u.test(typed)) return typed;
  return name ?? '';
};
