//! `endpoints:` and the allowances of a probe in a mapping: what is read, and what is refused.

use esc_sync::{
    mapping::{LoadOptions, Mapping, load},
    model::SecretValue,
    probe::{Ask, Check, Step},
};

fn text(endpoints: &str) -> String {
    format!("version: 1\nesc: a/b/c\ngithub: {{ organization: acme }}\nendpoints:\n{endpoints}entries: {{ A: a }}\n")
}

fn good(text: &str, profile: Option<&str>) -> Mapping {
    let options = LoadOptions { profile: profile.map(Into::into) };
    load("m.yaml", text.as_bytes(), &options).unwrap_or_else(|errors| panic!("{text}\n{errors:?}")).mapping
}

#[test]
fn the_short_form_is_200_and_blocking() {
    let mapping = good(&text("  backend: https://api.example.com/health\n"), None);
    let [endpoint] = &*mapping.endpoints else { panic!("one endpoint") };
    assert_eq!((&*endpoint.name, &*endpoint.url), ("backend", "https://api.example.com/health"));
    assert_eq!((&*endpoint.status, endpoint.blocking, endpoint.allow_private), (&[200][..], true, false));
    assert!(endpoint.content_type.is_none() && endpoint.field.is_none() && endpoint.service.is_none());
    assert_eq!((endpoint.at.line, endpoint.at.column), (5, 3));
}

#[test]
fn every_field_of_an_endpoint_is_read() {
    let mapping = good(
        &text(
            "  backend: { url: http://10.0.0.7/h, status: [204, 200], content-type: Application/JSON, \
             field: { a.b: [ok, healthy] }, blocking: false, service: application, allow-private: true }\n  \
             other: { url: https://x.example.com/, field: version }\n  one: { url: https://y.example.com, field: { a: 1 } }\n",
        ),
        None,
    );
    let [whole, there, one] = &*mapping.endpoints else { panic!("three endpoints") };
    assert_eq!((&*whole.status, whole.content_type.as_deref()), (&[200, 204][..], Some("application/json")));
    let field = whole.field.as_ref().expect("a field");
    assert_eq!((&*field.path, &*field.values), ("a.b", &[Box::from("ok"), Box::from("healthy")][..]));
    assert_eq!((whole.blocking, whole.service.as_deref(), whole.allow_private), (false, Some("application"), true));
    assert!(there.field.as_ref().is_some_and(|field| &*field.path == "version" && field.values.is_empty()));
    assert!(one.field.as_ref().is_some_and(|field| *field.values == [Box::from("1")]));
}

#[test]
fn a_profile_replaces_drops_and_adds_endpoints() {
    let file = text("  a: https://a.example.com/\n  b: https://b.example.com/\n")
        + "profiles:\n  dev: { endpoints: { a: false, b: https://dev.example.com/, c: { url: http://localhost:1/ } } }\n";
    let names = |profile| {
        let mapping = good(&file, profile);
        mapping.endpoints.iter().map(|endpoint| format!("{} {}", endpoint.name, endpoint.url)).collect::<Vec<_>>()
    };
    assert_eq!(names(None), ["a https://a.example.com/", "b https://b.example.com/"]);
    assert_eq!(names(Some("dev")), ["b https://dev.example.com/", "c http://localhost:1/"]);
}

/// An endpoint, and the code, line and column of its only error.
const MISTAKES: &[(&str, &str, (u32, u32))] = &[
    ("  a: nonsense\n", "bad-url", (5, 6)),
    ("  a: https://user:pass@x.example.com/\n", "bad-url", (5, 6)),
    ("  a: ftp://x.example.com/\n", "bad-url", (5, 6)),
    ("  a: http://x.example.com/\n", "plain-http", (5, 6)),
    ("  a: { url: http://x.example.com/, allow-private: false }\n", "plain-http", (5, 13)),
    ("  a: { url: https://x.example.com/, statsu: [200] }\n", "unknown-field", (5, 37)),
    ("  a: { status: [200] }\n", "missing-field", (5, 6)),
    ("  a: https://x.example.com/\n  a: https://y.example.com/\n", "duplicate-key", (6, 3)),
    ("  a: { url: https://x.example.com/, status: [200, 302] }\n", "bad-endpoint", (5, 45)),
    ("  a: { url: https://x.example.com/, status: [] }\n", "empty", (5, 45)),
    ("  a: { url: https://x.example.com/, status: [99] }\n", "wrong-type", (5, 46)),
    ("  a: { url: https://x.example.com/, content-type: json }\n", "bad-content-type", (5, 51)),
    (
        "  a: { url: https://x.example.com/, content-type: application/json; charset=utf-8 }\n",
        "bad-content-type",
        (5, 51),
    ),
    ("  a: { url: https://x.example.com/, content-type: text/html, field: status }\n", "bad-endpoint", (5, 6)),
    ("  a: { url: https://x.example.com/, field: { a: [1], b: [2] } }\n", "bad-endpoint", (5, 44)),
    ("  a: { url: https://x.example.com/, field: { a..b: 1 } }\n", "bad-endpoint", (5, 46)),
    ("  a: { url: https://x.example.com/, field: { a: [] } }\n", "empty", (5, 49)),
    ("  a: { url: https://x.example.com/, blocking: yes }\n", "wrong-type", (5, 47)),
    ("  a: { url: https://x.example.com/, service: opneai }\n", "unknown-service", (5, 46)),
    ("  a: false\n", "bad-url", (5, 6)),
    ("  \"a b\": https://x.example.com/\n", "bad-name", (5, 3)),
    ("  a: [https://x.example.com/]\n", "wrong-type", (5, 6)),
];

#[test]
fn every_mistake_is_said_with_its_place_and_a_remedy() {
    for (endpoints, code, place) in MISTAKES {
        let errors = load("m.yaml", text(endpoints).as_bytes(), &LoadOptions::default()).expect_err(endpoints);
        let [error] = &*errors.list else { panic!("{endpoints}: {:?}", errors.list) };
        let at = error.at.expect("a place");
        assert_eq!((error.code, (at.line, at.column)), (*code, *place), "{endpoints}");
        assert!(error.help.is_some(), "{endpoints}");
        assert!(!errors.render("m.yaml").to_string().contains("pass@"), "{endpoints}");
    }
}

#[test]
fn x2_a_database_of_one_s_own_network_is_allowed_by_name() {
    let entries = |probe: &str| {
        format!(
            "version: 1\nesc: a/b/c\ngithub: {{ organization: acme }}\nentries:\n  \
             REDIS_URL: {{ esc: r.u, service: redis{probe} }}\n"
        )
    };
    let private = |probe: &str| {
        let mapping = good(&entries(probe), None);
        let value = |_: &_| Some(SecretValue::from("redis://:p@cache.internal:6379"));
        let check = Check::of(&mapping, &mapping.entries[0], &value).expect("it has a probe").expect("whole");
        match check.step(&[], esc_sync::model::Stamp(0)) {
            Step::Ask(Ask::Redis(ask)) => ask.private,
            step => panic!("a login: {step:?}"),
        }
    };
    assert!(!private(""));
    assert!(!private(", probe: { allow-private: [other.internal] }"));
    assert!(private(", probe: { allow-private: [Cache.internal] }"));
    for probe in [", probe: { allow-private: [\"a b\"] }", ", probe: { allow-private: x }", ", probe: {}"] {
        assert!(load("m.yaml", entries(probe).as_bytes(), &LoadOptions::default()).is_err(), "{probe}");
    }
}
