//! A probe that an author wrote into the mapping: the same templates, and verdicts by status and condition.
//!
//! Whoever wrote it says what a status means; a page for people where JSON is expected is never live all the same.

use super::{
    AllowedHosts, Answer, Ask, Check, Credential, Found, Heard, HttpAsk, Step,
    check::CheckWay,
    reading::{Page, as_text, general, html, is_filled},
    request::{address_flaw, foreign, value_flaw},
    template::{Room, fill},
};
use crate::{
    mapping::{Entry, Hole, Mapping, ProbeCondition, ProbePart, ProbeSpec},
    model::{ProbeReason, ProbeVerdict, SecretValue},
};

/// A probe, and the entry's place in the mapping.
#[derive(Clone, Copy, Debug)]
pub(super) struct OwnProbe<'m> {
    pub(super) spec: &'m ProbeSpec,
    file: &'m str,
    line: u32,
}

/// The check of an entry by its own probe; `{NAME}` in it is the value of another entry.
pub(super) fn check<'m>(
    mapping: &'m Mapping,
    entry: &'m Entry,
    spec: &'m ProbeSpec,
    own: SecretValue,
    value: &dyn Fn(&Entry) -> Option<SecretValue>,
) -> Result<Check<'m>, Found> {
    let mut parts = vec![("value".to_owned(), own)];
    let mut entries = vec![entry.name.clone()];
    for ProbePart { name, entry: meant } in &spec.parts {
        let other = mapping.known().find(|other| other.name == *meant);
        let found = other.and_then(value).ok_or_else(|| unread(name))?;
        parts.push((name.to_string(), found));
        entries.push(meant.clone());
    }
    // A hole that nothing fills would be sent as it is written.
    let is_filled = |part: &str| parts.iter().any(|(known, _)| known == part);
    if let Some(open) = templates(spec).flat_map(Hole::all).flat_map(Hole::parts).find(|part| !is_filled(part)) {
        return Err(unread(open));
    }
    let list = |hosts: &'m [Box<str>]| hosts.iter().map(|host| &**host);
    let hosts = AllowedHosts::new(list(&spec.hosts), list(&spec.allow_private));
    let own = OwnProbe { spec, file: &mapping.file, line: entry.at.line };
    Ok(Check { way: CheckWay::Own(own), credential: Credential::new(parts, hosts), entries })
}

fn unread(name: &str) -> Found {
    Found::incomplete(format!("{name} is needed too, and has no value that could be read; nothing was sent"))
        .help(format!("give {name} its value"))
}

fn templates(spec: &ProbeSpec) -> impl Iterator<Item = &str> {
    let headers = spec.headers.iter().map(|(_, text)| &**text);
    std::iter::once(&*spec.url).chain(headers).chain(spec.body.as_deref())
}

/// Whether two entries' probes ask the same and read it the same.
pub(super) fn same(one: &ProbeSpec, other: &ProbeSpec) -> bool {
    std::ptr::eq(one, other) || one == other
}

pub(super) fn step(own: OwnProbe<'_>, credential: &Credential, heard: &[Heard]) -> Step {
    match heard {
        [] => match ask(own.spec, credential) {
            Ok(ask) => Step::Ask(Ask::Http(ask)),
            Err(found) => Step::Done(found),
        },
        [Heard::Http(answer), ..] => Step::Done(read(own, answer)),
        [Heard::Failed(failure), ..] => Step::Done((*failure).into()),
        [Heard::Postgres(_) | Heard::Redis(_), ..] => {
            Step::Done(Found::unknown(ProbeReason::BadAnswer, "the answer was no HTTP"))
        }
    }
}

fn ask(spec: &ProbeSpec, credential: &Credential) -> Result<HttpAsk, Found> {
    let url = fill(&spec.url, Room::Url, credential).map_err(|flaw| address_flaw(&flaw))?;
    let method = ["HEAD", "POST"].into_iter().find(|known| **known == *spec.method).unwrap_or("GET");
    let mut ask = HttpAsk::new(method, url.to_string(), credential.hosts()).map_err(foreign)?;
    for (name, template) in &spec.headers {
        ask = ask.header(name, fill(template, Room::Header, credential).map_err(|flaw| value_flaw(&flaw))?.to_string());
    }
    let Some(body) = spec.body.as_deref() else { return Ok(ask) };
    let declared = header(spec, "content-type");
    let json = body.trim_start().starts_with(['{', '[']);
    let form = declared.map_or(!json, |kind| kind.contains("x-www-form-urlencoded"));
    let text = fill(body, if form { Room::Form } else { Room::Json }, credential).map_err(|flaw| value_flaw(&flaw))?;
    if declared.is_none() {
        let kind = if form { "application/x-www-form-urlencoded" } else { "application/json" };
        ask = ask.header("content-type", kind.to_owned());
    }
    Ok(ask.body(text.as_bytes().to_vec()))
}

