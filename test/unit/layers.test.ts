import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../src');

/** Which layers a layer may import from; `.` is the files beside the layers. */
const layers: Readonly<Record<string, readonly string[]>> = {
  core: ['core'],
  providers: ['providers', 'core'],
  formats: ['formats', 'core'],
  system: ['system', 'core'],
  sandbox: ['sandbox', 'core'],
  commands: ['commands', 'core', 'providers', 'formats', 'system', 'sandbox'],
  '.': ['.', 'commands', 'core', 'system'],
};

/** Which other rooms (folders) of its own layer a room imports from. Rooms that are not named import from none. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  commands: ['commands/access', 'commands/ids', 'commands/shared'],
  'commands/access': ['commands/usage/values'],
  'commands/browse': ['commands/access', 'commands/download', 'commands/ids', 'commands/shared'],
  'commands/completion': ['commands/help/topics', 'commands/shared', 'commands/usage'],
  'commands/download': ['commands/access', 'commands/ids', 'commands/shared'],
  'commands/export': ['commands/access', 'commands/shared'],
  'commands/help': ['commands/help/topics', 'commands/shared'],
  'commands/help/topics': ['commands/shared'],
  'commands/ids': ['commands/access', 'commands/shared'],
  'commands/profile': ['commands/access', 'commands/shared'],
  'commands/shared': ['commands/access'],
  'commands/usage': ['commands/shared', 'commands/usage/values'],
  core: ['core/hash', 'core/text', 'core/time'],
  'core/calls': ['core', 'core/text', 'core/time'],
  'core/download': ['core', 'core/hash', 'core/text', 'core/time'],
  'core/download/media': ['core'],
  'core/export': ['core', 'core/naming', 'core/text', 'core/time'],
  'core/naming': ['core', 'core/hash', 'core/text'],
  'core/paging': ['core', 'core/hash', 'core/text'],
  'core/sort': ['core', 'core/text'],
  'core/stats': ['core', 'core/sort', 'core/text', 'core/time'],
  'core/table': ['core'],
  'core/time': ['core/text'],
  formats: ['formats/table'],
  'system/config': ['system', 'system/files', 'system/files/lock'],
  'system/files': ['system', 'system/files/lock'],
  'system/files/export': ['system/files', 'system/files/lock'],
  'system/files/lock': ['system'],
  'system/net': ['system', 'system/files', 'system/net/pacing', 'system/net/route', 'system/terminal'],
  'system/net/pacing': ['system', 'system/terminal'],
  'system/net/route': ['system'],
  'system/terminal': ['system', 'system/files'],
};

/** The one home of each npm package; commander's types may be named by commands, too. */
const homes: Readonly<Record<string, (file: string) => boolean>> = {
  commander: (file) => file === 'cli.ts' || file.startsWith('commands/'),
  ky: (file) => file === 'system/net/api-request.ts',
  undici: (file) => file === 'system/net/route/proxies.ts',
  conf: (file) => file === 'system/config/profiles.ts',
  ora: (file) => file === 'system/terminal/progress.ts',
  '@clack/prompts': (file) => ['system/terminal/selection.ts', 'system/terminal/prompt.ts'].includes(file),
  '@clack/core': (file) => ['system/terminal/selection.ts', 'system/terminal/fullscreen.ts'].includes(file),
  'cli-table3': (file) => file === 'formats/table/table.ts',
  filenamify: (file) => file === 'system/files/safe-name.ts',
  'fast-string-truncated-width': (file) => file === 'formats/table/string-width.ts',
};

/** Layers that reach the system through `node:` modules. */
const impure = ['system', 'sandbox', '.'];

const MAX_FILES_PER_ROOM = 17;
const MAX_LINES_PER_FILE = 250;

interface Module {
  readonly file: string;
  readonly layer: string;
  readonly room: string;
  readonly text: string;
  /** Modules of this project by their path below `src`, types included. */
  readonly own: readonly string[];
  readonly packages: readonly string[];
}

const modules: readonly Module[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .map((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const names = [...text.matchAll(/(?:^import |^(?:import|export) .* from |^\} from |\bimport\()'([^']+)'/gm)].map(
      ([, name = '']) => name,
    );
    return {
      file,
      layer: file.includes('/') ? (file.split('/')[0] ?? '') : '.',
      room: dirname(file),
      text,
      own: names
        .filter((name) => name.startsWith('.'))
        .map((name) => relative(root, join(root, dirname(file), name.replace('?raw', '')))),
      packages: names.filter((name) => !name.startsWith('.')),
    };
  });

