//! Where reports go: standard output in one format, files in any number of others.
//!
//! Files are proved writable before any store is asked, so that a typing error in
//! `--report` costs no request and loses no result.

use std::{
    fs::{File, OpenOptions, Permissions},
    io::{self, Write as _},
    os::{fd::AsFd as _, unix::fs::PermissionsExt as _},
    path::{Path, PathBuf},
};

use crate::{
    crypto,
    report::{Format, Report, Style, render},
};

use super::{
    Failure,
    args::{Global, ReportTarget},
    failure::reason,
    terminal,
};

/// The open targets of one run.
#[derive(Debug)]
pub(crate) struct Targets {
    stdout: Format,
    style: Style,
    files: Vec<Target>,
}

#[derive(Debug)]
struct Target {
    format: Format,
    file: PathBuf,
    sink: Sink,
}

#[derive(Debug)]
enum Sink {
    /// A step summary, a pipe or a device: written to as it is.
    Direct(File),
    /// Written beside the target, and moved over it when whole.
    Replace { file: PathBuf },
}

/// A file that a command makes besides its reports.
#[derive(Debug)]
pub(crate) struct OwnFile(Sink);

/// How text is set on standard error, where a person is asked.
pub(crate) fn conversation(global: &Global) -> Style {
    let color = terminal::wants_color(global.color, terminal::stderr_is_terminal());
    Style { width: terminal::width(), color, verbose: global.verbose }
}

/// Opens every `--report` file. `mapping` is the one file that must not be among them.
pub(crate) fn open(global: &Global, mapping: &Path) -> Result<Targets, Failure> {
    let color = terminal::wants_color(global.color, terminal::stdout_is_terminal());
    let style = Style { width: terminal::width(), color, verbose: global.verbose };
    refuse_shared(&global.report, mapping)?;
    let files = global.report.iter().map(open_target).collect::<Result<_, _>>()?;
    Ok(Targets { stdout: global.format, style, files })
}

/// Two reports in one file would leave one of them, and the mapping is not ours to replace.
fn refuse_shared(targets: &[ReportTarget], mapping: &Path) -> Result<(), Failure> {
    let mut taken = vec![whole(mapping)];
    for ReportTarget { file, .. } in targets {
        if let Some(what) = claim(file, &mut taken) {
            let message = format!("cannot write the report {}: {what}", file.display());
            return Err(Failure::usage(message, "give each --report a file of its own"));
        }
    }
    Ok(())
}

/// Why a file cannot be written beside those that are taken, of which the first is the mapping.
fn claim(file: &Path, taken: &mut Vec<PathBuf>) -> Option<&'static str> {
    let path = whole(file);
    let is_file = file.metadata().map_or(true, |metadata| metadata.is_file());
    let is_taken = is_file && taken.contains(&path);
    let what = if taken.first() == Some(&path) { "it is the mapping" } else { "another report goes there" };
    taken.push(path);
    is_taken.then_some(what)
}

fn whole(file: &Path) -> PathBuf {
    file.canonicalize().or_else(|_| std::path::absolute(file)).unwrap_or_else(|_| file.into())
}

/// Proves a file writable that a command makes besides its reports. It may be none of them, nor the mapping.
pub(crate) fn open_own(file: &Path, global: &Global, mapping: &Path) -> Result<OwnFile, String> {
    let mut taken = vec![whole(mapping)];
    taken.extend(global.report.iter().map(|target| whole(&target.file)));
    match claim(file, &mut taken) {
        Some(what) => Err(what.to_owned()),
        None => sink(file).map(OwnFile).map_err(|error| unwritable(&error)),
    }
}

fn unwritable(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::IsADirectory { "it is a directory".to_owned() } else { reason(error) }
}

fn open_target(target: &ReportTarget) -> Result<Target, Failure> {
    let ReportTarget { format, file } = target;
    let sink = sink(file).map_err(|error| {
        Failure::usage(
            format!("cannot write the report {}: {}", file.display(), unwritable(&error)),
            "name a file in a folder that exists and that you may write to",
        )
    })?;
    Ok(Target { format: *format, file: file.clone(), sink })
}

fn sink(file: &Path) -> io::Result<Sink> {
    // Opened anew, a redirected stream would be written from its start.
    match file.to_str() {
        Some("/dev/stdout") => return Ok(Sink::Direct(io::stdout().as_fd().try_clone_to_owned()?.into())),
        Some("/dev/stderr") => return Ok(Sink::Direct(io::stderr().as_fd().try_clone_to_owned()?.into())),
        _ => {}
    }
    // A step's summary is added to by every tool of the step (GitHub docs, workflow commands).
    let is_summary = std::env::var_os("GITHUB_STEP_SUMMARY").is_some_and(|summary| Path::new(&summary) == file);
    let is_stream = ["/dev", "/proc"].iter().any(|folder| file.starts_with(folder));
    match file.metadata() {
        Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(metadata) if is_summary || is_stream || !metadata.is_file() => {
            Ok(Sink::Direct(OpenOptions::new().append(true).open(file)?))
        }
        _ if is_summary => Ok(Sink::Direct(OpenOptions::new().append(true).create(true).open(file)?)),
        // A link stays one: what it points to is replaced.
        _ => prove(file.canonicalize().unwrap_or_else(|_| file.to_owned())),
    }
}

