import type { Key } from 'node:readline';
import { Writable } from 'node:stream';
import type { Runtime } from '../runtime.ts';

/** The complete terminal: shows lines, and reports keys. */
export interface Fullscreen {
  /** Draws the lines that have changed. */
  draw(): void;
  /** Takes over the terminal again and draws all lines, for a terminal that has lost some. */
  redraw(): void;
  /** Puts a text on the clipboard of the terminal, where it allows that (OSC 52): also over ssh. */
  copy(text: string): void;
  /** Comes with true when the user ends by Ctrl-C, with false after `close`; the terminal is as it was before. */
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
  /** What `lines` throws. */
  onDefect(error: unknown): void;
}

/** Whether there is a terminal that can be drawn on. */
export const supportsFullscreen = ({ in: input, out, env }: Runtime): boolean =>
  input.isTTY === true && out.isTTY && env.TERM !== 'dumb' && env.TERM !== '';

export const terminalSize = ({ out }: Runtime): readonly [width: number, height: number] => {
  const { columns, rows } = out.stream as NodeJS.WriteStream; // a terminal, see supportsFullscreen
  // A terminal that does not know its size reports 0.
  return [columns || 80, rows || 24];
};

/** Takes over the terminal: the alternate screen, no cursor, and each key as it is typed. */
export const openFullscreen = async (runtime: Runtime, settings: FullscreenSettings): Promise<Fullscreen> => {
  const { Prompt, settings: clackSettings } = await import('@clack/core');
  // Esc goes back here; clack would end.
  clackSettings.aliases.delete('escape');
  const output = bufferedOutput(runtime);
  const frame = openFrame(settings, () => output.emit('resize')); // clack's own word for drawing again
  const stop = new AbortController();
  const prompt = new Prompt<never>({ input: runtime.in, output, signal: stop.signal, render: frame.text }, false);
  Object.assign(prompt, { _shouldSubmit: () => false }); // Enter is a key like others
  prompt.on('key', (character, key) => settings.onKey(nameOf(character, key)));
  let isGone = false;
  const redraw = (): void => {
    output.write(ENTER_FULLSCREEN);
    frame.drawAll();
  };
  const retake = (): void => {
    if (prompt.state === 'cancel' || isGone) return;
    runtime.in.setRawMode(false).setRawMode(true).resume();
    if (!isGone) redraw();
  };
  const onGone = (): void => {
    isGone = true;
    settings.onHangup();
    stop.abort();
  };
  const onResize = (): void => {
    settings.onResize(...terminalSize(runtime));
    redraw();
  };
  const release = watchTerminal(runtime, { onGone, onResize, onPause: retake });
  output.write(ENTER_FULLSCREEN);
  frame.draw();
  const prompted = prompt.prompt();
  // Readline repeats the errors of its input, without a listener of its own.
  const { rl } = prompt as unknown as { readonly rl?: NodeJS.EventEmitter }; // private to clack
  rl?.on('error', onGone);
  const closed = prompted.then(() => {
    frame.cancel();
    release();
    if (!isGone) runtime.out.stream.write(LEAVE_FULLSCREEN);
    return !stop.signal.aborted;
  });
  return {
    draw: frame.draw,
    redraw: retake,
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
  /** Composes and draws the lines soon, once for any number of calls. */
  draw(): void;
  /** The same with all lines, whether or not they have changed. */
  drawAll(): void;
  cancel(): void;
}

const openFrame = ({ lines, onDefect }: FullscreenSettings, onChange: () => void): Frame => {
  let text = '';
  let isMarked = false;
  let scheduled: NodeJS.Immediate | undefined;
  const compose = (): void => {
    scheduled = undefined;
    try {
      // Lines that differ make clack draw all of them.
      const mark = isMarked ? '\u001b[0m' : '';
      text = lines()
        .map((line) => mark + line)
        .join('\n');
    } catch (error) {
      onDefect(error);
    }
    onChange();
  };
  const draw = (): void => {
    // Clack draws at each key, which would draw pasted text letter by letter.
    scheduled ??= setImmediate(compose);
  };
  return {
    text: () => text,
    draw,
    drawAll: () => {
      isMarked = !isMarked;
      draw();
    },
    cancel: () => clearImmediate(scheduled),
  };
};

interface TerminalEvents {
  onGone(): void;
  onResize(): void;
  onPause(): void;
}

/** Listens to the terminal; returns what ends that and pauses its input. */
const watchTerminal = (runtime: Runtime, { onGone, onResize, onPause }: TerminalEvents): (() => void) => {
  const { in: input } = runtime;
  const { stream } = runtime.out;
  // A terminal that was closed: a signal reports that as well, but not always first.
  // Before readline's own listener, which pauses.
  input.prependListener('end', onGone);
  input.on('error', onGone);
  stream.on('error', onGone);
  stream.on('resize', onResize);
  // Node's readline pauses when the program was stopped by Ctrl-Z and continues.
  input.on('pause', onPause);
  return () => {
    stream.off('resize', onResize);
    input.off('pause', onPause);
    input.pause();
  };
};

/** The stream that clack draws on: everything it writes at a time becomes one write, so that nothing flickers. */
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
  // A letter's name is lower case whatever was typed.
  if (/^\P{C}$/u.test(typed)) return typed;
  return name ?? '';
};
