//! What can be typed after `esc-sync ssh`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::{cli::args::Writing, ssh::inject::is_user_name};

#[derive(Debug, Args)]
pub(crate) struct SshArgs {
    #[command(subcommand)]
    pub(crate) command: SshCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SshCommand {
    /// Replace the machines' key by a new one, with overlap and proof
    Rotate(RotateArgs),
    /// Tell which key is in force where, how old it is, and what to do next
    Status(StatusArgs),
    /// Go on with a rotation that was not ended
    Resume(ResumeArgs),
    /// Take the new key back, as long as it is not in force
    Cancel(DoorArgs),
    /// Take the old key from every machine, once the new one is in force
    Retire(RetireArgs),
    /// Log in to every machine with the key in force, and change nothing
    Verify(VerifyArgs),
    /// Put a public key into a cloud-init document, where its user really gets it
    Inject(InjectArgs),
}

/// How machines are reached.
#[derive(Debug, Args)]
#[command(next_help_heading = "Machines")]
pub(crate) struct ReachArgs {
    /// Leave this machine out, by name (can be repeated)
    #[arg(long, value_name = "MACHINE")]
    pub(crate) exclude: Vec<String>,
    /// Believe the host key of a machine that was never seen, and remember it; one that changed is still refused
    #[arg(long)]
    pub(crate) accept_new_host_keys: bool,
    /// File with the passphrase of the private key, of the old one and the new one
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    /// Show what would be done, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Rotate although no machine is known that the key opens
    #[arg(long)]
    pub(crate) without_machines: bool,
    #[command(flatten)]
    pub(crate) on: ResumeArgs,
}

/// How far to go, and over what. Resuming has no dry run: what it would do was shown when the rotation began.
#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    /// Retire the old key in this run, too, once the new one is in force
    #[arg(long)]
    pub(crate) retire: bool,
    /// The old key is in other hands: no overlap, and the old key is retired in this run
    #[arg(long)]
    pub(crate) compromised: bool,
    /// Replace GitHub's value of this entry although somebody else changed it (can be repeated)
    #[arg(long, value_name = "NAME")]
    pub(crate) overwrite: Vec<String>,
    #[command(flatten)]
    pub(crate) door: DoorArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DoorArgs {
    #[command(flatten)]
    pub(crate) reach: ReachArgs,
    #[command(flatten)]
    pub(crate) writing: Writing,
}

#[derive(Debug, Args)]
pub(crate) struct RetireArgs {
    /// Do not wait for the overlap to end
    #[arg(long)]
    pub(crate) now: bool,
    #[command(flatten)]
    pub(crate) door: DoorArgs,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) reach: ReachArgs,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {}

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
