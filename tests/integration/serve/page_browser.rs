//! The page in a real browser: `page_browser/page.mjs` looks, this file serves what it looks at.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use esc_sync::daemon::{Board, health::health};
use serde_json::{Map, Value, json};

use super::{boards, page_server::serve};

#[tokio::test(flavor = "multi_thread")]
async fn x9_every_element_is_there_in_every_width_scheme_and_without_script() {
    let pages = pages(vec![
        ("mixed", boards::mixed(40)),
        ("well", boards::well(60)),
        ("unseen", boards::unseen()),
        ("standby", boards::standing_by()),
        ("hostile", boards::hostile()),
        ("large", boards::mixed(1_000)),
    ]);
    let profile = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("browser-{}", esc_sync::crypto::random_id(6)));
    let order = json!({
        "clients": installed(),
        "chromium": chromium(),
        "screenshots": target().join("screenshots"),
        "profile": profile,
        "pages": pages.await,
    });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integration/serve/page_browser/page.mjs");
    let ended = tokio::task::spawn_blocking(move || Command::new("node").arg(script).arg(order.to_string()).output());
    let output = ended.await.expect("not cancelled").expect("node runs");
    // What the browser leaves behind is below the build's own folder.
    let _ = std::fs::remove_dir_all(&profile);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("48 looks") && said.ends_with(" 0 wrong\n"), "{said}");
}

async fn pages(boards: Vec<(&str, Board)>) -> Value {
    let mut pages = Map::new();
    for (name, board) in boards {
        let mut verdict = health(&board, boards::NOW).verdict.to_string();
        verdict[..1].make_ascii_uppercase();
        let empty = board.look.is_none();
        let url = serve(board, boards::NOW).await;
        pages.insert(name.to_owned(), json!({ "url": url, "verdict": verdict, "empty": empty }));
    }
    Value::Object(pages)
}

/// The build's folder: three above the one for the files of tests of this build.
fn target() -> PathBuf {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    temporary.parent().expect("below the target folder").to_owned()
}

fn installed() -> PathBuf {
    let path = target().join("clients/page");
    assert!(
        path.join("node_modules/puppeteer-core").exists(),
        "run tests/integration/serve/page_browser/install first"
    );
    path
}

fn chromium() -> PathBuf {
    let names = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    let found = names.iter().map(PathBuf::from).find(|path| path.exists());
    found.expect("Chromium is needed: install it from your distribution (./test does)")
}
