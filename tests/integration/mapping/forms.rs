//! What can be said in a mapping, and what it then means.

use esc_sync::{
    mapping::{ConflictPolicy, DeclaredVisibility, FormatRule, LoadOptions, load},
    model::{App, Direction, Encoding, GithubScope, Kind, Slot, Tier},
};

use super::{declaring_services, entry, good, read, with_head};

/// The short form of the README: contract, word for word.
pub(super) const SHORT_FORM: &str = "\
version: 1
esc: { environment: acme/default/production }
github: { organization: acme, visible-to: [acme/app] }
entries:
  STRIPE_API_KEY: payments.stripe.api_key
  OPENAI_API_KEY: { esc: ai.openai.api_key, service: openai, tier: critical }
  SNOWFLAKE_ACCOUNT: { esc: data.snowflake.account, kind: config, expect: ZNB04675, deny: [scoobyjava-vw02766] }
  DEPLOY_KEY: { esc: deploy.key, github: { repository: acme/app, environment: production } }
";

/// Machines, keys and a probe, under the same head.
pub(super) const MACHINES: &str = "\
version: 1
esc: { environment: acme/default/production }
github: { organization: acme, visible-to: [acme/app] }
ssh:
  user: ubuntu
  private-key: ~/.ssh/deploy
  public-key: ssh.public_key_base64          # ESC path of the base64 public half
  known-hosts: ~/.ssh/known_hosts
  lambda-key-name: deploy                    # optional: the name in Lambda's registry
  machines: [ { name: gpu-1, host: 192.0.2.10, port: 22, user: ubuntu } ]
entries:
  INTERNAL_TOKEN:
    esc: internal.token
    probe: { method: GET, url: https://api.example.com/me, headers: { Authorization: \"Bearer {value}\" }, hosts: [api.example.com], live: [200], rejected: [401] }
";

#[test]
fn the_short_form_means_what_the_contract_says() {
    let mapping = good(&declaring_services(SHORT_FORM));
    let names: Vec<&str> = mapping.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["STRIPE_API_KEY", "OPENAI_API_KEY", "SNOWFLAKE_ACCOUNT", "DEPLOY_KEY"]);
    let stripe = entry(&mapping, "STRIPE_API_KEY");
    let places: Vec<String> = stripe.places().map(|place| place.to_string()).collect();
    assert_eq!(places, ["esc acme/default/production payments.stripe.api_key", "github acme secret STRIPE_API_KEY"]);
    assert_eq!((stripe.kind, stripe.tier, stripe.direction), (Kind::Secret, Tier::Important, Direction::EscToGithub));
    assert_eq!(stripe.on_conflict, ConflictPolicy::Stop);
    assert_eq!(stripe.visible_to.iter().map(ToString::to_string).collect::<Vec<_>>(), ["acme/app"]);
    assert_eq!((stripe.at.line, stripe.at.column), (5, 3));
    let openai = entry(&mapping, "OPENAI_API_KEY");
    assert_eq!((openai.service.as_deref(), openai.tier), (Some("openai"), Tier::Critical));
    let account = entry(&mapping, "SNOWFLAKE_ACCOUNT");
    assert_eq!((account.kind, account.github[0].slot), (Kind::Config, Slot::Variable));
    assert_eq!(*account.detail().expect, [Box::from("ZNB04675")]);
    assert_eq!(*account.detail().deny, [Box::from("scoobyjava-vw02766")]);
    let deploy = entry(&mapping, "DEPLOY_KEY");
    assert_eq!(deploy.github[0].to_string(), "github acme/app@production secret DEPLOY_KEY");
    assert!(deploy.visible_to.is_empty());
}

