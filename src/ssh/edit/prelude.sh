# POSIX sh; runs under dash, ash, ksh and bash. Nothing happens before the last line has come.
LC_ALL=C
PATH=$PATH:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
export LC_ALL PATH
umask 077

machine() {
  text=$(cat /etc/machine-id 2>/dev/null; uname -n 2>/dev/null)
  if command -v sha256sum >/dev/null 2>&1; then
    printf '%s' "$text" | sha256sum 2>/dev/null | cut -c1-32
  elif command -v cksum >/dev/null 2>&1; then
    printf '%s' "$text" | cksum 2>/dev/null | tr -cd '0-9'
  fi
}

# One line of its own, written at once.
say() {
  printf '\nesc-sync %s%s %s %s end\n' "$second" "$first" "$1" "$(machine)"
}

prove() {
  say done
}
