//! Reports to render: a rich one, a hostile one, and arbitrary ones.

use std::{sync::Arc, time::Duration};

use esc_sync::{
    judge::Finding,
    model::{
        App, Cause, EnvironmentRef, EscPath, Evidence, GithubPlace, GithubScope, Kind, Place, SecretName, Severity,
        Slot, Stamp, Status, Tier, Unread,
    },
    plan::{Because, End},
    report::{
        ActionReport, BudgetReport, EntryReport, Format, HeldBackReport, OutcomeReport, PlaceReport, Report, Style,
        Verdict, render,
    },
    yaml::Position,
};
use proptest::prelude::*;

use super::ssh;

pub(crate) fn because(what: &str) -> Option<Arc<Unread>> {
    Some(Arc::new(Unread { cause: Cause::Rights, what: what.to_owned(), help: String::new() }))
}

pub(crate) fn rendered(format: Format, report: &Report) -> String {
    rendered_as(format, report, Style::default())
}

pub(crate) fn rendered_as(format: Format, report: &Report, style: Style) -> String {
    let mut out = Vec::new();
    render(format, report, &style, &mut out).expect("a vector takes all");
    String::from_utf8(out).expect("reports are UTF-8")
}

pub(crate) fn esc(path: &str) -> Place {
    let environment: EnvironmentRef = "acme/default/production".parse().expect("legal");
    Place::Esc { environment: Arc::new(environment), path: EscPath::parse(path).expect("legal") }
}

pub(crate) fn github(name: &str) -> Place {
    let scope = GithubScope::Organization { app: App::Actions, organization: "acme".into() };
    Place::Github(GithubPlace {
        scope: Arc::new(scope),
        slot: Slot::Secret,
        name: SecretName::parse(name).expect("legal"),
    })
}

pub(crate) fn finding(
    rule: &'static str,
    severity: Severity,
    place: Option<Place>,
    reason: &str,
    fix: &str,
) -> Finding {
    Finding { rule, severity, status: None, place, reason: reason.to_owned(), remedy: fix.to_owned() }
}

pub(crate) fn entry(name: &str, service: Option<&str>, tier: Tier, status: Status, line: u32) -> EntryReport {
    EntryReport {
        name: name.to_owned(),
        service: service.map(Arc::from),
        tier,
        kind: Kind::Secret,
        status,
        evidence: Evidence::None,
        findings: Vec::new(),
        places: Vec::new(),
        at: Position { line, column: 3 },
    }
}

pub(crate) fn place(place: &Place, reading: &'static str) -> PlaceReport {
    let store = if matches!(place, Place::Esc { .. }) { "esc" } else { "github" };
    let updated_at = (reading == "hidden").then(|| "2026-11-20T08:00:00Z".to_owned());
    PlaceReport { place: place.to_string(), store, reading, updated_at, why: None }
}

pub(crate) fn report(entries: Vec<EntryReport>, findings: Vec<Finding>, incomplete: bool) -> Report {
    Report {
        command: "check",
        verdict: Verdict::Unknown,
        mapping: "mappings/sophia.yaml".to_owned(),
        entries,
        findings,
        actions: Vec::new(),
        held_back: Vec::new(),
        outcomes: Vec::new(),
        remarks: Vec::new(),
        ssh: None,
        probes: Vec::new(),
        endpoints: Vec::new(),
        references: Vec::new(),
        located: Vec::new(),
        doctor: None,
        scanned: None,
        incomplete,
        idle: false,
        requests: vec![("esc".to_owned(), 1), ("github".to_owned(), 4)],
        budgets: vec![BudgetReport {
            store: "github",
            limit: 5_000,
            remaining: 4_999,
            resets_at: Stamp(1_767_323_045),
        }],
        duration: Duration::from_millis(48),
        run: "20261121T055102Z-7f3a".to_owned(),
        fail_on: Severity::Error,
    }
    .decided()
}

/// One of nearly everything.
pub(crate) fn rich() -> Report {
    let mut entries = vec![missing(), placeholder(), mismatch(), denied(), unknown()];
    for (at, name) in ["ASANA_API_TOKEN", "SLACK_BOT_TOKEN", "GONG_ACCESS_KEY"].into_iter().enumerate() {
        entries.push(unverified(name, 60 + at));
    }
    entries.extend([remarked(), well("REDIS_URL", 71), well("QDRANT_URL", 72)]);
    let unread = finding(
        "store-unread",
        Severity::Error,
        None,
        "GitHub did not list the secrets of repository acme/app: the token may not read them (403)",
        "give the token the permission \"Secrets: read\" on acme/app",
    );
    let limit = finding(
        "near-limit",
        Severity::Note,
        None,
        "organization acme holds 940 of at most 1,000 secrets",
        "remove secrets that nobody uses",
    );
    report(entries, vec![limit, unread], true)
}

