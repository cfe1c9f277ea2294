//! The mapping's file, read again at each tick. Only a text that was not seen last time is loaded.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::super::{mapping_file, plan_file, session::now};
use crate::{
    daemon::{account::Said, board::MappingState, keeper::Mappings},
    mapping::{Diagnostics, FileTrouble, Mapping},
};

#[derive(Debug)]
pub(super) struct MappingFile {
    file: PathBuf,
    profile: Option<String>,
    last: Mutex<Option<Judged>>,
}

/// What the text of that digest came to.
#[derive(Clone, Debug)]
struct Judged {
    digest: String,
    came_to: Result<MappingState, Said>,
}

impl MappingFile {
    pub(super) fn new(file: PathBuf, profile: Option<String>) -> Self {
        Self { file, profile, last: Mutex::default() }
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// The mapping as it is now.
    pub(super) fn load(&self) -> Result<Mapping, mapping_file::MappingError> {
        let loaded = mapping_file::diagnose(&self.file, self.profile.as_deref());
        loaded.map(|loaded| loaded.mapping).map_err(|diagnostics| mapping_file::invalid(&self.file, &diagnostics))
    }

    fn text(&self) -> Result<String, Diagnostics> {
        // A pipe without a writer would hold up everything, the answer to `/livez` too.
        if std::fs::metadata(&self.file).is_ok_and(|meta| !meta.is_file() && !meta.is_dir()) {
            return Err(Diagnostics::of_file(FileTrouble::Special));
        }
        let bytes = mapping_file::read(&self.file).map_err(Diagnostics::of_file)?;
        String::from_utf8(bytes).map_err(|error| {
            // Loading says by its name what is wrong with it.
            let loaded = mapping_file::load_text(&self.file, error.as_bytes(), self.profile.as_deref());
            loaded.err().unwrap_or_default()
        })
    }

    fn judge(&self, text: &str, digest: &str) -> Result<MappingState, Said> {
        let loaded = mapping_file::load_text(&self.file, text.as_bytes(), self.profile.as_deref());
        let loaded = loaded.map_err(|diagnostics| self.refused(&diagnostics))?;
        Ok(MappingState {
            file: self.file.display().to_string(),
            digest: digest.to_owned(),
            entries: loaded.mapping.entries.len(),
            loaded: now().0,
            refused: None,
        })
    }

    fn refused(&self, diagnostics: &Diagnostics) -> Said {
        let what = mapping_file::invalid(&self.file, diagnostics).to_string();
        Said { what, help: "mend the file; the mapping that was valid last stays in force until then".to_owned() }
    }
}

impl Mappings for MappingFile {
    fn read(&self) -> Result<(String, MappingState), Said> {
        let text = self.text().map_err(|diagnostics| self.refused(&diagnostics))?;
        let digest = plan_file::digest_of(text.as_bytes(), self.profile.as_deref(), None);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let judged = last.take().filter(|judged| judged.digest == digest).unwrap_or_else(|| {
            let came_to = self.judge(&text, &digest);
            Judged { digest, came_to }
        });
        last.insert(judged).came_to.clone().map(|state| (text, state))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::crypto;

    const VALID: &str = "version: 1\nesc: { environment: acme/default/production }\ngithub: { organization: acme }\n\
                         entries:\n  A: s.a\n";

    #[test]
    fn m13_an_invalid_file_is_told_and_a_mended_one_taken() {
        let folder = std::env::temp_dir().join(format!("esc-sync-mappings-{}", crypto::random_id(6)));
        fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join("m.yaml");
        let mappings = MappingFile::new(file.clone(), None);
        assert!(mappings.read().is_err_and(|said| said.what.contains("no such mapping file")));
        fs::write(&file, VALID).expect("a file");
        let (text, state) = mappings.read().expect("valid");
        assert_eq!((text.as_str(), state.entries), (VALID, 1));
        assert_eq!(mappings.read().expect("the same").1.digest, state.digest);
        for invalid in [&b"version: 1\nentries: 5\n"[..], b"\xFF\xFEv\0"] {
            fs::write(&file, invalid).expect("a file");
            assert!(mappings.read().is_err(), "{invalid:?}");
            assert!(mappings.read().is_err(), "again {invalid:?}");
        }
        // A pipe is told and not waited for.
        fs::remove_file(&file).expect("removed");
        rustix::fs::mknodat(rustix::fs::CWD, &file, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
            .expect("a pipe");
        assert!(mappings.read().is_err_and(|said| said.what.contains("no regular file")));
        fs::remove_file(&file).expect("removed");
        fs::write(&file, VALID.replace("  A:", "  B: s.b\n  A:")).expect("a file");
        let (_, mended) = mappings.read().expect("valid again");
        assert_eq!(mended.entries, 2);
        assert_ne!(mended.digest, state.digest);
        fs::remove_dir_all(folder).expect("removed");
    }
}
