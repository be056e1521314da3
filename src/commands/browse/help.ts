import { withThousands } from '../../core/text/thousands.ts';
import { MAX_ROWS } from './searchable-row.ts';

/** The page that `?` opens. */
export const helpText = `Keys

  Up Down  j k       move up or down by one recording
  PgUp PgDn          move up or down by one screen
  Home End  g G      the newest recording, the last one loaded
  Enter              show every field of the recording
  Esc  Backspace  q  back to the list
  /                  type to filter: every word must occur in the line
                     as a wide table shows it. Enter keeps the
                     filter, Esc clears it, Ctrl-U empties the line,
                     Ctrl-W deletes a word
  Space              mark; d then downloads the marked recordings
  d                  download into the folder given by --dir
  p                  play; p or Esc stops
  y                  copy the id to the clipboard of the terminal
  r                  reload the list
  Ctrl-L             redraw the screen
  ?                  this help
  q                  quit. Ctrl-C quits immediately

Esc stops playback or a download, then clears the filter, then the
marks.

The player is RECX_PLAYER, else the first of mpv, ffplay and afplay
that is installed. More recordings are loaded near the end of the
list, and while few rows match the filter, up to ${withThousands(MAX_ROWS)}. To load
fewer, use filters such as --since: see recx browse --help.`;

/** Hints for the last line; on a narrow screen the first ones are shown. */
export const listHints = [
  '? help',
  'q quit',
  'Enter details',
  '/ filter',
  'd download',
  'p play',
  'Space mark',
  'y copy id',
  'r reload',
];
export const detailHints = ['Esc back', '? help', 'd download', 'p play', 'y copy id', 'Up Down scroll'];
export const typingHints = ['Enter keep', 'Esc clear', 'Up Down move'];
export const helpHints = ['Esc back', 'Up Down scroll'];
