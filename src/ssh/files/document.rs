//! A text that is no key, replaced whole or not at all.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown},
    path::{Path, PathBuf},
};

use crate::crypto;

/// Puts `bytes` in the place of what `path` holds. A link stays one; owner and mode stay what they were,
/// and a new file is its owner's alone.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = match fs::canonicalize(path) {
        Ok(real) => real,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    let temporary = beside(&path);
    let written = write(&temporary, &path, bytes).and_then(|()| fs::rename(&temporary, &path));
    if written.is_err() {
        // What cannot be removed either is named so that a person sees whose it is.
        let _ = fs::remove_file(&temporary);
    }
    written?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn write(temporary: &Path, like: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(temporary)?;
    if let Ok(known) = fs::metadata(like) {
        // Only root may give a file away; whoever may not owns it already, or is refused by the rename.
        let _ = fchown(&file, Some(known.uid()), Some(known.gid()));
        file.set_permissions(fs::Permissions::from_mode(known.mode() & 0o7777))?;
    }
    file.write_all(bytes)?;
    file.sync_all()
}

fn beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".esc-sync-{}", crypto::random_id(6)));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_stays_a_link_and_the_mode_stays() {
        let folder = std::env::temp_dir().join(format!("esc-sync-document-{}", crypto::random_id(6)));
        fs::create_dir(&folder).expect("a folder");
        let (real, link) = (folder.join("real"), folder.join("link"));
        fs::write(&real, "before").expect("written");
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("set");
        std::os::unix::fs::symlink("real", &link).expect("linked");
        replace(&link, b"after").expect("replaced");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(fs::read(&real).expect("there"), b"after");
        assert_eq!(fs::metadata(&real).expect("there").mode() & 0o7777, 0o640);
        assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 2, "nothing is left beside it");
        replace(&folder.join("new"), b"x").expect("made");
        assert_eq!(fs::metadata(folder.join("new")).expect("there").mode() & 0o7777, 0o600);
        fs::remove_dir_all(&folder).expect("removed");
    }
}
