//! State in a folder of this machine: rights, faults of the disk, and what a death leaves.

use std::{
    fs, io,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use esc_sync::ledger::{
    Ledger,
    backend::{Backend as _, Expected, PutFault, StateFault, StateFaultKind},
    disk::{Disk, Listed, RealDisk},
    file::FileState,
    journal::Journal,
};

use super::sample::{header, identity, intent, place, record};
use crate::support::program::folder;

/// A real disk on which one kind of operation fails.
#[derive(Debug)]
struct Failing {
    operation: &'static str,
    kind: io::ErrorKind,
}

impl Failing {
    fn at(&self, operation: &str) -> io::Result<()> {
        if self.operation == operation { Err(self.kind.into()) } else { Ok(()) }
    }
}

impl Disk for Failing {
    fn folder(&self, folder: &Path, make: bool) -> io::Result<bool> {
        self.at("folder").and_then(|()| RealDisk.folder(folder, make))
    }
    fn read(&self, file: &Path, from: u64) -> io::Result<Vec<u8>> {
        self.at("read").and_then(|()| RealDisk.read(file, from))
    }
    fn size(&self, file: &Path) -> io::Result<u64> {
        self.at("size").and_then(|()| RealDisk.size(file))
    }
    fn write_new(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        self.at("write").and_then(|()| RealDisk.write_new(file, bytes))
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.at("rename").and_then(|()| RealDisk.rename(from, to))
    }
    fn append(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        self.at("append").and_then(|()| RealDisk.append(file, bytes))
    }
    fn cut(&self, file: &Path, size: u64) -> io::Result<()> {
        self.at("cut").and_then(|()| RealDisk.cut(file, size))
    }
    fn remove(&self, file: &Path) -> io::Result<()> {
        self.at("remove").and_then(|()| RealDisk.remove(file))
    }
    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>> {
        self.at("list").and_then(|()| RealDisk.list(folder))
    }
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.at("sync").and_then(|()| RealDisk.sync_folder(folder))
    }
    fn try_lock(&self, file: &Path, text: &str) -> io::Result<Option<Box<dyn Send>>> {
        self.at("lock").and_then(|()| RealDisk.try_lock(file, text))
    }
}

fn failing(folder: &Path, operation: &'static str, kind: io::ErrorKind) -> FileState {
    FileState::on(folder, Arc::new(Failing { operation, kind }))
}

/// The files of a state, without the two that locks are held on.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).collect();
    files.retain(|file| !file.ends_with(".guard") && !file.ends_with(".lock"));
    files.sort();
    files
}

async fn unwritable(state: &FileState) -> StateFault {
    let fault = state.prove_writable().await.expect_err("cannot be written");
    assert_eq!(fault.kind, StateFaultKind::Unavailable);
    assert!(!fault.help.is_empty());
    fault
}

#[tokio::test]
async fn c4_each_reason_not_to_be_writable_has_its_name() {
    let kinds = [
        (io::ErrorKind::StorageFull, "the disk is full"),
        (io::ErrorKind::QuotaExceeded, "the quota is used up"),
        (io::ErrorKind::ReadOnlyFilesystem, "the file system is read-only"),
        (io::ErrorKind::PermissionDenied, "permission denied"),
    ];
    for (kind, said) in kinds {
        for operation in ["folder", "lock", "write", "sync"] {
            let folder = folder("c4").join("state");
            let fault = unwritable(&failing(&folder, operation, kind)).await;
            assert!(fault.what.contains(said) && fault.what.contains("state in"), "{operation}: {fault:?}");
        }
    }
    let file = folder("c4").join("a-file");
    fs::write(&file, "").expect("written");
    assert!(unwritable(&FileState::new(&file)).await.what.contains("not a folder"));
}

#[tokio::test]
async fn c4_a_write_that_fails_leaves_what_was_there() {
    let folder = folder("c4-old").join("state");
    let state = FileState::new(&folder);
    let tag = state.put("ledger.json", b"old", Expected::Absent).await.expect("put");
    for operation in ["write", "rename"] {
        let full = failing(&folder, operation, io::ErrorKind::StorageFull);
        let put = full.put("ledger.json", b"new", Expected::Version(tag.clone())).await;
        assert!(matches!(put, Err(PutFault::Fault(_))), "{operation}: {put:?}");
        assert_eq!(state.get("ledger.json").await.expect("readable").expect("there").bytes, b"old", "{operation}");
        assert_eq!(files(&folder), [folder.join("ledger.json")], "{operation}: nothing is left lying about");
    }
}

#[tokio::test]
async fn c4_a_state_that_is_deleted_under_a_run_is_noticed() {
    let folder = folder("c4-gone").join("state");
    let mut ledger = Ledger::open(Arc::new(FileState::new(&folder)), identity()).await.expect("empty");
    ledger.commit(&[(place("A"), Some(record(1)))]).await.expect("committed");
    fs::remove_dir_all(&folder).expect("removed");
    let fault = ledger.commit(&[(place("B"), Some(record(1)))]).await.expect_err("said");
    assert!(fault.what.contains("was removed while this run was under way"), "{fault:?}");
}

#[tokio::test]
async fn c4_x15_a_folder_that_others_may_write_to_is_not_believed() {
    let shared = folder("x15").join("state");
    fs::create_dir(&shared).expect("made");
    for mode in [0o777, 0o775, 0o757] {
        fs::set_permissions(&shared, fs::Permissions::from_mode(mode)).expect("ours");
        let state = FileState::new(&shared);
        let fault = unwritable(&state).await;
        assert!(fault.what.contains("others may write") && fault.help.contains("chmod 700"), "{fault:?}");
        assert_eq!(state.get("ledger.json").await.expect_err("not read either").kind, StateFaultKind::Unavailable);
        assert_eq!(state.read_log("journal/x").await.expect_err("nor logs").kind, StateFaultKind::Unavailable);
    }
}

