/**
 * What makes two ext4 file systems of the same content the same bytes. mke2fs -d takes times from the files,
 * and ctime cannot be set on a file; so every inode in use gets its times anew, by debugfs.
 */

import {sourceDateEpoch} from '../build/container.ts';

/** mke2fs.conf(5) for the root file system: nothing depends on the builder's own configuration. */
export const mke2fsConf = `[defaults]
	base_features = sparse_super,large_file,filetype,dir_index,ext_attr
	default_mntopts = acl,user_xattr
	enable_periodic_fsck = 0
	blocksize = 4096
	inode_size = 256
	inode_ratio = 16384
	hash_alg = half_md4

[fs_types]
	ext4 = {
		features = has_journal,extent,huge_file,flex_bg,metadata_csum,64bit,dir_nlink,extra_isize,resize_inode
	}
	root = {
	}
`;

export type InodeRange = {readonly first: number; readonly last: number};

/**
 * The inodes in use that hold files, from what `dumpe2fs` wrote: all but those listed as free, and but the
 * reserved ones that mke2fs itself gives the times of E2FSPROGS_FAKE_TIME (1, and 3 to 10).
 * Throws RangeError when the text is not dumpe2fs's.
 */
export function usedInodes(dumpe2fs: readonly string[]): InodeRange[] {
  const count = Number(/^Inode count:\s+(\d+)$/m.exec(dumpe2fs.join('\n'))?.[1]);
  if (!Number.isInteger(count)) throw new RangeError('dumpe2fs tells no inode count');
  const free = dumpe2fs
    .flatMap((line) => /^ {2}Free inodes: (.*)$/.exec(line)?.[1]?.split(', ') ?? [])
    .filter((range) => range.trim() !== '')
    .map((range) => {
      const [first, last = first] = range.split('-').map(Number);
      return {first: first!, last: last!};
    });
  const used: InodeRange[] = [{first: 2, last: 2}];
  let next = 11;
  for (const range of [...free, {first: count + 1, last: count + 1}]) {
    if (range.first > next) used.push({first: next, last: range.first - 1});
    next = Math.max(next, range.last + 1);
  }
  return used;
}

/** Commands for `debugfs -w -f`: access, change and creation times of these inodes; mtimes are the files' own. */
export function timesScript(inodes: readonly InodeRange[]): string {
  const lines: string[] = [];
  for (const {first, last} of inodes) {
    for (let inode = first; inode <= last; inode++) {
      for (const field of ['atime', 'ctime', 'crtime']) {
        lines.push(`set_inode_field <${inode}> ${field} @${sourceDateEpoch}`);
      }
    }
  }
  return `${lines.join('\n')}\n`;
}

/** What debugfs complained of: it ends with 0 whatever happens, and echoes each command after a prompt. */
export function debugfsComplaints(lines: readonly string[]): string[] {
  return lines.filter((line) => line !== '' && !/^debugfs(:| \d)/.test(line));
}
