# Edits of authorized keys. The file is replaced whole by a rename, or stays as it is.
temporary=
lock=

leave() {
  [ -z "$temporary" ] || rm -f "$temporary"
  [ -z "$lock" ] || [ "$(readlink "$lock" 2>/dev/null)" != "$holder" ] || rm -f "$lock"
}

finish() {
  leave
  say "$1"
  exit 0
}

# What a tool complained of, as a code.
finish_by() {
  case $1 in
    *'No space left'* | *[Qq]'uota exceeded'*) finish full ;;
    *'Read-only file system'*) finish read-only ;;
    *'Operation not permitted'*) finish immutable ;;
    *'Permission denied'*) finish no-permission ;;
    *'not found'*) finish no-tools ;;
    *) finish failed ;;
  esac
}

try() {
  said=$("$@" 2>&1) || finish_by "$said"
}

# Line numbers of the key $1 in $2, or of all keys if $1 is empty. Options end at the first blank outside quotes.
lines_of() {
  awk -v blob="$1" '
    function is_kind(word) {
      return word ~ /^(ssh-(ed25519|ed448|rsa|dss)|ecdsa-sha2-|sk-(ssh|ecdsa)-|rsa-sha2-)/ && word !~ /["=,]/
    }
    {
      rest = $0
      sub(/\r$/, "", rest)
      sub(/^[ \t]+/, "", rest)
      if (rest == "" || rest ~ /^#/) next
      count = split(rest, word, /[ \t]+/)
      if (!is_kind(word[1])) {
        quoted = 0
        long = length(rest)
        for (at = 1; at <= long; at++) {
          letter = substr(rest, at, 1)
          if (letter == "\\" && substr(rest, at + 1, 1) == "\"") { at++; continue }
          if (letter == "\"") quoted = !quoted
          else if ((letter == " " || letter == "\t") && !quoted) break
        }
        rest = substr(rest, at)
        sub(/^[ \t]+/, "", rest)
        count = split(rest, word, /[ \t]+/)
      }
      if (count >= 2 && is_kind(word[1]) && word[2] ~ /^AAAA/ && (blob == "" || word[2] == blob)) print NR
    }' "$2"
}

# How many there are, in `count`. Not printed: what is called by `$(...)` could not end the script.
count() {
  numbers=$(lines_of "$1" "$2") || finish no-tools
  set -- $numbers
  count=$#
}

# Owner, group and mode.
look_of() {
  ls -ldn "$1" 2>/dev/null | awk '{ print substr($1, 1, 10), $3, $4 }'
}

# A lock that its maker's name is part of: made and named at once. One that is dead or old is broken, by one at a time.
take_lock() {
  lock_file=$folder/authorized_keys.esc-sync-lock
  holder=$(uname -n):$$
  tries=0
  until said=$(ln -s "$holder" "$lock_file" 2>&1); do
    case $said in *exists*) ;; *) finish_by "$said" ;; esac
    break_stale
    tries=$((tries + 1))
    [ "$tries" -lt 20 ] || finish busy
    [ "$tries" -eq 1 ] || sleep 1
  done
  lock=$lock_file
}

break_stale() {
  find "$lock_file.break" -prune -mmin +10 -exec rmdir {} \; 2>/dev/null
  mkdir "$lock_file.break" 2>/dev/null || return 0
  by=$(readlink "$lock_file" 2>/dev/null)
  if [ -n "$by" ] && { is_dead "$by" || [ -n "$(find "$lock_file" -prune -mmin +10 2>/dev/null)" ]; }; then
    rm -f "$lock_file"
  fi
  rmdir "$lock_file.break"
}

is_dead() {
  [ "${1%:*}" = "$(uname -n)" ] && ! kill -0 "${1##*:}" 2>/dev/null
}

