/**
 * What machines are asked with: functions of the POSIX shell, so that a machine needs nothing but what it has anyway. Each
 * answer is a line, `@INDEX WHAT INSTANCE<tab>VALUE`. Before every path stands $KBUILD_ROOT, which is empty on machines.
 */

/** A text of the shell, in which `\${` stands for what a template of JavaScript would take for its own. */
export function shellText(raw: string): string {
  return raw.replaceAll(String.raw`\${`, '${');
}

/** `$1` is the index of the tunable that is asked for. */
export const prelude = shellText(String.raw`
R=\${KBUILD_ROOT-}
T=$(printf '\t')
say() { printf '@%s %s %s\t%s\n' "$1" "$2" "$3" "$(printf %s "$4" | tr '\n\t' '  ')"; }
config() { gzip -dc "$R/proc/config.gz" 2>/dev/null || cat "$R/boot/config-$(uname -r)" 2>/dev/null; }
# Not there; with a symbol that the kernel has not, which one. A kernel that does not tell its configuration lacks nothing for sure.
gone() {
  say "$1" absent
  [ -z "$2" ] || ! config | awk -v s="CONFIG_$2=" 'index($0, s) == 1 { has = 1 } END { exit !(NR && !has) }' || say "$1" needs '' "$2"
  return 1
}
there() { for f in $R$2; do [ ! -e "$f" ] || return 0; done; gone "$1" "$3"; }
# The value of a file that holds one line NAME=VALUE.
held() { [ ! -r "$R$2" ] || say "$1" set '' "$(sed -n 's/^[^=]*= *//; s/^"\(.*\)"$/\1/; $p' "$R$2")"; }
keep() { mkdir -p "$R\${1%/*}" && printf '%s\n' "$2" >"$R$1.new" && mv "$R$1.new" "$R$1"; }
try() { i=$1; shift; e=$("$@" 2>&1) && return 0; say "$i" error '' "$e"; return 1; }
into() { printf '%s\n' "$2" >"$1"; }
seen_file() { for f in $R$2; do [ ! -r "$f" ] || { say "$1" now '' "$(cat "$f" 2>/dev/null)"; return; }; done; }
seen_field() {
  for f in $R$2; do
    [ ! -r "$f" ] || { say "$1" now '' "$(awk -v w="$3" '$1 == w { v = $NF } END { print v }' "$f")"; return; }
  done
}
seen_word() {
  for f in $R$2; do
    [ ! -r "$f" ] || { tr -s ' \t' '\n' <"$f" | grep -qxF -e "$3" && say "$1" now '' y || say "$1" now '' n; return; }
  done
}
seen_mount() {
  awk -v i="$1" -v t="$2" -v o="$3" -v b="$4" -v d="$5" '$3 ~ "^" t "[0-9]*$" && (d == "" || $1 == d || index($1, d "/") == 1) {
    n = split($4, options, ","); v = b ? "y" : ""
    for (k = 1; k <= n; k++) {
      if (b && options[k] == "no" o) v = "n"
      if (index(options[k], o "=") == 1) v = substr(options[k], length(o) + 2)
    }
    if (v != "") printf "@%s now %s\t%s\n", i, (t == "zfs" ? $1 : $2), v
  }' "$R/proc/mounts"
}
seen_rpc() {
  p=$(rpcinfo -p 127.0.0.1 2>/dev/null | awk -v p="$2" -v t="$3" '$1 == p && $3 == t { print $4; exit }')
  [ -z "$p" ] || say "$1" now '' "$p"
}
# A module that is not loaded says by its file which parameters it has.
there_module() {
  [ ! -e "$R/sys/module/$2/parameters/$3" ] || return 0
  modinfo -p "$2" 2>/dev/null | grep -q "^$3:" && return 0
  gone "$1" "$4"
}
is_builtin() { grep -q "/$(echo "$1" | sed 's/[-_]/[-_]/g')[.]ko" "$R/lib/modules/$(uname -r)/modules.builtin" 2>/dev/null; }
# One that is a part of the kernel reads no file: what it took at run time is gone with the next boot, what waits it never gets.
keep_module() {
  if ! is_builtin "$2"; then try "$1" keep "$3" "$4"
  elif [ "$5" = waits ]; then say "$1" builtin
  else say "$1" fleeting
  fi
}
instances() { while IFS=$T read -r d v; do say "$1" "$2" "$d" "$v"; done; }
# zfs and zpool without arguments list the properties they know.
there_property() { "$2" get 2>&1 | grep -q "^[[:space:]]*$3[[:space:]]" || gone "$1"; }
# NAME EDIT INHERIT VALUES: what data sets do not inherit is of one alone.
below() { ! zfs get 2>&1 | grep -q "^[[:space:]]*$1[[:space:]]*YES[[:space:]]*YES" || echo -r; }
seen_zfs() {
  zfs get -Hp $(below "$2") -t filesystem -o name,value "$2" \${3:-$(zpool list -H -o name)} 2>/dev/null | instances "$1" now
}
# With the data sets below that have a value of their own.
set_zfs() {
  p=\${3:-$(zpool list -H -o name)}
  { zfs get -Hp -o name,value "$2" $p; zfs get -Hp $(below "$2") -t filesystem -s local,received -o name,value "$2" $p; } 2>/dev/null |
    sort -u | instances "$1" set
}
put_property() {
  pools=\${5:-$(zpool list -H -o name 2>/dev/null)}
  [ -n "$pools" ] || { say "$1" error '' 'there is no pool'; return 1; }
  for d in $pools; do try "$1" "$2" set "$3=$4" "$d" || return 1; done
}
seen_zpool() { zpool get -Hp -o name,value "$2" $3 2>/dev/null | instances "$1" now; }
set_nfs() { v=$(nfsconf --get "$2" "$3" 2>/dev/null) && say "$1" set '' "$v"; }
set_qtfs() {
  say "$1" set '' "$(. "$R/etc/kbuild/qtfs.conf"; for f in "$R"/etc/kbuild/qtfs.conf.d/*.conf; do [ ! -e "$f" ] || . "$f"; done; eval 'printf %s "$'"$2"'"')"
}
seen_qtfs_level() {
  n=$(qtinfo -a 2>/dev/null | sed -n 's/^Log level: *//p')
  [ -z "$n" ] || say "$1" now '' "$(echo NONE ERROR WARN INFO DEBUG | cut -d' ' -f$((n + 1)))"
}
there_lctl() { lctl list_param "$2" >/dev/null 2>&1 || gone "$1"; }
seen_lctl() { lctl get_param "$2" 2>/dev/null | sed "s/=/$T/" | instances "$1" now; }
is_mgs() { lctl dl 2>/dev/null | grep -q ' mgs '; }
set_lctl() {
  ! is_mgs || lctl --device MGS llog_print params 2>/dev/null | awk -v i="$1" -v p="parameter: $2, value: " '
    n = index($0, p) { v = substr($0, n + length(p)); sub(/ *}$/, "", v) } END { if (v != "") printf "@%s set \t%s\n", i, v }'
}
put_lctl() {
  try "$1" lctl set_param "$2=$3" || return 1
  if is_mgs; then try "$1" lctl set_param -P "$2=$3"; else say "$1" fleeting; fi
}
`);
