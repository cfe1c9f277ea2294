//! Placeholders by the shape of the whole value: templates, brackets, runs, and the
//! composite values inside which no words may be looked for.

use zeroize::Zeroizing;

use super::{Family, words};
use crate::{judge::line::trimmed, model::Kind};

/// The family of a text that is neither empty nor long.
pub(super) fn family(kind: Kind, text: &str) -> Option<Family> {
    if is_bare(text) {
        return substitution(text)
            .or_else(|| documentation_key(text))
            .or_else(|| run(kind, text))
            .or_else(|| words::family(kind, text));
    }
    if let Some(family) = template(text).or_else(|| documentation_key(text)) {
        return Some(family);
    }
    if text.contains('\n') || text.contains('\r') {
        return of_lines(kind, text);
    }
    if let Some(body) = public_key_line(text) {
        return body_of_key(kind, body);
    }
    if let Some((_, rest)) = text.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) {
        return of_url(kind, rest);
    }
    if is_composite(text) {
        return None;
    }
    of_part(kind, text)
}

/// A text without inner structure: a whole one-line value, or the password of a URL.
fn of_part(kind: Kind, text: &str) -> Option<Family> {
    template(text).or_else(|| strong(kind, text)).or_else(|| words::family(kind, text))
}

/// What is a placeholder whatever the words around it.
fn strong(kind: Kind, text: &str) -> Option<Family> {
    unresolved(text)
        .or_else(|| mask(text))
        .or_else(|| brackets(text))
        .or_else(|| ellipsis(text))
        .or_else(|| run(kind, text))
}

fn template(text: &str) -> Option<Family> {
    let wrapped = |open: &str, close: &str| text.starts_with(open) && text.ends_with(close);
    let rendered =
        (text.contains("${{") || text.contains("{{ secrets.") || text.contains("{{secrets.")) && text.contains("}}");
    let whole = wrapped("{{", "}}") || wrapped("<%", "%>") || wrapped("#{", "}#");
    let context = ["secrets.", "vars.", "env."].iter().any(|head| text.strip_prefix(head).is_some_and(is_upper_name));
    (rendered || whole || context).then_some(Family::Template).or_else(|| substitution(text))
}

/// `__NAME__`, as deployment scripts replace it.
fn substitution(text: &str) -> Option<Family> {
    let inner = text.strip_prefix("__").and_then(|rest| rest.strip_suffix("__"));
    inner.is_some_and(is_upper_name).then_some(Family::Template)
}

/// Without any sign that a template, a mask, a bracket or a URL would have: most keys.
fn is_bare(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        && text.bytes().any(|byte| byte.is_ascii_alphanumeric())
        && !is_uuid(text)
}

/// A complete `${NAME}`, `$NAME` or `{NAME}`; any other `$` belongs to a password.
fn unresolved(text: &str) -> Option<Family> {
    let is_path = |name: &str| {
        !name.is_empty()
            && !name.starts_with(|letter: char| letter.is_ascii_digit())
            && name.bytes().all(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b':' | b'[' | b']' | b'"')
            })
    };
    let braced = text.strip_prefix("${").or_else(|| text.strip_prefix('{')).and_then(|rest| rest.strip_suffix('}'));
    let default = |name: &str| name.split_once(":-").map_or(is_path(name), |(name, _)| is_path(name));
    if braced.is_some_and(default) {
        return Some(Family::Unresolved);
    }
    let bare = text.strip_prefix('$').filter(|name| is_upper_name(name) && name.len() >= 4);
    let known = |name: &str| {
        const TAILS: &[&str] = &["KEY", "TOKEN", "SECRET", "PASSWORD", "PASS", "PAT", "URL", "DSN", "USER", "HOST"];
        name.contains('_') || TAILS.iter().any(|tail| name.ends_with(tail))
    };
    let percent = text.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')).is_some_and(is_upper_name);
    let command = text.starts_with("$(") && text.ends_with(')');
    (bare.is_some_and(known) || percent || command).then_some(Family::Unresolved)
}