fn missing() -> EntryReport {
    let mut entry = entry("STRIPE_API_KEY", Some("stripe"), Tier::Critical, Status::Missing, 12);
    entry.findings = vec![
        finding(
            "missing",
            Severity::Error,
            Some(esc("payments.stripe.api_key")),
            "ESC was asked and has no such path; GitHub holds the secret, updated 2026-11-20",
            "esc env set acme/default/production payments.stripe.api_key --secret --string --file -",
        ),
        finding(
            "stale",
            Severity::Warning,
            Some(github("STRIPE_API_KEY")),
            "not changed for 412 days; the mapping allows 365",
            "gh secret set STRIPE_API_KEY --org acme",
        ),
    ];
    entry.places = vec![place(&esc("payments.stripe.api_key"), "absent"), place(&github("STRIPE_API_KEY"), "hidden")];
    entry
}

fn placeholder() -> EntryReport {
    let mut entry = entry("OPENAI_API_KEY", Some("openai"), Tier::Critical, Status::Placeholder, 14);
    entry.evidence = Evidence::Presence;
    entry.findings = vec![finding(
        "placeholder",
        Severity::Error,
        Some(esc("ai.openai.api_key")),
        "the value in ESC is template text that was never filled in",
        "esc env set acme/default/production ai.openai.api_key --secret --string --file -",
    )];
    entry.places = vec![place(&esc("ai.openai.api_key"), "value"), place(&github("OPENAI_API_KEY"), "hidden")];
    entry
}

fn mismatch() -> EntryReport {
    let mut entry = entry("PINECONE_API_KEY", Some("pinecone"), Tier::Important, Status::Mismatch, 20);
    entry.evidence = Evidence::Value;
    entry.findings = vec![finding(
        "mismatch",
        Severity::Error,
        Some(github("PINECONE_API_KEY")),
        "both values were read and differ",
        "gh secret set PINECONE_API_KEY --org acme",
    )];
    entry
}

fn denied() -> EntryReport {
    let mut entry = entry("SNOWFLAKE_ACCOUNT", Some("snowflake"), Tier::Critical, Status::Denied, 31);
    entry.kind = Kind::Config;
    entry.evidence = Evidence::Value;
    entry.findings = vec![finding(
        "denied-value",
        Severity::Error,
        Some(esc("data.snowflake.account")),
        "the value is one that the mapping denies (deny[0])",
        "esc env set acme/default/production data.snowflake.account --string --file -",
    )];
    entry
}

fn unknown() -> EntryReport {
    let mut entry = entry("DEPLOY_KEY", None, Tier::Important, Status::Unknown, 40);
    let mut unread = place(&github("DEPLOY_KEY"), "unknown");
    unread.why = because("the token may not read the secrets of acme/app (403)");
    entry.places = vec![place(&esc("deploy.key"), "value"), unread];
    entry
}

fn unverified(name: &str, line: usize) -> EntryReport {
    let line = u32::try_from(line).expect("small");
    let mut entry = entry(name, Some("business"), Tier::Optional, Status::Unverified, line);
    entry.evidence = Evidence::Presence;
    entry.findings = vec![finding(
        "unverified",
        Severity::Warning,
        Some(github(name)),
        "it exists on both sides, but GitHub shows no values, so whether they are equal is not known",
        "run the check inside GitHub Actions with ESC_SYNC_GITHUB_SECRETS: ${{ toJSON(secrets) }}",
    )];
    entry
}

fn remarked() -> EntryReport {
    let mut entry = well("DOCKER_TOKEN", 70);
    entry.findings = vec![finding(
        "alias-present",
        Severity::Note,
        Some(github("DOCKERHUB_TOKEN")),
        "DOCKERHUB_TOKEN is there beside the canonical name",
        "gh secret delete DOCKERHUB_TOKEN --org acme",
    )];
    entry
}

fn well(name: &str, line: u32) -> EntryReport {
    let mut entry = entry(name, Some("infra"), Tier::Optional, Status::Ok, line);
    entry.evidence = Evidence::Value;
    entry.places = vec![place(&esc("infra.x"), "value"), place(&github(name), "value")];
    entry
}

