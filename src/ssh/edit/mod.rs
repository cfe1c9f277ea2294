//! What runs on the far side: a script for `sh`, and its one line of answer.
//!
//! Invariants: the answer holds a random number that only this run knows, in an order in
//! which the script has it nowhere, so that an echo proves nothing and start-up noise does
//! not matter; the script does nothing before its last line has arrived.

mod failure;

use crate::{crypto, keys::PublicKey};

pub(super) use failure::Failure;

/// What is to be done over there.
#[derive(Debug)]
pub(super) enum Errand<'a> {
    Install(&'a PublicKey),
    Prove,
    Remove(&'a PublicKey),
}

/// A script with its nonce.
#[derive(Debug)]
pub(super) struct Script {
    text: String,
    mark: String,
}

#[derive(Debug, Eq, PartialEq)]
pub(super) enum Answer {
    Done(Done),
    Failed(Failure),
}

#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Done {
    pub(super) was_there: bool,
    pub(super) machine_id: Option<Box<str>>,
}

const PRELUDE: &str = include_str!("prelude.sh");
const AUTHORIZED: &str = include_str!("authorized.sh");

impl Script {
    /// `own` is the public half of the key that opens the door.
    pub(super) fn new(errand: Errand<'_>, own: &PublicKey) -> Self {
        let (first, second) = (crypto::random_id(16), crypto::random_id(16));
        let (verb, public) = match errand {
            Errand::Prove => ("prove", None),
            Errand::Install(public) => ("install", Some(public)),
            Errand::Remove(public) => ("remove", Some(public)),
        };
        let mut text = format!("first={first}\nsecond={second}\nown={}\n{PRELUDE}", quoted(&own.body()));
        if let Some(public) = public {
            text += &format!("blob={}\nline={}\n{AUTHORIZED}", quoted(&public.body()), quoted(&public.line()));
        }
        text += &format!("{verb} </dev/null\n");
        Self { text, mark: format!("esc-sync {second}{first} ") }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The answer among whatever else was said; `None` if the script did not run to its end.
    pub(super) fn answer(&self, said: &str) -> Option<Answer> {
        let line = said.lines().find_map(|line| Some(line.split_once(&self.mark)?.1))?;
        let words: Vec<&str> = line.trim_end_matches('\r').split(' ').collect();
        let [code, machine_id, "end"] = words[..] else { return None };
        let plain = machine_id.len() <= 64 && machine_id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let machine_id = (plain && !machine_id.is_empty()).then(|| machine_id.into());
        Some(match code {
            "done" => Answer::Done(Done { was_there: false, machine_id }),
            "was-there" => Answer::Done(Done { was_there: true, machine_id }),
            code => Answer::Failed(Failure::parse(code)),
        })
    }
}

/// One word for the shell, whatever stands in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
