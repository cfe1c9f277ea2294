//! SARIF 2.1.0 for code scanning: every finding is a result at the mapping's line.
//!
//! Limits of GitHub's upload: 25,000 results a run (docs "SARIF support for code
//! scanning", read 2026-11); the worst are kept and a notification counts the rest.
//! Fingerprints are made of rule, entry and place, so that an alert keeps its
//! history when lines move. No value and no part of one has a way in here.

use std::{collections::BTreeSet, io};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ring::digest;
use serde::{Serialize, Serializer, ser::SerializeSeq};

use super::{EntryReport, LocatedFinding, Report, Summary, Verdict, doctor, escape::visible, json, order, writes};
use crate::{
    judge::{self, Finding},
    model::Severity,
    scan,
    yaml::Position,
};

pub(super) fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut troubles = writes::troubles(report);
    troubles.extend(doctor::troubles(report).into_iter().map(|finding| (None, finding)));
    json::write(&log(report, &troubles), out)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    automation_details: AutomationDetails,
    invocations: [Invocation; 1],
    column_kind: &'static str,
    results: Results<'a>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Message,
    help: Help,
    properties: RuleProperties,
}

/// The rule's section of the documentation: a link could lead to another version's.
#[derive(Serialize)]
struct Help {
    text: &'static str,
    markdown: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    tags: [&'static str; 2],
}

#[derive(Serialize)]
struct AutomationDetails {
    id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    exit_code: u8,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    partial_fingerprints: Fingerprints,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[LogicalLocation; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
}

#[derive(Serialize)]
struct LogicalLocation {
    name: String,
    kind: &'static str,
}

/// GitHub looks at `primaryLocationLineHash` alone; the second name is ours.
#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "primaryLocationLineHash")]
    primary: String,
    #[serde(rename = "escSyncFinding/v1")]
    own: String,
}

/// The findings that fit, converted one by one while they are written.
struct Results<'a> {
    report: &'a Report,
    rules: Vec<&'static str>,
    findings: Vec<(Option<&'a EntryReport>, &'a Finding)>,
    located: Vec<&'a LocatedFinding>,
}

fn log<'a>(report: &'a Report, troubles: &'a [(Option<&'a EntryReport>, Finding)]) -> Log<'a> {
    let mut findings = order::findings(report, troubles);
    let mut located = order::located(&report.located);
    let ids = findings.iter().map(|(_, finding)| finding.rule).chain(located.iter().map(|finding| finding.rule));
    let rules: Vec<_> = ids.collect::<BTreeSet<_>>().into_iter().collect();
    let left_out = (findings.len() + located.len()).saturating_sub(MOST_RESULTS);
    findings.truncate(MOST_RESULTS);
    located.truncate(MOST_RESULTS - findings.len());
    let driver = Driver {
        name: "esc-sync",
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: rules.iter().copied().map(rule).collect(),
    };
    let run = Run {
        tool: Tool { driver },
        automation_details: AutomationDetails { id: format!("esc-sync/{}/", report.command) },
        invocations: [invocation(report, left_out)],
        column_kind: "unicodeCodePoints",
        results: Results { report, rules, findings, located },
    };
    Log { schema: SCHEMA, version: "2.1.0", runs: [run] }
}

fn rule(id: &'static str) -> Rule {
    let (summary, help) = match writes::about(id) {
        Some(about) => about,
        None => (summary(id), judge::help(id).unwrap_or(id)),
    };
    Rule {
        id,
        short_description: Message { text: summary.to_owned() },
        help: Help { text: help, markdown: help },
        properties: RuleProperties { tags: ["secrets", "esc-sync"] },
    }
}

fn summary(id: &'static str) -> &'static str {
    let of_trees = || scan::rule(id).map(|rule| rule.summary);
    judge::rule(id).map(|rule| rule.summary).or_else(of_trees).unwrap_or(id)
}

fn invocation(report: &Report, left_out: usize) -> Invocation {
    let summary = Summary::of(report);
    let level = if report.verdict == Verdict::Pass { "note" } else { "error" };
    let text = format!("{}; {}", summary.verdict(), summary.sentence());
    let mut notifications = vec![Notification { level, message: message(&[&text]) }];
    let said = summary.writes().into_iter().chain(report.remarks.iter().cloned());
    notifications.extend(said.map(|text| Notification { level: "note", message: message(&[&text]) }));
    if left_out > 0 {
        let text = format!("{left_out} more results were left out: a run holds {MOST_RESULTS}");
        notifications.push(Notification { level: "warning", message: message(&[&text]) });
    }
    Invocation {
        execution_successful: report.verdict != Verdict::Unknown,
        exit_code: report.exit_code(),
        tool_execution_notifications: notifications,
    }
}

impl Results<'_> {
    fn outcome(&self, entry: Option<&EntryReport>, finding: &Finding) -> Outcome {
        let place = finding.place.as_ref().map(ToString::to_string).unwrap_or_default();
        let endpoint = if entry.is_none() { self.report.endpoint_of(finding) } else { None };
        let name = entry.map_or("", |entry| entry.name.as_str());
        let head = if name.is_empty() { finding.reason.clone() } else { format!("{name}: {}", finding.reason) };
        let remedy = if finding.remedy.is_empty() { String::new() } else { format!("Fix: {}", finding.remedy) };
        let at = if place.is_empty() { String::new() } else { format!("At {place}") };
        // Endpoints have names, too, and no place in a store.
        let about = endpoint.map_or(name, |endpoint| &endpoint.name);
        let hash = fingerprint(&[finding.rule, about, &place]);
        Outcome {
            rule_id: finding.rule,
            rule_index: self.rules.binary_search(&finding.rule).expect("every finding's rule is listed, ascending"),
            level: level(finding.severity),
            message: message(&[&head, &at, &remedy]),
            locations: [location(&self.report.mapping, entry, endpoint.map(|endpoint| endpoint.at))],
            partial_fingerprints: Fingerprints { primary: hash.clone(), own: hash },
        }
    }
}

