//! The local files of a draft: those that were named, else those in the usual places.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::InitArgs;
use crate::{
    cli::{Failure, failure::reason},
    documents::Header,
    draft::{Sources, Workflow, older, template, workflows},
};

const USUAL_JSON: &[&str] = &["secret_mappings.json", "infrastructure/esc/secret_mappings.json"];
const USUAL_TEMPLATES: &[&str] = &[".env.template", ".env.example"];
const USUAL_WORKFLOWS: &str = ".github/workflows";
/// Larger than any such file.
const MOST_BYTES: u64 = 16 << 20;

/// Reads them all. A file that was named and cannot be read ends the run.
pub(super) fn read(args: &InitArgs) -> Result<Sources, Failure> {
    let mut sources = Sources::default();
    let around = args.from_json.is_empty() && args.from_env.is_empty() && args.from_workflows.is_none();
    let named = |files: &[PathBuf], usual: &[&str]| -> Vec<PathBuf> {
        let found = usual.iter().map(PathBuf::from).filter(|file| around && file.is_file());
        files.iter().cloned().chain(found).collect()
    };
    for file in named(&args.from_json, USUAL_JSON) {
        let pairs = older::read(&bytes(&file)?).ok_or_else(|| {
            Failure::usage(format!("{} is not JSON", file.display()), "name an older mapping with names and ESC paths")
        })?;
        sources.older.extend(pairs);
    }
    for file in named(&args.from_env, USUAL_TEMPLATES) {
        sources.templates.extend(template::names(&text(&file)?));
    }
    let folder = args.from_workflows.clone().or_else(|| {
        let usual = PathBuf::from(USUAL_WORKFLOWS);
        (around && usual.is_dir()).then_some(usual)
    });
    for file in folder.map(|folder| workflow_files(&folder)).transpose()?.unwrap_or_default() {
        sources.workflows.push(workflow(&file)?);
    }
    Ok(sources)
}

fn workflow(file: &Path) -> Result<Workflow, Failure> {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let text = text(file)?;
    // What our own workflows need is in no mapping.
    let references = if Header::of(&text).is_some() { Vec::new() } else { workflows::references(&text) };
    Ok(Workflow { deploys: workflows::deploys(&name), references, file: name })
}

fn workflow_files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let listing = folder.read_dir().map_err(|error| unreadable(folder, &error))?;
    let is_workflow = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "yml" || ending == "yaml");
    let mut files: Vec<_> = listing.flatten().map(|entry| entry.path()).filter(is_workflow).collect();
    files.sort();
    Ok(files)
}

/// Names are ASCII, so that a file in another encoding loses nothing that matters.
fn text(file: &Path) -> Result<String, Failure> {
    Ok(String::from_utf8_lossy(&bytes(file)?).into_owned())
}

fn bytes(file: &Path) -> Result<Vec<u8>, Failure> {
    let size = fs::metadata(file).map_err(|error| unreadable(file, &error))?.len();
    if size > MOST_BYTES {
        return Err(Failure::usage(format!("{} is larger than 16 MiB", file.display()), "name another file"));
    }
    fs::read(file).map_err(|error| unreadable(file, &error))
}

fn unreadable(file: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("cannot read {}: {}", file.display(), reason(error)), "check its name and its rights")
}
