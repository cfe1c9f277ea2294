//! Why a login failed, read from what OpenSSH's client says (texts of 9.2; newer wordings where known).
//!
//! The client ends with 255 for nearly everything, so its words decide, from the last
//! line backwards. Invariants: a key counts as refused only if this very key was offered and
//! not accepted, so that a trouble of ours is never taken for a key that is gone; what a
//! server says is shown cut and without control characters; not knowing is an answer.

use std::time::Duration;

use super::{SshOptions, child::Ended};
use crate::ssh::{Identity, LoginCause, LoginFault, Machine};

/// One wording: how a line starts, what it holds besides, what it means.
const SIGNS: &[(&str, &str, LoginCause)] = &[
    ("ssh: Could not resolve hostname", "", LoginCause::NameUnknown),
    ("ssh: connect to host", "timed out", LoginCause::TimedOut),
    ("ssh: connect to host", "", LoginCause::NotReached),
    ("Connection timed out during banner exchange", "", LoginCause::TimedOut),
    ("Connection to ", "timed out", LoginCause::TimedOut),
    ("Timeout, server ", "", LoginCause::TimedOut),
    ("Received disconnect from", "Too many authentication failures", LoginCause::TooManyAttempts),
    ("Disconnected from", "Too many authentication failures", LoginCause::TooManyAttempts),
    ("Host key verification failed", "", LoginCause::HostKeyUnknown),
    ("No ", "host key is known for", LoginCause::HostKeyUnknown),
    ("kex_exchange_identification:", "", LoginCause::NotReached),
    ("ssh_exchange_identification:", "", LoginCause::NotReached),
    ("Connection closed by", "", LoginCause::NotReached),
    ("Connection reset by", "", LoginCause::NotReached),
    ("Connection to ", "closed", LoginCause::NotReached),
    ("ssh_dispatch_run_fatal:", "", LoginCause::NotReached),
    ("client_loop: send disconnect", "", LoginCause::NotReached),
    ("Unable to negotiate with", "", LoginCause::Client),
    ("command-line", "", LoginCause::Client),
    ("Bad configuration option", "", LoginCause::Client),
    ("Bad owner or permissions", "", LoginCause::Client),
];

const MAX_QUOTED: usize = 160;

/// What a login without our answer means.
pub(super) fn fault(machine: &Machine, key: &Identity, options: &SshOptions, ended: &Ended) -> LoginFault {
    let lines: Vec<&str> = ended.stderr.lines().map(|line| line.trim_end_matches('\r')).collect();
    let cause = cause(&lines, key, ended.code);
    let (what, help) = words(cause, machine, key, options, &lines, ended.code);
    LoginFault { cause, what, help }
}

fn cause(lines: &[&str], key: &Identity, code: Option<i32>) -> LoginCause {
    let own = || lines.iter().filter(|line| !line.starts_with("debug")).rev();
    let debug = |text: &str| lines.iter().any(|line| line.starts_with("debug1: ") && line.contains(text));
    if own().any(|line| line.starts_with("Authenticated to ")) {
        let lost = own().find_map(|line| sign(line)).filter(|_| !debug("Exit status") && code == Some(255));
        return lost.unwrap_or(LoginCause::NoCommand);
    }
    // What a server that is full says in the place of its name; 9.8 and later say it the second way.
    if debug("Exceeded MaxStartups") || debug("Not allowed at this time") {
        return LoginCause::TooManyAttempts;
    }
    if own().any(|line| line.contains("HOST IDENTIFICATION HAS CHANGED") || line.contains("REVOKED HOST KEY")) {
        return LoginCause::HostKeyChanged;
    }
    match own().find_map(|line| if is_denial(line) { Some(LoginCause::KeyRefused) } else { sign(line) }) {
        // One key is offered, so what a server counts as too many failures is its refusal.
        Some(LoginCause::KeyRefused | LoginCause::TooManyAttempts) if is_offered(lines, key) => {
            if debug("Server accepts key") { not_signed(lines) } else { LoginCause::KeyRefused }
        }
        Some(LoginCause::KeyRefused) => LoginCause::Client,
        other => other.unwrap_or(LoginCause::Unknown),
    }
}

fn sign(line: &str) -> Option<LoginCause> {
    SIGNS.iter().find(|(start, holds, _)| line.starts_with(start) && line.contains(holds)).map(|(_, _, cause)| *cause)
}

/// `user@host: Permission denied (publickey).`
fn is_denial(line: &str) -> bool {
    line.split_once(": Permission denied (").is_some_and(|(who, _)| who.contains('@') && !who.contains(' '))
}

fn is_offered(lines: &[&str], key: &Identity) -> bool {
    let fingerprint = key.fingerprint.as_str();
    lines.iter().any(|line| line.starts_with("debug1: Offering public key: ") && line.contains(fingerprint))
}