/// What `plan` shows: one of each write, and one of each cause to leave a place alone.
pub(crate) fn planned() -> Report {
    let actions = vec![
        action(0, "STRIPE_API_KEY", "create", Some(esc("payments.stripe.api_key")), github("STRIPE_API_KEY")),
        action(1, "OPENAI_API_KEY", "update", Some(esc("ai.openai.api_key")), github("OPENAI_API_KEY")),
        action(2, "SLACK_BOT_TOKEN", "restrict", None, github("SLACK_BOT_TOKEN")),
        action(3, "REDIS_URL", "update", Some(github("REDIS_URL")), esc("infra.redis.url")),
        action(4, "OLD_TOKEN", "delete", None, github("OLD_TOKEN")),
    ];
    let mut held_back = vec![
        held("PINECONE_API_KEY", Because::Conflict),
        held("DEPLOY_KEY", Because::Drifted),
        held("SNOWFLAKE_ACCOUNT", Because::Guarded),
        held("DOCKER_TOKEN", Because::Unread),
    ];
    held_back.extend(["ASANA_API_TOKEN", "GONG_ACCESS_KEY", "QDRANT_URL"].map(|name| held(name, Because::Unverified)));
    let remarks = vec!["at the pace that GitHub allows this takes about 1 min".to_owned()];
    Report { command: "plan", actions, held_back, remarks, ..rich() }.decided()
}

/// What `sync` shows: every end a write can have.
pub(crate) fn written() -> Report {
    let planned = planned();
    let ends = [End::Done, End::Failed, End::Unknown, End::NotBegun, End::Overtaken];
    let outcomes = planned.actions.iter().zip(ends).map(|(action, end)| OutcomeReport {
        action: action.id,
        name: action.name.clone(),
        verb: action.verb,
        place: action.to.clone(),
        end,
        reason: if end == End::Done { String::new() } else { format!("how it came to be {}", end.as_str()) },
        help: if end == End::Done { String::new() } else { "esc-sync sync".to_owned() },
    });
    let outcomes = outcomes.collect();
    Report { command: "sync", outcomes, ..planned }.decided()
}

fn action(id: usize, name: &str, verb: &'static str, from: Option<Place>, to: Place) -> ActionReport {
    ActionReport { id, name: name.to_owned(), verb, from, to, reason: format!("the reason to {verb} it") }
}

fn held(name: &str, because: Because) -> HeldBackReport {
    HeldBackReport {
        name: name.to_owned(),
        place: github(name),
        because,
        reason: format!("what {} means here", because.as_str()),
        remedy: format!("`esc-sync sync --overwrite {name}`; if GitHub is right, `esc-sync sync --take {name}`"),
    }
}

