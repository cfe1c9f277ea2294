//! `mapping lint` and `mapping fmt` as they are typed.

use std::{fs, path::Path};

use esc_sync::mapping::canonical;

use crate::support::program::{Program, folder};

const UNTIDY: &str = "version: 1\nesc:\n    environment: acme/default/production\ngithub: {organization: acme}\nentries:\n  ONE: {esc: a.one}   # the first\n";

#[test]
fn fmt_writes_the_one_form_once() {
    let scratch = folder("fmt");
    let fmt = |args: &[&str]| Program::new(&scratch).args([&["mapping", "fmt"], args].concat()).run();
    fs::write(scratch.join("esc-sync.yaml"), UNTIDY).expect("a file");
    let checked = fmt(&["--check"]);
    assert_eq!(checked.code, 1, "{}", checked.everything());
    assert!(
        checked.stdout.contains("esc-sync.yaml:2: not in its form: 4 lines would change"),
        "{}",
        checked.everything()
    );
    assert_eq!(fs::read_to_string(scratch.join("esc-sync.yaml")).expect("there"), UNTIDY);
    assert_eq!(fmt(&[]).code, 0);
    let wanted = "version: 1\nesc: { environment: acme/default/production }\ngithub: { organization: acme }\nentries:\n  ONE: a.one  # the first\n";
    assert_eq!(fs::read_to_string(scratch.join("esc-sync.yaml")).expect("there"), wanted);
    assert_eq!(fmt(&["--check"]).code, 0);
}

#[test]
fn fmt_leaves_what_it_cannot_write() {
    let scratch = folder("fmt-left");
    let fmt = |text: &str| {
        fs::write(scratch.join("esc-sync.yaml"), text).expect("a file");
        let ran = Program::new(&scratch).args(["mapping", "fmt"]).run();
        assert_eq!(fs::read_to_string(scratch.join("esc-sync.yaml")).expect("there"), text);
        ran
    };
    let broken = fmt("version: 1\nentries: { ONE: a..b }\n");
    assert!(broken.code == 2 && broken.stderr.contains("-->"), "{}", broken.everything());
    let json = fmt("{\"version\": 1, \"esc\": \"a/b/c\", \"github\": false, \"entries\": {\"ONE\": \"a.one\"}}\n");
    assert!(json.code == 5 && json.stderr.contains("JSON"), "{}", json.everything());
}

#[test]
fn the_mappings_of_this_repository_are_in_their_form() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings");
    let mut seen = 0;
    for file in fs::read_dir(folder).expect("there").flatten().map(|entry| entry.path()) {
        let before = fs::read_to_string(&file).expect("a mapping");
        let after = canonical(before.as_bytes()).unwrap_or_else(|why| panic!("{}: {why}", file.display()));
        assert!(after == before, "{}: run `esc-sync mapping fmt`", file.display());
        seen += 1;
    }
    assert!(seen >= 2);
}

#[test]
fn lint_tells_machines_what_it_tells_people() {
    let scratch = folder("lint-json");
    fs::write(
        scratch.join("m.yaml"),
        "version: 1\nesc: a/b/c\ngithub: { organization: acme }\nentries:\n  ONE: { esc: a.one, teir: critical }\n",
    )
    .expect("a file");
    let ran = Program::new(&scratch).args(["mapping", "lint", "m.yaml", "--format", "json"]).run();
    assert_eq!(ran.code, 2, "{}", ran.everything());
    let told = ran.json();
    let first = &told["diagnostics"][0];
    assert_eq!(
        (&told["schema"], &first["severity"], &first["line"]),
        (&"esc-sync/lint/v1".into(), &"error".into(), &5.into())
    );
    assert!(first["help"].as_str().expect("a help").contains("tier"), "{first}");
}
