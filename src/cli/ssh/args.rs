//! What can be typed after `ssh`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::ssh::inject::is_user_name;

#[derive(Debug, Args)]
pub(crate) struct SshArgs {
    #[command(subcommand)]
    pub(crate) command: SshCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SshCommand {
    /// Put a public key into a cloud-init document, where its user really gets it
    Inject(InjectArgs),
}

#[derive(Debug, Args)]
pub(crate) struct InjectArgs {
    /// cloud-init document: cloud-config, a MIME message with one, or either in gzip
    pub(crate) file: PathBuf,
    /// Public key: a .pub file, or the base64 of one [default: ssh.public-key of the mapping, from ESC]
    #[arg(long, value_name = "PUB")]
    pub(crate) key: Option<PathBuf>,
    /// User who must be able to log in [default: ssh.user of the mapping, else ubuntu]
    #[arg(long, value_name = "NAME", value_parser = user_name)]
    pub(crate) user: Option<String>,
    /// Default user of the image
    #[arg(long, value_name = "NAME", default_value = "ubuntu", value_parser = user_name)]
    pub(crate) default_user: String,
    /// File to write, which may be the document itself [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Show what would change and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Fill in `${name}` first; `${ssh_public_key}` and `${user}` are known
    #[arg(long)]
    pub(crate) template: bool,
    /// One more variable of the template (can be repeated)
    #[arg(long, value_name = "NAME=VALUE", requires = "template", value_parser = variable)]
    pub(crate) var: Vec<(String, String)>,
}

fn user_name(text: &str) -> Result<String, String> {
    let help = "expected small letters, digits, `-` and `_`, beginning with a letter";
    if is_user_name(text) { Ok(text.to_owned()) } else { Err(help.to_owned()) }
}

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
