/**
 * `/init` of the initramfs: finds the root file system that the command line names, mounts it, and hands
 * over to its init. It runs in busybox's shell and reads `root=`, `rootfstype=`, `rootflags=`, `ro`, `rw`,
 * `init=`, `kbuild.root_timeout=` (seconds) and `kbuild.debug` (a shell where it would give up).
 */
export const initScript = `#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /sysroot
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox --install -s /bin
PATH=/bin

root= fstype=ext4 flags= access=ro init=/sbin/init timeout=60 debug=
for word in $(cat /proc/cmdline); do
  case $word in
    root=*) root=\${word#root=} ;;
    rootfstype=*) fstype=\${word#rootfstype=} ;;
    rootflags=*) flags=,\${word#rootflags=} ;;
    ro|rw) access=$word ;;
    init=*) init=\${word#init=} ;;
    kbuild.root_timeout=*) timeout=\${word#kbuild.root_timeout=} ;;
    kbuild.debug) debug=yes ;;
  esac
done

say() { echo "kbuild initramfs: $*"; }

seconds() { cut -d. -f1 /proc/uptime; }

# The end of PID 1 is a panic of the kernel, which panic=SECONDS turns into a reboot.
give_up() {
  say "$*"
  if [ "$debug" ]; then
    say "a shell, because of kbuild.debug"
    setsid cttyhack sh
  else
    say "kbuild.debug on the command line gives a shell here"
  fi
  sleep 1
  exit 1
}

# GPT stores the first three fields of a GUID little-endian: UEFI 2.10 appendix A.
guid_as_stored() {
  echo "$1" | tr A-F a-f |
    sed -nE 's/^(..)(..)(..)(..)-(..)(..)-(..)(..)-(.*)$/\\4\\3\\2\\1\\6\\5\\8\\7\\9/p' | tr -d -
}

# Partition entries are 128 bytes from LBA 2 on, the unique GUID at byte 16: UEFI 2.10 section 5.3.
by_partuuid() {
  wanted=$(guid_as_stored "$1")
  for number in /sys/block/*/*/partition; do
    [ -r "$number" ] || continue
    partition=\${number%/partition}
    disk=\${partition%/*}
    block=$(cat "$disk/queue/logical_block_size")
    offset=$((2 * block + ($(cat "$number") - 1) * 128 + 16))
    stored=$(dd if="/dev/\${disk##*/}" bs=16 skip=$((offset / 16)) count=1 2>/dev/null | hexdump -v -e '1/1 "%02x"')
    [ "$stored" = "$wanted" ] && echo "/dev/\${partition##*/}" && return
  done
}

find_root() {
  case $root in
    PARTUUID=*) by_partuuid "\${root#PARTUUID=}" ;;
    UUID=*|LABEL=*) findfs "$root" 2>/dev/null ;;
    /dev/*) [ -b "$root" ] && echo "$root" ;;
  esac
}

[ -z "$debug" ] || set -x
[ -r /etc/modules ] && while read -r module; do
  insmod "/lib/modules/$module" || say "cannot load $module"
done < /etc/modules

[ "$root" ] || give_up "no root= on the command line"
device=$(find_root)
[ "$device" ] || say "waiting up to $timeout s for $root"
deadline=$(($(seconds) + timeout))
while [ -z "$device" ]; do
  [ "$(seconds)" -lt "$deadline" ] || {
    cat /proc/partitions
    give_up "no device for root=$root after $timeout s; those above are there"
  }
  sleep 0.1
  device=$(find_root)
done

mount -t "$fstype" -o "$access$flags" "$device" /sysroot || give_up "cannot mount $device ($root) as $fstype"
[ -e "/sysroot$init" ] || [ -L "/sysroot$init" ] || give_up "$device ($root) has no $init"
for mounted in dev sys proc; do
  mount -o move "/$mounted" "/sysroot/$mounted"
done
exec switch_root /sysroot "$init"
`;
