//! What keeps a login from happening, each told apart: names, ports, host keys, limits.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{TcpListener, TcpStream},
    time::Duration,
};

use esc_sync::ssh::{LoginCause, LoginFault, Machine, Remote, SshOptions, SystemSsh};

use super::rig::{Rig, Server, mode};

async fn fault(options: SshOptions, machine: &Machine, rig: &Rig) -> LoginFault {
    SystemSsh::new(options).prove(machine, &rig.key("old")).await.expect_err("no login")
}

fn open(rig: &Rig, lines: &[&str]) -> Server {
    let server = rig.serve("a", lines);
    server.authorize(&[&rig.key("old")]);
    server
}

#[tokio::test]
async fn c11_a_host_key_that_is_unknown_or_another_stops_the_login() {
    let rig = Rig::new();
    let server = open(&rig, &[]);
    let machine = server.machine();
    fs::write(rig.known_hosts(), "").expect("written");
    let unknown = fault(rig.options(), &machine, &rig).await;
    assert_eq!(unknown.cause, LoginCause::HostKeyUnknown, "{unknown:?}");
    let foreign = format!("[127.0.0.1]:{} {}\n", machine.port, rig.key("new").public.line());
    fs::write(rig.known_hosts(), &foreign).expect("written");
    let careless = SshOptions { accept_new: true, ..rig.options() };
    for options in [rig.options(), careless.clone()] {
        let changed = fault(options, &machine, &rig).await;
        assert_eq!(changed.cause, LoginCause::HostKeyChanged, "{changed:?}");
        assert!(changed.help.contains("replaced") && changed.help.contains("in between"), "{changed:?}");
    }
    assert_eq!(fs::read_to_string(rig.known_hosts()).expect("known hosts"), foreign);
    fs::remove_file(rig.known_hosts()).expect("removed");
    assert_eq!(fault(rig.options(), &machine, &rig).await.cause, LoginCause::Client);
    SystemSsh::new(careless).prove(&machine, &rig.key("old")).await.expect("accepted once");
    rig.ssh().prove(&machine, &rig.key("old")).await.expect("pinned since");
}

#[tokio::test]
async fn c11_closed_ports_silence_and_unknown_names_are_told_apart() {
    let rig = Rig::new();
    let silent = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let port = silent.local_addr().expect("an address").port();
    let machine = Machine { name: "a".into(), host: "127.0.0.1".into(), port, user: "root".into() };
    let hasty = SshOptions { connect_timeout: Duration::from_secs(1), ..rig.options() };
    assert_eq!(fault(hasty, &machine, &rig).await.cause, LoginCause::TimedOut);
    let hasty = SshOptions { deadline: Duration::from_millis(300), ..rig.options() };
    assert_eq!(fault(hasty, &machine, &rig).await.cause, LoginCause::TimedOut);
    drop(silent);
    assert_eq!(fault(rig.options(), &machine, &rig).await.cause, LoginCause::NotReached);
    let nowhere = Machine { host: "no-such-host.invalid".into(), ..machine.clone() };
    assert_eq!(fault(rig.options(), &nowhere, &rig).await.cause, LoginCause::NameUnknown);
    let option = Machine { host: "-oProxyCommand=false".into(), ..machine };
    assert!(!matches!(fault(rig.options(), &option, &rig).await.cause, LoginCause::KeyRefused));
}

/// One key is offered, so one try is enough.
#[tokio::test]
async fn c11_one_try_is_enough_for_one_key() {
    let rig = Rig::new();
    let server = open(&rig, &["MaxAuthTries 1"]);
    rig.ssh().prove(&server.machine(), &rig.key("old")).await.expect("the only key is the first");
    let refused = rig.ssh().prove(&server.machine(), &rig.key("new")).await.expect_err("refused");
    assert_eq!(refused.cause, LoginCause::KeyRefused, "{refused:?}");
}

/// What a full server says is no refusal of a key. It hangs up with the client's greeting unread, so its word can be
/// lost on the way (a reset overtakes it): then the machine was not reached, which is as true.
#[tokio::test]
async fn c11_limits_of_the_server_are_no_refusal_of_a_key() {
    let rig = Rig::new();
    let server = open(&rig, &["MaxStartups 1:100:1"]);
    let _waiting = the_only_place(&server);
    for _ in 0..30 {
        let full = fault(rig.options(), &server.machine(), &rig).await;
        match full.cause {
            LoginCause::TooManyAttempts => return,
            LoginCause::NotReached => {}
            _ => panic!("{full:?} {}", server.log()),
        }
    }
    panic!("the server never got its word through: {}", server.log());
}

/// A connection that the server took: it frees the place of the one before (the rig's own look, say) when it likes.
fn the_only_place(server: &Server) -> TcpStream {
    loop {
        let waiting = TcpStream::connect(("127.0.0.1", server.machine().port)).expect("a connection");
        let mut banner = String::new();
        let read = BufReader::new(&waiting).read_line(&mut banner);
        if read.is_ok() && banner.starts_with("SSH-") {
            return waiting;
        }
    }
}

/// A file that the server does not read opens nothing: the proof sees what the edit cannot.
#[tokio::test]
async fn c11_keys_from_a_command_or_a_system_file_are_seen_by_the_proof() {
    let rig = Rig::new();
    let (old, new) = (rig.key("old"), rig.key("new"));
    let given = rig.folder().join("given");
    fs::write(&given, format!("#!/bin/sh\necho '{}'\n", old.public.line())).expect("written");
    mode(&given, 0o755);
    let command = format!("AuthorizedKeysCommand {}", given.display());
    let server = rig.serve("a", &["AuthorizedKeysFile none", &command, "AuthorizedKeysCommandUser root"]);
    let machine = server.machine();
    rig.ssh().prove(&machine, &old).await.expect("by the command");
    assert!(!rig.ssh().install(&machine, &old, &new.public).await.expect("written").was_there);
    let refused = rig.ssh().prove(&machine, &new).await.expect_err("nobody reads the file");
    assert_eq!(refused.cause, LoginCause::KeyRefused);

    let system = rig.folder().join("system");
    fs::write(&system, format!("{}\n", old.public.line())).expect("written");
    let own = rig.folder().join("b/home/.ssh/authorized_keys");
    let server = rig.serve("b", &[&format!("AuthorizedKeysFile {} {}", own.display(), system.display())]);
    server.authorize(&[&new]);
    assert!(!rig.ssh().remove(&server.machine(), &new, &old.public).await.expect("looked").was_there);
    rig.ssh().prove(&server.machine(), &old).await.expect("still open");
}