/// Texts that mean something in one of the languages of the formats.
pub(crate) const HOSTILE: &[&str] = &[
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\u{1b}[31mred\u{1b}[0m \u{1b}]52;c;aGk=\u{7} \u{9b}2J",
    "user\u{202e}nimda \u{2066}x\u{2069}\u{200b}\u{feff}",
    "]]> <!-- & &amp; ' \"",
    "| a | b |\n| --- | --- |",
    "::error file=x::boo",
    "\n::set-output name=x::y\r\n##[add-mask]x",
    "`` ` ``` [x](javascript:alert(1)) @acme/admins #1 https://evil.example",
    "=HYPERLINK(\"http://evil.example\")",
    "{0} {{x}} ${{ secrets.X }} %0A::error::x %",
    "\u{0}\u{1}\u{fffe}\u{ffff}\u{d7ff}\u{e000}",
    "",
    " ",
    "```\n# head",
];

/// A report that carries `text` in every field that can come from outside.
pub(crate) fn carrying(text: &str) -> Report {
    let scope = GithubScope::Environment { repository: "acme/app".parse().expect("legal"), environment: text.into() };
    let name = SecretName::parse("NAME").expect("legal");
    let at = Place::Github(GithubPlace { scope: Arc::new(scope), slot: Slot::Secret, name });
    let mut broken = entry(text, Some(text), Tier::Critical, Status::Mismatch, 1);
    broken.findings = vec![
        finding("mismatch", Severity::Error, Some(at.clone()), text, text),
        finding("stale", Severity::Warning, Some(at.clone()), text, text),
    ];
    broken.places = vec![PlaceReport {
        place: at.to_string(),
        store: "github",
        reading: "unknown",
        updated_at: Some(text.to_owned()),
        why: because(text),
    }];
    let mut lost = broken.clone();
    lost.status = Status::Unknown;
    lost.places[0].store = "esc";
    let mut made =
        report(vec![broken, lost], vec![finding("store-unread", Severity::Error, Some(at), text, text)], true);
    made.mapping = text.to_owned();
    made.run = text.to_owned();
    made.requests = vec![(text.to_owned(), 3), (text.to_owned(), 4)];
    made.remarks = vec![text.to_owned()];
    made.ssh = Some(ssh::carrying(text));
    write_about(&mut made, text, &CAUSES, &ENDS);
    made.decided()
}

/// Adds writes of which everything that can come from outside is `text`.
fn write_about(report: &mut Report, text: &str, causes: &[Because], ends: &[End]) {
    let scope = GithubScope::Environment { repository: "acme/app".parse().expect("legal"), environment: text.into() };
    let name = SecretName::parse("NAME").expect("legal");
    let place = Place::Github(GithubPlace { scope: Arc::new(scope), slot: Slot::Secret, name });
    let (from, to, reason) = (Some(esc("a.b")), place.clone(), text.to_owned());
    for verb in ["create", "update", "delete"] {
        let (from, to, reason) = (from.clone(), to.clone(), reason.clone());
        let id = report.actions.len();
        report.actions.push(ActionReport { id, name: text.to_owned(), verb, from, to, reason });
    }
    report.held_back.extend(causes.iter().map(|because| HeldBackReport {
        name: text.to_owned(),
        place: place.clone(),
        because: *because,
        reason: text.to_owned(),
        remedy: text.to_owned(),
    }));
    report.outcomes.extend(ends.iter().enumerate().map(|(action, end)| OutcomeReport {
        action,
        name: text.to_owned(),
        verb: "update",
        place: place.clone(),
        end: *end,
        reason: text.to_owned(),
        help: text.to_owned(),
    }));
}

/// In the order of the report.
pub(crate) const CAUSES: [Because; 8] = [
    Because::Conflict,
    Because::Drifted,
    Because::Guarded,
    Because::Opaque,
    Because::Unread,
    Because::Unverified,
    Because::Unsettled,
    Because::NoSource,
];

pub(crate) const ENDS: [End; 5] = [End::Done, End::Failed, End::NotBegun, End::Overtaken, End::Unknown];

/// Arbitrary reports, with hostile texts among the arbitrary ones.
pub(crate) fn any_report() -> impl Strategy<Value = Report> {
    let entries = prop::collection::vec(any_entry(), 0..6);
    let findings = prop::collection::vec(any_finding(), 0..3);
    let causes = prop::collection::vec(prop::sample::select(CAUSES.to_vec()), 0..6);
    let ends = prop::collection::vec(prop::sample::select(ENDS.to_vec()), 0..5);
    let writes = (prop::option::of((any_text(), causes, ends)), ssh::any_ssh());
    (entries, findings, any::<bool>(), any_text(), any_text(), any::<u32>(), writes).prop_map(
        |(entries, findings, incomplete, mapping, run, number, (writes, ssh))| {
            let mut made = report(entries, findings, incomplete);
            if let Some((text, causes, ends)) = writes {
                write_about(&mut made, &text, &causes, &ends);
            }
            made.requests.push((run.clone(), u64::from(number)));
            made.duration = Duration::from_micros(u64::from(number));
            Report { mapping, run, ssh, ..made }.decided()
        },
    )
}

pub(crate) fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[ -~]{0,40}", prop::sample::select(HOSTILE).prop_map(str::to_owned)]
}

fn any_entry() -> impl Strategy<Value = EntryReport> {
    (
        (any_text(), prop::option::of(any_text()), any::<u32>()),
        (prop::sample::select(Tier::ALL), prop::sample::select(Kind::ALL)),
        (prop::sample::select(Status::ALL), prop::sample::select(Evidence::ALL)),
        prop::collection::vec(any_finding(), 0..4),
        prop::collection::vec(any_place(), 0..3),
    )
        .prop_map(|((name, service, line), (tier, kind), (status, evidence), findings, places)| EntryReport {
            name,
            service: service.map(Arc::from),
            tier,
            kind,
            status,
            evidence,
            findings,
            places,
            at: Position { line, column: line / 2 },
        })
}

fn any_finding() -> impl Strategy<Value = Finding> {
    let place = prop::option::of(any_text().prop_map(|key| {
        let quoted = format!("[\"{}\"]", key.replace('"', "\\\""));
        EscPath::parse(&quoted).map_or_else(
            |_| esc("a.b"),
            |path| match esc("a") {
                Place::Esc { environment, .. } => Place::Esc { environment, path },
                other => other,
            },
        )
    }));
    let rule = prop::sample::select(vec!["missing", "placeholder", "mismatch", "stale"]);
    (rule, prop::sample::select(Severity::ALL), place, any_text(), any_text())
        .prop_map(|(rule, severity, place, reason, remedy)| finding(rule, severity, place, &reason, &remedy))
}

fn any_place() -> impl Strategy<Value = PlaceReport> {
    let store = prop::sample::select(vec!["esc", "github", "job"]);
    let reading = prop::sample::select(vec!["absent", "hidden", "value", "unknown"]);
    (any_text(), store, reading, prop::option::of(any_text()), prop::option::of(any_text())).prop_map(
        |(place, store, reading, updated_at, why)| PlaceReport {
            place,
            store,
            reading,
            updated_at,
            why: why.as_deref().and_then(because),
        },
    )
}