impl Results<'_> {
    /// A finding at its own place in a file.
    fn in_file(&self, finding: &LocatedFinding) -> Outcome {
        let name = finding.name.as_deref().unwrap_or_default();
        let remedy = if finding.remedy.is_empty() { String::new() } else { format!("Fix: {}", finding.remedy) };
        let hash = fingerprint(&[finding.rule, name, &finding.file]);
        let region = Region { start_line: finding.line.max(1), start_column: finding.column.max(1) };
        Outcome {
            rule_id: finding.rule,
            rule_index: self.rules.binary_search(&finding.rule).expect("every finding's rule is listed, ascending"),
            level: level(finding.severity),
            message: message(&[&finding.reason, &remedy]),
            locations: [Location {
                physical_location: PhysicalLocation { artifact_location: artifact(&finding.file), region },
                logical_locations: None,
            }],
            partial_fingerprints: Fingerprints { primary: hash.clone(), own: hash },
        }
    }
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.findings.len() + self.located.len()))?;
        for (entry, finding) in &self.findings {
            list.serialize_element(&self.outcome(*entry, finding))?;
        }
        for finding in &self.located {
            list.serialize_element(&self.in_file(finding))?;
        }
        list.end()
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn location(mapping: &str, entry: Option<&EntryReport>, elsewhere: Option<Position>) -> Location {
    let at = entry.map(|entry| entry.at).or(elsewhere).unwrap_or(Position { line: 1, column: 1 });
    Location {
        physical_location: PhysicalLocation {
            artifact_location: artifact(mapping),
            region: Region { start_line: at.line.max(1), start_column: at.column.max(1) },
        },
        logical_locations: entry
            .map(|entry| [LogicalLocation { name: visible(&entry.name).into_owned(), kind: "member" }]),
    }
}

/// A relative reference from the root of the checkout, or a file URI.
fn artifact(mapping: &str) -> ArtifactLocation {
    let path = mapping.strip_prefix("./").unwrap_or(mapping);
    let encoded = utf8_percent_encode(path, PATH).to_string();
    match encoded.starts_with('/') {
        true => ArtifactLocation { uri: format!("file://{encoded}"), uri_base_id: None },
        false => ArtifactLocation { uri: encoded, uri_base_id: Some("%SRCROOT%") },
    }
}

/// The lines that say anything, as a plain text message.
///
/// Braces are doubled, since `{0}` is a placeholder (SARIF 2.1.0, section 3.11.5);
/// where the text could be read as a link, its brackets are escaped (3.11.6).
fn message(lines: &[&str]) -> Message {
    let lines: Vec<String> = lines.iter().filter(|line| !line.is_empty()).map(|line| plain(line)).collect();
    Message { text: lines.join("\n") }
}

fn plain(line: &str) -> String {
    let text = visible(line).replace('{', "{{").replace('}', "}}");
    if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text }
}

/// The first half of a SHA-256 over the parts, each with its length before it.
fn fingerprint(parts: &[&str]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_le_bytes());
        context.update(part.as_bytes());
    }
    context.finish().as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const MOST_RESULTS: usize = 25_000;
/// What RFC 3986 leaves alone in a path.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mapping_becomes_a_legal_reference() {
        let cases = [
            ("mappings/sophia.yaml", "mappings/sophia.yaml"),
            ("./a b.yaml", "a%20b.yaml"),
            ("c:x?#[]%.yaml", "c%3Ax%3F%23%5B%5D%25.yaml"),
            ("ü\u{202e}/x\n.yaml", "%C3%BC%E2%80%AE/x%0A.yaml"),
            ("/etc/map.yaml", "file:///etc/map.yaml"),
        ];
        for (mapping, uri) in cases {
            assert_eq!(artifact(mapping).uri, uri);
        }
    }

    #[test]
    fn messages_hold_no_placeholder_and_no_link() {
        assert_eq!(plain("{0} list[0]"), "{{0}} list[0]");
        assert_eq!(plain("[x](https://evil.example)"), "\\[x\\](https://evil.example)");
        assert_eq!(message(&["a", "", "b"]).text, "a\nb");
    }

    #[test]
    fn fingerprints_depend_on_each_part_and_on_nothing_else() {
        assert_eq!(fingerprint(&["missing", "A", "esc a"]), fingerprint(&["missing", "A", "esc a"]));
        assert_ne!(fingerprint(&["missing", "A", "esc a"]), fingerprint(&["missing", "Ae", "sc a"]));
        assert_ne!(fingerprint(&["missing", "A", ""]), fingerprint(&["missing", "", "A"]));
    }
}