fn header<'s>(spec: &'s ProbeSpec, name: &str) -> Option<&'s str> {
    spec.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
}

/// Verdicts with a condition are asked before those without, and the worse before the better.
fn read(own: OwnProbe<'_>, answer: &Answer) -> Found {
    let (spec, page) = (own.spec, Page::of(answer));
    let when = &spec.when;
    let verdicts = [
        (ProbeVerdict::Rejected, &spec.rejected, &when.rejected),
        (ProbeVerdict::Limited, &spec.limited, &when.limited),
        (ProbeVerdict::Live, &spec.live, &when.live),
    ];
    if expects_json(spec) && page.is_html() {
        return html();
    }
    let listed = |statuses: &[u16]| statuses.contains(&answer.status);
    let conditional = verdicts
        .iter()
        .find(|(_, statuses, when)| listed(statuses) && when.as_ref().is_some_and(|condition| holds(condition, &page)));
    let plain = || verdicts.iter().find(|(_, statuses, when)| listed(statuses) && when.is_none());
    match conditional.or_else(plain) {
        // A page for people in front of a service says nothing, unless it was asked for.
        Some((ProbeVerdict::Live, _, None)) if page.is_html() && !accepts_html(spec) => html(),
        Some((verdict, ..)) => said(*verdict),
        None => general(&page, false).unwrap_or_else(|| {
            let is_listed = verdicts.iter().any(|(_, statuses, _)| listed(statuses));
            own.unlisted(answer.status, is_listed)
        }),
    }
}

impl OwnProbe<'_> {
    /// Whoever wrote the probe can say what the answer means, and must be told where.
    fn unlisted(self, status: u16, is_listed: bool) -> Found {
        let Self { file, line, .. } = self;
        let (what, help) = if is_listed {
            (
                format!("{status} is listed in the probe, and no condition of its `when` holds"),
                format!("see what the answer has, and correct `when` of the probe at {file}:{line}"),
            )
        } else {
            (
                format!("{status} is in none of `live`, `rejected`, `limited` of the probe"),
                format!("add {status} to the one that it means, in the probe of the entry at {file}:{line}"),
            )
        };
        Found::unknown(ProbeReason::BadAnswer, what).help(help)
    }
}

/// A condition on a field expects JSON, and so does a request that accepts it.
fn expects_json(spec: &ProbeSpec) -> bool {
    let when = &spec.when;
    let conditions = [&when.live, &when.limited, &when.rejected];
    header(spec, "accept").is_some_and(|kinds| kinds.contains("json"))
        || conditions.into_iter().flatten().any(|condition| condition.field.is_some())
}

fn accepts_html(spec: &ProbeSpec) -> bool {
    header(spec, "accept").is_some_and(|kinds| kinds.contains("html"))
}

fn holds(condition: &ProbeCondition, page: &Page<'_>) -> bool {
    let field = condition.field.as_ref().is_none_or(|expected| {
        let pointer: String = expected.path.split('.').map(|name| format!("/{}", escaped(name))).collect();
        page.field(&pointer).is_some_and(|found| {
            if expected.values.is_empty() {
                is_filled(found)
            } else {
                as_text(found).is_some_and(|text| expected.values.iter().any(|known| **known == *text))
            }
        })
    });
    field && condition.text.as_ref().is_none_or(|text| page.says(text))
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn said(verdict: ProbeVerdict) -> Found {
    let (reason, what, help) = match verdict {
        ProbeVerdict::Live => (ProbeReason::Accepted, "the service accepts it", ""),
        ProbeVerdict::Limited => {
            (ProbeReason::Scope, "the service accepts it, and it has too few rights for the call", super::call::WIDER)
        }
        ProbeVerdict::Rejected | ProbeVerdict::Unknown => {
            (ProbeReason::RejectedByService, "the service says that it is not valid", super::call::NEW_ONE)
        }
    };
    Found { verdict, ..Found::unknown(reason, what).help(help) }
}
