//! `scan` beside ripgrep on the same tree with as many patterns, and the pace of `redact`.

use std::{
    fmt::Write as _,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use esc_sync::{
    model::SecretValue,
    scan::{Known, Matcher},
};
use serde_json::Value;

use crate::{
    RUNS, Scratch,
    process::{Run, measured, median, millis, run, run_with},
    table::Table,
    world::{Emulator, mapping, value},
};

const VALUES: usize = 60;
const FILES: usize = 2_000;
const FILE_BYTES: usize = 100_000;

pub(crate) fn scanning(scratch: &Scratch, table: &mut Table) {
    let folder = scratch.folder("scan", &mapping(VALUES, 1));
    let emulator = Emulator::start(None, VALUES, 1);
    let planted = plant(&folder.join("tree"));
    let found = folder.join("found.json");
    let report = format!("json={}", found.display());
    run(&mut emulator.command(&folder, &["scan", "tree", "--report", &report]));
    let all = || emulator.command(&folder, &["scan", "tree"]);
    let leaks = leaks(&found);
    table.bound("scan: planted values missed or made up", planted.abs_diff(leaks) as f64, "", 0.5);
    beside_ripgrep(&format!("scan of {VALUES} values, 200 MB"), all, || rg(&folder, &patterns(&folder)), table);
    let references = || emulator.command(&folder, &["scan", "tree", "--no-values"]);
    beside_ripgrep("scan of references, 200 MB", references, || rg_words(&folder), table);
    redacting(&folder, &emulator, table);
}

/// The median of both, run in turn; at most twice ripgrep's.
fn beside_ripgrep(name: &str, ours: impl Fn() -> Command, theirs: impl Fn() -> Command, table: &mut Table) {
    let (mut scans, mut greps): (Vec<Run>, Vec<Run>) = (Vec::new(), Vec::new());
    for _ in 0..RUNS / 2 {
        scans.push(run(&mut ours()));
        greps.push(run(&mut theirs()));
    }
    if greps.iter().any(|run| run.code.is_none_or(|code| code > 1)) {
        return table.note("ripgrep is not installed: `scan` stands beside nothing");
    }
    let (scan, grep) = (millis(median(&scans)), millis(median(&greps)));
    table.bound(&format!("{name}: beside ripgrep {grep:.0} ms"), scan, "ms", 2.0 * grep);
}

fn redacting(folder: &Path, emulator: &Emulator, table: &mut Table) {
    let input = folder.join("stream");
    let mut text = Vec::new();
    for at in 0..FILES {
        text.extend(fs::read(folder.join("tree").join(name(at))).expect("a file of the tree"));
    }
    fs::write(&input, &text).expect("a stream");
    let runs: Vec<Run> = (0..3)
        .map(|_| {
            let stdin = Stdio::from(File::open(&input).expect("there"));
            run_with(&mut emulator.command(folder, &["redact"]), stdin)
        })
        .collect();
    let megabytes = text.len() as f64 / 1e6;
    table.bound("redact: ms for each 100 MB", millis(median(&runs)) * 100.0 / megabytes, "ms", 1_000.0);
}

/// Source-like text in many files, every tenth with one value in one of its forms. Returns how many were planted.
fn plant(tree: &Path) -> usize {
    let mut dice = 7_u64;
    let mut planted = 0;
    for at in 0..FILES {
        let mut text = String::with_capacity(FILE_BYTES + 200);
        while text.len() < FILE_BYTES {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let word = WORDS[(dice >> 33) as usize % WORDS.len()];
            let _ = write!(text, "{word}{}", if (dice >> 60) == 0 { "\n" } else { " " });
        }
        if at % 10 == 0 {
            let value = value(at / 10 % VALUES);
            let form = match at / 10 % 4 {
                0 => value,
                1 => STANDARD.encode(format!("user:{value}")),
                2 => STANDARD.encode(STANDARD.encode(&value)),
                _ => value.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}")),
            };
            let _ = writeln!(text, "\nkey: {form}");
            planted += 1;
        }
        let file = tree.join(name(at));
        fs::create_dir_all(file.parent().expect("in a folder")).expect("a folder");
        fs::write(file, text).expect("a file");
    }
    planted
}

fn name(at: usize) -> PathBuf {
    let folder = if at.is_multiple_of(50) { ".github/workflows".to_owned() } else { format!("src{}", at % 20) };
    Path::new(&folder).join(format!("f{at}.{}", if at.is_multiple_of(50) { "yml" } else { "py" }))
}

fn leaks(report: &Path) -> usize {
    let report: Value = serde_json::from_slice(&fs::read(report).expect("a report")).expect("JSON");
    let located = report["located"].as_array().expect("located").iter();
    located.filter(|finding| finding["rule"] == "leaked-value").count()
}

/// As many fixed patterns as the product looks for.
fn patterns(folder: &Path) -> PathBuf {
    let held: Vec<SecretValue> = (0..VALUES).map(|at| SecretValue::from(value(at))).collect();
    let known: Vec<_> = held.iter().enumerate().map(|(at, value)| Known { name: at.to_string(), value }).collect();
    let forms = Matcher::new(&known).forms();
    let lines: Vec<String> =
        (0..forms).map(|at| STANDARD.encode(format!("{}{}", at / VALUES, value(at % VALUES)))).collect();
    let file = folder.join("patterns");
    fs::write(&file, lines.join("\n")).expect("patterns");
    file
}

fn rg(folder: &Path, patterns: &Path) -> Command {
    let mut command = measured("rg", folder);
    command.args(["--no-config", "--hidden", "-F", "-c", "-f"]).arg(patterns).arg("tree");
    command
}

fn rg_words(folder: &Path) -> Command {
    let mut command = measured("rg", folder);
    let pattern = r"secrets\.\w+|vars\.\w+|environ\W+\w+|getenv\W+\w+|process\.env\.\w+|env::var\W+\w+";
    command.args(["--no-config", "--hidden", "-n", "--column", pattern, "tree"]);
    command
}

const WORDS: &[&str] = &[
    "def",
    "self.client",
    "return",
    "(value)",
    "config",
    "import",
    "os.environ['OPENAI_API_KEY']",
    "=",
    "\"text\"",
    "for",
    "item",
    "in",
    "range(10):",
    "None",
    "# remark",
    "class",
    "Handler:",
    "request.headers",
    "await",
    "json.dumps(data)",
    "aGVsbG8gd29ybGQ",
    "0x7f3a",
    "if",
    "not",
    "else:",
    "print(x)",
    "${{ secrets.SECRET_000001 }}",
    "raise",
    "ValueError",
];
