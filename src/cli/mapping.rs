//! `mapping`: work on mapping files; no store is asked.

use std::path::Path;

use serde_json::{Value, json};

use crate::{
    http::printable,
    mapping::{Changes, Diagnostic, Diagnostics, canonical, changes, json_schema},
    report::Format,
};

use super::{
    Failure,
    args::{Global, MappingArgs, MappingCommand},
    exit::Exit,
    failure::reason,
    mapping_file, output, terminal,
};

pub(crate) fn run(global: &Global, args: &MappingArgs) -> Result<Exit, Failure> {
    match &args.command {
        MappingCommand::Lint { file } => {
            let file = mapping_file::choose(file.as_deref().or(global.mapping.as_deref()))?;
            match global.format {
                Format::Json => lint_json(&file, global.profile.as_deref()),
                _ => lint(&file, global.profile.as_deref()),
            }
        }
        MappingCommand::Fmt { file, check } => {
            let file = mapping_file::choose(file.as_deref().or(global.mapping.as_deref()))?;
            format(&file, *check)
        }
        MappingCommand::Schema => say(&format!("{:#}\n", json_schema())),
    }
}

fn lint(file: &Path, profile: Option<&str>) -> Result<Exit, Failure> {
    let loaded = mapping_file::open_file(file, profile)?;
    let (entries, warnings) = (loaded.mapping.entries.len(), loaded.warnings.len());
    say(&format!("{}: {entries} entries, no errors, {warnings} warnings\n", shown(file)))
}

fn lint_json(file: &Path, profile: Option<&str>) -> Result<Exit, Failure> {
    let (entries, Diagnostics { list, omitted }) = match mapping_file::diagnose(file, profile) {
        Ok(loaded) => (loaded.mapping.entries.len(), Diagnostics { list: loaded.warnings, omitted: 0 }),
        Err(diagnostics) => (0, diagnostics),
    };
    let failed = list.iter().any(|diagnostic| diagnostic.severity == crate::model::Severity::Error);
    let told = json!({
        "schema": "esc-sync/lint/v1",
        "file": file.to_string_lossy(),
        "entries": entries,
        "diagnostics": list.iter().map(described).collect::<Vec<_>>(),
        "omitted": omitted,
    });
    say(&format!("{told:#}\n"))?;
    Ok(if failed { Exit::Usage } else { Exit::Pass })
}

/// As the text has it, without the line itself.
fn described(diagnostic: &Diagnostic) -> Value {
    json!({
        "severity": diagnostic.severity.as_str(),
        "code": diagnostic.code,
        "line": diagnostic.at.map(|at| at.line),
        "column": diagnostic.at.map(|at| at.column),
        "message": diagnostic.message,
        "help": diagnostic.help,
    })
}

/// Writes the mapping in its one form, or only tells whether it is.
fn format(file: &Path, check: bool) -> Result<Exit, Failure> {
    // Its errors are worth more than the word that there are some.
    mapping_file::diagnose(file, None).map_err(|diagnostics| mapping_file::invalid(file, &diagnostics))?;
    let before =
        mapping_file::read(file).map_err(|trouble| mapping_file::invalid(file, &Diagnostics::of_file(trouble)))?;
    let after = canonical(&before).map_err(|why| {
        let message = format!("{} is left as it is: {why}", shown(file));
        Failure::new(Exit::Refused, message, "change that by hand, and run again; `mapping lint` says whether it loads")
    })?;
    if after.as_bytes() == before {
        return say(&format!("{}: in its form\n", shown(file)));
    }
    if check {
        let Changes { first, lines } = changes(&String::from_utf8_lossy(&before), &after);
        let what = if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") };
        let file = shown(file);
        say(&format!("{file}:{first}: not in its form: {what} would change; run `esc-sync mapping fmt`\n"))?;
        return Ok(Exit::Findings);
    }
    output::replace_keeping_mode(file, after.as_bytes()).map_err(|error| {
        let message = format!("cannot write {}: {}", shown(file), reason(&error));
        Failure::new(Exit::Unwritten, message, "see to the rights and the space of its folder, and run again")
    })?;
    say(&format!("{}: written\n", shown(file)))
}

fn shown(file: &Path) -> String {
    printable(&file.to_string_lossy(), usize::MAX)
}

fn say(text: &str) -> Result<Exit, Failure> {
    terminal::print(text.as_bytes()).map_err(Failure::from_io)?;
    Ok(Exit::Pass)
}
