//! M9: what the mapping names and the stores do not have, said of each; the rest goes on.

use serde_json::json;

use crate::support::world::{World, entry, status};

const MAPPING: &str = "\
version: 1
esc: { environment: acme/default/production }
github: { organization: acme }
entries:
  FINE: s.fine
  NO_PATH: s.not_there
  NO_ENVIRONMENT: { esc: { path: s.fine, environment: acme/default/nowhere }, github: { repository: acme/app } }
  NO_ORGANIZATION: { esc: s.fine, github: { organization: nobody } }
  NO_REPOSITORY: { esc: s.fine, github: { repository: acme/gone } }
  NO_DEPLOYMENT: { esc: s.fine, github: { repository: acme/app, environment: nowhere } }
";

#[test]
fn m9_what_is_not_there_is_said_of_each_and_the_rest_goes_on() {
    let world = World::with_mapping("m9", MAPPING);
    world.esc_secrets(&[("fine", "value-of-fine-51c2")]);
    world.org_secret("FINE", "value-of-fine-51c2").org_secret("NO_PATH", "value-of-path-88ab");
    world.secret("/repos/acme/app/actions", "NO_ENVIRONMENT", "value-of-fine-51c2", &json!({}));
    let ran = world.check([]);
    assert_eq!(ran.code, 3, "{}", ran.everything());
    let report = ran.json();
    assert_eq!((status(&report, "FINE"), status(&report, "NO_PATH")), ("unverified", "missing"));
    for (name, named) in [
        ("NO_ENVIRONMENT", "acme/default/nowhere"),
        ("NO_ORGANIZATION", "nobody"),
        ("NO_REPOSITORY", "acme/gone"),
        ("NO_DEPLOYMENT", "nowhere"),
    ] {
        assert_eq!(status(&report, name), "unknown", "{name}");
        let said = entry(&report, name)["findings"].to_string();
        assert!(said.contains(named), "{name}: {said}");
    }
}
