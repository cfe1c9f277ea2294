//! What becomes of authorized keys as people, tools and disks leave them: changed as asked, or not at all.

use std::{
    fmt::Write as _,
    fs,
    os::unix::fs::{MetadataExt, symlink},
    process::Command,
};

use esc_sync::ssh::{LoginCause, Remote};

use super::{
    logins::refused,
    rig::{Rig, Server, mode},
};

const REFUSED: Option<LoginCause> = Some(LoginCause::KeyRefused);

fn run(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().expect("a standard tool").status.success()
}

/// Install, and the reason if it was not done; nothing may be left beside the file then.
async fn install(rig: &Rig, server: &Server, new: &str) -> Option<String> {
    let done = rig.ssh().install(&server.machine(), &rig.key("old"), &rig.key(new).public).await;
    let fault = done.err()?;
    assert_eq!(fault.cause, LoginCause::Edit, "{fault:?}");
    Some(fault.what)
}

fn names(server: &Server) -> Vec<String> {
    let entries = fs::read_dir(server.home().join(".ssh")).expect("a folder").flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[tokio::test]
async fn c11_every_other_line_stays_byte_for_byte() {
    let rig = Rig::new();
    let server = rig.serve("a", &[]);
    let (old, new) = (rig.key("old"), rig.key("new"));
    let (own, other) = (old.public.line(), rig.key("other").public.line());
    let wrapped = other.replacen("AAAA", "AAAA\n", 1);
    let mut many = String::new();
    for number in 0..500 {
        let body = other.replace("AAAAC3NzaC1lZDI1NTE5AAAAI", &format!("AAAAC3NzaC1lZDI1NTE5AAAA{number:05}"));
        writeln!(many, "{body} {number}").expect("a text grows");
    }
    let in_comment = format!("# was: {}\n{own}", new.public.line());
    let options = format!("from=\"127.0.0.1,::1\",command=\"echo \\\"{} x\\\"\" {other}\n{own}\n", new.public.line());
    for before in [
        format!("garbage that is no key\n\n{own}\n"),
        format!("{own}\r\n{other}\r\n"),
        own.clone(),
        format!("{wrapped}\n{own} no newline"),
        in_comment,
        options,
        format!("{own}\n{many}"),
    ] {
        server.write(&before);
        assert_eq!(install(&rig, &server, "new").await, None);
        let newline = if before.ends_with('\n') { "" } else { "\n" };
        let both = format!("{before}{newline}{}\n", new.public.line());
        assert_eq!(server.authorized(), both);
        assert_eq!((refused(&rig, &server, "old").await, refused(&rig, &server, "new").await), (None, None));
        assert!(rig.ssh().remove(&server.machine(), &old, &new.public).await.expect("removed").was_there);
        assert_eq!(server.authorized(), format!("{before}{newline}"));
        assert_eq!(names(&server), ["authorized_keys"]);
    }
}

#[tokio::test]
async fn c11_a_link_and_the_look_of_the_file_are_kept() {
    let rig = Rig::new();
    let server = rig.serve("a", &[]);
    let (old, new) = (rig.key("old"), rig.key("new"));
    let real = rig.folder().join("real keys");
    fs::write(&real, format!("{}\n", old.public.line())).expect("written");
    mode(&real, 0o400);
    symlink(&real, server.file()).expect("a link");
    assert_eq!(install(&rig, &server, "new").await, None);
    assert!(fs::symlink_metadata(server.file()).expect("there").is_symlink());
    assert_eq!(fs::metadata(&real).expect("there").mode() & 0o7777, 0o400);
    assert_eq!(refused(&rig, &server, "new").await, None);
    // The same key with options of its own stays as it is.
    server.write(format!("{}\nrestrict {}\n", old.public.line(), new.public.line()));
    let again = rig.ssh().install(&server.machine(), &old, &new.public).await.expect("there already");
    assert!(again.was_there && server.authorized().contains("restrict"));
}

#[tokio::test]
async fn c11_the_last_key_and_the_one_that_opened_the_door_stay() {
    let rig = Rig::new();
    let server = rig.serve("a", &[]);
    let (old, new) = (rig.key("old"), rig.key("new"));
    server.authorize(&[&old, &new]);
    let own = rig.ssh().remove(&server.machine(), &old, &old.public).await.expect_err("its own key");
    assert!(own.cause == LoginCause::Edit && own.what.contains("own-key"), "{own:?}");
    // The second file counts as well: the old key goes from there.
    server.authorize(&[&new]);
    fs::write(server.home().join(".ssh/authorized_keys2"), format!("{}\n", old.public.line())).expect("written");
    assert_eq!(refused(&rig, &server, "old").await, None);
    assert!(rig.ssh().remove(&server.machine(), &new, &old.public).await.expect("removed").was_there);
    assert_eq!((refused(&rig, &server, "old").await, refused(&rig, &server, "new").await), (REFUSED, None));
    // The door is opened from elsewhere, and the file would be left empty.
    let elsewhere = rig.folder().join("elsewhere");
    fs::write(&elsewhere, format!("{}\n", old.public.line())).expect("written");
    let server = rig.serve("b", &[&format!("AuthorizedKeysFile {}", elsewhere.display())]);
    server.authorize(&[&new]);
    let last = rig.ssh().remove(&server.machine(), &old, &new.public).await.expect_err("the last key");
    assert!(last.cause == LoginCause::Edit && last.what.contains("last-key"), "{last:?}");
    assert_eq!(server.authorized(), format!("{}\n", new.public.line()));
}

/// A disk that is full or read-only, and a file that may not change: named, and nothing is different.
#[tokio::test]
async fn c11_what_cannot_be_written_is_named_and_stays_whole() {
    let rig = Rig::new();
    let server = rig.serve("a", &[]);
    let home = server.home().to_string_lossy().into_owned();
    if !run("mount", &["-t", "tmpfs", "-o", "size=64k,mode=0700", "tmpfs", &home]) {
        // Only an administrator may mount; `ssh` itself is tried above all the same.
        return;
    }
    fs::DirBuilder::new().create(server.home().join(".ssh")).expect("a folder");
    mode(&server.home().join(".ssh"), 0o700);
    server.authorize(&[&rig.key("old")]);
    let before = server.authorized();
    let filler = server.home().join("filler");
    let filled = run("dd", &["if=/dev/zero", &format!("of={}", filler.display()), "bs=1k"]);
    let full = install(&rig, &server, "new").await;
    fs::remove_file(filler).expect("removed");
    let remounted = run("mount", &["-o", "remount,ro", &home]);
    let read_only = install(&rig, &server, "new").await;
    let after = server.authorized();
    let unmounted = run("umount", &[&home]);
    assert!(!filled && remounted && unmounted);
    assert!(full.as_deref().is_some_and(|what| what.contains("(full)")), "{full:?}");
    assert!(read_only.as_deref().is_some_and(|what| what.contains("(read-only)")), "{read_only:?}");
    assert_eq!(after, before);
}

#[tokio::test]
async fn c11_an_immutable_file_or_none_at_all_is_named() {
    let rig = Rig::new();
    let server = rig.serve("a", &[]);
    server.authorize(&[&rig.key("old")]);
    let (before, file) = (server.authorized(), server.file().to_string_lossy().into_owned());
    if run("chattr", &["+i", &file]) {
        let immutable = install(&rig, &server, "new").await;
        assert!(run("chattr", &["-i", &file]));
        assert!(immutable.as_deref().is_some_and(|what| what.contains("(immutable)")), "{immutable:?}");
        assert_eq!((server.authorized(), names(&server)), (before, vec!["authorized_keys".to_owned()]));
    }
    let elsewhere = rig.folder().join("elsewhere");
    fs::copy(server.file(), &elsewhere).expect("copied");
    let nowhere = format!("SetEnv HOME={}/none", rig.folder().display());
    let server = rig.serve("b", &[&format!("AuthorizedKeysFile {}", elsewhere.display()), &nowhere]);
    let homeless = install(&rig, &server, "new").await;
    assert!(homeless.as_deref().is_some_and(|what| what.contains("(no-home)")), "{homeless:?}");
}

/// The far side dies between copy and rename: the file is as it was, and the next try cleans up and succeeds.
#[tokio::test]
async fn c11_a_cut_between_copy_and_rename_leaves_the_old_file() {
    let rig = Rig::new();
    let (tools, flag) = (rig.folder().join("tools"), rig.folder().join("flag"));
    fs::create_dir(&tools).expect("a folder");
    let text = format!("#!/bin/sh\nif rm '{}' 2>/dev/null; then kill -9 0; fi\nexec /bin/mv \"$@\"\n", flag.display());
    fs::write(tools.join("mv"), text).expect("written");
    mode(&tools.join("mv"), 0o755);
    let home = rig.folder().join("a/home");
    let server = rig.serve("a", &[&format!("SetEnv HOME={} PATH={}:/usr/bin:/bin", home.display(), tools.display())]);
    let (old, new) = (rig.key("old"), rig.key("new"));
    server.authorize(&[&old]);
    let before = server.authorized();
    fs::write(&flag, "").expect("written");
    rig.ssh().install(&server.machine(), &old, &new.public).await.expect_err("cut off");
    assert!(!flag.exists() && names(&server).len() == 3, "it died in the middle: {:?}", names(&server));
    assert_eq!(server.authorized(), before);
    assert_eq!((refused(&rig, &server, "old").await, refused(&rig, &server, "new").await), (None, REFUSED));
    assert_eq!(install(&rig, &server, "new").await, None);
    assert_eq!((names(&server), refused(&rig, &server, "new").await), (vec!["authorized_keys".to_owned()], None));
}

#[tokio::test]
async fn c11_two_writers_at_once_lose_no_key() {
    let rig = Rig::new();
    let server = rig.serve("a", &[]);
    server.authorize(&[&rig.key("old")]);
    let (first, second, third) =
        tokio::join!(install(&rig, &server, "one"), install(&rig, &server, "two"), install(&rig, &server, "three"));
    assert_eq!((first, second, third), (None, None, None));
    for key in ["old", "one", "two", "three"] {
        assert_eq!(refused(&rig, &server, key).await, None, "{key}");
    }
}