/// Shows that a file can be made beside `file`, and leaves none: whatever kills the run finds no half report.
fn prove(file: PathBuf) -> io::Result<Sink> {
    let (temporary, handle) = beside(&file)?;
    drop(handle);
    std::fs::remove_file(temporary)?;
    Ok(Sink::Replace { file })
}

/// A new file beside `file`. A number of the process would not do: in a container each run has the same.
fn beside(file: &Path) -> io::Result<(PathBuf, File)> {
    let mut temporary = file.as_os_str().to_owned();
    temporary.push(format!(".{}.part", crypto::random_id(8)));
    let temporary = PathBuf::from(temporary);
    let handle = OpenOptions::new().write(true).create_new(true).open(&temporary)?;
    Ok((temporary, handle))
}

impl Targets {
    /// Writes the report everywhere; the first target that fails is reported, the others are still written.
    pub(crate) fn write(self, report: &Report) -> Result<(), Failure> {
        let plain = Style { color: false, width: 120, ..self.style };
        let mut failed = None;
        for mut target in self.files {
            if let Err(error) = target.write(report, &plain) {
                // The stores were asked by now, so this is no usage error any more.
                let why = format!("cannot write the report {}: {}", target.file.display(), reason(&error));
                let help = "see to the space and the rights of its folder, and run again";
                failed.get_or_insert(Failure::unknown(why, help));
            }
        }
        terminal::stream(|out| render(self.stdout, report, &self.style, out)).map_err(Failure::from_io)?;
        failed.map_or(Ok(()), Err)
    }
}

impl OwnFile {
    /// Whole or not at all where it is a plain file, and for its owner alone.
    pub(crate) fn write(self, bytes: &[u8]) -> io::Result<()> {
        match self.0 {
            Sink::Direct(mut handle) => handle.write_all(bytes),
            Sink::Replace { file } => replace_by(&file, 0o600, |handle| handle.write_all(bytes)),
        }
    }
}

impl Target {
    fn write(&mut self, report: &Report, style: &Style) -> io::Result<()> {
        match &mut self.sink {
            Sink::Direct(handle) => stream(handle, self.format, report, style),
            Sink::Replace { file } => replace(file, self.format, report, style),
        }
    }
}

fn stream(handle: &mut File, format: Format, report: &Report, style: &Style) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, handle);
    render(format, report, style, &mut out)?;
    out.flush()
}

fn replace(file: &Path, format: Format, report: &Report, style: &Style) -> io::Result<()> {
    // A report holds no secret, and the step that uploads it may be another user.
    replace_by(file, 0o644, |handle| stream(handle, format, report, style))
}

/// Replaces a file of a person's own whole: its rights stay; a new one is for its owner alone.
pub(crate) fn replace_keeping_mode(file: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link stays one: what it points to is replaced.
    let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let mode = match file.metadata() {
        Ok(metadata) if !metadata.is_file() => return OpenOptions::new().write(true).open(&file)?.write_all(bytes),
        Ok(metadata) => metadata.permissions().mode() & 0o7777,
        Err(_) => 0o600,
    };
    replace_by(&file, mode, |handle| handle.write_all(bytes).and_then(|()| handle.sync_all()))
}

/// Replaces or makes a file that everybody may read, whole. A link stays one: what it points to is replaced.
pub(crate) fn replace_shared(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    replace_by(&file, 0o644, |handle| handle.write_all(bytes).and_then(|()| handle.sync_all()))
}

/// Writes a file that is not there yet, whole or not at all; one that is there stays as it is.
pub(crate) fn create_whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let (temporary, mut handle) = beside(file)?;
    // A link, unlike a rename, does not take the place of what is there.
    let written =
        handle.write_all(bytes).and_then(|()| handle.sync_all()).and_then(|()| std::fs::hard_link(&temporary, file));
    let _ = std::fs::remove_file(&temporary);
    written
}

fn replace_by(file: &Path, mode: u32, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let (temporary, mut handle) = beside(file)?;
    let written = write(&mut handle)
        .and_then(|()| handle.set_permissions(Permissions::from_mode(mode)))
        .and_then(|()| std::fs::rename(&temporary, file));
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    written
}
