//! What is sent: the message as Slack and its like read it, and as it is.
//!
//! Names and reasons in a message come from elsewhere. For Slack, Mattermost and Discord they stand in a block of
//! code, in which nothing is a link, a mention or a picture, and whose end they cannot write (failure case X9).

use serde_json::{Value, json};

use super::target::TargetKind;
use crate::{
    daemon::alert::Message,
    model::{Stamp, printable},
};

/// Slack refuses messages with a longer header (150) or section (3,000); what escaping adds is counted.
const TITLE_LIMIT: usize = 100;
const LINES_LIMIT: usize = 2800;

pub(super) fn body(kind: TargetKind, message: &Message) -> Vec<u8> {
    let value = match kind {
        TargetKind::Slack => slack(message),
        TargetKind::Webhook => generic(message),
    };
    value.to_string().into_bytes()
}

/// Frozen: what is added has a name of its own.
fn generic(message: &Message) -> Value {
    let Message { id, about, state, at, title, lines, verdict, .. } = message;
    json!({
        "schema": "esc-sync/alert/v1",
        "id": id,
        "about": about,
        "state": state,
        "at": at,
        "time": Stamp(*at).to_string(),
        "title": title,
        "lines": lines,
        "verdict": verdict,
    })
}

fn slack(message: &Message) -> Value {
    let (title, code) = (escaped(&printable(&message.title, TITLE_LIMIT)), code(&message.lines));
    json!({
        // Notifications, and those who do not know blocks, take this.
        "text": format!("*{title}*\n{code}"),
        "blocks": [
            { "type": "header", "text": { "type": "plain_text", "text": title, "emoji": false } },
            { "type": "section", "text": { "type": "mrkdwn", "text": code } },
        ],
    })
}

/// As many lines as fit.
fn code(lines: &[String]) -> String {
    let mut text = String::from("```\n");
    for line in lines.iter().map(|line| escaped(&printable(line, LINES_LIMIT / 4))) {
        if text.len() + line.len() > LINES_LIMIT {
            text.push_str("…\n");
            break;
        }
        text.push_str(&line);
        text.push('\n');
    }
    text + "```"
}

/// Slack's three characters, and the one that would end the block.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('`', "'")
}