/// The server knows the key, and still there was no login: it wants more than a key, or this side could not sign.
fn not_signed(lines: &[&str]) -> LoginCause {
    let wants_more = lines.iter().any(|line| line.contains("partial success"));
    if wants_more { LoginCause::NoCommand } else { LoginCause::Client }
}

fn words(
    cause: LoginCause,
    machine: &Machine,
    key: &Identity,
    options: &SshOptions,
    lines: &[&str],
    code: Option<i32>,
) -> (String, String) {
    let (name, address, hosts) = (&machine.name, machine.address(), options.known_hosts.display());
    let host =
        if machine.port == 22 { machine.host.to_string() } else { format!("[{}]:{}", machine.host, machine.port) };
    let status = code.map_or_else(|| "a signal".to_owned(), |code| format!("status {code}"));
    match cause {
        LoginCause::Client => (
            format!("{name}: this machine's `ssh` could not use the key {}: {}", key.fingerprint, quoted(lines)),
            format!("check that {} is mode 0600, whole, and has a passphrase given if it is locked", key.file.display()),
        ),
        LoginCause::HostKeyChanged => (
            format!("{name}: the host key of {address} is not the one in {hosts}"),
            format!(
                "either the machine was replaced or set up again, or someone stands in between (addresses are given to \
                 other customers): compare the fingerprint on its console, then `ssh-keygen -f {hosts} -R '{host}'` \
                 and add the new key"
            ),
        ),
        LoginCause::HostKeyUnknown => (
            format!("{name}: no host key of {address} is in {hosts}"),
            "add its host key from a trusted source (its console, its cloud-init), or accept it once by its option".to_owned(),
        ),
        LoginCause::KeyRefused => (
            format!("{name}: {address} refuses the key {}", key.fingerprint),
            "the key is not among the authorized ones of this user, or the server does not believe the file: it ignores \
             authorized keys if the file, `.ssh` or the home may be written by others (`chmod go-w ~ ~/.ssh \
             ~/.ssh/authorized_keys`); a locked account looks the same"
                .to_owned(),
        ),
        LoginCause::NameUnknown => (
            format!("{name}: the name {} is not known", machine.host),
            "check the spelling, the network and the name server".to_owned(),
        ),
        LoginCause::NoCommand => (
            format!("{name}: {address} takes the key, but something else than our command ran ({status})"),
            "a forced command on the key's line, no shell for this user, a second factor, or shell start-up files that \
             read their input: log in by hand to see it; root with cloud-init's prefix is not meant for logins"
                .to_owned(),
        ),
        LoginCause::NotReached => (
            format!("{name}: {address} was not reached: {}", quoted(lines)),
            "check that the machine runs, its port, firewall and bastion".to_owned(),
        ),
        LoginCause::TimedOut => (
            format!("{name}: {address} did not answer in time"),
            "check that the machine runs, and that no firewall drops what is sent to it".to_owned(),
        ),
        LoginCause::TooManyAttempts => (
            format!("{name}: {address} allows no further login now"),
            "too many logins are under way or failed before (MaxStartups, MaxAuthTries, penalties): try again later".to_owned(),
        ),
        LoginCause::Edit | LoginCause::Unknown => (
            format!("{name}: the login to {address} failed with {status}: {}", quoted(lines)),
            "try the login by hand with `ssh -v`".to_owned(),
        ),
    }
}

/// The last line that is the client's own, cut and made visible.
fn quoted(lines: &[&str]) -> String {
    let last = lines.iter().rev().find(|line| !line.starts_with("debug") && !line.trim().is_empty());
    let clean = |letter: char| if letter.is_control() || !letter.is_ascii() { '?' } else { letter };
    match last {
        Some(line) => format!("\"{}\"", line.chars().take(MAX_QUOTED).map(clean).collect::<String>()),
        None => "it said nothing".to_owned(),
    }
}

/// Something of this machine's.
pub(super) fn client(machine: &Machine, what: &str, help: &str) -> LoginFault {
    LoginFault { cause: LoginCause::Client, what: format!("{}: {what}", machine.name), help: help.to_owned() }
}

pub(super) fn deadline(machine: &Machine, deadline: Duration) -> LoginFault {
    LoginFault {
        cause: LoginCause::TimedOut,
        what: format!("{}: {} did not answer within {} s", machine.name, machine.address(), deadline.as_secs()),
        help: "check that the machine runs; what was begun there is done wholly or not at all".to_owned(),
    }
}

pub(super) fn open_door(machine: &Machine) -> LoginFault {
    LoginFault {
        cause: LoginCause::Unknown,
        what: format!("{}: {} lets anybody in without a key", machine.name, machine.address()),
        help: "nothing can be proved there: set `PermitEmptyPasswords no` and lock the account's password".to_owned(),
    }
}
