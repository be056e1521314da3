import { createHash, type Hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { HEAD_BYTES } from '../../core/download/media-type.ts';
import { StallError } from '../errors.ts';
import type { PartFile, ResumeInfo } from '../files/part-file.ts';
import { limits } from '../limits.ts';

/** Where the bytes of a transfer go: a part file, or an output that cannot be read back. */
export type TransferTarget = Pick<PartFile, 'size' | 'resumable' | 'contents' | 'append' | 'restart'>;

export interface ReceiverSettings {
  /** Stall timeout, in milliseconds. */
  readonly timeout: number;
  /** Called with the bytes as they arrive, and with a negative number for those that must be transferred again. */
  onBytes(count: number): void;
}

/** Bytes that are gathered before a write: few calls for large files, one for small ones. */
const BUFFER_BYTES = 256 * 1024;
/** Milliseconds after which a part of a buffer is written too, so that a killed run leaves something to resume. */
const FLUSH_INTERVAL = 250;

/** The bytes of one file as they arrive, hashed once, over any number of attempts. */
export class BodyReceiver {
  readonly #target: TransferTarget;
  readonly #settings: ReceiverSettings;
  #hash: Hash = createHash('sha256');
  #head = Buffer.alloc(0);
  #buffered: Buffer[] = [];
  #bufferedBytes = 0;
  #size = 0;
  #writing: Promise<void> | undefined;
  /** A write that failed, whether or not anything was waiting for it. */
  #failed: { readonly error: unknown } | undefined;
  /** How to resume from here; undefined when the server does not support it. */
  resumeInfo: ResumeInfo | undefined;

  constructor(target: TransferTarget, settings: ReceiverSettings) {
    this.#target = target;
    this.#settings = settings;
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** The first bytes, up to `HEAD_BYTES`. */
  get head(): Uint8Array {
    return this.#head;
  }

  /** Reads the bytes that an interrupted run left. */
  async loadPartial(): Promise<void> {
    if (this.#target.resumable === undefined) return;
    for await (const chunk of this.#target.contents()) this.#count(chunk);
    this.resumeInfo = this.#target.resumable;
  }

  /** Discards every byte. */
  async restart(): Promise<void> {
    await this.#written();
    this.#settings.onBytes(-this.#size);
    this.#hash = createHash('sha256');
    this.#head = Buffer.alloc(0);
    this.#buffered = [];
    this.#bufferedBytes = 0;
    this.#size = 0;
    this.resumeInfo = undefined;
    if (this.#target.size > 0) await this.#target.restart();
  }

  /** Reads a body to its end; `check` sees the first bytes before any is written, and throws when they are wrong. */
  receive(body: Readable, check: () => void): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const settle = (error?: unknown): void => {
        clearInterval(flushing);
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
      const flushing = setInterval(() => {
        if (this.#writing === undefined && this.#bufferedBytes > 0 && this.#hasHead) this.#write(body, settle);
      }, FLUSH_INTERVAL);
      let isChecked = false;
      body.on('data', (chunk: Buffer) => {
        stalls.progress();
        this.#gather(chunk);
        try {
          if (!isChecked && this.#hasHead) check();
          isChecked ||= this.#hasHead;
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

  /** Writes the bytes that are left; for an incomplete file, together with what is needed to resume. */
  async finish(isComplete: boolean): Promise<void> {
    await this.#written();
    if (isComplete) this.resumeInfo = undefined;
    await this.#flush();
  }

  sha256(): string {
    return this.#hash.digest('hex');
  }

  get #hasHead(): boolean {
    return this.#head.length >= HEAD_BYTES;
  }

  #gather(chunk: Buffer): void {
    this.#count(chunk);
    this.#buffered.push(chunk);
    this.#bufferedBytes += chunk.length;
    this.#settings.onBytes(chunk.length);
  }

  #count(chunk: Buffer): void {
    this.#hash.update(chunk);
    this.#size += chunk.length;
    if (!this.#hasHead) this.#head = Buffer.concat([this.#head, chunk.subarray(0, HEAD_BYTES - this.#head.length)]);
  }

  /** Writes in the background for as long as there is a full buffer, and lets a paused body continue. */
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

/** Fails a body that is silent for the timeout, unless it is paused, or that brings too few bytes in a minute. */
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
  const rating = setInterval(() => {
    if (size() - before < limits.minMediaBytes) fail(new StallError('received less than 1 KiB/s for a minute'));
    before = size();
  }, limits.minMediaBytesInterval);
  return {
    progress: () => void idle.refresh(),
    stop: () => {
      clearTimeout(idle);
      clearInterval(rating);
    },
  };
};

/** Settles when a body ends: well, with an error, or by a connection that closes early. */
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
  // It may have failed before anything was listening.
  if (body.destroyed) onClose();
};
