//! What can be typed. What it means is decided in the command's own file.

use std::{path::PathBuf, time::Duration};

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, builder::NonEmptyStringValueParser};

use crate::{
    engine::Partition,
    model::{Evidence, Severity, Tier},
    report::Format,
};

use super::environment::Variables;

/// Check and synchronize secrets between Pulumi ESC and GitHub
#[derive(Debug, Parser)]
#[command(name = "esc-sync", version, disable_help_subcommand = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tell whether every secret is there, real, well-formed, equal on both sides and visible
    Check(LookArgs),
    /// Ask the services themselves whether the credentials work
    Probe(ProbeArgs),
    /// Show what sync would do, and write nothing
    Plan(PlanArgs),
    /// Bring ESC and GitHub to agree, as far as nothing is lost by it
    Sync(SyncArgs),
    /// Record, inside Actions, what GitHub holds, so that a check elsewhere can compare
    Attest(AttestArgs),
    /// Put back what a run replaced, as far as ESC's revisions still have it
    Rollback(RollbackArgs),
    /// Show the audit log, verified
    History(HistoryArgs),
    /// Rotate the machines' SSH key, and look after it
    Ssh(super::ssh::args::SshArgs),
    /// Tell whether a command could do its work from here: network, logins, rights, state
    Doctor(DoctorArgs),
    /// Explain a rule, a status, an exit code, a probe, or all that is known of an entry
    Explain(ExplainArgs),
    /// Tell what a source tree refers to that is not there, contradicts, or leaks
    Scan(ScanArgs),
    /// Pass standard input on, with a mark in the place of every known value
    Redact(super::redact::RedactArgs),
    /// Draft a mapping from what exists: ESC, GitHub, an older mapping, templates, workflows
    Init(super::init::InitArgs),
    /// Generate from the mapping what must exist, a .env template and workflows
    Docs(super::docs::DocsArgs),
    /// Work on mapping files
    Mapping(MappingArgs),
    /// Check and sync on a clock, with health, metrics and a page
    Serve(super::serve::args::ServeArgs),
    /// Serve the emulator of ESC and GitHub on loopback
    Sandbox(SandboxArgs),
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// Mapping file [env: ESC_SYNC_MAPPING] [default: esc-sync.yaml, else the only file in mappings/]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    /// Profile of the mapping to apply [env: ESC_SYNC_PROFILE]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// How to write the result to standard output: text, json, markdown, junit, sarif, github or gate
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text", value_parser = format_word)]
    pub(crate) format: Format,
    /// Write the result to a file as well (can be repeated)
    #[arg(long, global = true, value_name = "FORMAT=FILE", value_parser = report_target)]
    pub(crate) report: Vec<ReportTarget>,
    /// Only entries whose name or alias matches (can be repeated)
    #[arg(long, global = true, value_name = "GLOB")]
    pub(crate) only: Vec<String>,
    /// Only entries of this service (can be repeated)
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) service: Vec<String>,
    /// Only entries of this tier: critical, important or optional (can be repeated)
    #[arg(long, global = true, value_name = "LEVEL", value_parser = tier_word)]
    pub(crate) tier: Vec<Tier>,
    /// Time for one request, whole body and retries included
    #[arg(long, global = true, value_name = "DUR", default_value = "30s", value_parser = duration)]
    pub(crate) timeout: Duration,
    /// Time a run waits in all for a store that asks for a pause
    #[arg(long, global = true, value_name = "DUR", default_value = "90s", value_parser = duration)]
    pub(crate) max_wait: Duration,
    /// Run against the embedded emulator, its state kept in DIR
    #[arg(long, global = true, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = KEPT_FOLDER)]
    pub(crate) sandbox: Option<PathBuf>,
    /// Where runs remember each other: file:, esc:, postgres:, s3:, gs: or azblob: [env: ESC_SYNC_STATE]
    #[arg(long, global = true, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) state: Option<String>,
    /// Look after one part of a fleet: the scopes that fall to worker K of N; auto in an indexed job
    #[arg(long, global = true, value_name = "K/N", value_parser = super::share::partition)]
    pub(crate) partition: Option<Partition>,
    /// Send no request
    #[arg(long, global = true)]
    pub(crate) offline: bool,
    /// Say more (can be repeated)
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// When to colour the text
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorChoice,
    #[command(flatten)]
    pub(crate) addresses: Addresses,
    /// Where everything else is looked up that can be set from outside.
    #[arg(skip)]
    pub(crate) variables: Variables,
}

impl Global {
    /// Takes from the environment what was not typed. An empty variable counts as not set,
    /// as CI systems pass unset values; an empty argument does not.
    pub(crate) fn with_environment(mut self) -> Self {
        let set = &self.variables;
        self.mapping = self.mapping.or_else(|| set.var_os("ESC_SYNC_MAPPING").map(PathBuf::from));
        self.profile = self.profile.or_else(|| set.var("ESC_SYNC_PROFILE"));
        self.state = self.state.or_else(|| set.var("ESC_SYNC_STATE"));
        self
    }
}

