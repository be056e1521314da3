import type { Key } from 'node:readline';
import { Writable } from 'node:stream';
import type { Runtime } from '../runtime.ts';

/** The whole terminal: drawn from lines, told of keys. */
export interface Fullscreen {
  /** Draws the lines of `draw` where they have changed. */
  draw(): void;
  /** Takes the terminal anew and draws all lines, where it has lost some. */
  redraw(): void;
  /** Puts a text on the clipboard of the terminal, where it allows that (OSC 52): also over ssh. */
  copy(text: string): void;
  /** Comes when the user ends by Ctrl-C (true), or after `close`; the terminal is as it was. */
  readonly closed: Promise<boolean>;
  close(): void;
}

export interface Painting {
  lines(): readonly string[];
  /** A name such as `up`, `return`, `ctrl-l`, or the character typed. */
  onKey(key: string): void;
  onSize(width: number, height: number): void;
  /** The terminal is gone; the session closes. */
  onLoss(): void;
  /** Told of what `lines` throws. */
  onDefect(error: unknown): void;
}

/** Whether there is a terminal that can be drawn on. */
export const canFill = ({ in: input, out, env }: Runtime): boolean =>
  input.isTTY === true && out.isTTY && env.TERM !== 'dumb' && env.TERM !== '';

export const sizeOf = ({ out }: Runtime): readonly [width: number, height: number] => {
  const { columns, rows } = out.stream as NodeJS.WriteStream; // a terminal, see canFill
  // A terminal that does not know its size says 0.
  return [columns || 80, rows || 24];
};

/** Takes the terminal: another screen, no cursor, each key as it is typed. */
export const openFullscreen = async (
  runtime: Runtime,
  { lines, onKey, onSize, onLoss, onDefect }: Painting,
): Promise<Fullscreen> => {
  const { Prompt, settings } = await import('@clack/core');
  // Esc goes back here; clack would end.
  settings.aliases.delete('escape');
  const terminal = runtime.out.stream as NodeJS.WriteStream; // a terminal, see canFill
  const output = screenOf(runtime);
  let fresh = false;
  let frame = '';
  let waiting: NodeJS.Immediate | undefined;
  const stop = new AbortController();
  const compose = (): void => {
    waiting = undefined;
    try {
      // Lines that differ make clack draw all of them.
      const mark = fresh ? '\u001b[0m' : '';
      frame = lines()
        .map((line) => mark + line)
        .join('\n');
    } catch (error) {
      onDefect(error);
    }
    output.emit('resize'); // clack's own word for drawing again
  };
  const draw = (): void => {
    // Clack draws at each key; what is pasted would be drawn letter by letter.
    waiting ??= setImmediate(compose);
  };
  const prompt = new Prompt<never>(
    {
      input: runtime.in,
      output,
      signal: stop.signal,
      render: () => frame,
    },
    false,
  );
  Object.assign(prompt, { _shouldSubmit: () => false }); // Enter is a key like others
  prompt.on('key', (character, key) => onKey(nameOf(character, key)));
  const redraw = (): void => {
    fresh = !fresh;
    output.write(ENTER);
    draw();
  };
  const revive = (): void => {
    if (prompt.state === 'cancel' || gone) return;
    runtime.in.setRawMode(false).setRawMode(true).resume();
    if (!gone) redraw();
  };
  // The terminal was closed: a signal says so, too, but not always first.
  let gone = false;
  const onGone = (): void => {
    gone = true;
    onLoss();
    stop.abort();
  };
  // Before readline's own listener, which pauses.
  runtime.in.prependListener('end', onGone);
  runtime.in.on('error', onGone);
  terminal.on('error', onGone);
  const onResize = (): void => {
    onSize(...sizeOf(runtime));
    redraw();
  };
  terminal.on('resize', onResize);
  // Node's readline pauses when the program was stopped by Ctrl-Z and goes on.
  runtime.in.on('pause', revive);
  output.write(ENTER);
  draw();
  const prompted = prompt.prompt();
  // Readline repeats the errors of its input, and has nobody who hears them.
  const { rl } = prompt as unknown as { readonly rl?: NodeJS.EventEmitter }; // private to clack
  rl?.on('error', onGone);
  const closed = prompted.then(() => {
    clearImmediate(waiting);
    terminal.off('resize', onResize);
    runtime.in.off('pause', revive);
    runtime.in.pause();
    if (!gone) terminal.write(LEAVE);
    return !stop.signal.aborted;
  });
  return {
    draw,
    closed,
    redraw: revive,
    copy: (text) => {
      output.write(`\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`);
    },
    close: () => stop.abort(),
  };
};

/** What clack draws on: one write for all that it writes at a time, so that nothing flickers. */
const screenOf = (runtime: Runtime): Writable => {
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
    columns: { get: () => sizeOf(runtime)[0] },
    rows: { get: () => sizeOf(runtime)[1] },
  });
  return output;
};

/** The alternate screen, empty, the cursor hidden and at its beginning. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[2J\u001b[H';
const LEAVE = '\u001b[0m\u001b[?25h\u001b[?1049l';

const nameOf = (character: string | undefined, { name, ctrl, sequence }: Key): string => {
  if (ctrl === true) return `ctrl-${name}`;
  if (name === 'enter') return 'return';
  const typed = character ?? sequence ?? '';
  // A letter's name is lower case whatever was typed.
  if (/^\P{C}$/u.test(typed)) return typed;
  return name ?? '';
};
