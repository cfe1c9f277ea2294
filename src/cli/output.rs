//! Where reports go: standard output in one format, files in any number of others.
//!
//! Files are proved writable before any store is asked, so that a typing error in
//! `--report` costs no request and loses no result.

use std::{
    fs::{File, OpenOptions, Permissions},
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use crate::report::{Format, Report, Style, render};

use super::{
    Failure,
    args::{Global, ReportTarget},
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
    /// Beside the target, and moved over it when whole.
    Replace { temporary: PathBuf, handle: File },
}

/// Opens every `--report` file.
pub(crate) fn open(global: &Global) -> Result<Targets, Failure> {
    let color = terminal::wants_color(global.color, terminal::stdout_is_terminal());
    let style = Style { width: terminal::width(), color, verbose: global.verbose };
    let files = global.report.iter().map(open_target).collect::<Result<_, _>>()?;
    Ok(Targets { stdout: global.format, style, files })
}

fn open_target(target: &ReportTarget) -> Result<Target, Failure> {
    let ReportTarget { format, file } = target;
    let sink = sink(file).map_err(|error| {
        let why = if error.kind() == io::ErrorKind::IsADirectory {
            "it is a directory".into()
        } else {
            error.kind().to_string()
        };
        Failure::usage(
            format!("cannot write the report {}: {why}", file.display()),
            "name a file in a folder that exists and that you may write to",
        )
    })?;
    Ok(Target { format: *format, file: file.clone(), sink })
}

fn sink(file: &Path) -> io::Result<Sink> {
    // A step's summary is added to by every tool of the step (GitHub docs, workflow commands).
    let is_summary = std::env::var_os("GITHUB_STEP_SUMMARY").is_some_and(|summary| Path::new(&summary) == file);
    match file.metadata() {
        Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(metadata) if is_summary || !metadata.is_file() => {
            Ok(Sink::Direct(OpenOptions::new().append(true).open(file)?))
        }
        _ if is_summary => Ok(Sink::Direct(OpenOptions::new().append(true).create(true).open(file)?)),
        _ => {
            let mut temporary = file.as_os_str().to_owned();
            temporary.push(format!(".{}.part", std::process::id()));
            let temporary = PathBuf::from(temporary);
            let handle = OpenOptions::new().write(true).create_new(true).open(&temporary)?;
            Ok(Sink::Replace { temporary, handle })
        }
    }
}

impl Targets {
    /// Writes the report everywhere; the first target that fails is reported, the others are still written.
    pub(crate) fn write(self, report: &Report) -> Result<(), Failure> {
        let plain = Style { color: false, width: 120, ..self.style };
        let mut failed = None;
        for mut target in self.files {
            if let Err(error) = target.write(report, &plain) {
                let why = format!("cannot write the report {}: {}", target.file.display(), error.kind());
                let help = "see to the space and the rights of its folder, and run again";
                failed.get_or_insert(Failure::unknown(why, help));
            }
        }
        let mut bytes = Vec::new();
        render(self.stdout, report, &self.style, &mut bytes).map_err(Failure::from_io)?;
        terminal::print(&bytes).map_err(Failure::from_io)?;
        failed.map_or(Ok(()), Err)
    }
}

impl Target {
    fn write(&mut self, report: &Report, style: &Style) -> io::Result<()> {
        let mut bytes = Vec::new();
        render(self.format, report, style, &mut bytes)?;
        match &mut self.sink {
            Sink::Direct(handle) => handle.write_all(&bytes),
            Sink::Replace { temporary, handle } => {
                handle.write_all(&bytes)?;
                // A report holds no secret, and the step that uploads it may be another user.
                handle.set_permissions(Permissions::from_mode(0o644))?;
                std::fs::rename(&*temporary, &self.file)
            }
        }
    }
}

impl Drop for Target {
    /// An interrupted run leaves no half report behind.
    fn drop(&mut self) {
        if let Sink::Replace { temporary, .. } = &self.sink {
            let _ = std::fs::remove_file(temporary);
        }
    }
}