# The file that a name stands for, behind links; checked to be ours and a file.
resolve() {
  real=$1
  if [ -L "$1" ]; then
    real=$(readlink -f "$1" 2>/dev/null)
    [ -n "$real" ] || finish not-a-file
  fi
  [ -e "$real" ] || return 0
  [ -f "$real" ] || finish not-a-file
  [ "$(ls -ldn "$real" | awk '{ print $3 }')" = "$(id -u)" ] || finish not-owned
}

# A copy beside the file, as the file looks.
copy() {
  rm -f "$real".esc-sync.[0-9]*
  temporary=$real.esc-sync.$$
  if [ -e "$real" ]; then
    try cp -p "$real" "$temporary"
    [ "$(look_of "$real")" = "$(look_of "$temporary")" ] || finish mode
    chcon --reference="$real" "$temporary" >/dev/null 2>&1
  else
    said=$( (: >"$temporary") 2>&1) || finish_by "$said"
  fi
}

# Writes what a function says into the copy, which stays as it looks also if its owner may only read it.
fill() {
  locked=
  [ -w "$temporary" ] || { locked=1; try chmod u+w "$temporary"; }
  said=$( { "$@" >"$temporary"; } 2>&1) || finish_by "$said"
  [ -z "$locked" ] || try chmod u-w "$temporary"
}

# The copy must hold as many keys as $1, and the key in question as often as $2.
check() {
  count '' "$temporary"
  [ "$count" -eq "$1" ] || finish unsure
  count "$blob" "$temporary"
  [ "$count" -eq "$2" ] || finish unsure
}

replace() {
  sync "$temporary" >/dev/null 2>&1
  fresh=1
  [ ! -e "$real" ] || fresh=
  try mv -f "$temporary" "$real"
  temporary=
  [ -z "$fresh" ] || restorecon "$real" >/dev/null 2>&1
  sync "${real%/*}" >/dev/null 2>&1
}

begin() {
  trap 'leave' EXIT
  trap 'exit 1' HUP INT TERM PIPE
  [ -n "$HOME" ] && [ -d "$HOME" ] || finish no-home
  for tool in awk sed cp mv ls tail wc readlink ln id; do
    command -v "$tool" >/dev/null 2>&1 || finish no-tools
  done
  folder=$HOME/.ssh
}

install() {
  begin
  [ -d "$folder" ] || try mkdir -m 700 "$folder"
  take_lock
  resolve "$folder/authorized_keys"
  before=0
  if [ -e "$real" ]; then
    count "$blob" "$real"
    [ "$count" -eq 0 ] || finish was-there
    count '' "$real"
    before=$count
  fi
  copy
  fill with_line
  check $((before + 1)) 1
  replace
  finish done
}

# All there was, a newline where the last line has none (else the new key would become
# part of its comment), and the new line. `cat` says why it cannot write; a builtin may not.
with_line() {
  [ ! -e "$real" ] || cat "$real" || return 1
  if [ -s "$real" ] && [ "$(tail -c 1 "$real" | wc -l)" -eq 0 ]; then
    echo | cat || return 1
  fi
  printf '%s\n' "$line" | cat
}

remove() {
  begin
  [ "$blob" != "$own" ] || finish own-key
  [ -d "$folder" ] || finish done
  take_lock
  left=0
  there=0
  for name in authorized_keys authorized_keys2; do
    resolve "$folder/$name"
    [ -e "$real" ] || continue
    count "$blob" "$real"
    there=$((there + count))
    left=$((left - count))
    count '' "$real"
    left=$((left + count))
  done
  [ "$there" -gt 0 ] || finish done
  [ "$left" -gt 0 ] || finish last-key
  for name in authorized_keys authorized_keys2; do
    resolve "$folder/$name"
    [ ! -e "$real" ] || remove_from
  done
  finish was-there
}

remove_from() {
  count '' "$real"
  before=$count
  count "$blob" "$real"
  [ "$count" -gt 0 ] || return 0
  gone=$count
  copy
  fill without_lines
  check $((before - gone)) 0
  replace
}

# Every other line byte for byte: `awk` found the numbers, `sed` leaves them out.
without_lines() {
  sed "$(printf '%sd;' $numbers)" "$real"
}
