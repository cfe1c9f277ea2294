//! The way to a machine, as the operator's own `ssh` configuration has it: an address and bastions.
//!
//! `ssh -G` is asked, and only what leads there is taken over. Keys, agents, host-key
//! files and shared connections of that configuration stay with the bastion's login.

use std::{path::Path, time::Duration};

use tokio::process::Command;

use super::child::{self, ChildFault};
use crate::ssh::Machine;

/// What is added to the settings of a login.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Route {
    host_name: Option<String>,
    host_key_alias: Option<String>,
    proxy_command: Option<String>,
}

/// Variables a bastion's login may need; the machine's own login is told to use none of them.
pub(super) const PASSED: &[&str] = &["PATH", "HOME", "USER", "LOGNAME", "SSH_AUTH_SOCK"];

/// Asks the program how its configuration would reach the machine.
pub(super) async fn ask(program: &Path, config: &Path, machine: &Machine) -> Result<Route, String> {
    let mut command = Command::new(program);
    command.env_clear().envs(PASSED.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    command.arg("-G").arg("-F").arg(config).args(["-l", &machine.user, "-p", &machine.port.to_string()]);
    command.args(["--", &machine.host]);
    let ended = child::run(&mut command, b"", Duration::from_secs(10)).await.map_err(|fault| match fault {
        ChildFault::Deadline => format!("`ssh -G` did not end on {}", config.display()),
        ChildFault::Start(error) => format!("`{}` cannot be started: {error}", program.display()),
    })?;
    match ended.code {
        Some(0) => Ok(read(&ended.stdout, program, config, machine)),
        _ => Err(format!("`ssh` does not accept the configuration {}", config.display())),
    }
}

fn read(dump: &str, program: &Path, config: &Path, machine: &Machine) -> Route {
    let value = |name: &str| {
        let found = dump.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        found.map(str::trim).filter(|value| !value.is_empty() && *value != "none").map(str::to_owned)
    };
    let jumps = value("proxyjump").map(|jumps| jump_command(&jumps, program, config));
    Route {
        host_name: value("hostname").filter(|name| *name != *machine.host),
        host_key_alias: value("hostkeyalias"),
        proxy_command: jumps.or_else(|| value("proxycommand")),
    }
}

impl Route {
    pub(super) fn settings(&self) -> Vec<String> {
        let pairs = [
            ("HostName", self.host_name.as_ref().map(|name| name.replace('%', "%%"))),
            ("HostKeyAlias", self.host_key_alias.clone()),
            ("ProxyCommand", self.proxy_command.clone()),
        ];
        pairs.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?))).collect()
    }
}

/// `ssh`'s own `ProxyJump`, written out so that the bastion's login keeps the configuration the machine's login has not.
fn jump_command(jumps: &str, program: &Path, config: &Path) -> String {
    let (before, last) = jumps.rsplit_once(',').map_or((None, jumps), |(before, last)| (Some(before), last));
    let last = if last.starts_with("ssh://") { last.to_owned() } else { format!("ssh://{last}") };
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''").replace('%', "%%"));
    let before = before.map(|before| format!(" -J {}", quoted(before))).unwrap_or_default();
    let (program, config) = (quoted(&program.to_string_lossy()), quoted(&config.to_string_lossy()));
    format!("{program} -F {config} -o BatchMode=yes{before} -W '[%h]:%p' -- {}", quoted(&last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> Machine {
        Machine { name: "a".into(), host: "gpu-1".into(), port: 22, user: "ubuntu".into() }
    }

    #[test]
    fn only_the_way_is_taken_over() {
        let dump = "hostname 10.0.0.5\nidentityfile ~/.ssh/other\ncontrolpath /x\nproxyjump ops@one:2222,two\n";
        let route = read(dump, Path::new("/usr/bin/ssh"), Path::new("/a b/config"), &machine());
        let proxy = "'/usr/bin/ssh' -F '/a b/config' -o BatchMode=yes -J 'ops@one:2222' -W '[%h]:%p' -- 'ssh://two'";
        assert_eq!(route.settings(), ["HostName=10.0.0.5".to_owned(), format!("ProxyCommand={proxy}")]);
        let bare = read("hostname gpu-1\nproxycommand none\n", Path::new("ssh"), Path::new("c"), &machine());
        assert_eq!(bare, Route::default());
    }
}
