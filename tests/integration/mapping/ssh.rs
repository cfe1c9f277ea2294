//! The machines' key in a mapping: what is read, and what is refused.

use std::time::Duration;

use super::{good, read};

fn with_ssh(ssh: &str, entries: &str) -> String {
    format!("version: 1\nesc: a/b/c\ngithub: {{ organization: acme }}\nssh:\n{ssh}entries:\n{entries}")
}

const WHOLE: &str = "  user: ubuntu
  private-key: ~/.ssh/deploy
  public-key: ssh.public_key_base64
  stored-private-key: { path: ssh.private_key, environment: a/b/d }
  known-hosts: ~/.ssh/known_hosts
  config: ~/.ssh/config
  lambda-key-name: deploy
  launch-key-name: ssh.key_name
  lambda-instances: true
  cloud-init: [infra/gpu.yaml, /srv/other.yaml]
  overlap: 24h
  max-age: 12w
  machines: [ { name: a, host: h }, { name: b, host: h, port: 2222 }, { name: c, host: h, user: root } ]
";

#[test]
fn every_field_of_the_key_is_read() {
    let ssh = good(&with_ssh(WHOLE, "  A: a\n")).ssh.expect("ssh");
    let places = [&ssh.public_key, &ssh.stored_private_key, &ssh.launch_key_name];
    let places = places.map(|place| place.as_ref().map(|place| format!("{} {}", place.environment, place.path)));
    let wanted = ["a/b/c ssh.public_key_base64", "a/b/d ssh.private_key", "a/b/c ssh.key_name"];
    assert_eq!(places.map(Option::unwrap_or_default), wanted);
    assert_eq!((ssh.config.as_deref(), ssh.lambda_instances), (Some("~/.ssh/config"), true));
    assert_eq!(*ssh.cloud_init, [Box::from("infra/gpu.yaml"), Box::from("/srv/other.yaml")]);
    assert_eq!((ssh.overlap, ssh.max_age_days), (Some(Duration::from_secs(86_400)), Some(84)));
    assert_eq!(ssh.machines.len(), 3);
}

#[test]
fn a_profile_s_environment_is_that_of_the_key_too() {
    let text = with_ssh("  public-key: ssh.public\n", "  A: a\n") + "profiles: { dev: { esc: a/b/dev } }\n";
    let options = esc_sync::mapping::LoadOptions { profile: Some("dev".into()) };
    let loaded = esc_sync::mapping::load("m.yaml", text.as_bytes(), &options).expect("good");
    let public = loaded.mapping.ssh.expect("ssh").public_key.expect("a path");
    assert_eq!(public.environment.to_string(), "a/b/dev");
}

/// The block, the entries under it, and the one code that they get.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("  machines: [ { name: a, host: h }, { name: b, host: H } ]\n", "  A: a\n", "duplicate-machine"),
    (
        "  user: u\n  machines: [ { name: a, host: h }, { name: b, host: h, user: u } ]\n",
        "  A: a\n",
        "duplicate-machine",
    ),
    ("  public-key: s.k\n  stored-private-key: s.k\n", "  A: a\n", "one-place-for-two"),
    ("  public-key: s.k\n  stored-private-key: s.k.private\n", "  A: a\n", "path-inside-path"),
    ("  public-key: s.k\n", "  A: s.k.b\n", "path-inside-path"),
    ("  public-key: s.k.b\n", "  A: s.k\n", "path-inside-path"),
    ("  stored-private-key: s.k\n", "  A: { esc: s.k, kind: config }\n", "private-in-the-open"),
    ("  public-key: s.k\n", "  A: { esc: s.k, direction: both }\n", "two-writers"),
    ("  launch-key-name: s.n\n", "  A: a\n", "missing-field"),
    ("  lambda-instances: true\n", "  A: a\n", "missing-field"),
    ("  lambda-key-name: aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeef\n", "  A: a\n", "bad-key-name"),
    ("  lambda-key-name: ''\n", "  A: a\n", "empty"),
    ("  public-key: esc-sync.pending\n", "  A: a\n", "reserved-path"),
    ("  public-key: values.a\n", "  A: a\n", "values-prefix"),
    ("  cloud-init: [../../etc/passwd]\n", "  A: a\n", "bad-file"),
    ("  cloud-init: [-o]\n", "  A: a\n", "bad-file"),
    ("  cloud-init: [\"a\\nb\"]\n", "  A: a\n", "bad-file"),
    ("  cloud-init: [a.yaml, a.yaml]\n", "  A: a\n", "duplicate-file"),
    ("  overlap: soon\n", "  A: a\n", "bad-duration"),
    ("  overlap: 0h\n", "  A: a\n", "bad-duration"),
    ("  lambda-instances: yes\n", "  A: a\n", "wrong-type"),
    ("  stored-private-key: { pth: a }\n", "  A: a\n", "unknown-field"),
];

#[test]
fn every_mistake_about_the_key_is_named_with_its_remedy() {
    let mut wrong = Vec::new();
    for (ssh, entries, code) in MISTAKES {
        let Err(errors) = read(&with_ssh(ssh, entries)) else {
            wrong.push(format!("accepted: {ssh}{entries}"));
            continue;
        };
        let found: Vec<&str> = errors.errors().map(|error| error.code).collect();
        if found != [*code] || !errors.render("m.yaml").contains("= help: ") {
            wrong.push(format!("{ssh}{entries}wanted {code}, got {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_entry_may_be_at_the_key_s_own_places() {
    for entries in [
        "  A: { esc: s.public, kind: config }\n",
        "  A: s.public\n",
        "  A: s.private\n",
        "  A: { esc: { path: s.private, environment: x/y/z }, kind: config }\n",
    ] {
        let text = with_ssh("  public-key: s.public\n  stored-private-key: s.private\n", entries);
        assert_eq!(good(&text).entries.len(), 1, "{entries}");
    }
}
