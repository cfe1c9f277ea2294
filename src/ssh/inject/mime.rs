//! A MIME message of several parts: where each stands, and which one is to be changed.
//!
//! Read strictly: what is not the plain form that cloud-init's own tools and Terraform
//! write is refused. Later parts replace the lists of earlier ones unless they say
//! `merge_how` themselves (tried with 22.4.2, against the guide).

use std::ops::Range;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    document::{Document, KEYS},
    refusal::{Fault, Refusal},
};
use crate::keys::text::decode_base64;

#[derive(Debug)]
pub(super) struct Message {
    pub(super) parts: Vec<Part>,
}

#[derive(Debug)]
pub(super) struct Part {
    /// Where its body stands in the message.
    pub(super) body: Range<usize>,
    pub(super) kind: String,
    /// What it says, decoded.
    pub(super) text: String,
    /// Lines of the message before it; none can be told of an encoded part.
    pub(super) lines_before: u32,
    encoded: bool,
    merge_header: Option<String>,
}

impl Message {
    /// `None`: this is no MIME message.
    pub(super) fn parse(text: &str) -> Result<Option<Self>, Refusal> {
        if !is_header(text.lines().next().unwrap_or_default()) {
            return Ok(None);
        }
        let (headers, body) = headers(text, 0);
        let Some(kind) = header(&headers, "content-type") else { return Ok(None) };
        if !kind.to_ascii_lowercase().starts_with("multipart/") {
            return Ok(None);
        }
        let boundary = parameter(kind, "boundary").ok_or_else(|| Fault::MimeForm.at(1))?;
        let ranges = parts(text, body, boundary).ok_or_else(|| Fault::MimeForm.at(1))?;
        let parts = ranges.into_iter().map(|range| Part::read(text, range)).collect::<Result<_, _>>()?;
        Ok(Some(Self { parts }))
    }

    /// The part that keys go into: the only cloud-config, or the last of those that keep each other's keys.
    pub(super) fn part_to_change(&self) -> Result<&Part, Refusal> {
        let configs: Vec<_> = self.parts.iter().filter(|part| part.is_cloud_config()).collect();
        let documents = configs.iter().map(|part| part.document()).collect::<Result<Vec<_>, _>>()?;
        let having = |name: &str| -> Vec<usize> {
            (0..configs.len()).filter(|index| documents[*index].get(name).is_some()).collect()
        };
        let (keys, users) = (having(KEYS), having("users"));
        for holders in [&keys, &users] {
            if let Some(later) = holders.iter().skip(1).find(|index| !configs[**index].appends(&documents[**index])) {
                return Err(Fault::MimeMerge.at(configs[*later].lines_before + 1));
            }
        }
        let last = match (keys.last(), users.last()) {
            (Some(keys), Some(users)) if keys != users => {
                return Err(Fault::MimeSplit.at(configs[*users].lines_before + 1));
            }
            (Some(index), _) | (None, Some(index)) => Some(*index),
            (None, None) => configs.len().checked_sub(1),
        };
        last.map(|index| configs[index]).ok_or_else(|| Fault::MimeNoConfig.at(None))
    }
}

impl Part {
    fn read(text: &str, range: Range<usize>) -> Result<Self, Refusal> {
        let line = |at: usize| text[..at].matches('\n').count() as u32;
        let (headers, start) = headers(&text[..range.end], range.start);
        let body = start.min(range.end)..range.end;
        let lines_before = line(body.start);
        let kind = header(&headers, "content-type").unwrap_or("text/plain");
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let encoding = header(&headers, "content-transfer-encoding").unwrap_or("7bit").trim().to_ascii_lowercase();
        let raw = &text[body.clone()];
        let encoded = encoding == "base64";
        let text = match encoding.as_str() {
            "7bit" | "8bit" | "binary" => Some(raw.to_owned()),
            "base64" => decode_base64(raw.trim().as_bytes()).and_then(|bytes| String::from_utf8(bytes).ok()),
            _ => None,
        };
        let text = text.ok_or_else(|| Fault::MimeForm.at(lines_before + 1))?;
        let merge_header =
            header(&headers, "merge-type").or_else(|| header(&headers, "x-merge-type")).map(str::to_owned);
        let part = Self { body, kind, text, lines_before, encoded, merge_header };
        part.refuse_foreign()?;
        Ok(part)
    }

