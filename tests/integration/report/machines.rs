//! The machine formats, read back by a parser of their language.

use std::{fs, path::Path};

use esc_sync::{
    model::{Evidence, Kind, Severity, Status, Tier},
    plan::End,
    report::{Format, Report, Verdict},
};
use proptest::prelude::*;
use serde_json::Value;

use super::sample::{CAUSES, HOSTILE, any_report, carrying, entry, finding, planned, rendered, report, rich, written};

fn json(format: Format, report: &Report) -> Value {
    serde_json::from_str(&rendered(format, report)).expect("one JSON document")
}

fn schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.schema.json");
    serde_json::from_str(&fs::read_to_string(path).expect("the schema is checked in")).expect("the schema is JSON")
}

/// The published schema lets readers of v1 meet new fields; a test lets none pass unseen.
fn strict(mut schema: Value) -> Value {
    fn close(schema: &mut Value) {
        if let Some(object) = schema.as_object_mut() {
            if object.contains_key("properties") {
                object.entry("additionalProperties").or_insert(Value::Bool(false));
            }
            object.values_mut().for_each(close);
        }
    }
    close(&mut schema);
    schema
}

#[test]
fn json_of_rich_and_hostile_reports_validates() {
    let validator = jsonschema::validator_for(&strict(schema())).expect("a schema");
    let hostile = HOSTILE.iter().map(|text| carrying(text));
    for report in hostile.chain([rich(), planned(), written(), report(vec![], vec![], false)]) {
        let document = json(Format::Json, &report);
        let errors: Vec<_> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}

#[test]
fn the_schema_knows_every_word_and_no_other() {
    let schema = schema();
    let words = |pointer: &str| -> Vec<String> {
        let words = schema.pointer(pointer).and_then(Value::as_array).unwrap_or_else(|| panic!("{pointer}"));
        words.iter().map(|word| word.as_str().expect("a word").to_owned()).collect()
    };
    let ours = |all: Vec<&str>| -> Vec<String> { all.into_iter().map(str::to_owned).collect() };
    let entry = "/$defs/entry/properties";
    let statuses: Vec<&str> = Status::ALL.iter().map(|word| word.as_str()).collect();
    assert_eq!(words(&format!("{entry}/status/enum")), ours(statuses.clone()));
    assert_eq!(words(&format!("{entry}/tier/enum")), ours(Tier::ALL.iter().map(|word| word.as_str()).collect()));
    assert_eq!(words(&format!("{entry}/kind/enum")), ours(Kind::ALL.iter().map(|word| word.as_str()).collect()));
    let evidence = Evidence::ALL.iter().map(|word| word.as_str()).collect();
    assert_eq!(words(&format!("{entry}/evidence/enum")), ours(evidence));
    let severities = Severity::ALL.iter().map(|word| word.as_str()).collect();
    assert_eq!(words("/$defs/finding/properties/severity/enum"), ours(severities));
    let verdicts = [Verdict::Pass, Verdict::Fail, Verdict::Unknown].map(Verdict::as_str).to_vec();
    assert_eq!(words("/properties/verdict/enum"), ours(verdicts));
    assert_eq!(words("/$defs/held_back/properties/because/enum"), CAUSES.map(|because| because.as_str().to_owned()));
    let counted = [vec!["entries", "checked"], statuses].concat();
    assert_eq!(words("/properties/counts/required"), ours(counted));
}

#[test]
fn json_keeps_hostile_text_exactly() {
    for text in HOSTILE {
        let document = json(Format::Json, &carrying(text));
        assert_eq!(document["entries"][0]["name"], *text);
        assert_eq!(document["entries"][0]["findings"][0]["remedy"], *text);
        assert_eq!(document["requests"][*text], 7, "one key, counted once");
    }
}

#[test]
fn json_says_what_became_of_each_write() {
    let document = json(Format::Json, &written());
    let outcomes = document["outcomes"].as_array().expect("a list");
    let words: Vec<_> = outcomes.iter().map(|outcome| (&outcome["outcome"], &outcome["detail"])).collect();
    let expected = ["done", "failed", "unknown", "failed", "failed"].map(Value::from);
    assert_eq!(words.iter().map(|(word, _)| (*word).clone()).collect::<Vec<_>>(), expected);
    assert_eq!((words[3].1, words[4].1), (&Value::from("not-begun"), &Value::from("overtaken")));
    assert_eq!(document["actions"][0]["create"], true);
    assert_eq!(document["actions"][1]["create"], false);
    assert!(document["actions"][4].get("create").is_none() && document["actions"][4]["from"].is_null());
    assert_eq!(document["held_back"][0]["because"], "conflict");
    assert_eq!(document["verdict"], "fail");
}

#[test]
fn json_counts_add_up() {
    let document = json(Format::Json, &rich());
    let counts = document["counts"].as_object().expect("an object");
    let sum: u64 = Status::ALL.iter().map(|status| counts[status.as_str()].as_u64().expect("a number")).sum();
    assert_eq!(counts["entries"], sum);
    assert_eq!(counts["checked"], sum - 1);
    assert_eq!(document["verdict"], "unknown");
}

#[test]
fn x9_junit_reads_back_with_one_case_for_each_entry() {
    for text in HOSTILE.iter().copied().chain(["plain"]) {
        let xml = rendered(Format::Junit, &carrying(text));
        let document = roxmltree::Document::parse(&xml).unwrap_or_else(|error| panic!("{error} in {xml}"));
        let all = |name: &'static str| document.descendants().filter(move |node| node.has_tag_name(name));
        let suite = all("testsuite").next().expect("one suite");
        let of_entries = all("testcase").filter(|case| case.attribute("classname") != Some("esc-sync"));
        assert_eq!(of_entries.count(), 2);
        assert_eq!(suite.attribute("tests"), Some(all("testcase").count().to_string().as_str()));
        assert_eq!(suite.attribute("failures"), Some(all("failure").count().to_string().as_str()));
        assert_eq!(suite.attribute("errors"), Some(all("error").count().to_string().as_str()));
        assert_eq!(all("script").count() + all("img").count(), 0);
    }
}

#[test]
fn junit_is_never_greener_than_the_verdict() {
    let well = || vec![entry("A", None, Tier::Critical, Status::Ok, 1)];
    let general = || vec![finding("near-limit", Severity::Error, None, "full", "")];
    let cases = [
        (report(vec![], vec![], false), "failure"),
        (report(well(), general(), false), "failure"),
        (report(well(), vec![], true), "error"),
        (report(vec![entry("A", None, Tier::Critical, Status::Unknown, 1)], vec![], true), "error"),
    ];
    for (report, element) in cases {
        let xml = rendered(Format::Junit, &report);
        assert!(xml.contains(&format!("<{element} ")), "{xml}");
    }
    let alone = |report: Report| Report { entries: well(), findings: vec![], incomplete: false, ..report }.decided();
    let xml = rendered(Format::Junit, &alone(planned()));
    assert!(xml.contains("tests=\"13\" failures=\"3\" errors=\"0\" skipped=\"4\""), "{xml}");
    let xml = rendered(Format::Junit, &alone(written()));
    assert!(xml.contains("tests=\"13\" failures=\"6\" errors=\"1\" skipped=\"4\""), "{xml}");
    let xml = rendered(Format::Junit, &report(well(), vec![], false));
    assert!(!xml.contains("<failure") && !xml.contains("<error") && xml.contains("tests=\"1\""), "{xml}");
}

#[test]
fn sarif_has_what_code_scanning_reads() {
    for report in HOSTILE.iter().map(|text| carrying(text)).chain([rich(), planned(), written()]) {
        let document = json(Format::Sarif, &report);
        assert_eq!(document["version"], "2.1.0");
        let run = &document["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
        let results = run["results"].as_array().expect("results");
        let own: usize = report.entries.iter().map(|entry| entry.findings.len()).sum();
        let refused = report.held_back.iter().filter(|held| held.because.is_refusal()).count();
        let undone = report.outcomes.iter().filter(|outcome| outcome.end != End::Done).count();
        assert_eq!(results.len(), own + report.findings.len() + refused + undone);
        for result in results {
            let rule = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
            assert_eq!(rules[rule]["id"], result["ruleId"]);
            assert!(["error", "warning", "note"].contains(&result["level"].as_str().expect("a level")));
            let physical = &result["locations"][0]["physicalLocation"];
            assert!(physical["region"]["startLine"].as_u64() >= Some(1));
            let uri = physical["artifactLocation"]["uri"].as_str().expect("a reference");
            assert!(uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~%:".contains(&byte)), "{uri}");
            assert_eq!(result["partialFingerprints"]["primaryLocationLineHash"].as_str().map(str::len), Some(32));
        }
    }
}

#[test]
fn sarif_fingerprints_do_not_move_with_the_lines() {
    let prints = |report: &Report| -> Vec<Value> {
        let document = json(Format::Sarif, report);
        let results = document["runs"][0]["results"].as_array().expect("results");
        results.iter().map(|result| result["partialFingerprints"].clone()).collect()
    };
    let (before, mut after) = (rich(), rich());
    for entry in &mut after.entries {
        entry.at.line += 7;
        for finding in &mut entry.findings {
            finding.reason.push_str(" today");
        }
    }
    assert_eq!(prints(&before), prints(&after));
    let mut distinct: Vec<String> = prints(&before).iter().map(Value::to_string).collect();
    let all = distinct.len();
    distinct.sort();
    distinct.dedup();
    assert!(distinct.len() >= all - 1, "the two findings of no entry differ by rule, all others by entry");
}

#[test]
fn gate_keeps_the_four_fields_and_their_types() {
    let document = json(Format::Gate, &rich());
    assert_eq!(document["missing_secrets"], serde_json::json!(["STRIPE_API_KEY"]));
    assert_eq!(
        document["failed_services"],
        serde_json::json!([
            "openai",
            "pinecone",
            "snowflake",
            "stripe",
            "unassigned: could not be checked",
            "esc-sync: store-unread"
        ])
    );
    assert_eq!(document["esc_status"], "connected");
    let services: Vec<_> = document["health_checks"].as_array().expect("a list").iter().collect();
    assert_eq!(services.len(), 7);
    assert_eq!(services[0]["service"], "business");
    assert_eq!(services[0]["evidence"], "presence");
}

#[test]
fn gate_names_what_is_wrong_with_writes() {
    let well = entry("A", None, Tier::Critical, Status::Ok, 1);
    let made = Report { entries: vec![well], findings: vec![], incomplete: false, ..written() }.decided();
    let document = json(Format::Gate, &made);
    let expected = ["esc-sync: write-failed", "esc-sync: write-refused", "esc-sync: write-unknown"];
    assert_eq!(document["failed_services"], serde_json::json!(expected));
    assert_eq!(document["exit_code"], 5);
}

#[test]
fn gate_says_what_esc_answered() {
    let mut read = rich();
    let status = |report: &Report| json(Format::Gate, report)["esc_status"].as_str().expect("a string").to_owned();
    for place in read.entries.iter_mut().flat_map(|entry| &mut entry.places) {
        if place.store == "esc" {
            place.reading = "unknown";
            place.why = super::sample::because("ESC did not answer in 30 s");
        }
    }
    assert_eq!(status(&read), "failed: ESC did not answer in 30 s");
    read.incomplete = false;
    assert_eq!(status(&read), "connected", "ESC answered that it has no value to give");
    assert_eq!(status(&report(vec![], vec![], false)), "not_available");
    assert_eq!(status(&report(vec![], vec![], true)), "unknown");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_report_reads_back(report in any_report()) {
        let validator = jsonschema::validator_for(&strict(schema())).expect("a schema");
        let document = json(Format::Json, &report);
        prop_assert!(validator.is_valid(&document), "{document:#}");
        let xml = rendered(Format::Junit, &report);
        prop_assert!(roxmltree::Document::parse(&xml).is_ok(), "{xml}");
        let sarif = json(Format::Sarif, &report);
        prop_assert_eq!(&sarif["runs"][0]["invocations"][0]["exitCode"], &Value::from(report.exit_code()));
    }

    /// A reader of the two lists alone never takes for a pass what is none.
    #[test]
    fn the_gate_fails_closed(report in any_report()) {
        let document = json(Format::Gate, &report);
        let empty = |field: &str| document[field].as_array().expect("a list").is_empty();
        let pass = report.verdict == Verdict::Pass;
        prop_assert!(pass || !empty("missing_secrets") || !empty("failed_services"));
        prop_assert!(!pass || empty("failed_services") || report.entries.iter().any(|e| e.status == Status::Unknown));
    }

    /// The order of entries and findings does not matter to the verdict.
    #[test]
    fn the_verdict_ignores_order(mut report in any_report()) {
        report.entries.reverse();
        report.findings.reverse();
        report.held_back.reverse();
        report.outcomes.reverse();
        prop_assert_eq!(
            report.clone().decided().verdict,
            report.verdict
        );
    }
}
