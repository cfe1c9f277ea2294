//! What can be typed after `serve`.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, ValueEnum, builder::NonEmptyStringValueParser};

use super::super::args::{CheckArgs, duration};
use crate::daemon::RunKind;

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Address to listen on; anything but loopback needs a token
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8750")]
    pub(crate) listen: SocketAddr,
    /// Host name by which it is asked, beside loopback (can be repeated)
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) host: Vec<String>,
    /// File with the token that is asked for [env: ESC_SYNC_SERVE_TOKEN]
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) clock: ClockArgs,
    #[command(flatten)]
    pub(crate) applying: ApplyingArgs,
    #[command(flatten)]
    pub(crate) telling: TellingArgs,
    #[command(flatten)]
    pub(crate) alerts: AlertArgs,
    #[command(flatten)]
    pub(crate) judging: CheckArgs,
    #[command(flatten)]
    pub(crate) errand: Errand,
}

/// What the daemon starts its runs with; the order itself comes on standard input.
#[derive(Debug, Args)]
pub(crate) struct Errand {
    /// Carry out one run of the daemon, told on standard input
    #[arg(long, hide = true, value_name = "KIND", value_parser = run_kind)]
    pub(crate) run: Option<RunKind>,
    /// The daemon's process, without which there is nothing to do
    #[arg(long, hide = true, value_name = "PID", requires = "run")]
    pub(crate) parent: Option<u32>,
    /// The file that the order's mapping was read from
    #[arg(long, hide = true, value_name = "FILE", requires = "run")]
    pub(crate) mapping_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Clock")]
pub(crate) struct ClockArgs {
    /// Check this often: a duration, a cron expression ("*/5 * * * *", UTC), or never
    #[arg(long, value_name = "DUR", default_value = "5m")]
    pub(crate) check_every: String,
    /// Ask the services this often whether the credentials work; likewise
    #[arg(long, value_name = "DUR", default_value = "1h")]
    pub(crate) live_every: String,
    /// Sync this often; likewise
    #[arg(long, value_name = "DUR", default_value = "1h")]
    pub(crate) sync_every: String,
    /// Spread the beginnings of runs over this time [default: a tenth of the time between them, 30 s at most]
    #[arg(long, value_name = "DUR", value_parser = duration)]
    pub(crate) jitter: Option<Duration>,
    /// End a run that takes longer than this
    #[arg(long, value_name = "DUR", default_value = "30m", value_parser = duration)]
    pub(crate) run_limit: Duration,
    /// Take over from a leader that was silent for so long
    #[arg(long, value_name = "DUR", default_value = "30s", value_parser = duration)]
    pub(crate) lease: Duration,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Applying")]
pub(crate) struct ApplyingArgs {
    /// What a sync applies without a person, separated by commas; what is left out is proposed
    #[arg(long, value_name = "KINDS", value_delimiter = ',', default_value = "create,restrict,pull")]
    pub(crate) apply: Vec<Applied>,
    /// Make so many writes to GitHub without a wait before the pace begins
    #[arg(long, value_name = "N", default_value_t = 180)]
    pub(crate) write_burst: u32,
    /// Make so many writes to GitHub a minute after that
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) write_pace: u32,
    /// Make no more writes to GitHub an hour
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub(crate) write_cap: u32,
}

/// A kind of write as far as it matters who decides.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Applied {
    /// A value to a place that has none
    Create,
    /// ESC's value over one that GitHub has
    Overwrite,
    /// GitHub's value to ESC
    Pull,
    /// Who sees a secret
    Restrict,
    /// Nothing: everything is proposed
    Nothing,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Telling")]
pub(crate) struct TellingArgs {
    /// Tell names of entries in metrics as well
    #[arg(long)]
    pub(crate) metric_names: bool,
    /// How to write the log on standard error
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub(crate) log: LogForm,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum LogForm {
    Text,
    Json,
}

/// Where alerts go is a secret, and comes from the environment.
#[derive(Debug, Args)]
#[command(next_help_heading = "Alerts")]
pub(crate) struct AlertArgs {
    /// Alert when more than this share of the entries drifted, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 10, value_parser = clap::value_parser!(u8).range(..=100))]
    pub(crate) alert_drift: u8,
    /// Alert after so many runs of a kind that came to no result
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) alert_failures: u32,
    /// Alert so long before a key or a credential is due
    #[arg(long, value_name = "DUR", default_value = "14d", value_parser = duration)]
    pub(crate) alert_expiry: Duration,
    /// Say the same thing again only after this
    #[arg(long, value_name = "DUR", default_value = "1h", value_parser = duration)]
    pub(crate) alert_cooldown: Duration,
    /// Send no more alerts an hour
    #[arg(long, value_name = "N", default_value_t = 12)]
    pub(crate) alert_cap: u32,
    /// Send one message to all addresses, to try them, and end
    #[arg(long)]
    pub(crate) send_test_alert: bool,
}

fn run_kind(word: &str) -> Result<RunKind, String> {
    RunKind::from_word(word).ok_or_else(|| "no kind of run".to_owned())
}