    /// Kinds that may set users and keys, and cannot be read here.
    fn refuse_foreign(&self) -> Result<(), Refusal> {
        let line = self.lines_before + 1;
        let is = |kind: &str, start: &str| self.kind == kind || self.text.trim_start().starts_with(start);
        if is("text/jinja2", "## template:") {
            return Err(Fault::Jinja.at(line));
        }
        if is("text/cloud-config-archive", "#cloud-config-archive") {
            return Err(Fault::Archive.at(line));
        }
        if is("text/cloud-config-jsonp", "#cloud-config-jsonp") {
            return Err(Fault::Jsonp.at(line));
        }
        if self.kind.starts_with("multipart/") {
            return Err(Fault::MimeForm.at(line));
        }
        Ok(())
    }

    pub(super) fn is_cloud_config(&self) -> bool {
        self.kind == "text/cloud-config" || (self.kind == "text/plain" && self.text.starts_with("#cloud-config"))
    }

    pub(super) fn document(&self) -> Result<Document<'_>, Refusal> {
        Document::parse(&self.text).map_err(|refusal| self.located(refusal))
    }

    pub(super) fn located(&self, refusal: Refusal) -> Refusal {
        match self.encoded {
            true => Refusal { line: None, ..refusal }.about(format_args!("the part at line {}", self.lines_before + 1)),
            false => refusal.below(self.lines_before),
        }
    }

    /// Whether its lists are added to those of the parts before it.
    fn appends(&self, document: &Document<'_>) -> bool {
        let written = document.get("merge_how").or_else(|| document.get("merge_type"));
        let written = written.and_then(|node| Some(node.as_scalar()?.text.to_string()));
        let how = written.or_else(|| self.merge_header.clone()).unwrap_or_default();
        (how.contains("list(append)") || how.contains("list(prepend)")) && how.contains("recurse_list")
    }

    /// The message with this text in the part's place, encoded as the part was.
    pub(super) fn put(&self, message: &str, new: &str) -> String {
        let body = if self.encoded { wrapped(new, message) } else { new.to_owned() };
        format!("{}{body}{}", &message[..self.body.start], &message[self.body.end..])
    }
}

fn wrapped(text: &str, message: &str) -> String {
    let eol = if message.contains("\r\n") { "\r\n" } else { "\n" };
    let encoded = STANDARD.encode(text);
    let lines: Vec<&str> = (0..encoded.len()).step_by(76).map(|at| &encoded[at..encoded.len().min(at + 76)]).collect();
    format!("{}{eol}", lines.join(eol))
}

fn is_header(line: &str) -> bool {
    let name = line.split_once(':').map_or("", |(name, _)| name);
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The headers from `at`, unfolded, and where the body begins.
fn headers(text: &str, at: usize) -> (Vec<String>, usize) {
    let mut headers: Vec<String> = Vec::new();
    let mut end = at;
    for line in text[at..].split_inclusive('\n') {
        end += line.len();
        let bare = line.trim_end();
        match headers.last_mut() {
            _ if bare.is_empty() => break,
            Some(last) if line.starts_with([' ', '\t']) => last.push_str(bare),
            _ => headers.push(bare.to_owned()),
        }
    }
    (headers, end)
}

fn header<'h>(headers: &'h [String], name: &str) -> Option<&'h str> {
    let pairs = headers.iter().filter_map(|line| line.split_once(':'));
    pairs.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

fn parameter<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    let pairs = header.split(';').skip(1).filter_map(|part| part.trim().split_once('='));
    let found = pairs.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?.1.trim();
    let bare = found.trim_matches('"');
    (!bare.is_empty()).then_some(bare)
}

/// What stands between the boundary's lines; `None` if they do not close.
fn parts(text: &str, from: usize, boundary: &str) -> Option<Vec<Range<usize>>> {
    let (open, close) = (format!("--{boundary}"), format!("--{boundary}--"));
    let (mut found, mut begun, mut at) = (Vec::new(), None, from);
    for line in text[from..].split_inclusive('\n') {
        let bare = line.trim_end();
        if bare == open || bare == close {
            // The line end before a boundary belongs to the boundary, but every writer of such messages
            // ends a part's text with one of its own.
            found.extend(begun.map(|start: usize| start..at));
            begun = Some(at + line.len());
            if bare == close {
                return (!found.is_empty()).then_some(found);
            }
        }
        at += line.len();
    }
    None
}
