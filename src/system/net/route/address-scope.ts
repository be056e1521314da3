import { BlockList, isIP } from 'node:net';

/** Where an address leads: `metadata` is link-local or a metadata service of a cloud, which hands out credentials. */
export type AddressScope = 'public' | 'private' | 'metadata';

/** The scope of an IPv4 or IPv6 address; that of an IPv4 address within it if there is one. */
export const scopeOf = (address: string): AddressScope => {
  const [text = ''] = address.split('%', 1); // without a zone
  if (isIP(text) === 4) return scopeOfIpv4(text);
  const groups = groupsOf(text);
  if (metadata.check(text, 'ipv6')) return 'metadata';
  const embedded = embeddedIpv4(groups).map(scopeOfIpv4);
  if (embedded.includes('metadata')) return 'metadata';
  const isPublic = translated.check(text, 'ipv6') || (unicast.check(text, 'ipv6') && !special.check(text, 'ipv6'));
  return isPublic && embedded.every((scope) => scope === 'public') ? 'public' : 'private';
};

const scopeOfIpv4 = (address: string): AddressScope =>
  metadata.check(address, 'ipv4') ? 'metadata' : special.check(address, 'ipv4') ? 'private' : 'public';

const listOf = (...networks: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
};

/**
 * IANA's registries of special-purpose addresses (RFC 6890), those that are globally reachable apart from anycast services
 * included: no media is there. And multicast.
 */
const special = listOf(
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '2001::/23',
  '2001:db8::/32',
  '2620:4f:8000::/48',
  '3fff::/20',
);

/** Global unicast: no other IPv6 address is public, but translated ones. */
const unicast = listOf('2000::/3');
/** IPv4-mapped and NAT64: these lead to the IPv4 address at their end. */
const translated = listOf('::ffff:0:0/96', '64:ff9b::/96');

/** Link-local, and what AWS, Alibaba, Oracle, Azure and Google use beside it. */
const metadata = listOf(
  '169.254.0.0/16',
  'fe80::/10',
  'fd00:ec2::254/128',
  '100.100.100.200/32',
  '192.0.0.192/32',
  '168.63.129.16/32',
  'fd20:ce::254/128',
);

/** The IPv4 addresses that an IPv6 address may lead to, by the forms of RFC 4291, 3056, 4380, 5214, 6052 and 8215. */
const embeddedIpv4 = (groups: readonly number[]): readonly string[] => {
  const at = (index: number): string => ipv4Of(groups[index] ?? 0, groups[index + 1] ?? 0);
  const [first, second, third, fourth, , sixth = 0] = groups;
  const isMappedOrCompatible = groups.slice(0, 4).every((group) => group === 0);
  const isNat64 = first === 0x64 && second === 0xff9b;
  const isIsatap = ((groups[4] ?? 0) & 0xfdff) === 0 && sixth === 0x5efe;
  return [
    ...(isMappedOrCompatible || isNat64 || isIsatap ? [at(6)] : []),
    ...(first === 0x2002 ? [at(1)] : []),
    // Teredo: its server, and the client with inverted bits.
    ...(first === 0x2001 && second === 0
      ? [ipv4Of(third ?? 0, fourth ?? 0), ipv4Of((groups[6] ?? 0) ^ 0xffff, (groups[7] ?? 0) ^ 0xffff)]
      : []),
  ];
};

const ipv4Of = (high: number, low: number): string => [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');

/** The eight groups of an IPv6 address. */
const groupsOf = (address: string): readonly number[] => {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const numbers = (text: string): readonly number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return numbers(head);
  const [before, after] = [numbers(head), numbers(tail)];
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
};