#[test]
fn machines_keys_and_probes_mean_what_the_contract_says() {
    let mapping = good(MACHINES);
    let ssh = mapping.ssh.as_ref().expect("ssh");
    assert_eq!((ssh.user.as_deref(), ssh.private_key.as_deref()), (Some("ubuntu"), Some("~/.ssh/deploy")));
    assert_eq!(ssh.public_key.as_ref().expect("public key").path.to_string(), "ssh.public_key_base64");
    assert_eq!(
        (ssh.known_hosts.as_deref(), ssh.lambda_key_name.as_deref()),
        (Some("~/.ssh/known_hosts"), Some("deploy"))
    );
    assert_eq!((&*ssh.machines[0].name, &*ssh.machines[0].host, ssh.machines[0].port), ("gpu-1", "192.0.2.10", 22));
    let probe = entry(&mapping, "INTERNAL_TOKEN").detail().probe.as_ref().expect("probe");
    assert_eq!((&*probe.method, &*probe.url), ("GET", "https://api.example.com/me"));
    assert_eq!(*probe.headers, [("Authorization".into(), "Bearer {value}".into())]);
    assert_eq!((&*probe.live, &*probe.rejected, probe.limited.len()), (&[200][..], &[401][..], 0));
}

#[test]
fn json_reads_too() {
    let text = "{\n\t\"$schema\": \"x\", \"x-note\": [1], \"version\": 1,\n\t\"esc\": {\"environment\": \"acme/default/p\"},\n\t\"github\": {\"organization\": \"acme\"},\n\t\"entries\": {\"A\": \"a.b\", \"B\": {\"esc\": false}}\n}\n";
    assert_eq!(good(text).entries.len(), 2);
}

#[test]
fn places_follow_the_nearest_word() {
    let mapping = good(
        "version: 1\nesc: { environment: main, environments: { main: acme/d/main, shared: acme/d/shared } }\n\
         github: { repository: Acme/App, app: dependabot }\nentries:\n\
         \x20 A: a\n\
         \x20 B: { esc: { path: b, environment: shared }, github: OTHER }\n\
         \x20 C: { esc: { path: c, environment: acme/d/far }, github: { environment: staging } }\n\
         \x20 D: { esc: d, github: [ { organization: ACME, app: codespaces, visibility: all }, { name: D2, app: actions } ] }\n\
         \x20 E: { esc: e, github: false }\n\
         \x20 F: { esc: false }\n",
    );
    let github = |name: &str| entry(&mapping, name).github.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(github("A"), ["github acme/app (dependabot) secret A"]);
    assert_eq!(github("B"), ["github acme/app (dependabot) secret OTHER"]);
    assert_eq!(github("C"), ["github acme/app@staging secret C"]);
    assert_eq!(github("D"), ["github acme (codespaces) secret D", "github acme/app secret D2"]);
    assert!(github("E").is_empty() && entry(&mapping, "F").esc.is_none());
    let environment = |name: &str| entry(&mapping, name).esc.as_ref().expect(name).environment.to_string();
    assert_eq!([environment("A"), environment("B"), environment("C")], ["acme/d/main", "acme/d/shared", "acme/d/far"]);
    assert_eq!(entry(&mapping, "D").detail().visibility, Some(DeclaredVisibility::All));
    assert_eq!(
        mapping.entries.iter().filter(|entry| entry.github.iter().any(|p| p.scope.app() == App::Dependabot)).count(),
        3
    );
}

#[test]
fn scopes_are_shared_and_fold_case() {
    let mapping = good(&with_head(
        "  A: { esc: a, github: { repository: acme/app, environment: Prod } }\n  B: { esc: b, github: { repository: ACME/App, environment: prod } }\n",
    ));
    let (a, b) = (&mapping.entries[0].github[0].scope, &mapping.entries[1].github[0].scope);
    assert!(std::sync::Arc::ptr_eq(a, b) && matches!(&**a, GithubScope::Environment { .. }));
}

