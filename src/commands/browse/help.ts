/** What the help shows. */
export const helpText = `Keys

  Up Down  j k       one recording up or down
  PgUp PgDn          a screen up or down
  Home End  g G      the newest, the last one read so far
  Enter              every field of the recording
  Esc  Backspace  q  back to the list
  /                  type to filter: every word must be somewhere in
                     the line as a wide table shows it. Enter keeps
                     the filter, Esc clears it
  Space              mark; d then downloads what is marked
  d                  download into the folder given by --dir
  p                  play; p or Esc again stops
  y                  copy the id to the clipboard of the terminal
  r                  read the list again
  Ctrl-L             draw the screen again
  ?                  this help
  q                  leave. Ctrl-C leaves at once

Esc stops what plays or is being downloaded, then clears the filter,
then the marks.

The player is RECX_PLAYER, else the first of mpv, ffplay and afplay
that is installed. More recordings are read as you come near the end
of the list, or while a filter shows few. At most 20,000 are kept: ask
for fewer with filters such as --since, see recx browse --help.`;

/** Hints for the last line, the first ones kept the longest on a narrow screen. */
export const listHints = [
  '? help',
  'q quit',
  'Enter detail',
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
