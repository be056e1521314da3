// The minimum work for rows in Node: node loop.mjs <file>. Parses lines, serialises and writes them.
import { once } from 'node:events';
import { createReadStream } from 'node:fs';

let rest = '';
for await (const chunk of createReadStream(process.argv[2], { encoding: 'utf8', highWaterMark: 1 << 20 })) {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  let text = '';
  for (const line of lines) text += `${JSON.stringify(JSON.parse(line))}\n`;
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
