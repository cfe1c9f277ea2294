//! Programs named as OpenSSH's, first in the search path: they count their calls, and note what they were given.
//!
//! A chosen call can kill whoever started it, send it a signal, or wait until it is let go.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use esc_sync::ssh::client::program_in_path;

/// What happens at the chosen call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum At {
    KilledBefore,
    KilledAfter,
    Terminated,
    Interrupted,
    /// It does not begin before it is let go.
    Held,
}

/// The folder that stands first in the search path, and what its programs wrote down.
pub(super) struct Wrapper {
    folder: PathBuf,
}

/// Each call has a folder of its own: whoever makes it has that number, also if two come at once.
const SCRIPT: &str = r#"#!/bin/sh
PATH=$PATH:/usr/bin:/bin
folder=FOLDER
call=0
until mkdir "$folder/PROGRAM-$call" 2>/dev/null; do call=$((call + 1)); done
note=$folder/PROGRAM-$call
cat /proc/$$/cmdline >"$note/arguments"
cat /proc/$$/environ >"$note/environment"
chosen=
[ ! -e "$folder/chosen" ] || chosen=$(cat "$folder/chosen")
case $chosen in
  "KilledBefore $call") kill -KILL $PPID; exit 255 ;;
  "Terminated $call") kill -TERM $PPID ;;
  "Interrupted $call") kill -INT $PPID ;;
  "Held $call") read -r word <"$folder/gate" ;;
esac
case $chosen in
  "KilledAfter $call") REAL "$@"; kill -KILL $PPID; exit 255 ;;
  *) exec REAL "$@" ;;
esac
"#;

impl Wrapper {
    pub(super) fn new(folder: &Path) -> Self {
        fs::create_dir_all(folder).expect("a folder");
        for program in ["ssh", "ssh-add", "ssh-agent"] {
            let real = program_in_path(program).expect("OpenSSH is installed");
            let script = SCRIPT.replace("FOLDER", &format!("'{}'", folder.display())).replace("PROGRAM", program);
            let file = folder.join(program);
            fs::write(&file, script.replace("REAL", &format!("'{}'", real.display()))).expect("a script");
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("our own file");
        }
        let made = Command::new("mkfifo").arg(folder.join("gate")).status().expect("`mkfifo` is installed");
        assert!(made.success(), "a gate is made");
        Self { folder: folder.to_owned() }
    }

    /// The search path in which it stands first.
    pub(super) fn path(&self) -> String {
        format!("{}:/usr/bin:/bin", self.folder.display())
    }

    /// From now on, `at` is what happens to this call of `ssh`; they are counted anew.
    pub(super) fn choose(&self, at: At, call: usize) {
        self.forget();
        fs::write(self.folder.join("chosen"), format!("{at:?} {call}")).expect("a file");
    }

    /// Nothing happens any more, and no call was made.
    pub(super) fn forget(&self) {
        // Nothing may have been chosen.
        let _ = fs::remove_file(self.folder.join("chosen"));
        self.notes().iter().for_each(|note| fs::remove_dir_all(note).expect("a folder of ours"));
    }

    pub(super) fn let_go(&self) {
        fs::write(self.folder.join("gate"), "go\n").expect("somebody waits at the gate");
    }

    pub(super) fn was_called(&self, call: usize) -> bool {
        self.folder.join(format!("ssh-{call}")).is_dir()
    }

    /// Program, arguments and environment of each call.
    pub(super) fn calls(&self) -> Vec<(String, Vec<u8>, Vec<u8>)> {
        let read = |note: &PathBuf, what: &str| fs::read(note.join(what)).expect("each call writes it");
        let call = |note: &PathBuf| {
            let name = note.file_name().expect("a name").to_string_lossy().into_owned();
            (name, read(note, "arguments"), read(note, "environment"))
        };
        self.notes().iter().map(call).collect()
    }

    fn notes(&self) -> Vec<PathBuf> {
        let all = fs::read_dir(&self.folder).expect("our folder").flatten().map(|entry| entry.path());
        all.filter(|path| path.is_dir()).collect()
    }
}
