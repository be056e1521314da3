import type { Readable } from 'node:stream';
import { addToHead, emptyHead, type MediaHead } from '../../core/download/media/media-head.ts';
import { type Outline, openOutline } from '../../core/download/media/media-outline.ts';
import { Failure } from '../../core/failure.ts';
import { StallError } from '../errors.ts';
import { type Digest, type Digests, openDigest } from '../files/digest.ts';
import type { PartFile, ResumeInfo } from '../files/part-file.ts';
import { limits } from '../limits.ts';

/** Destination of a transfer: a part file, or an output that cannot be read back. */
export type TransferTarget = Pick<PartFile, 'size' | 'resumable' | 'contents' | 'append' | 'restart'>;

export interface ReceiverSettings {
  /** Stall timeout, in milliseconds. */
  readonly timeout: number;
  /** Called with the bytes as they arrive, and with a negative number for those that must be transferred again. */
  onBytes(count: number): void;
}

/** Write buffer size: few calls for large files, one for small ones. */
const BUFFER_BYTES = 256 * 1024;
/** Interval for flushing a partial buffer, in milliseconds, so that a killed run leaves something to resume. */
const FLUSH_INTERVAL = 250;

/** Receives the bytes of one file, hashed once, across attempts. */
export class BodyReceiver {
  readonly #target: TransferTarget;
  readonly #settings: ReceiverSettings;
  #digest: Digest = openDigest();
  #head = emptyHead();
  #outline = openOutline();
  #buffered: Buffer[] = [];
  #bufferedBytes = 0;
  #size = 0;
  #writing: Promise<void> | undefined;
  /** A failed write, also if not awaited. */
  #failed: { readonly error: unknown } | undefined;
  /** How to resume from here; undefined if the server does not support it. */
  resumeInfo: ResumeInfo | undefined;

  constructor(target: TransferTarget, settings: ReceiverSettings) {
    this.#target = target;
    this.#settings = settings;
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  get head(): MediaHead {
    return this.#head;
  }

  get outline(): Outline {
    return this.#outline;
  }

  /** Reads the bytes that an interrupted run left. */
  async loadPartial(): Promise<void> {
    if (this.#target.resumable === undefined) return;
    for await (const chunk of this.#target.contents()) this.#update(chunk);
    this.resumeInfo = this.#target.resumable;
  }

  /** Discards all bytes. */
  async restart(): Promise<void> {
    await this.#written();
    this.#settings.onBytes(-this.#size);
    this.#digest = openDigest();
    this.#head = emptyHead();
    this.#outline = openOutline();
    this.#buffered = [];
    this.#bufferedBytes = 0;
    this.#size = 0;
    this.resumeInfo = undefined;
    if (this.#target.size > 0) await this.#target.restart();
  }

  /**
   * Reads a body to its end. After each chunk `check` throws for bytes that cannot be right; once it returns true, the
   * bytes so far are expected ones and may be written early.
   */
  receive(body: Readable, check: () => boolean): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const settle = (error?: unknown): void => {
        clearInterval(flushing);
        clearTimeout(endless);
        stalls.stop();
        body.removeAllListeners('data');
        if (error === undefined) {
          resolve();
          return;
        }
        body.destroy();
        reject(error);
      };
      const stalls = watchStalls(body, this.#settings.timeout, () => this.#size, settle);
      const endless = setTimeout(() => settle(tooLong()), limits.maxTransferTime);
      const flushing = setInterval(() => {
        if (this.#writing === undefined && this.#bufferedBytes > 0 && isExpected) this.#write(body, settle);
      }, FLUSH_INTERVAL);
      let isExpected = false;
      body.on('data', (chunk: Buffer) => {
        stalls.progress();
        this.#buffer(chunk);
        try {
          isExpected = check();
        } catch (error) {
          settle(error);
          return;
        }
        if (this.#bufferedBytes < BUFFER_BYTES) return;
        if (this.#writing === undefined) this.#write(body, settle);
        else body.pause();
      });
      onEnd(body, settle);
    });
  }

  /** Flushes; with `isComplete` false also stores the resume info. */
  async finish(isComplete: boolean): Promise<void> {
    await this.#written();
    if (isComplete) this.resumeInfo = undefined;
    await this.#flush();
  }

  digests(): Digests {
    return this.#digest.digests();
  }

  #buffer(chunk: Buffer): void {
    this.#update(chunk);
    this.#buffered.push(chunk);
    this.#bufferedBytes += chunk.length;
    this.#settings.onBytes(chunk.length);
  }

  #update(chunk: Buffer): void {
    this.#digest.update(chunk);
    this.#size += chunk.length;
    this.#head = addToHead(this.#head, chunk);
    this.#outline.add(chunk);
  }

  /** Writes in the background while the buffer is full, then resumes a paused body. */
  #write(body: Readable, fail: (error: unknown) => void): void {
    this.#writing = this.#flush().then(
      () => {
        this.#writing = undefined;
        if (this.#bufferedBytes >= BUFFER_BYTES) this.#write(body, fail);
        if (body.isPaused()) body.resume();
      },
      (error: unknown) => {
        this.#writing = undefined;
        this.#failed = { error };
        fail(error);
      },
    );
  }

  async #written(): Promise<void> {
    await this.#writing;
    if (this.#failed !== undefined) throw this.#failed.error;
  }

  async #flush(): Promise<void> {
    if (this.#bufferedBytes === 0) return;
    const chunks = this.#buffered;
    this.#buffered = [];
    this.#bufferedBytes = 0;
    await this.#target.append(chunks, this.resumeInfo);
  }
}

/** Fails a body that stalls for `timeout`, unless paused, or is slower than the minimum rate. */
const watchStalls = (
  body: Readable,
  timeout: number,
  size: () => number,
  fail: (error: StallError) => void,
): { progress(): void; stop(): void } => {
  const onIdle = (): void => {
    if (body.isPaused()) idle.refresh();
    else fail(new StallError(`no data received for ${timeout / 1000} s`));
  };
  const idle = setTimeout(onIdle, timeout);
  let before = size();
  const rateTimer = setInterval(() => {
    if (size() - before < limits.minMediaBytes) fail(tooSlow());
    before = size();
  }, limits.minMediaBytesInterval);
  return {
    progress: () => void idle.refresh(),
    stop: () => {
      clearTimeout(idle);
      clearInterval(rateTimer);
    },
  };
};

/** `received less than 1 KiB/s for 60 s`. */
const tooSlow = (): StallError => {
  const seconds = limits.minMediaBytesInterval / 1000;
  return new StallError(`received less than ${limits.minMediaBytes / seconds / 1024} KiB/s for ${seconds} s`);
};

/** No retry would end sooner. */
const tooLong = (): Failure =>
  new Failure('partial', `the transfer did not end within ${limits.maxTransferTime / 3_600_000} h`);

/** Settles on end, error or early close. */
const onEnd = (body: Readable, settle: (error?: unknown) => void): void => {
  let hasEnded = false;
  const onClose = (): void => {
    if (!hasEnded) settle(body.errored ?? new StallError('the transfer was interrupted'));
  };
  body.on('error', settle);
  body.on('end', () => {
    hasEnded = true;
    settle();
  });
  body.on('close', onClose);
  // It may have failed before listeners were added.
  if (body.destroyed) onClose();
};
