#!/usr/bin/env bash
# Applies one user-data document with this machine's own cloud-init, in a root that is gone afterwards.
#   apply.sh FOLDER      as root; it must have cloud-init
# FOLDER/in:  user-data, meta-data, cloud.cfg; image (a script run in the root before), after (one run outside it, $ROOT and $IN named)
# FOLDER/out: stages, schema.code, log, passwd, files (user, what, owner, group, mode), keys/USER, after, after.code
# Mounts, processes, network and host name are its own. Of the machine only programs and libraries are seen, read-only:
# no account, no key, no home of it is in that root, and nothing in it has a way out.
set -euo pipefail

if [ "$1" != inside ]; then
  exec unshare --mount --pid --fork --kill-child --net --uts --ipc -- bash "$0" inside "$(realpath "$1")" </dev/null
fi

IN=$2/in OUT=$2/out ROOT=$2/root
export IN ROOT PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
umask 022
mkdir -p "$OUT/keys" "$ROOT"
mount -t tmpfs -o mode=755,size=512m scratch "$ROOT"

# What is only read.
read_only() { mkdir -p "$ROOT$1"; mount --bind "$1" "$ROOT$1"; mount -o remount,bind,ro "$ROOT$1"; }
read_only /usr
for name in /bin /sbin /lib /lib32 /lib64 /libx32; do
  if [ -L "$name" ]; then cp -P "$name" "$ROOT$name"; elif [ -d "$name" ]; then read_only "$name"; fi
done

# The kernel's own, without its switches.
cd "$ROOT"
mkdir -p proc sys dev run/sshd run/lock tmp root home var/{log,lib,tmp,cache,mail} etc/{cloud/cloud.cfg.d,ssh,default,pam.d}
mount -t proc proc proc
mount -o bind,ro proc/sys proc/sys && mount -o remount,bind,ro proc/sys
mount -t tmpfs -o mode=755 devices dev
for name in null zero full random urandom; do : >"dev/$name"; mount --bind "/dev/$name" "dev/$name"; done
ln -s /proc/self/fd dev/fd
chmod 1777 tmp var/tmp
chmod 700 root
ip link set lo up
hostname scratch

# An image as it comes: the machine's settings of how accounts are made, and no account of the machine.
for name in login.defs nsswitch.conf skel security default/useradd ld.so.cache ld.so.conf ld.so.conf.d alternatives os-release \
  debian_version shells adduser.conf ssh/moduli pam.d/common-account pam.d/common-auth pam.d/common-password pam.d/common-session \
  pam.d/passwd pam.d/chpasswd pam.d/newusers pam.d/useradd pam.d/other cloud/cloud.cfg.d/05_logging.cfg; do
  [ ! -e "/etc/$name" ] || cp -a "/etc/$name" "etc/$name"
done
cat >etc/passwd <<'PASSWD'
root:x:0:0:root:/root:/bin/bash
sshd:x:102:65534::/run/sshd:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
PASSWD
printf '%s:*:19000:0:99999:7:::\n' root sshd nobody >etc/shadow
printf '%s\n' root:x:0: adm:x:4: tty:x:5: sudo:x:27: shadow:x:42: nogroup:x:65534: >etc/group
printf '%s:*::\n' root adm tty sudo shadow nogroup >etc/gshadow
chmod 640 etc/shadow etc/gshadow
printf '%s\n' 'auth required pam_unix.so' 'account required pam_unix.so' 'session required pam_unix.so' >etc/pam.d/sshd
cp "$IN/cloud.cfg" etc/cloud/cloud.cfg
mkdir -p var/lib/cloud/seed/nocloud
cp "$IN/user-data" "$IN/meta-data" var/lib/cloud/seed/nocloud/
within() { env -i PATH="$PATH" LANG="$LANG" HOME=/root chroot "$ROOT" "$@"; }
if [ -e "$IN/image" ]; then within bash -euc "$(cat "$IN/image")"; fi

set +e
: >"$OUT/stages"
for stage in "init --local" init "modules --mode=config" "modules --mode=final"; do
  # shellcheck disable=SC2086 # The stage is several words.
  within cloud-init $stage >>"$OUT/console" 2>&1
  printf '%s: %s\n' "$stage" "$?" >>"$OUT/stages"
done

within cloud-init schema --config-file /var/lib/cloud/seed/nocloud/user-data >"$OUT/schema" 2>&1
printf '%s\n' "$?" >"$OUT/schema.code"

cp var/log/cloud-init.log "$OUT/log"
cp etc/passwd "$OUT/passwd"
while IFS=: read -r user _ _ _ _ home _; do
  if [ "$home" = / ]; then continue; fi
  for what in home:"$home" ssh:"$home/.ssh" keys:"$home/.ssh/authorized_keys"; do
    if [ -e ".${what#*:}" ]; then stat -c "$user ${what%%:*} %u %g %a" ".${what#*:}" >>"$OUT/files"; fi
  done
  if [ -f ".$home/.ssh/authorized_keys" ]; then cp ".$home/.ssh/authorized_keys" "$OUT/keys/$user"; fi
done <etc/passwd
if [ -e "$IN/after" ]; then
  bash -eu "$IN/after" >"$OUT/after" 2>&1
  printf '%s\n' "$?" >"$OUT/after.code"
fi
chown -R --reference="$IN" "$OUT"
