# sshd as it is set up in the root, and logins to it. Run beside the root, in its network; $ROOT and $IN are named by apply.sh.
printf '%s\n' 'ListenAddress 127.0.0.1:2222' 'HostKey /etc/ssh/ssh_host_ed25519_key' 'PidFile /run/sshd.pid' 'StrictModes yes' \
  'UsePAM yes' 'PasswordAuthentication no' 'KbdInteractiveAuthentication no' >"$ROOT/etc/ssh/sshd_config"
chroot "$ROOT" /usr/sbin/sshd -E /var/log/sshd.log
printf '[127.0.0.1]:2222 %s\n' "$(cut -d' ' -f1,2 "$ROOT/etc/ssh/ssh_host_ed25519_key.pub")" >"$IN/known_hosts"

# login KEY USER COMMAND: with this key alone, and no other host than this one. The first attempt may be too early: ssh repeats it.
login() {
  ssh -F none -T -p 2222 -i "$IN/$1" -o IdentitiesOnly=yes -o IdentityAgent=none -o BatchMode=yes \
    -o StrictHostKeyChecking=yes -o UserKnownHostsFile="$IN/known_hosts" -o GlobalKnownHostsFile=none \
    -o ConnectTimeout=10 -o ConnectionAttempts=20 "$2@127.0.0.1" "$3" 2>>"$ROOT/var/log/ssh.log"
}

# says WHAT KEY USER: "WHAT: " and what came back of a login, or "refused".
says() { printf '%s: %s\n' "$1" "$(login "$2" "$3" 'echo "$((6 * 7)) $(id -un)"' || echo refused)"; }
