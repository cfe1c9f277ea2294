//! No private half on any surface: children's arguments and environments, output, reports, state, addresses asked.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::house::{Doors, Extras, House};
use crate::support::marks::{leak_of, renderings};

/// Where the seed of an unlocked ed25519 key begins in its container, in OpenSSH's layout without a comment before it.
const SEED: std::ops::Range<usize> = 161..193;

/// Everything by which a private half could be known.
fn canaries(private: &str) -> Vec<Vec<u8>> {
    let body: String = private.lines().filter(|line| !line.starts_with("-----")).collect();
    let bytes = STANDARD.decode(&body).expect("a private file");
    let seed = &bytes[SEED];
    let mut forms = vec![seed.to_vec()];
    // Base64 of the file itself, of a part of it at each alignment, and of that again.
    forms.extend(renderings(&body[SEED.start * 4 / 3 + 4..SEED.end * 4 / 3 - 4]));
    for skipped in 0..3 {
        let encoded = STANDARD.encode([&b"xx"[..skipped], seed].concat());
        forms.push(encoded.as_bytes()[4..40].to_vec());
    }
    let hex: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
    forms.extend([hex.to_uppercase().into_bytes(), hex.into_bytes()]);
    forms
}

struct Hunt {
    forms: Vec<Vec<u8>>,
}

impl Hunt {
    fn over(&self, bytes: &[u8], what: &str) {
        assert_eq!(leak_of(&self.forms, bytes), None, "{what}");
    }

    fn over_folder(&self, folder: &Path) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => self.over_folder(&path),
                false => self.over(&fs::read(&path).expect("readable"), &path.display().to_string()),
            }
        }
    }
}

/// One run of the program with reports in every format; all it said and left.
fn watched(house: &House<'_>, args: &[&str]) -> Vec<u8> {
    let formats = ["text", "json", "markdown", "junit", "sarif", "github", "gate"];
    let reports: Vec<_> = formats.iter().map(|format| format!("{format}=reports/{}.{format}", args[0])).collect();
    let reports = reports.iter().flat_map(|report| ["--report", report.as_str()]);
    let ran = house.ssh(args.iter().copied()).args(["-vvv"]).args(reports).run();
    assert_eq!(ran.code, 0, "{}", ran.everything());
    let asked =
        house.world.requests().into_iter().map(|asked| format!("{} {}?{}\n", asked.method, asked.path, asked.query));
    let mut all = ran.everything();
    all.extend(asked);
    all.into_bytes()
}

#[test]
fn i8_c11_no_private_half_is_anywhere_else() {
    let doors = Doors::new(2);
    let house = House::with(&doors, "leaks", Extras { registry: true, ..Extras::default() });
    let folder = house.file("reports");
    fs::create_dir(&folder).expect("a folder");
    house.wrapper.forget();
    let mut seen = Vec::new();
    for args in [&["rotate", "--yes"][..], &["status"], &["verify"], &["retire", "--yes"]] {
        seen.push((args[0], watched(&house, args)));
    }
    house.is_rotated("watched");
    let mut forms = canaries(&fs::read_to_string(&house.old).expect("the old key"));
    forms.extend(canaries(&house.text("deploy")));
    let hunt = Hunt { forms };
    for (what, bytes) in &seen {
        hunt.over(bytes, what);
    }
    hunt.over_folder(&folder);
    hunt.over_folder(&house.file(".local"));
    let calls = house.wrapper.calls();
    assert!(calls.len() > 14, "every child was seen: {}", calls.len());
    for (name, arguments, environment) in &calls {
        hunt.over(arguments, name);
        hunt.over(environment, name);
        let environment = String::from_utf8_lossy(environment);
        assert!(!environment.contains("canary-token") && !environment.contains("LAMBDA"), "{name}: {environment}");
    }
    for file in ["deploy.pub", "user-data.yaml", "known_hosts", "esc-sync.yaml"] {
        hunt.over(house.text(file).as_bytes(), file);
    }
    for server in &doors.servers {
        hunt.over(server.authorized().as_bytes(), "authorized keys");
        hunt.over(server.log().as_bytes(), "the server's log");
    }
}

/// The hunt must see what it is for.
#[test]
fn the_hunt_sees_a_private_half_in_each_form() {
    let doors = Doors::new(1);
    let private = fs::read_to_string(doors.rig.key("seen").file).expect("a private half");
    let forms = canaries(&private);
    for text in [private.clone(), private.replace('\n', "\\n"), STANDARD.encode(&private), private.replace('\n', "")] {
        assert!(leak_of(&forms, text.as_bytes()).is_some(), "{text}");
    }
    let public = fs::read_to_string(doors.rig.folder().join("seen.pub")).expect("a public half");
    assert_eq!(leak_of(&forms, public.as_bytes()), None);
}
