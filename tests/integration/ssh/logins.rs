//! A proof is a command that ran with one key alone; each cause of none is told apart.

use std::fs;

use esc_sync::ssh::{LoginCause, Remote, SystemSsh};

use super::rig::{Rig, mode};

/// Which of the keys open the door now, each by a proof of its own.
pub(super) async fn refused(rig: &Rig, server: &super::rig::Server, key: &str) -> Option<LoginCause> {
    rig.ssh().prove(&server.machine(), &rig.key(key)).await.err().map(|fault| fault.cause)
}

const REFUSED: Option<LoginCause> = Some(LoginCause::KeyRefused);

#[tokio::test]
async fn c11_old_then_both_then_new_alone_each_proved() {
    let rig = Rig::new();
    let server = rig.serve("a", &[]);
    let (old, new) = (rig.key("old"), rig.key("new"));
    server.authorize(&[&old]);
    assert_eq!((refused(&rig, &server, "old").await, refused(&rig, &server, "new").await), (None, REFUSED));
    let machine = server.machine();
    let installed = rig.ssh().install(&machine, &old, &new.public).await.expect("installed");
    assert!(!installed.was_there && installed.machine_id.is_some());
    assert!(rig.ssh().install(&machine, &old, &new.public).await.expect("installed").was_there);
    assert_eq!((refused(&rig, &server, "old").await, refused(&rig, &server, "new").await), (None, None));
    assert!(rig.ssh().remove(&machine, &new, &old.public).await.expect("removed").was_there);
    assert!(!rig.ssh().remove(&machine, &new, &old.public).await.expect("removed").was_there);
    assert_eq!((refused(&rig, &server, "old").await, refused(&rig, &server, "new").await), (REFUSED, None));
    assert_eq!(server.authorized(), format!("{}\n", new.public.line()));
}

/// The server does not believe a file that others may write to: the refusal says so.
#[tokio::test]
async fn c11_a_file_or_folder_that_others_may_write_to_is_named() {
    let rig = Rig::new();
    let server = rig.serve("a", &[]);
    let key = rig.key("old");
    server.authorize(&[&key]);
    for (path, bad, good) in [(server.file(), 0o666, 0o600), (server.home().join(".ssh"), 0o702, 0o700)] {
        mode(&path, bad);
        let fault = rig.ssh().prove(&server.machine(), &key).await.expect_err("refused");
        assert_eq!(fault.cause, LoginCause::KeyRefused, "{fault:?}");
        assert!(fault.help.contains("chmod go-w"), "{fault:?}");
        mode(&path, good);
    }
    assert_eq!(refused(&rig, &server, "old").await, None, "{}", server.log());
}

/// Authentication is not access: root's line by cloud-init runs a command of its own; an echo is none of ours.
#[tokio::test]
async fn c11_a_forced_command_is_no_proof() {
    let rig = Rig::new();
    let server = rig.serve("a", &[]);
    let key = rig.key("old");
    for command in ["echo 'Please login as the user ubuntu';exit 142", "cat", "/usr/sbin/nologin", "exit 255", "true"] {
        server.write(format!("no-pty,command=\"{command}\" {}\n", key.public.line()));
        assert_eq!(refused(&rig, &server, "old").await, Some(LoginCause::NoCommand), "{command}");
    }
    server.write(format!("restrict {}\n", key.public.line()));
    assert_eq!(refused(&rig, &server, "old").await, None);
}

#[tokio::test]
async fn c11_banners_and_start_up_files_do_not_spoil_a_proof() {
    let rig = Rig::new();
    let banner = rig.folder().join("banner");
    fs::write(
        &banner,
        format!("ssh: connect to host x: refused\nroot@x: Permission denied (publickey).\n{}", "x".repeat(200_000)),
    )
    .expect("written");
    let server = rig.serve("a", &[&format!("Banner {}", banner.display())]);
    let key = rig.key("old");
    server.authorize(&[&key]);
    let noise = "echo welcome; printf 'no newline'; echo loud >&2; head -c 200000 /dev/zero | tr '\\0' x\n";
    for name in [".bashrc", ".profile", ".bash_profile"] {
        fs::write(server.home().join(name), noise).expect("written");
    }
    assert_eq!(refused(&rig, &server, "old").await, None);
    assert_eq!(refused(&rig, &server, "new").await, REFUSED);
    // What reads the script away leaves no answer.
    fs::write(server.home().join(".bashrc"), "cat >/dev/null\n").expect("written");
    assert_eq!(refused(&rig, &server, "old").await, Some(LoginCause::NoCommand));
}

/// A door that needs no proof of ours would lie in every test above.
#[tokio::test]
async fn c11_the_key_file_alone_decides() {
    let rig = Rig::new();
    let server = rig.serve("a", &[]);
    let (old, new) = (rig.key("old"), rig.key("new"));
    server.authorize(&[&new]);
    // Another key's certificate, public half or file beside it is not used.
    fs::copy(&new.file, rig.folder().join("old-cert.pub")).expect("copied");
    assert_eq!(refused(&rig, &server, "old").await, REFUSED);
    // A trouble of this side is never a refusal.
    server.authorize(&[&old]);
    mode(&old.file, 0o644);
    assert_eq!(refused(&rig, &server, "old").await, Some(LoginCause::Client));
    let mut foreign = rig.key("new");
    foreign.public = old.public;
    let fault = SystemSsh::new(rig.options()).prove(&server.machine(), &foreign).await.expect_err("two halves");
    assert_eq!(fault.cause, LoginCause::Client);
}