#[test]
fn demands_are_read() {
    let mapping = good(&with_head(
        "  A: { esc: a, format: { pattern: 'x|y' }, encoding: base64, max-age: 12w, direction: both, on-conflict: newest, aliases: [A_OLD], allow: [ { rule: stale, reason: because } ] }\n\
         \x20 B: { esc: b, kind: config, expect: [no, 0123, '1e3', 2024-01-01], github: { variable: false } }\n",
    ));
    let (a, b) = (entry(&mapping, "A"), entry(&mapping, "B"));
    let Some(FormatRule::Inline(pattern)) = &a.detail().format else { panic!("a pattern") };
    assert!(pattern.is_match("x") && !pattern.is_match("xy"));
    assert_eq!((a.detail().encoding, a.detail().max_age_days), (Encoding::Base64, Some(84)));
    assert_eq!((a.direction, a.on_conflict), (Direction::Both, ConflictPolicy::Newest));
    assert_eq!((a.allows("stale"), a.allows("missing")), (Some("because"), None));
    assert_eq!(a.detail().aliases[0].as_str(), "A_OLD");
    assert_eq!(b.detail().expect.join(" "), "no 0123 1e3 2024-01-01");
    assert_eq!(b.github[0].slot, Slot::Secret);
}

const LAYERS: &str = "\
version: 1
esc: acme/d/production
github: { repository: acme/app, environment: production }
defaults: { tier: optional, max-age: 10d }
services: { mine: { title: Mine, tier: critical } }
profiles:
  staging:
    esc: acme/d/staging
    github: { environment: staging }
    defaults: { max-age: 20d }
    entries:
      ONE: { tier: important }
      TWO: false
      three: other.path
      NEW: { esc: new.path }
entries:
  ONE: { esc: one, service: mine }
  TWO: two
  THREE: { esc: three, aliases: [TRES] }
";

#[test]
fn defaults_services_and_profiles_are_laid_over_each_other() {
    let base = good(LAYERS);
    assert_eq!((entry(&base, "ONE").tier, entry(&base, "TWO").tier), (Tier::Critical, Tier::Optional));
    assert_eq!(entry(&base, "ONE").detail().max_age_days, Some(10));
    let options = LoadOptions { profile: Some("staging".into()) };
    let loaded = load("m.yaml", LAYERS.as_bytes(), &options).unwrap_or_else(|errors| panic!("{}", errors.render("m")));
    let staging = loaded.mapping;
    let names: Vec<&str> = staging.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!((names, loaded.profiles), (vec!["ONE", "THREE", "NEW"], vec!["staging".to_owned()]));
    let one = entry(&staging, "ONE");
    assert_eq!((one.tier, one.detail().max_age_days), (Tier::Important, Some(20)));
    assert_eq!(one.github[0].to_string(), "github acme/app@staging secret ONE");
    let three = entry(&staging, "THREE");
    assert_eq!(three.esc_place().expect("esc").to_string(), "esc acme/d/staging other.path");
    assert_eq!(three.detail().aliases[0].as_str(), "TRES");
}

#[test]
fn m5_one_source_may_have_many_targets() {
    let mapping = good(&with_head(
        "  A: shared.path\n  B: shared.path\n  C: { esc: shared.path, github: { repository: acme/x } }\n",
    ));
    assert_eq!(mapping.entries.len(), 3);
}

#[test]
fn m12_a_mark_and_crlf_are_read() {
    let text = format!("\u{feff}{}", with_head("  A: a.b\n").replace('\n', "\r\n"));
    let mapping = good(&text);
    assert_eq!((mapping.entries[0].at.line, mapping.entries[0].at.column), (5, 3));
    assert_eq!(mapping.entries[0].esc.as_ref().expect("esc").path.to_string(), "a.b");
}

#[test]
fn odd_spellings_warn_and_load() {
    let loaded = read(&with_head("  Vultr_key: a\n")).unwrap_or_else(|errors| panic!("{}", errors.render("m")));
    assert_eq!((loaded.mapping.entries[0].name.as_str(), loaded.warnings[0].code), ("VULTR_KEY", "name-case"));
}
