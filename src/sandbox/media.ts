import type { MediaFormat } from '../core/recording.ts';

/** The content of a sample's media file: a steady tone, or for mp4 two seconds of one colour, with unused space. */
export interface Clip {
  readonly format: MediaFormat;
  readonly seconds: number;
  readonly channels: 1 | 2;
}

const SAMPLE_RATE = 8000;
const TONE_HERTZ = 440;
/** The period of the tone, in samples. */
const WAVE_SAMPLES = 200;
const WAV_HEADER_BYTES = 44;
const MP3_FRAME_BYTES = 144;
const MP4_BYTES_PER_SECOND = 8000;
const FREE_HEADER_BYTES = 8;
const MP3_FRAME_SAMPLES = 576;

export const clipType = ({ format }: Clip): string => types[format];

const types = { wav: 'audio/x-wav', mp3: 'audio/mpeg', mp4: 'video/mp4' } as const;

/** The size of the file in bytes, without generating it. */
export const clipSize = ({ format, seconds, channels }: Clip): number => {
  if (format === 'mp4') return video.length + FREE_HEADER_BYTES + seconds * MP4_BYTES_PER_SECOND;
  if (format === 'wav') return WAV_HEADER_BYTES + seconds * SAMPLE_RATE * 2 * channels;
  return Math.ceil((seconds * SAMPLE_RATE) / MP3_FRAME_SAMPLES) * MP3_FRAME_BYTES;
};

/** A complete WAV (16-bit PCM), MP3 or MP4 file. */
export const clipBytes = (clip: Clip): Buffer => {
  if (clip.format === 'mp4') return mp4(clip);
  return clip.format === 'wav' ? wav(clip) : mp3(clip);
};

const wav = (clip: Clip): Buffer => {
  const { channels } = clip;
  const file = Buffer.alloc(clipSize(clip));
  file.write('RIFF', 0);
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20); // PCM
  file.writeUInt16LE(channels, 22);
  file.writeUInt32LE(SAMPLE_RATE, 24);
  file.writeUInt32LE(SAMPLE_RATE * 2 * channels, 28);
  file.writeUInt16LE(2 * channels, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36);
  file.writeUInt32LE(file.length - WAV_HEADER_BYTES, 40);
  const wave = Buffer.alloc(WAVE_SAMPLES * 2 * channels);
  for (let index = 0; index < WAVE_SAMPLES * channels; index++) {
    const level = 3000 * Math.sin((2 * Math.PI * TONE_HERTZ * Math.floor(index / channels)) / SAMPLE_RATE);
    wave.writeInt16LE(Math.round(level), index * 2);
  }
  file.fill(wave, WAV_HEADER_BYTES);
  return file;
};

/** One frame, repeated: it depends on no other frame, and contains an integral number of the tone's waves. */
const mp3 = (clip: Clip): Buffer =>
  Buffer.alloc(clipSize(clip), Buffer.from(frames[clip.channels].padEnd(MP3_FRAME_BYTES * 2, '0'), 'hex'));

/** MPEG 2.5 layer III, 8 kHz, 16 kbit/s, without the zeros at the end. */
const frames = {
  1:
    'ffe328c4000cdb82000005e864f7a2107fea14efadbe11860c61ffff7ffffb7fabfa922f179effffff57ffffffff5b14' +
    '076b2ffffffffffbffffea58fe09317d698829a8a665c62606',
  2:
    'ffe32864000721c5000002f4320000034800000000f7a2107fee0eef9cf235e11860c61ffff7ffffb7fabf65244d1163' +
    'f77fffff57fbffffffeb61420ed65ffffffffff7ffffba962b2360c98beb',
} as const;

/** The video and a box of unused space, so that its size is that of a recording of this length. */
const mp4 = (clip: Clip): Buffer => {
  const file = Buffer.alloc(clipSize(clip));
  video.copy(file);
  file.writeUInt32BE(file.length - video.length, video.length);
  file.write('free', video.length + 4);
  return file;
};

const video = Buffer.from(
  [
    'AAAAHGZ0eXBpc29tAAACAGlzb21pc28ybXA0MQAAAydtb292AAAAbG12aGQAAAAAAAAAAAAAAAAAAAPoAAAH0AABAAABAAAAAAAAAAAAAAAA',
    'AQAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACAAACdnRyYWsAAABcdGtoZAAA',
    'AAMAAAAAAAAAAAAAAAEAAAAAAAAH0AAAAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAEAAAAAAIAAAACAA',
    'AAAAACRlZHRzAAAAHGVsc3QAAAAAAAAAAQAAB9AAAAAAAAEAAAAAAe5tZGlhAAAAIG1kaGQAAAAAAAAAAAAAAAAAAEAAAACAAFXEAAAAAAAt',
    'aGRscgAAAAAAAAAAdmlkZQAAAAAAAAAAAAAAAFZpZGVvSGFuZGxlcgAAAAGZbWluZgAAABR2bWhkAAAAAQAAAAAAAAAAAAAAJGRpbmYAAAAc',
    'ZHJlZgAAAAAAAAABAAAADHVybCAAAAABAAABWXN0YmwAAADZc3RzZAAAAAAAAAABAAAAyW1wNHYAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAA',
    'IAAgAEgAAABIAAAAAAAAAAEKTGF2YyBtcGVnNAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY//8AAABPZXNkcwAAAAADgICAPgABAASAgIAwIBEA',
    'AAAAAw1AAAAAtAWAgIAeAAABsAEAAAG1iRMAAAEAAAABIADEjYgADQEEBBRDBoCAgAECAAAAEHBhc3AAAAABAAAAAQAAABRidHJ0AAAAAAAD',
    'DUAAAAC0AAAAGHN0dHMAAAAAAAAAAQAAAAIAAEAAAAAAFHN0c3MAAAAAAAAAAQAAAAEAAAAcc3RzYwAAAAAAAAABAAAAAQAAAAIAAAABAAAA',
    'HHN0c3oAAAAAAAAAAAAAAAIAAAAiAAAACwAAABRzdGNvAAAAAAAAAAEAAANTAAAAPXVkdGEAAAA1bWV0YQAAAAAAAAAhaGRscgAAAAAAAAAA',
    'bWRpcmFwcGwAAAAAAAAAAAAAAAAIaWxzdAAAAAhmcmVlAAAANW1kYXQAAAGzABAHAAABthYFGF5th8EsbbfvAADCRhebYfBLG237AAABtmuB',
    'HQAAwm8=',
  ].join(''),
  'base64',
);
