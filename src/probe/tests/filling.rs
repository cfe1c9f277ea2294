//! Templates: no value changes the shape of what is asked.

use super::super::{
    AllowedHosts, Credential,
    template::{Room, fill},
};
use crate::model::SecretValue;

fn filled(template: &str, room: Room, parts: &[(&'static str, &str)]) -> Result<String, String> {
    let parts = parts.iter().map(|(name, value)| (*name, SecretValue::from(*value))).collect();
    let credential = Credential::new(parts, AllowedHosts::default());
    fill(template, room, &credential).map(|text| text.to_string()).map_err(|flaw| flaw.to_string())
}

#[test]
fn x3_values_are_escaped_where_they_stand() {
    let ok = |template: &str, room, value: &str| filled(template, room, &[("value", value)]).expect("filled");
    assert_eq!(ok("https://h/{value}/x", Room::Url, "a/../b?c#d@e f"), "https://h/a%2F..%2Fb%3Fc%23d%40e%20f/x");
    assert_eq!(ok(r#"{"k":"{value}"}"#, Room::Json, "a\"},{\"x\":\"\n"), r#"{"k":"a\"},{\"x\":\"\n"}"#);
    assert_eq!(ok("a={value}&b=1", Room::Form, "x&b=2 +"), "a=x%26b%3D2%20%2B&b=1");
    assert_eq!(ok("Bearer {value}", Room::Header, "a b~"), "Bearer a b~");
    assert_eq!(ok("query { viewer { id } } {} {other}", Room::Json, "x"), "query { viewer { id } } {} {other}");
    assert_eq!(ok("{site|a.b}", Room::Header, "x"), "a.b");
}

#[test]
fn x3_what_cannot_be_escaped_is_refused_without_being_quoted() {
    for (template, room, value) in [
        ("Bearer {value}", Room::Header, "hunter2\r\nHost: evil"),
        ("Bearer {value}", Room::Header, "hunter2\n"),
        ("Bearer {value}", Room::Header, "hunter2\u{200b}"),
        ("https://{value}.example.com/", Room::Url, "hunter2.evil/"),
        ("https://{value}.example.com/", Room::Url, "hunter2@evil"),
        ("https://h/{value}/x", Room::Url, ".."),
        ("{value}/x", Room::Url, "http://hunter2.example"),
        ("{value}/x", Room::Url, "https://a.example/hunter2?x"),
        ("{value:}", Room::Header, "hunter2:x"),
    ] {
        let flaw = filled(template, room, &[("value", value)]).expect_err(value);
        assert!(flaw.starts_with("`value` ") && !flaw.contains("hunter2"), "{flaw}");
    }
}

#[test]
fn basic_pairs_are_encoded_together() {
    let parts = [("user", "Aladdin"), ("value", "open sesame")];
    // RFC 7617, section 2.
    assert_eq!(filled("Basic {user:value}", Room::Header, &parts).as_deref(), Ok("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
    assert_eq!(filled("{user:}", Room::Header, &parts).as_deref(), Ok("QWxhZGRpbjo="));
}
