//! The request of a call, filled with a credential and bound to its hosts.

use super::{
    Ask, Credential, Found, HostError, HttpAsk, Step,
    call::Call,
    template::{Flaw, Room, fill},
};

/// The question, or why it cannot be asked; then nothing is sent.
pub(super) fn step(call: &Call, credential: &Credential) -> Step {
    match http(call, credential) {
        Ok(ask) => Step::Ask(Ask::Http(ask)),
        Err(found) => Step::Done(found),
    }
}

fn http(call: &Call, credential: &Credential) -> Result<HttpAsk, Found> {
    let url = fill(call.url, Room::Url, credential).map_err(|flaw| address_flaw(&flaw))?;
    let mut ask = HttpAsk::new(call.method, url.to_string(), credential.hosts()).map_err(foreign)?;
    if !call.headers.iter().any(|(name, _)| *name == "accept") {
        ask = ask.header("accept", "application/json".to_owned());
    }
    for (name, template) in call.headers {
        let text = fill(template, Room::Header, credential).map_err(|flaw| value_flaw(&flaw))?;
        // An optional part that is not there leaves its header empty.
        if !text.is_empty() {
            ask = ask.header(name, text.to_string());
        }
    }
    if let Some(body) = call.body {
        let room = if body.starts_with('{') { Room::Json } else { Room::Form };
        let text = fill(body, room, credential).map_err(|flaw| value_flaw(&flaw))?;
        let kind = if room == Room::Json { "application/json" } else { "application/x-www-form-urlencoded" };
        ask = ask.header("content-type", kind.to_owned()).body(text.as_bytes().to_vec());
    }
    Ok(ask.repeatable(call.repeatable))
}

/// What the credential is itself cannot be sent.
pub(super) fn value_flaw(flaw: &Flaw) -> Found {
    Found::malformed(format!("its form is broken: {flaw}; nothing was sent"))
}

/// A part that says where to ask is no proof against the credential.
pub(super) fn address_flaw(flaw: &Flaw) -> Found {
    Found::incomplete(format!("it is not known where to ask: {flaw}; nothing was sent"))
        .help("correct the entry that holds the address")
}

pub(super) fn foreign(error: HostError) -> Found {
    Found::incomplete(format!("nothing was sent: {error}")).help("correct the entry that holds the address")
}
