//! Which mapping is meant, and reading it: everything about mappings that needs files.

use std::{
    fmt,
    fs::File,
    io::{ErrorKind, Read as _},
    path::{Path, PathBuf},
};

use crate::mapping::{Diagnostics, FileTrouble, LoadOptions, Loaded, MAX_BYTES, load};

use super::{args::Global, terminal};

/// A mapping could not be chosen, read or understood.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MappingError {
    /// Already rendered: one block for each error, in the order of the file.
    #[error("{rendered}\n{count} in {file}; no store was asked")]
    Invalid { file: String, rendered: String, count: Count },
    #[error("no mapping: there is no esc-sync.yaml here and no file in mappings/")]
    None,
    #[error("several mappings: {}", names.join(", "))]
    Several { names: Vec<String> },
}

/// A number of errors, in words.
#[derive(Debug)]
pub(crate) struct Count(usize);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0 == 1 { "" } else { "s" };
        write!(f, "{} error{plural}", self.0)
    }
}

impl MappingError {
    pub(crate) fn help(&self) -> Option<&str> {
        match self {
            Self::Invalid { .. } => None,
            Self::None => Some("name one with --mapping FILE or ESC_SYNC_MAPPING"),
            Self::Several { .. } => Some("choose one with --mapping FILE or ESC_SYNC_MAPPING"),
        }
    }
}

/// The file that `--mapping`, the environment or the working directory names.
pub(crate) fn choose(named: Option<&Path>) -> Result<PathBuf, MappingError> {
    if let Some(file) = named {
        return Ok(file.to_owned());
    }
    let usual = PathBuf::from("esc-sync.yaml");
    if usual.exists() {
        return Ok(usual);
    }
    let mut files = candidates(Path::new("mappings"));
    match files.len() {
        0 => Err(MappingError::None),
        1 => Ok(files.remove(0)),
        _ => Err(MappingError::Several { names: files.iter().map(|file| file.display().to_string()).collect() }),
    }
}

fn candidates(folder: &Path) -> Vec<PathBuf> {
    let Ok(listing) = folder.read_dir() else { return Vec::new() };
    let is_mapping = |file: &PathBuf| {
        file.extension().is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|known| extension == *known))
    };
    let mut files: Vec<_> = listing.flatten().map(|entry| entry.path()).filter(is_mapping).collect();
    files.sort();
    files
}

/// Chooses, reads and loads the mapping, and prints its warnings.
pub(crate) fn open(global: &Global) -> Result<Loaded, MappingError> {
    open_file(&choose(global.mapping.as_deref())?, global.profile.as_deref())
}

pub(crate) fn open_file(file: &Path, profile: Option<&str>) -> Result<Loaded, MappingError> {
    let loaded = diagnose(file, profile).map_err(|diagnostics| invalid(file, &diagnostics))?;
    for warning in &loaded.warnings {
        terminal::say(warning.render(&file.display().to_string()).trim_end());
    }
    Ok(loaded)
}

/// Reads and loads a mapping, or says all that is wrong with it.
pub(crate) fn diagnose(file: &Path, profile: Option<&str>) -> Result<Loaded, Diagnostics> {
    let text = read(file).map_err(Diagnostics::of_file)?;
    load_text(file, &text, profile)
}

/// Loads a text that the file has, or had.
pub(crate) fn load_text(file: &Path, text: &[u8], profile: Option<&str>) -> Result<Loaded, Diagnostics> {
    load(&file.display().to_string(), text, &LoadOptions { profile: profile.map(str::to_owned) })
}

/// What is wrong with a file, as it is told.
pub(crate) fn invalid(file: &Path, diagnostics: &Diagnostics) -> MappingError {
    let name = file.display().to_string();
    MappingError::Invalid {
        rendered: diagnostics.render(&name).trim_end().to_owned(),
        count: Count(diagnostics.errors().count() + diagnostics.omitted),
        file: name,
    }
}

pub(crate) fn read(file: &Path) -> Result<Vec<u8>, FileTrouble> {
    let trouble = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => FileTrouble::Missing,
        ErrorKind::IsADirectory => FileTrouble::Directory,
        _ => FileTrouble::Unreadable,
    };
    let limit = MAX_BYTES;
    let mut bytes = Vec::new();
    File::open(file).map_err(trouble)?.take(limit + 1).read_to_end(&mut bytes).map_err(trouble)?;
    if bytes.len() as u64 > limit { Err(FileTrouble::TooLarge) } else { Ok(bytes) }
}
