//! Awkward values, written and read back byte for byte.

use esc_sync::model::{EscPath, SecretValue};

use super::{Shop, at, ends};
use esc_sync::{
    engine::apply::{EscChange, write_environment},
    plan::End,
};

fn awkward() -> Vec<String> {
    let pem = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE\nAAAA==\n-----END OPENSSH PRIVATE KEY-----\n";
    let mut values: Vec<String> = [
        pem,
        "no",
        "1e3",
        "0123",
        "null",
        "~",
        "true",
        "2024-01-01",
        "🙂",
        "e\u{301}\u{200F}x",
        "a\0b",
        "\u{1}\u{1b}[0m\u{7f}",
        "x\u{85}y",
        "\u{feff}x",
        "x\u{2028}y\u{2029}z",
        "\u{fffe}\u{ffff}",
        " lead",
        "trail ",
        "\ttab\t",
        "${x}",
        "a${x.y}b",
        "${",
        "$${",
        "$${x}",
        "p$$q",
        "p$q",
        "$",
        "$$$$",
        "fn::x",
        "fn::secret: y",
        "---",
        "--- x",
        "...",
        "#",
        " #c",
        "x #c",
        ": ",
        "a: b",
        "- a",
        "? a",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "%x",
        "@x",
        "`x",
        "\"",
        "'",
        "\"q\"",
        "\\",
        "\\n",
        "a\\",
        "a\r\nb\r\n",
        "a\rb",
        "\n",
        "\n\n x \n",
        "{{ x }}",
        "${{ secrets.X }}",
        "{",
        "[",
        "a, b",
        "<<",
        "=",
        "x\u{a0}y",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect();
    values.push("x".repeat(48 << 10));
    values.push("k: \"v\" ".repeat(6 << 10));
    values.push((1..=0x2FF_u32).filter_map(char::from_u32).collect());
    values
}

#[tokio::test]
async fn e15_awkward_values_read_back_byte_for_byte() {
    for secret in [true, false] {
        for start in ["values:\n  old: 1 # kept\n", "values: {old: 1}\n"] {
            let shop = Shop::with(start).await;
            let values: Vec<SecretValue> = awkward().into_iter().map(SecretValue::from).collect();
            let paths: Vec<EscPath> =
                (0..values.len()).map(|at| format!("deep.v{at}").parse().expect("legal")).collect();
            let changes: Vec<_> = values
                .iter()
                .zip(&paths)
                .enumerate()
                .map(|(action, (value, path))| EscChange {
                    action,
                    path,
                    value: Some(value),
                    secret,
                    only_if_absent: true,
                })
                .collect();
            let written = write_environment(&shop.store, &shop.environment, None, &changes).await;
            assert!(ends(&written).iter().all(|end| *end == End::Done), "{:?}", written.ends[0]);
            assert_eq!((written.before, written.after), (Some(2), Some(3)));
            assert_eq!(shop.asked(), ["GET E", "POST /yaml/check", "PATCH E"]);
            // Twice: what was stored is edited again, to other values.
            let turned: Vec<_> = changes
                .iter()
                .zip(values.iter().rev())
                .map(|(change, value)| EscChange { value: Some(value), only_if_absent: false, ..*change })
                .collect();
            for changes in [changes, turned] {
                if !changes[0].only_if_absent {
                    let written = write_environment(&shop.store, &shop.environment, None, &changes).await;
                    assert!(ends(&written).iter().all(|end| *end == End::Done), "{:?}", written.ends[0]);
                }
                let opened = shop.opened().await;
                for (change, path) in changes.iter().zip(&paths) {
                    let value = change.value.expect("nothing is taken out");
                    let (text, flagged) = at(&opened, &path.to_string());
                    assert!(text.as_bytes() == value.expose(), "{path}: {text:?} is not {:?}", value.expose_text());
                    assert_eq!(flagged, secret, "{path}");
                }
            }
        }
    }
}

#[tokio::test]
async fn v2_what_is_not_text_is_refused_and_stops_nothing() {
    let shop = Shop::with("values: {}\n").await;
    let (binary, text) = (SecretValue::from_bytes(vec![0xff, 0xfe]), SecretValue::from("x"));
    let (one, two): (EscPath, EscPath) = ("a".parse().expect("legal"), "b".parse().expect("legal"));
    let change =
        |action, path, value| EscChange { action, path, value: Some(value), secret: true, only_if_absent: false };
    let changes = [change(0, &one, &binary), change(1, &two, &text)];
    let written = write_environment(&shop.store, &shop.environment, None, &changes).await;
    assert_eq!(ends(&written), [End::Failed, End::Done]);
    assert!(written.ends[0].reason.contains("UTF-8") && written.ends[0].help.contains("base64"));
    assert_eq!(at(&shop.opened().await, "b"), ("x", true));
}