/// Where the stores are and who we are there; each wins over its environment variable.
#[derive(Debug, Args)]
#[command(next_help_heading = "Stores")]
pub(crate) struct Addresses {
    /// Pulumi Cloud address [env: PULUMI_BACKEND_URL]
    #[arg(long, global = true, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) pulumi_backend_url: Option<String>,
    /// GitHub API address [env: GITHUB_API_URL]
    #[arg(long, global = true, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) github_api_url: Option<String>,
    /// GitHub App to log in as [env: GITHUB_APP_ID]
    #[arg(long, global = true, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) github_app_id: Option<String>,
    /// Installation of the GitHub App [env: GITHUB_APP_INSTALLATION_ID]
    #[arg(long, global = true, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) github_app_installation_id: Option<String>,
    /// Private key file of the GitHub App [env: GITHUB_APP_PRIVATE_KEY_FILE]
    #[arg(long, global = true, value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) github_app_private_key_file: Option<String>,
    /// Lambda Cloud API address [env: LAMBDA_API_URL]
    #[arg(long, global = true, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) lambda_api_url: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct LookArgs {
    /// Ask the services whether the credentials work, and the endpoints whether they are healthy
    #[arg(long)]
    pub(crate) live: bool,
    #[command(flatten)]
    pub(crate) judging: CheckArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ProbeArgs {
    /// Ask the health endpoints of the mapping as well
    #[arg(long)]
    pub(crate) endpoints: bool,
    /// Fail from this severity on: note, warning or error
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = severity_word)]
    pub(crate) fail_on: Severity,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Judging")]
pub(crate) struct CheckArgs {
    /// Fail from this severity on: note, warning or error
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = severity_word)]
    pub(crate) fail_on: Severity,
    /// Let no weaker evidence pass: presence, attested or value; below it, unverified is an error
    #[arg(long, value_name = "EVIDENCE", default_value = "presence", value_parser = evidence_word)]
    pub(crate) require_evidence: Evidence,
}

/// What `plan` and `sync` have in common.
#[derive(Debug, Args)]
#[command(next_help_heading = "Choices")]
pub(crate) struct Choices {
    /// Take every value from this side: esc or github [default: each entry's direction]
    #[arg(long, value_name = "STORE", value_parser = ["esc", "github"])]
    pub(crate) from: Option<String>,
    /// Let ESC's value win for this entry, whatever GitHub holds (can be repeated)
    #[arg(long, value_name = "NAME")]
    pub(crate) overwrite: Vec<String>,
    /// Let GitHub's value win for this entry, where it can be read (can be repeated)
    #[arg(long, value_name = "NAME")]
    pub(crate) take: Vec<String>,
    /// Delete this name from GitHub, if we wrote it and no entry speaks of it any more (can be repeated)
    #[arg(long, value_name = "NAME")]
    pub(crate) prune: Vec<String>,
    /// Refuse a plan of more writes than this
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) max_changes: usize,
    #[command(flatten)]
    pub(crate) judging: CheckArgs,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// Keep the plan, for `sync --plan FILE`; it holds names and fingerprints only
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) choices: Choices,
}

#[derive(Debug, Args)]
pub(crate) struct SyncArgs {
    /// Apply exactly this kept plan, or nothing if what it rests on has moved since; @proposed: what serve proposed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from", "overwrite", "take", "prune"])]
    pub(crate) plan: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) choices: Choices,
    #[command(flatten)]
    pub(crate) writing: Writing,
}

/// What every command that writes remotely has in common.
#[derive(Debug, Args)]
#[command(next_help_heading = "Writing")]
pub(crate) struct Writing {
    /// Do not ask before writing
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Wait this long for another run to end
    #[arg(long, value_name = "DUR", default_value = "30s", value_parser = duration)]
    pub(crate) lock_wait: Duration,
    /// Make so many writes to GitHub without a wait before the pace begins
    #[arg(long, value_name = "N", default_value_t = 180)]
    pub(crate) write_burst: u32,
    /// Make so many writes to GitHub a minute after that
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) write_pace: u32,
    /// Make no more writes to GitHub an hour
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub(crate) write_cap: u32,
    /// Set aside state that is damaged or of somebody else, and begin anew: nothing is known then
    #[arg(long)]
    pub(crate) rebuild_state: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AttestArgs {
    #[command(flatten)]
    pub(crate) judging: CheckArgs,
    #[command(flatten)]
    pub(crate) writing: Writing,
}

#[derive(Debug, Args)]
pub(crate) struct RollbackArgs {
    /// Run to put back, as `history` and every report name it
    pub(crate) run: String,
    #[command(flatten)]
    pub(crate) writing: Writing,
}

