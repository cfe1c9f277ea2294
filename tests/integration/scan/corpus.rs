//! Several hundred workflows, a seventh of them no valid YAML, from a seeded generator that
//! knows what each refers to; and bytes at random.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::read_alone;

/// Reproducible and without a clock (Numerical Recipes' constants).
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.below(of.len() as u64)).expect("small")]
    }
}

/// A workflow, and the secrets it really refers to.
struct Made {
    text: String,
    names: BTreeSet<String>,
    broken: bool,
}

fn expression(dice: &mut Dice, names: &mut BTreeSet<String>) -> String {
    let name = format!("NAME_{}", dice.below(40));
    let form = dice.below(8);
    if form < 5 {
        names.insert(name.clone());
    }
    match form {
        0 => format!("${{{{ secrets.{name} }}}}"),
        1 => format!("${{{{secrets.{}}}}}", name.to_lowercase()),
        2 => format!("${{{{ format('it''s {{0}} secrets.NO_1', secrets.{name}) }}}}"),
        3 => format!("${{{{ steps.secrets.outputs.NO_2 || secrets [ '{name}' ] }}}}"),
        4 => format!("\\${{{{ Secrets.{name} && 'secrets.NO_3' }}}}"),
        5 => "${{ needs.secrets.outputs.NO_4 }}".to_owned(),
        6 => "${{ github.event.secrets.NO_5 }} secrets.NO_6".to_owned(),
        _ => "${{ env.secrets }} $secrets.NO_7 ${{ 'secrets.NO_8' }}".to_owned(),
    }
}

fn step(dice: &mut Dice, names: &mut BTreeSet<String>) -> String {
    let used = expression(dice, names);
    match dice.below(6) {
        0 => format!("      - run: echo {used}\n"),
        1 => format!("      - run: |\n          # {used}\n          echo done\n"),
        2 => format!("      - run: >\n          echo\n          {used}\n"),
        3 => {
            format!("      - uses: a/b@v1\n        with:\n          token: {used}\n        # ${{{{ secrets.NO_9 }}}}\n")
        }
        4 => format!("      - env:\n          KEY: {used} # ${{{{ secrets.NO_10 }}}}\n        run: x\n"),
        _ => format!("      - name: žluťoučký {used}\n        run: x\n"),
    }
}

fn made(seed: u64) -> Made {
    let mut dice = Dice(seed);
    let mut names = BTreeSet::new();
    let mut text = "name: x\non: [push]\n# ${{ secrets.NO_0 }}\njobs:\n".to_owned();
    for job in 0..=dice.below(3) {
        text.push_str(&format!("  job{job}:\n    runs-on: x\n    steps:\n"));
        for _ in 0..=dice.below(5) {
            text.push_str(&step(&mut dice, &mut names));
        }
    }
    let broken = seed.is_multiple_of(7);
    if broken {
        // What follows stays readable; what YAML refuses stands on a line of its own.
        text.push_str(dice.one(&[
            "\t- tab\n",
            "  bad: [unclosed\n",
            "%bad\n---\n---\n",
            "  'x\n",
            "}: {\n",
            "a: b: c\n",
        ]));
    }
    if dice.below(5) == 0 {
        text = text.replace('\n', "\r\n");
    }
    Made { text, names, broken }
}

#[test]
fn generated_workflows_have_exactly_their_names() {
    let (mut broken, mut references) = (0, 0);
    for seed in 0..700 {
        let made = made(seed);
        let read = read_alone(".github/workflows/g.yml", made.text.as_bytes());
        assert_eq!(read.broken.is_some(), made.broken, "seed {seed}:\n{}", made.text);
        let secrets = read.references.iter().filter(|reference| reference.kind.as_str() == "secret");
        let mut found: BTreeSet<String> = secrets.filter_map(|reference| reference.name.clone()).collect();
        references += read.references.len();
        broken += usize::from(made.broken);
        if made.broken {
            // As text nobody can tell a comment behind a value from one of the shell, which counts; none else is made up.
            found.retain(|name| !made.names.contains(name));
            assert!(found.iter().all(|name| name == "NO_10"), "seed {seed}: {found:?}\n{}", made.text);
        } else {
            assert_eq!(found, made.names, "seed {seed}:\n{}", made.text);
        }
        for reference in &read.references {
            let line = made.text.split('\n').nth(reference.at.line as usize - 1).expect("the line is there");
            let at: String = line.chars().skip(reference.at.column as usize - 1).collect();
            let name = reference.name.as_deref().expect("named");
            assert!(at.to_ascii_uppercase().starts_with(name), "seed {seed}: {name} at {line}");
        }
    }
    assert_eq!(broken, 100);
    assert!(references > 1_500, "{references}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_make_it_fail(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for file in [".github/workflows/x.yml", "a.py", ".env"] {
            read_alone(file, &bytes);
        }
    }

    #[test]
    fn no_pieces_of_workflows_make_it_fail(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)) {
        let text = pieces.concat();
        for file in [".github/workflows/x.yml", "action.yml", "compose.yml"] {
            let read = read_alone(file, text.as_bytes());
            prop_assert!(read.references.iter().all(|reference| reference.name.as_deref() != Some("OUTPUTS")));
        }
    }
}

const PIECES: &[&str] = &[
    "${{",
    "}}",
    "secrets",
    ".",
    "['",
    "']",
    "A",
    "'",
    "\"",
    "\n",
    "  ",
    "- ",
    ": ",
    "if: ",
    "run: |\n",
    "jobs:",
    "#",
    "\\",
    "steps.",
    "secrets.A",
    "toJSON(secrets)",
    "&a ",
    "*a",
    "é",
    "\t",
    "\r\n",
    "process.env.",
    "os.environ[",
    "${",
    "}",
    "environment: ",
    "secrets: inherit",
    "steps.secrets.outputs.x",
    "\u{feff}",
    "---\n",
];
