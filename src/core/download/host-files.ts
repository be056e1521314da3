/**
 * Names that systems, file servers and synchronizers put into any folder, beside hidden ones. They say nothing about a
 * download folder and often cannot be read.
 */
const hostNames: readonly RegExp[] = [
  // Windows, where names have no case: also on its disks elsewhere.
  /^(?:thumbs\.db|ehthumbs(?:_vista)?\.db|desktop\.ini|\$recycle\.bin|recycler|recycled|system volume information|found\.\d{3})$/i,
  // Linux file systems.
  /^(?:lost\+found|aquota\.(?:user|group))$/,
  // Synology, QNAP, NetApp: synchronizers may change the case.
  /^(?:@eaDir|@tmp|@SynoResource|#recycle|#snapshot|@Recycle|@Recently-Snapshot|@__thumb|~snapshot)$/i,
  // macOS and its file servers.
  /^(?:Icon\r|Network Trash Folder|Temporary Items)$/,
];

/** Whether an entry of a download folder is none of recx: hidden, or put there by the system. */
export const isHostFile = (name: string): boolean =>
  name.startsWith('.') || hostNames.some((pattern) => pattern.test(name));
