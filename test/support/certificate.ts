import { createHash, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** A DER value: tag, length, content. */
const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const octets = (...parts: readonly Uint8Array[]): Buffer => der(0x04, ...parts);
const time = (epoch: number): Buffer =>
  der(0x18, Buffer.from(`${new Date(epoch).toISOString().replaceAll(/[-:T]|\.\d+/g, '')}`));
const commonName = hex('0603550403');
const ecdsaWithSha256 = sequence(hex('06082a8648ce3d040302'));

/** A self-signed certificate for 127.0.0.1, valid for a day around now, as PEM. */
const certificate = (publicKey: KeyObject, privateKey: KeyObject): string => {
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const name = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from('recx test')))));
  const alternative = octets(sequence(der(0x87, Buffer.from([127, 0, 0, 1]))));
  const authority = octets(sequence(der(0x01, hex('ff'))));
  const keyId = octets(octets(createHash('sha1').update(key).digest()));
  const extensions = [
    sequence(hex('0603551d11'), alternative),
    sequence(hex('0603551d13'), der(0x01, hex('ff')), authority),
    sequence(hex('0603551d0e'), keyId),
  ];
  const body = sequence(
    der(0xa0, hex('020102')), // version 3
    hex('02020539'), // any serial number
    ecdsaWithSha256,
    name,
    sequence(time(Date.now() - 43_200_000), time(Date.now() + 43_200_000)),
    name,
    key,
    der(0xa3, sequence(...extensions)),
  );
  const signature = createSign('sha256').update(body).sign(privateKey);
  const complete = sequence(body, ecdsaWithSha256, der(0x03, hex('00'), signature));
  const lines = complete.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
};

/** A new key and its certificate, as PEM. */
export const selfSigned = (): { readonly cert: string; readonly key: string } => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    cert: certificate(publicKey, privateKey),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
};
