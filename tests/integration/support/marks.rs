//! A mark that values carry, and the search for it in every form in which it could come out (I8).

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use esc_sync::sandbox::{Effect, Fault};

use super::program::Ran;

/// What marks a value: no dictionary word, no digit run that could occur by chance.
pub(crate) const MARK: &str = "qZ7vKx0WmRb4";
pub(crate) fn marked(shape: &str) -> String {
    shape.replace("{}", MARK)
}

/// A mark of at least twelve letters in every form in which it could come out.
pub(crate) fn renderings(mark: &str) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for form in [mark.to_owned(), mark.to_lowercase(), mark.to_uppercase(), mark.chars().rev().collect()] {
        forms.push(form.into_bytes());
    }
    for skipped in 0..3 {
        let inner = &STANDARD.encode([&b"xx"[..skipped], mark.as_bytes()].concat())[4..16];
        forms.push(inner.as_bytes().to_vec());
        for again in 0..3 {
            forms.push(STANDARD.encode([&b"xx"[..again], inner.as_bytes()].concat()).as_bytes()[4..14].to_vec());
        }
    }
    let hex: String = mark.bytes().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = mark.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let escaped: String = mark.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    forms.extend([hex.to_uppercase(), hex, percent, escaped].map(String::into_bytes));
    forms.push(mark.encode_utf16().flat_map(u16::to_le_bytes).collect());
    forms
}

fn leak(bytes: &[u8]) -> Option<String> {
    leak_of(&renderings(MARK), bytes)
}

/// The first of these forms that stands in the bytes.
pub(crate) fn leak_of(forms: &[Vec<u8>], bytes: &[u8]) -> Option<String> {
    let found = forms.iter().find(|form| bytes.windows(form.len()).any(|window| window == form.as_slice()));
    found.map(|form| String::from_utf8_lossy(form).into_owned())
}

pub(crate) fn assert_silent(ran: &Ran, what: &str) {
    assert_eq!(leak(ran.everything().as_bytes()), None, "{what}:\n{}", ran.everything());
    for token in ["pul-canary-token", "ghp-canary-token"] {
        assert!(!ran.everything().contains(token), "{what} shows {token}");
    }
    assert!(!ran.stderr.contains("panicked"), "{what}: {}", ran.stderr);
}

/// The files of a folder, whole.
pub(crate) fn assert_no_file_holds_it(folder: &Path) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            assert_no_file_holds_it(&path);
        } else {
            assert_eq!(leak(&fs::read(&path).expect("readable")), None, "{}", path.display());
        }
    }
}

pub(crate) fn faults() -> Vec<Fault> {
    let echo = marked(
        "{\"message\": \"{}\", \"code\": 400, \"diagnostics\": [{\"summary\": \"bad value {}\", \"path\": \"values.x\"}]}",
    );
    let answer = |status: u16, body: &str| {
        Fault::new(Effect::Answer { status, headers: [].into(), body: body.to_owned() }).forever()
    };
    let mut faults: Vec<_> =
        [400, 401, 403, 404, 409, 422, 429, 500].into_iter().map(|status| answer(status, &echo)).collect();
    faults.extend([
        answer(200, &marked("{\"properties\": {\"s\": {\"value\": \"{}\", \"secret\": \"{}\"}}}")),
        answer(200, &marked("{\"properties\": {\"s\": \"{}")),
        answer(200, &marked("{\"secrets\": [{\"name\": \"{}-\", \"created_at\": \"{}\"}], \"total_count\": \"{}\"}")),
        answer(200, &marked("<html>{}</html>")),
        Fault::new(Effect::Truncate { bytes: 300 }).forever(),
        Fault::new(Effect::Reset { applied: false }).forever(),
        Fault::new(Effect::Hang { applied: false }).forever(),
        Fault::new(Effect::Redirect { status: 302, location: marked("http://127.0.0.1:9/{}?token={}") }).forever(),
        Fault::status(403, "rate").header("x-ratelimit-remaining", "0").header("x-ratelimit-reset", MARK).forever(),
        Fault::status(429, "rate").header("retry-after", MARK).forever(),
    ]);
    faults
}

/// The scan itself must see what it is for.
#[test]
fn the_scan_sees_every_form() {
    for text in [
        format!("x{MARK}y"),
        STANDARD.encode(format!("ab{MARK}cd")),
        STANDARD.encode(STANDARD.encode(format!("a{MARK}cd"))),
        MARK.bytes().map(|byte| format!("{byte:02x}")).collect(),
    ] {
        assert!(leak(text.as_bytes()).is_some(), "{text}");
    }
    assert!(leak(b"nothing to see").is_none());
}
