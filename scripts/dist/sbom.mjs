// The list of what is inside the executables: CycloneDX 1.5.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packagesOf } from '../packages.mjs';
import { integrityOf, nodeVersion } from './runtime.mjs';

/** A hash of a lock file, as CycloneDX has it. */
const hashOf = (integrity) => ({
  alg: 'SHA-512',
  content: Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex'),
});

const purlOf = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** CycloneDX has single licences apart from expressions of several. */
const licencesOf = (text) => (/[ (]/.test(text) ? [{ expression: text }] : [{ license: { id: text } }]);

const packageComponent = ({ folder, name, version, license }, locked) => ({
  type: 'library',
  'bom-ref': purlOf(name, version),
  name,
  version,
  hashes: [hashOf(locked[folder.replaceAll('\\', '/')].integrity)],
  licenses: licencesOf(license),
  purl: purlOf(name, version),
});

/** Node.js, from one package per target. */
const nodeComponent = (runtimes) => ({
  type: 'platform',
  'bom-ref': `node@${nodeVersion}`,
  name: 'node',
  version: nodeVersion,
  licenses: [{ license: { name: 'Node.js licence, with those of the libraries inside' } }],
  cpe: `cpe:2.3:a:nodejs:node.js:${nodeVersion}:*:*:*:*:*:*:*`,
  components: runtimes.map((name) => ({
    type: 'file',
    'bom-ref': purlOf(name, nodeVersion),
    name,
    version: nodeVersion,
    hashes: [hashOf(integrityOf(name))],
    purl: purlOf(name, nodeVersion),
  })),
});

/** A serial number that only depends on the content: a UUID of version 8, whose bits are free. */
const serialOf = (text) => {
  const hex = createHash('sha256').update(text).digest('hex');
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

export const sbomOf = ({ manifest, runtimes, seconds }) => {
  const modules = Object.values(JSON.parse(readFileSync(join('dist', 'chunks.json'), 'utf8'))).flat();
  const locked = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
  const components = [...packagesOf(modules).map((one) => packageComponent(one, locked)), nodeComponent(runtimes)];
  const root = purlOf(manifest.name, manifest.version);
  const content = {
    metadata: {
      timestamp: new Date(seconds * 1000).toISOString(),
      component: {
        type: 'application',
        'bom-ref': root,
        name: manifest.name,
        version: manifest.version,
        description: manifest.description,
        licenses: licencesOf(manifest.license),
        purl: root,
      },
    },
    components,
    dependencies: [{ ref: root, dependsOn: components.map((one) => one['bom-ref']) }],
  };
  const serialNumber = serialOf(JSON.stringify(content));
  const document = { bomFormat: 'CycloneDX', specVersion: '1.5', serialNumber, version: 1, ...content };
  return `${JSON.stringify(document, null, 2)}\n`;
};