test.each(modules)(
  '$file imports only what its layer and its room may',
  ({ file, layer, room, text, own, packages }) => {
    for (const target of own) {
      if (target.startsWith('..')) {
        expect(target).toBe('../package.json');
        continue;
      }
      const targetLayer = target.includes('/') ? (target.split('/')[0] ?? '') : '.';
      expect(layers[layer]).toContain(targetLayer);
      if (targetLayer === layer) expect([room, ...(rooms[room] ?? [])], target).toContain(dirname(target));
    }
    for (const name of packages) {
      if (name.startsWith('node:')) expect(impure).toContain(layer);
      else expect(homes[name]?.(file), `${name} in ${file}`).toBe(true);
    }
    if (file !== 'main.ts') expect(text).not.toMatch(/\bprocess\.\w/);
  },
);

/** The layers by the names that CONTRIBUTING.md has in its table. */
const folders: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(layers).map((layer) => [layer === '.' ? 'cli.ts' : layer, layer]),
);

test('CONTRIBUTING.md lists what each layer may import besides itself', () => {
  const page = readFileSync(join(root, '../CONTRIBUTING.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `src\/([\w.]+)`.* \| (.*) \|$/gm)].filter(([, name = '']) => name in folders);
  const listed = rows.map(([, name = '', targets = '']): readonly [string, readonly string[]] => [
    folders[name] ?? '',
    targets === 'all of these' ? Object.keys(layers) : [...targets.matchAll(/`(\w+)`/g)].map(([, one = '']) => one),
  ]);
  const others = ([layer, targets]: readonly [string, readonly string[]]): readonly [string, readonly string[]] => [
    layer,
    targets.filter((target) => target !== layer && target !== '.').sort(),
  ];
  expect(listed.map(others).sort()).toEqual(Object.entries(layers).map(others).sort());
});

test('the tables of layers, rooms and homes name nothing that is not used', () => {
  expect(new Set(modules.map(({ layer }) => layer))).toEqual(new Set(Object.keys(layers)));
  const packages = new Set(modules.flatMap((module) => module.packages));
  for (const name of Object.keys(homes)) expect([...packages]).toContain(name);
  for (const [room, others] of Object.entries(rooms)) {
    const used = modules.filter((module) => module.room === room).flatMap(({ own }) => own.map(dirname));
    expect(
      others.filter((other) => !used.includes(other)),
      room,
    ).toEqual([]);
  }
});

/** Groups of nodes that reach each other. */
const circles = (edges: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] => {
  const reachable = (from: string): ReadonlySet<string> => {
    const seen = new Set<string>();
    const open = [from];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      for (const next of edges.get(node) ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        open.push(next);
      }
    }
    return seen;
  };
  const reach = new Map([...edges.keys()].map((node) => [node, reachable(node)]));
  return [...edges.keys()]
    .filter((node) => reach.get(node)?.has(node))
    .map((node) => [...(reach.get(node) ?? [])].filter((other) => reach.get(other)?.has(node)).sort());
};

test('no modules and no rooms import each other in a circle, types included', () => {
  expect(
    circles(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b']],
      ]),
    ),
  ).toEqual([
    ['b', 'c'],
    ['b', 'c'],
  ]); // it finds one
  expect(circles(new Map(modules.map(({ file, own }) => [file, own])))).toEqual([]);
  const rooms = new Map<string, string[]>();
  for (const { room, own } of modules) {
    const others = own.map(dirname).filter((other) => other !== room);
    rooms.set(room, [...(rooms.get(room) ?? []), ...others]);
  }
  expect(circles(rooms)).toEqual([]);
});

test('a room and a file can be taken in at a glance', () => {
  const counts = new Map<string, number>();
  for (const { room } of modules) counts.set(room, (counts.get(room) ?? 0) + 1);
  expect([...counts].filter(([, count]) => count > MAX_FILES_PER_ROOM)).toEqual([]);
  const long = modules.filter(({ text }) => text.split('\n').length - 1 > MAX_LINES_PER_FILE);
  expect(long.map(({ file }) => file)).toEqual([]);
});

test('no exported name has two meanings, and no object literal is spread into another', () => {
  const places = new Map<string, string[]>();
  for (const { file, text } of modules) {
    for (const [, name = ''] of text.matchAll(
      /^export (?:async )?(?:function\*?|const|class|interface|type) (\w+)/gm,
    )) {
      places.set(name, [...(places.get(name) ?? []), file]);
    }
  }
  // `define` is what every command exports.
  expect([...places].filter(([name, files]) => files.length > 1 && name !== 'define')).toEqual([]);
  expect(modules.filter(({ text }) => /\.\.\.\{/.test(text)).map(({ file }) => file)).toEqual([]);
});
