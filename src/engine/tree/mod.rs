//! Walks a source tree and hands each file to `scan`: on all cores, in an order that is always the same.
//!
//! What `.gitignore` leaves out is left out, in a repository or not; hidden files are read,
//! `.git` is not. No link is followed, so nothing outside of the tree is read (failure case
//! X1); only plain files are opened. What cannot be read is told and does not stop the rest.

mod file;

use std::{
    path::{Path, PathBuf},
    sync::mpsc::{Sender, channel},
};

use ignore::{DirEntry, WalkBuilder, WalkState};

use crate::scan::{Leak, Matcher, Settings, Tree, read};
use file::{Content, Reader, Visited};

/// What a walk looks for.
#[derive(Clone, Copy, Debug)]
pub struct Walk<'a> {
    pub settings: &'a Settings,
    /// `None`: values are not looked for.
    pub matcher: Option<&'a Matcher>,
    /// The mapping: it denies values by naming them.
    pub mapping: &'a Path,
}

/// What a tree holds.
#[derive(Debug, Default)]
pub struct Walked {
    pub tree: Tree,
    /// By file, in the order of the places.
    pub leaks: Vec<(String, Leak)>,
    /// Files read as text.
    pub files: u64,
    pub bytes: u64,
    /// Files skipped because they are no text.
    pub binary: u64,
    /// Texts of which only the values were looked for, since they are too large for anything else.
    pub large: Vec<String>,
    /// File or folder, and why it could not be read.
    pub unreadable: Vec<(String, String)>,
}

/// Walks `root`, which may be a file.
pub fn walk(root: &Path, walk: Walk<'_>) -> Walked {
    // A root that is a link itself was named by a person.
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let mapping = walk.mapping.canonicalize().unwrap_or_else(|_| walk.mapping.to_owned());
    let (sender, receiver) = channel();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let walker = WalkBuilder::new(&root)
        .hidden(false)
        .ignore(false)
        .git_global(false)
        .git_exclude(false)
        .require_git(false)
        .follow_links(false)
        .threads(threads)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build_parallel();
    walker.run(|| {
        let mut worker =
            Worker { root: &root, mapping: &mapping, walk, sender: sender.clone(), reader: Reader::default() };
        Box::new(move |entry| {
            worker.visit(entry);
            WalkState::Continue
        })
    });
    drop(sender);
    gathered(receiver.into_iter().collect())
}

/// One thread of the walk.
struct Worker<'a> {
    root: &'a Path,
    mapping: &'a Path,
    walk: Walk<'a>,
    sender: Sender<Visited>,
    reader: Reader,
}

impl Worker<'_> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) {
        let visited = match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => self.file(entry.path()),
            Ok(_) => return,
            Err(error) => self.refused(&error),
        };
        // Whoever gathers outlives every worker.
        let _ = self.sender.send(visited);
    }

    fn file(&mut self, path: &Path) -> Visited {
        let name = shown(self.root, path);
        let Walk { settings, matcher, .. } = self.walk;
        let in_path = matcher.map_or_else(Vec::new, |matcher| Leak::of_path(matcher, &name));
        let with_path = |leaks| in_path.into_iter().chain(leaks).collect();
        match self.reader.read(path, matcher) {
            Err(error) => Visited::Unreadable(name, error.kind().to_string()),
            Ok(Content::Binary) => Visited::Binary { leaks: with_path(Vec::new()), name },
            Ok(Content::Large { bytes, leaks }) => Visited::Large { name, bytes, leaks: with_path(leaks) },
            Ok(Content::Text { text, bytes, leaks }) => {
                let leaks = with_path(leaks);
                let mut read = read(&name, &text, settings);
                if path == self.mapping {
                    read.settings.clear();
                }
                Visited::Text { name, read: Box::new(read), bytes, leaks }
            }
        }
    }

    fn refused(&self, error: &ignore::Error) -> Visited {
        let why = error.io_error().map_or_else(|| "it cannot be walked".to_owned(), |error| error.kind().to_string());
        Visited::Unreadable(shown(self.root, &path_of(error).unwrap_or_default()), why)
    }
}

fn path_of(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

/// Relative to the tree, parted by slashes; the name alone of a tree that is one file.
fn shown(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path);
    if relative.as_os_str().is_empty() {
        return path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    }
    relative.to_string_lossy().into_owned()
}

fn gathered(visited: Vec<Visited>) -> Walked {
    let mut walked = Walked::default();
    for one in visited {
        match one {
            Visited::Binary { name, leaks } => {
                walked.binary += 1;
                walked.told(&name, leaks);
            }
            Visited::Unreadable(name, why) => walked.unreadable.push((name, why)),
            Visited::Large { name, bytes, leaks } => {
                walked.count(bytes, &name, leaks);
                walked.large.push(name);
            }
            Visited::Text { name, read, bytes, leaks } => {
                walked.count(bytes, &name, leaks);
                if read.workflow || !read.references.is_empty() || !read.settings.is_empty() {
                    walked.tree.insert(name, *read);
                }
            }
        }
    }
    walked.unreadable.sort();
    walked.large.sort();
    // Of one file they are in order already.
    walked.leaks.sort_by(|(one, _), (other, _)| one.cmp(other));
    walked
}

impl Walked {
    fn count(&mut self, bytes: u64, name: &str, leaks: Vec<Leak>) {
        self.files += 1;
        self.bytes += bytes;
        self.told(name, leaks);
    }

    fn told(&mut self, name: &str, leaks: Vec<Leak>) {
        self.leaks.extend(leaks.into_iter().map(|leak| (name.to_owned(), leak)));
    }
}
