/** The root file system: userland, modules and additions laid over one another, as ext4 inside the disk image. */

import {readFile, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {failure} from '../base/diagnostic.ts';
import {sourceDateEpoch} from '../build/container.ts';
import {debugfsComplaints, mke2fsConf, timesScript, usedInodes} from './ext4.ts';
import type {ImageSpec} from './spec.ts';
import {type Bench, runTool, shellArgv} from './tool.ts';

/**
 * One fakeroot session, which remembers owners, modes and device nodes that an ordinary user cannot make.
 * Extended attributes come in a second pass: fakeroot 1.31 loses the type of a file it first meets there.
 */
const composeScript = `set -euo pipefail
umask 022
userland=$1 modules=$2 release=$3 epoch=$4
root=/build/root
rm -rf "$root"
mkdir "$root"
tar -C "$root" -xpf "$userland"
tar --xattrs --xattrs-include='security.*' --quoting-style=literal --numeric-owner -tvvf "$userland" |
  sed -nE 's/^.{10}[*] +[^ ]+ +[0-9]+ +[^ ]+ [^ ]+ (.*)$/\\1/p' > /build/with-attributes
[ ! -s /build/with-attributes ] ||
  tar -C "$root" -xpf "$userland" --overwrite --xattrs --xattrs-include='security.*' -T /build/with-attributes

lay() {
  tar -C "$1" --owner=0 --group=0 --mtime="@$epoch" "$3" -cf - "$2" |
    tar -C "$root" -xpf - --keep-directory-symlink --no-overwrite-dir
}
lay "$modules" "lib/modules/$release" --mode=u=rwX,go=rX
rm -f "$root/lib/modules/$release/build" "$root/lib/modules/$release/source"
rm -f "$root"/etc/ssh/ssh_host_*_key "$root"/etc/ssh/ssh_host_*_key.pub
rm -f "$root/var/lib/systemd/random-seed" "$root/var/lib/dbus/machine-id"
[ ! -d "$root/var/lib/dbus" ] || ln -s /etc/machine-id "$root/var/lib/dbus/machine-id"
lay /build/additions . --sort=name

awk -F: -v OFS=: -v day="$((epoch / 86400))" '$1 == "root" { $2 = ENVIRON["KBUILD_ROOT_PASSWORD_HASH"]; $3 = day } { print }' "$root/etc/shadow" > /build/shadow
cat /build/shadow > "$root/etc/shadow"
rm -f /build/shadow "$root/etc/shadow-"

find "$root" -newermt "@$epoch" -exec touch -h -d "@$epoch" {} +
find "$root" -type d -exec touch -d "@$epoch" {} +
`;

/** Counted by entries and by the lengths of files: blocks and the lengths of directories are the host's own. */
const makeScript = `image=$5 offset=$6 free=$7 uuid=$8 seed=$9
measures=$(find "$root" -printf '%y %s\\n' | awk -v free="$free" '
  { files++ }
  $1 == "f" { blocks += int(($2 + 4095) / 4096) }
  $1 == "d" { blocks++ }
  $1 == "l" && $2 > 59 { blocks++ }
  END {
    inodes = files + free * 64 + 1024
    mebibytes = int((blocks * 4096 * 1.02 + files * 64 + inodes * 256) / 1048576) + 9 + free
    journal = mebibytes < 512 ? 8 : 64
    print mebibytes + journal, inodes, journal
  }')
read -r mebibytes inodes journal <<< "$measures"
truncate -s "$((offset + mebibytes * 1048576))" "$image"
export MKE2FS_CONFIG=/build/mke2fs.conf E2FSPROGS_FAKE_TIME="$epoch"
mke2fs -q -F -t ext4 -T root -b 4096 -m 0 -N "$inodes" -J size="$journal" -L root -U "$uuid" \\
  -E "offset=$offset,hash_seed=$seed,root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0" \\
  -d "$root" "$image" "$((mebibytes * 256))"
echo "$mebibytes" > /build/root-mebibytes
`;

export type RootPlan = {
  /** The disk image, in the container. */
  readonly disk: string;
  /** Bytes before the root partition. */
  readonly offset: number;
  readonly uuid: string;
  readonly hashSeed: string;
};

/** A locked password: crypt(3) gives no hash that starts with an asterisk. */
const locked = '*';

/** The userland's tar, in the container. */
export function userlandOf(spec: ImageSpec): string {
  return `/in/${basename(spec.userland.tar)}`;
}

/** Makes the file system at its place in the disk image, and gives its length in bytes. */
export async function makeRoot(bench: Bench, spec: ImageSpec, plan: RootPlan): Promise<number> {
  await writeFile(join(bench.workDir, 'mke2fs.conf'), mke2fsConf);
  const args = [
    userlandOf(spec),
    '/src',
    spec.kernel.release,
    String(sourceDateEpoch),
    plan.disk,
    String(plan.offset),
    String(spec.image.freeMiB),
    plan.uuid,
    plan.hashSeed,
  ];
  await runTool(bench, 'making the root file system', {
    argv: ['fakeroot', ...shellArgv(args)],
    input: `${composeScript}${makeScript}`,
    environment: {
      KBUILD_ROOT_PASSWORD_HASH: spec.access.rootPasswordHash ?? locked,
      // In a user namespace the real chown(2) says EINVAL, and fakeroot forgives EPERM only.
      FAKEROOTDONTTRYCHOWN: '1',
    },
  });
  await setTimes(bench, `${plan.disk}?offset=${plan.offset}`);
  const mebibytes = Number(await readFile(join(bench.workDir, 'root-mebibytes'), 'utf8'));
  return mebibytes * 1024 * 1024;
}

async function setTimes(bench: Bench, fileSystem: string): Promise<void> {
  const groups = await runTool(bench, 'reading the inodes in use', {argv: ['dumpe2fs', fileSystem]});
  await writeFile(join(bench.workDir, 'times'), timesScript(usedInodes(groups)));
  const said = await runTool(bench, 'setting the times of inodes', {
    argv: ['debugfs', '-w', '-f', '/build/times', fileSystem],
    environment: {E2FSPROGS_FAKE_TIME: String(sourceDateEpoch)},
  });
  const complaints = debugfsComplaints(said).slice(0, 12);
  if (complaints.length > 0) {
    throw failure('image-tool', `setting the times of inodes failed\n  ${complaints.join('\n  ')}`);
  }
  await runTool(bench, 'checking the root file system', {argv: ['e2fsck', '-f', '-n', fileSystem]});
}