fn is_upper_name(name: &str) -> bool {
    name.len() > 1
        && name.starts_with(|letter: char| letter.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// What displays put over a value, captured as if it were one.
fn mask(text: &str) -> Option<Family> {
    const MARKS: &[&str] = &[
        "[secret]",
        "[unknown]",
        "[redacted]",
        "[masked]",
        "[hidden]",
        "(sensitive)",
        "(sensitive value)",
        "<sensitive>",
        "<redacted>",
        "<hidden>",
        "<masked>",
    ];
    let covered = text.contains("***") || text.contains("•••") || text.contains("●●●");
    (covered || MARKS.iter().any(|mark| text.eq_ignore_ascii_case(mark))).then_some(Family::Masked)
}

fn brackets(text: &str) -> Option<Family> {
    let wordy = |inner: &str| {
        let first = inner.starts_with(|letter: char| letter.is_ascii_alphabetic());
        first && inner.len() > 1 && inner.chars().all(|letter| letter.is_alphanumeric() || " _.:/'-".contains(letter))
    };
    if let Some((head, rest)) = text.split_once('<')
        && let Some((inner, tail)) = rest.rsplit_once('>')
    {
        let prefix = |text: &str| {
            text.len() <= 16 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_ ".contains(&byte))
        };
        if wordy(inner) && prefix(head) && prefix(tail) {
            return Some(Family::Angle);
        }
    }
    let square = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    square.is_some_and(wordy).then_some(Family::Square)
}

/// `…` at the end, or between a few letters of both ends, as keys are shown in lists.
fn ellipsis(text: &str) -> Option<Family> {
    let at = text.find("...").map(|at| (at, 3)).or_else(|| text.find('…').map(|at| (at, '…'.len_utf8())))?;
    let (head, tail) = (&text[..at.0], text[at.0 + at.1..].trim_start_matches('.'));
    let at_end = tail.is_empty();
    let between = head.len() <= 16 && tail.len() <= 8;
    let remark = head.len() <= 16 && tail.starts_with([' ', '(']);
    (at_end || between || remark).then_some(Family::Ellipsis)
}

/// Keys of cloud vendors' documentations (`AKIA…EXAMPLE`).
fn documentation_key(text: &str) -> Option<Family> {
    let is_key = text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/+_-".contains(&byte));
    (is_key && (text.ends_with("EXAMPLE") || text.ends_with("EXAMPLEKEY"))).then_some(Family::Example)
}

/// Runs of one letter. Random bodies hold short ones by chance, so only `x` counts
/// inside a body, only in one case, and only from four on at a boundary, or where it
/// covers a part of its own.
fn run(kind: Kind, text: &str) -> Option<Family> {
    if !has_pattern(text) {
        return None;
    }
    let is_zero_id = text.len() == 36 && text.bytes().all(|byte| matches!(byte, b'0' | b'-'));
    let secret = kind == Kind::Secret;
    let parts = || text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let filled = parts().any(|part| part.len() >= 3 && is_all_x(part));
    let covered = parts().any(covered_by_x);
    let signs =
        text.len() >= 3 && is_one_letter(text) && !text.starts_with(|letter: char| letter.is_ascii_alphanumeric());
    let body =
        text.rsplit(|letter: char| !letter.is_ascii_alphanumeric()).find(|part| !part.is_empty()).unwrap_or_default();
    let repeated = secret && body.len() >= 4 && is_one_letter(body) && text.len() - body.len() <= 16;
    let counted = body.len() == text.len() && body.bytes().all(|byte| byte.is_ascii_digit());
    let sequence = secret && !counted && is_sequence(body) && text.len() - body.len() <= 16;
    (is_zero_id || filled || covered || signs || repeated || sequence).then_some(Family::Run)
}

/// Whether there is anything in it to look at: three of one letter, or six steps of a sequence.
fn has_pattern(text: &str) -> bool {
    let (mut alike, mut steps) = (1, 0);
    text.as_bytes().windows(2).any(|pair| {
        alike = if pair[0] == pair[1] { alike + 1 } else { 1 };
        steps += usize::from(follows(pair));
        alike >= 3 || steps >= 6
    })
}

pub(super) fn is_one_letter(text: &str) -> bool {
    let first = text.as_bytes()[0];
    text.bytes().all(|byte| byte == first)
}

fn is_all_x(part: &str) -> bool {
    part.bytes().all(|byte| byte == b'x') || part.bytes().all(|byte| byte == b'X')
}

fn covered_by_x(part: &str) -> bool {
    let longest = |letter: u8| part.as_bytes().split(|byte| *byte != letter).map(<[u8]>::len).max().unwrap_or(0);
    let edge = |letter: u8| {
        let bytes = part.as_bytes();
        let ahead = bytes.iter().take_while(|byte| **byte == letter).count();
        let behind = bytes.iter().rev().take_while(|byte| **byte == letter).count();
        ahead.max(behind)
    };
    [b'x', b'X'].into_iter().any(|letter| longest(letter) >= 8 || edge(letter) >= 4)
}

/// `1234567890abcdef`, `abcdefgh…`: each letter follows the one before.
fn is_sequence(part: &str) -> bool {
    let bytes = part.as_bytes();
    bytes.len() >= 8 && bytes.windows(2).filter(|pair| follows(pair)).count() * 4 >= (bytes.len() - 1) * 3
}

fn follows(pair: &[u8]) -> bool {
    match (pair[0].to_ascii_lowercase(), pair[1].to_ascii_lowercase()) {
        (b'9', b'0') | (b'9' | b'0', b'a') | (b'f' | b'z', b'0' | b'1' | b'a') => true,
        (one, next) => one.checked_add(1) == Some(next) && next.is_ascii_alphanumeric(),
    }
}

/// Several lines: a key block by its body; else a placeholder only if every line is one.
fn of_lines(kind: Kind, text: &str) -> Option<Family> {
    if text.starts_with("-----BEGIN ") {
        return of_block(kind, text);
    }
    let mut lines = text.lines().map(trimmed).filter(|line| !line.is_empty());
    let first = family(kind, lines.next()?)?;
    let mut seen = 0;
    let all = lines.all(|line| {
        seen += 1;
        seen < 8 && (line.starts_with('#') || family(kind, line).is_some())
    });
    all.then_some(first)
}

/// A key block is a placeholder if its frame holds words, a run, or nothing.
fn of_block(kind: Kind, text: &str) -> Option<Family> {
    let (_, rest) = text.split_once('\n')?;
    let inner = rest.rsplit_once("-----END ").map_or(rest, |(inner, _)| inner);
    let inner = trimmed(inner);
    let joined = Zeroizing::new(inner.split_whitespace().collect::<String>());
    if joined.is_empty() {
        return Some(Family::Empty);
    }
    let is_body =
        joined.len() >= 64 && joined.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    let headed = inner.starts_with("Proc-Type:");
    match is_body || headed {
        true => (is_one_letter(&joined) || joined.contains("xxxxxxxx")).then_some(Family::Run),
        false => words_of_block(kind, inner),
    }
}

fn words_of_block(kind: Kind, inner: &str) -> Option<Family> {
    let line = Zeroizing::new(inner.split_whitespace().collect::<Vec<_>>().join(" "));
    of_part(kind, &line).or_else(|| words::any_marker(&line))
}

/// The body of one OpenSSH public-key line; the words of its comment belong to a person.
fn public_key_line(text: &str) -> Option<&str> {
    let (kind, rest) = text.split_once(' ')?;
    let known = ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"].iter().any(|head| kind.starts_with(head));
    let body = rest.split(' ').next().unwrap_or_default();
    (known && body.starts_with("AAAA")).then_some(body)
}

fn body_of_key(kind: Kind, body: &str) -> Option<Family> {
    if body.len() >= 64 && !body.contains("...") && !body.contains("xxxxxxxx") && !body.contains("XXXXXXXX") {
        return None;
    }
    ellipsis(body).or_else(|| run(kind, body)).or_else(|| words::any_marker(body))
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty()
        && text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte))
}