#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// Show this run alone
    #[arg(long, value_name = "RUN")]
    pub(crate) run: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Command to look after: check, probe, plan, sync, scan, redact, …, or ssh with one of its own [default: check]
    #[arg(value_name = "COMMAND", num_args = 0..=2)]
    pub(crate) command: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Word, number or name [default: list what can be explained]
    pub(crate) what: Option<String>,
}

impl Default for CheckArgs {
    fn default() -> Self {
        Self { fail_on: Severity::Error, require_evidence: Evidence::Presence }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    /// Folder or file to scan
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
    /// Look for references and fixed values alone, so that no value is read
    #[arg(long)]
    pub(crate) no_values: bool,
    /// Fail from this severity on: note, warning or error
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = severity_word)]
    pub(crate) fail_on: Severity,
}

#[derive(Debug, Args)]
pub(crate) struct MappingArgs {
    #[command(subcommand)]
    pub(crate) command: MappingCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MappingCommand {
    /// Find every error of a mapping without asking any store
    Lint {
        /// Mapping file [default: as --mapping]
        file: Option<PathBuf>,
    },
    /// Write a mapping in its one form: same meaning, comments and order
    Fmt {
        /// Mapping file [default: as --mapping]
        file: Option<PathBuf>,
        /// Write nothing, and fail if it is not in its form
        #[arg(long)]
        check: bool,
    },
    /// Print the JSON Schema of mapping files
    Schema,
}

#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:0")]
    pub(crate) listen: std::net::SocketAddr,
    /// Address under which clients reach it, for absolute URLs in answers
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// Socket in the file system to listen on as well, for clients that can only be pointed at one
    #[arg(long, value_name = "PATH")]
    pub(crate) unix_socket: Option<PathBuf>,
    /// Folder for its state [default: kept in memory]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

/// Stands for the folder that `--sandbox` without one means: one for each mapping, in the user's state.
pub(crate) const KEPT_FOLDER: &str = "@state";

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ColorChoice {
    Auto,
    Always,
    Never,
}

/// One `--report FORMAT=FILE`.
#[derive(Clone, Debug)]
pub(crate) struct ReportTarget {
    pub(crate) format: Format,
    pub(crate) file: PathBuf,
}

fn format_word(word: &str) -> Result<Format, String> {
    one_of(word, Format::ALL, Format::as_str)
}

fn severity_word(word: &str) -> Result<Severity, String> {
    one_of(word, Severity::ALL, Severity::as_str)
}

fn evidence_word(word: &str) -> Result<Evidence, String> {
    one_of(word, Evidence::ALL, Evidence::as_str)
}

fn tier_word(word: &str) -> Result<Tier, String> {
    one_of(word, Tier::ALL, Tier::as_str)
}

fn one_of<T: Copy>(word: &str, all: &[T], name: fn(T) -> &'static str) -> Result<T, String> {
    all.iter().copied().find(|item| name(*item) == word).ok_or_else(|| {
        let words: Vec<_> = all.iter().map(|item| name(*item)).collect();
        format!("expected one of {}", words.join(", "))
    })
}

fn report_target(text: &str) -> Result<ReportTarget, String> {
    let (word, file) = text.split_once('=').ok_or("expected FORMAT=FILE")?;
    if file.is_empty() || file == "-" {
        return Err("expected a file after FORMAT=; standard output takes the --format".into());
    }
    Ok(ReportTarget { format: format_word(word)?, file: file.into() })
}

/// A number with a unit: `500ms`, `30s`, `5m`, `1h`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..digits].parse().map_err(|_| "expected a number with a unit, such as 30s".to_owned())?;
    let millis = match &text[digits..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err("expected a unit: ms, s, m, h or d".into()),
    };
    match number.checked_mul(millis) {
        Some(0) | None => Err("expected a duration above zero and below some centuries".into()),
        Some(total) => Ok(Duration::from_millis(total)),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        for text in ["", "30", "s", "0s", "1w", "-1s", "99999999999999999999h", "18446744073709551615h"] {
            assert!(duration(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_empty_address_is_no_address() {
        for flag in
            ["--github-api-url=", "--pulumi-backend-url=", "--github-app-id=", "--lambda-api-url=", "--mapping="]
        {
            assert!(Cli::try_parse_from(["esc-sync", "check", flag]).is_err(), "{flag}");
        }
    }

    #[test]
    fn a_sandbox_takes_its_folder_after_an_equals_sign() {
        let parse = |words: &[&str]| Cli::try_parse_from(words).map(|cli| cli.global.sandbox);
        assert_eq!(parse(&["esc-sync", "--sandbox", "check"]).expect("legal"), Some(KEPT_FOLDER.into()));
        assert_eq!(parse(&["esc-sync", "check", "--sandbox=d/e"]).expect("legal"), Some("d/e".into()));
        assert_eq!(parse(&["esc-sync", "check"]).expect("legal"), None);
    }
}