#[tokio::test]
async fn c4_x15_a_folder_of_another_user_is_not_believed() {
    let owned = folder("x15-owner");
    fs::set_permissions(&owned, fs::Permissions::from_mode(0o700)).expect("ours");
    // Root gives it away; anybody else finds a folder of root's.
    let is_root = std::os::unix::fs::chown(&owned, Some(65_534), None).is_ok();
    let foreign = if is_root { owned } else { PathBuf::from("/usr") };
    let fault = unwritable(&FileState::new(&foreign)).await;
    assert!(fault.what.contains("belongs to another user"), "{fault:?}");
}

#[tokio::test]
async fn x15_nobody_else_can_read_the_state() {
    let folder = folder("x15-modes").join("deep/state");
    let backend = Arc::new(FileState::new(&folder));
    let _held = backend.exclude("run", Duration::ZERO).await.expect("free");
    let mut ledger = Ledger::open(backend.clone(), identity()).await.expect("empty");
    ledger.commit(&[(place("A"), Some(record(1)))]).await.expect("committed");
    let _journal = Journal::begin(backend, &header("run"), &[intent(0)]).await.expect("begun");
    let mode = |path: &Path| fs::symlink_metadata(path).expect("there").mode() & 0o777;
    assert_eq!(mode(folder.parent().expect("a parent")), 0o700);
    for path in [".", "journal"] {
        assert_eq!(mode(&folder.join(path)), 0o700, "{path}");
    }
    for path in ["ledger.json", "journal/run", ".lock", ".guard"] {
        assert_eq!(mode(&folder.join(path)), 0o600, "{path}");
    }
}

#[tokio::test]
async fn x15_links_and_pipes_in_the_place_of_files_are_not_followed() {
    let (folder, elsewhere) = (folder("x15-links").join("state"), folder("x15-elsewhere"));
    let state = FileState::new(&folder);
    state.prove_writable().await.expect("writable");
    let target = elsewhere.join("target");
    fs::write(&target, "theirs\n").expect("written");
    for name in ["ledger.json", "log"] {
        symlink(&target, folder.join(name)).expect("linked");
        assert!(state.get(name).await.expect_err("refused").what.contains("link"));
        assert!(state.append(name, b"ours\n").await.expect_err("refused").what.contains("link"));
    }
    assert_eq!(fs::read_to_string(&target).expect("there"), "theirs\n");
    fs::remove_file(folder.join(".lock")).ok();
    symlink(&target, folder.join(".lock")).expect("linked");
    assert!(state.exclude("run", Duration::ZERO).await.expect_err("refused").what.contains("link"));
    assert_eq!(fs::read_to_string(&target).expect("there"), "theirs\n");
    let pipe = folder.join("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).expect("made");
    assert!(state.get("pipe").await.expect_err("refused, not waited for").what.contains("not a plain file"));
}

#[tokio::test]
async fn c2_a_torn_last_line_was_never_appended() {
    let folder = folder("c2-torn").join("state");
    let state = FileState::new(&folder);
    state.append("log", b"one\ntwo\n").await.expect("appended");
    for torn in ["thr", "three and much more than that"] {
        fs::OpenOptions::new()
            .append(true)
            .open(folder.join("log"))
            .and_then(|mut file| io::Write::write_all(&mut file, torn.as_bytes()))
            .expect("torn");
        assert_eq!(state.read_log("log").await.expect("readable"), b"one\ntwo\n");
    }
    state.append("log", b"three\n").await.expect("appended");
    assert_eq!(fs::read(folder.join("log")).expect("there"), b"one\ntwo\nthree\n");
    fs::write(folder.join("other"), "only torn").expect("written");
    state.append("other", b"whole\n").await.expect("appended");
    assert_eq!(state.read_log("other").await.expect("readable"), b"whole\n");
}

#[tokio::test]
async fn c2_unfinished_copies_of_the_dead_are_swept_and_nothing_else() {
    let folder = folder("c2-sweep").join("state");
    let state = FileState::new(&folder);
    state.put("ledger.json", b"x", Expected::Absent).await.expect("put");
    state.append("journal/run", b"x\n").await.expect("appended");
    for part in [".0011223344556677.part", "journal/.0011223344556677.part", "mine.part"] {
        fs::write(folder.join(part), "half").expect("written");
    }
    state.prove_writable().await.expect("writable");
    assert_eq!(files(&folder), ["journal", "ledger.json", "mine.part"].map(|name| folder.join(name)));
    assert_eq!(files(&folder.join("journal")), [folder.join("journal/run")]);
}

#[tokio::test]
async fn a_state_that_is_only_read_is_not_made() {
    let folder = folder("reading").join("state");
    let state = FileState::new(&folder);
    assert_eq!(state.get("ledger.json").await, Ok(None));
    assert_eq!(state.list("").await, Ok(vec![]));
    state.remove("ledger.json").await.expect("fine");
    Ledger::open(Arc::new(state), identity()).await.expect("empty");
    assert!(!folder.exists());
}

#[tokio::test]
async fn c7_a_lock_whose_file_was_removed_is_no_lock_on_the_new_one() {
    let folder = folder("c7-removed").join("state");
    let state = FileState::new(&folder);
    let old = state.exclude("old", Duration::ZERO).await.expect("free");
    fs::remove_file(folder.join(".lock")).expect("removed");
    let new = state.exclude("new", Duration::ZERO).await.expect("a file of its own");
    drop(old);
    let fault = state.exclude("third", Duration::ZERO).await.expect_err("the new one is held");
    assert!(fault.what.contains("new"), "{fault:?}");
    drop(new);
}
