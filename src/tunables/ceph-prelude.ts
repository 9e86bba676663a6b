/** What is asked of Ceph's daemons and monitors, in functions of the shell beside those of the prelude. */

import {shellText} from './prelude.ts';

export const cephPrelude = shellText(String.raw`
# Monitors that are away would be waited for five minutes.
ceph_() { ceph --connect-timeout 15 "$@"; }
ceph_here() {
  for s in "$R"/var/run/ceph/ceph-*.asok; do
    d=\${s##*/ceph-}; d=\${d%.asok}
    case $d in $1) [ ! -e "$s" ] || echo "$d" ;; esac
  done
}
# The daemons a value is for: those of this machine by their admin sockets, else by the cluster's monitors.
ceph_daemons() {
  here=$(ceph_here "$1")
  if [ -n "$here" ]; then echo "$here"; return; fi
  case $1 in
    'osd.*')
      [ -e "$W/osds" ] || ceph_ osd ls 2>/dev/null | sed 's/^/osd./' >"$W/osds"
      cat "$W/osds" ;;
    *\**) ;;
    *) echo "$1" ;;
  esac
}
to_ceph() {
  s=$R/var/run/ceph/ceph-$1.asok; d=$1; shift
  if [ -e "$s" ]; then ceph daemon "$s" "$@"; else ceph_ tell "$d" "$@"; fi
}
# Each command of Ceph takes a second to start, so what daemons tell is asked for once: $W is a folder for it.
ceph_again() { rm -f "$W"/show-* "$W/key"; has_key; }
# Only who has a client's key can ask the monitors.
has_key() {
  [ -e "$W/key" ] || { ceph_ config dump >"$W/dump" 2>/dev/null && echo y || echo n; } >"$W/key"
  [ "$(cat "$W/key")" = y ]
}
# Whether an observer tracks it, y or n; nothing where Ceph does not know it.
ceph_tracks() {
  case $1 in debug_*) echo y; return ;; esac
  h=$W/help
  for d in $(ceph_here '*'); do [ -s "$h" ] || to_ceph "$d" config help >"$h" 2>/dev/null; done
  [ -s "$h" ] || { h=$W/help-$1; [ -e "$h" ] || ceph_ config help "$1" -f json-pretty >"$h" 2>/dev/null; }
  awk -v n="\"name\": \"$1\"" 'index($0, n) { on = 1 } on && /"can_update_at_runtime"/ { print (/true/ ? "y" : "n"); exit }' "$h"
}
# A machine with neither such a daemon nor a key has nothing to do with it.
there_ceph() {
  [ -n "$(ceph_here "$3")" ] || has_key || { say "$1" elsewhere; return 1; }
  [ -n "$(ceph_tracks "$2")" ] || gone "$1"
}
# What no observer tracks is told by the daemon as it was set, and not as it works with it. What was set since its start
# is an override there, which ends with it.
seen_ceph() {
  tracks=$(ceph_tracks "$2")
  for d in $(ceph_daemons "$3"); do
    [ -e "$W/show-$d" ] || to_ceph "$d" config show >"$W/show-$d" 2>/dev/null
    v=$(sed -n 's/^ *"'"$2"'": *"\(.*\)",*$/\1/p' "$W/show-$d")
    [ -z "$v" ] || say "$1" now "$d" "$v"
    if [ "$tracks" != y ] || [ "$4" = waits ]; then
      [ -e "$W/show-diff-$d" ] || to_ceph "$d" config diff >"$W/show-diff-$d" 2>/dev/null
      ! awk -v n="\"$2\":" 'index($0, n) { on = 1 } on && /"override"/ { found = 1 } on && /}/ { exit } END { exit !found }' "$W/show-diff-$d" ||
        say "$1" later "$d"
    fi
  done
}
# Single daemons may have a value of their own.
set_ceph() {
  awk -v i="$1" -v w="$3" -v n="$2" '$1 == w || index($1, w ".") == 1 {
    for (k = 2; k < 5; k++) if ($k == n) printf "@%s set %s\t%s\n", i, ($1 == w ? "" : $1), $(k + 1)
  }' "$W/dump"
}
# Daemons first: one that the monitors have told already has nothing to say of an observer. One that does not answer holds
# up no other, and a value that one refuses is not kept.
put_ceph() {
  r=
  for d in $(ceph_daemons "$5"); do
    a=$(to_ceph "$d" config set "$2" "$3" 2>&1) && e= || e=y
    case $e$a in
      # What a daemon reads at its start alone it is not permitted to change.
      *'(1) Operation not permitted'* | *unchangeable* | *'not observed'* | *'require restart'*) say "$1" later "$d" ;;
      # An admin socket tells of an error and does not end with one.
      *EINVAL* | *'"error":'*) say "$1" error "$d" "$a"; r=y ;;
      y*) say "$1" error "$d" "$a" ;;
    esac
  done
  [ -z "$r" ] || return 1
  if has_key; then try "$1" ceph_ config set "$4" "$2" "$3"; else say "$1" fleeting; fi
}
`);
