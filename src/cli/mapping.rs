//! `mapping`: work on mapping files; no store is asked.

use crate::{http::printable, mapping::json_schema};

use super::{
    Failure,
    args::{Global, MappingArgs, MappingCommand},
    exit::Exit,
    mapping_file, terminal,
};

pub(crate) fn run(global: &Global, args: &MappingArgs) -> Result<Exit, Failure> {
    match &args.command {
        MappingCommand::Lint { file } => {
            let file = mapping_file::choose(file.as_deref().or(global.mapping.as_deref()))?;
            let loaded = mapping_file::open_file(&file, global.profile.as_deref())?;
            let shown = printable(&file.to_string_lossy(), usize::MAX);
            let (entries, warnings) = (loaded.mapping.entries.len(), loaded.warnings.len());
            say(&format!("{}: {entries} entries, no errors, {warnings} warnings\n", shown))
        }
        MappingCommand::Schema => say(&format!("{:#}\n", json_schema())),
    }
}

fn say(text: &str) -> Result<Exit, Failure> {
    terminal::print(text.as_bytes()).map_err(Failure::from_io)?;
    Ok(Exit::Pass)
}
