//! What `ssh` is told: one key, one way to show it, a host key that was known, and nothing of anybody's configuration.
//!
//! Everything that could let another key, an agent or a shared connection open the door
//! is switched off by name; an operator's configuration is read for the way to the
//! machine only (`route.rs`), since an `IdentityFile` in it would be offered as well.

use std::{
    ffi::OsString,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use super::{SshOptions, route::Route};
use crate::ssh::Machine;

/// Where the one key comes from.
#[derive(Debug)]
pub(super) struct KeySource {
    /// The private file, or the public one if an agent holds the private half.
    pub(super) file: PathBuf,
    pub(super) agent: Option<PathBuf>,
}

/// The far command. The login shell, whatever it is, makes way for `sh`, which reads the script from its input.
const COMMAND: &str = "exec /bin/sh -s";

const FIXED: &[&str] = &[
    "AddKeysToAgent=no",
    "BatchMode=yes",
    "CanonicalizeHostname=no",
    // With one named, `ssh` does not look for a certificate beside the key.
    "CertificateFile=/dev/null",
    "CheckHostIP=no",
    "ClearAllForwardings=yes",
    "ControlMaster=no",
    "ControlPath=none",
    "EscapeChar=none",
    "ForwardAgent=no",
    "ForwardX11=no",
    "GlobalKnownHostsFile=/dev/null",
    "GSSAPIAuthentication=no",
    "HashKnownHosts=no",
    "HostbasedAuthentication=no",
    "IdentitiesOnly=yes",
    "KbdInteractiveAuthentication=no",
    "NumberOfPasswordPrompts=0",
    "PasswordAuthentication=no",
    "PermitLocalCommand=no",
    "PreferredAuthentications=publickey",
    "PubkeyAuthentication=yes",
    "RequestTTY=no",
    "ServerAliveCountMax=3",
    "ServerAliveInterval=5",
    "Tunnel=no",
    "UpdateHostKeys=no",
    "VerifyHostKeyDNS=no",
    // The first level that tells which key was offered and which was accepted.
    "LogLevel=DEBUG1",
];

/// All arguments of one login; `Err` names a path that `ssh` cannot be told.
pub(super) fn arguments(
    options: &SshOptions,
    machine: &Machine,
    key: &KeySource,
    route: &Route,
) -> Result<Vec<OsString>, String> {
    let mut all: Vec<OsString> = ["-F", "none", "-T", "-a", "-x"].map(OsString::from).into();
    let mut set = |setting: OsString| all.extend([OsString::from("-o"), setting]);
    FIXED.iter().for_each(|setting| set(setting.into()));
    set(format!("ConnectTimeout={}", options.connect_timeout.as_secs().max(1)).into());
    set(format!("StrictHostKeyChecking={}", if options.accept_new { "accept-new" } else { "yes" }).into());
    set(with_path("UserKnownHostsFile", &options.known_hosts)?);
    set(with_path("IdentityFile", &key.file)?);
    match &key.agent {
        Some(socket) => set(with_path("IdentityAgent", socket)?),
        None => set("IdentityAgent=none".into()),
    }
    route.settings().into_iter().for_each(|setting| set(setting.into()));
    all.extend(["-l".into(), machine.user.as_ref().into(), "-p".into(), machine.port.to_string().into()]);
    all.extend(["--".into(), machine.host.as_ref().into(), COMMAND.into()]);
    Ok(all)
}

/// A setting whose value is a path, quoted for `ssh`'s own splitting and with its tokens made literal.
fn with_path(name: &str, path: &Path) -> Result<OsString, String> {
    use std::os::unix::ffi::OsStringExt;
    let absolute =
        std::path::absolute(path).map_err(|_| format!("the path {} has no absolute form", path.display()))?;
    let bytes = absolute.as_os_str().as_bytes();
    // `ssh` replaces `${NAME}` by the environment and knows no way to write it literally.
    if bytes.windows(2).any(|pair| pair == b"${") || bytes.iter().any(u8::is_ascii_control) {
        return Err(format!("`ssh` cannot be told the path {}", absolute.display().to_string().escape_debug()));
    }
    let mut setting = format!("{name}=\"").into_bytes();
    for byte in bytes {
        match byte {
            b'"' | b'\\' => setting.extend([b'\\', *byte]),
            b'%' => setting.extend(b"%%"),
            _ => setting.push(*byte),
        }
    }
    setting.push(b'"');
    Ok(OsString::from_vec(setting))
}