/// A URL: weak words are looked for in the password alone, all else in every part.
fn of_url(kind: Kind, rest: &str) -> Option<Family> {
    if let Some(family) = ellipsis(rest).filter(|_| rest.len() <= 24) {
        return Some(family);
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    // A `/` in angle brackets or in a password that nobody encoded does not end the authority.
    let end = rest
        .rfind('@')
        .filter(|at| *at > end && has_password(&rest[..end]))
        .map_or(end, |at| at + rest[at..].find(['/', '?', '#']).unwrap_or(rest.len() - at));
    let (authority, path) = rest.split_at(end);
    let (login, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let secret = Some(password).filter(|password| !password.is_empty()).and_then(|password| of_part(kind, password));
    secret.or_else(|| marked(kind, user)).or_else(|| example_host(host)).or_else(|| marked(kind, host)).or_else(|| {
        path.split(['/', '?', '&', '=', '#']).filter(|part| !part.is_empty()).find_map(|part| marked(kind, part))
    })
}

/// Whether what stands before the first slash is a login: a port is digits only.
fn has_password(authority: &str) -> bool {
    authority.split_once(':').is_some_and(|(_, rest)| !rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A part of a URL that is not the password: only what cannot be meant.
fn marked(kind: Kind, part: &str) -> Option<Family> {
    if part.is_empty() {
        return None;
    }
    let strong = template(part).or_else(|| strong(Kind::Config, part));
    strong.or_else(|| words::family(kind, part).filter(|family| words::is_unmistakable(*family)))
}

/// The hosts that RFC 2606 keeps for documentation.
fn example_host(host: &str) -> Option<Family> {
    let host = host.split(':').next().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
    let reserved = ["example.com", "example.org", "example.net", "example"];
    let of = |name: &str| host == name || host.strip_suffix(name).is_some_and(|head| head.ends_with('.'));
    reserved.into_iter().any(of).then_some(Family::Example)
}

/// Values made of parts in which words mean nothing: JSON, web tokens, UUIDs.
fn is_composite(text: &str) -> bool {
    let json = text.starts_with(['{', '[']) && text.ends_with(['}', ']']) && text.contains('"');
    json || is_web_token(text) || (is_uuid(text) && text.bytes().any(|byte| !matches!(byte, b'0' | b'-')))
}

fn is_web_token(text: &str) -> bool {
    let mut parts = text.split('.');
    let part = |part: Option<&str>| {
        part.is_some_and(|part| {
            part.len() >= 10 && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        })
    };
    text.starts_with("eyJ") && part(parts.next()) && part(parts.next()) && parts.count() <= 3
}

pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
