//! Workflows written to mislead: what counts, what does not, and at which line and column.

use super::{read_alone, shown};

const FILE: &str = ".github/workflows/x.yml";

/// A workflow of one job whose step has these lines.
fn step(lines: &str) -> String {
    let lines: String = lines.lines().map(|line| format!("      {line}\n")).collect();
    format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n{lines}")
}

#[test]
fn references_have_their_own_places() {
    let cases: &[(&str, &[&str])] = &[
        ("- run: echo ${{ secrets.A }}", &["secret A 6"]),
        ("- run: 'echo ${{ secrets.A }}'", &["secret A 6"]),
        ("- run: \"echo ${{ secrets.A }}\"", &["secret A 6"]),
        (
            "- run: |\n    # for ${{ secrets.A }}\n    echo č ${{ secrets.b }} ${{ vars.C }}",
            &["secret A 7", "secret B 8", "variable C 8"],
        ),
        ("- run: >-\n    echo\n    ${{ secrets.A\n    || secrets.B }}", &["secret A 8", "secret B 9"]),
        ("- run: \"a\\tb ${{ secrets['A'] }}\"", &["secret A 6"]),
        ("- run: 'a ${{ secrets[''A''] }} ${{ secrets.A }}'", &["secret A 6", "secret A 6"]),
        ("- run: \"${{ secrets\\u002eA }}\"", &["secret A 6"]),
        ("- env: { K: \"${{ secrets.A }}\", L: '${{ secrets.B }}' }", &["secret A 6", "secret B 6"]),
        ("- if: secrets.A != ''\n  run: x", &["secret A 6"]),
        ("- if: \"secrets.A != ''\"\n  run: x", &["secret A 6"]),
        ("- if: 'secrets.A == ''x'''\n  run: x", &["secret A 6"]),
        ("- if: ${{ secrets.A }} && secrets.B", &["secret A 6"]),
        ("- run: echo \\${{ secrets.A }}", &["secret A 6"]),
        ("- run: echo ${{secrets.A}}${{secrets.B}}", &["secret A 6", "secret B 6"]),
        ("- uses: x/y@v1\n  with:\n    token: ${{ SECRETS.a_token || github.token }}", &["secret A_TOKEN 8"]),
        ("- with:\n    if: secrets.NO", &[]),
        ("- env:\n    if: secrets.NO", &[]),
    ];
    for (lines, expected) in cases {
        let read = read_alone(FILE, step(lines).as_bytes());
        assert_eq!(read.broken, None, "{lines}");
        assert_eq!(&shown(FILE, &step(lines)), expected, "{lines}");
    }
}

#[test]
fn what_only_looks_like_a_reference_is_none() {
    for lines in [
        "- run: echo ${{ steps.secrets.outputs.X }}",
        "- run: echo ${{ needs.secrets.outputs.vars }}",
        "- run: echo ${{ github.event.secrets.X }} ${{ env.secrets }} ${{ inputs.secrets }}",
        "- run: echo ${{ 'secrets.X' }} ${{ format('secrets.X {0}', env.Y) }}",
        "- run: echo secrets.X $secrets.X ${secrets.X} { secrets.X }",
        "- run: x # ${{ secrets.X }}",
        "# - run: ${{ secrets.X }}\n- run: x",
        "- run: | # ${{ secrets.X }}\n    x",
        "- run: |\n    x\n# ${{ secrets.X }}",
        "- name: the secrets.X of it\n  run: x",
        "- run: echo ${{ mysecrets.X }} ${{ my-secrets.X }} ${{ secrets_.X }}",
        "- run: x\n  id: secrets\n- run: ${{ steps['secrets'].outputs.X }}",
    ] {
        assert_eq!(shown(FILE, &step(lines)), [""; 0], "{lines}");
    }
}

#[test]
fn what_only_a_run_knows_is_any_of_them() {
    for lines in [
        "- run: echo ${{ secrets[matrix.x] }}",
        "- run: echo ${{ toJSON(secrets) }}",
        "- run: echo ${{ secrets.* }}",
        "- run: echo ${{ secrets[format('A_{0}', matrix.x)] }}",
    ] {
        let names = shown(FILE, &step(lines));
        assert!(names.len() == 1 && names[0].starts_with("secret * 6"), "{lines}: {names:?}");
    }
    let inherits = "on: push\njobs:\n  a:\n    uses: x/y/.github/workflows/z.yml@v1\n    secrets: inherit\n";
    assert_eq!(shown(FILE, inherits), ["secret * 5"]);
}

#[test]
fn reusable_workflows_hand_over_and_declare() {
    let caller = "on: push\njobs:\n  a:\n    uses: ./.github/workflows/z.yml\n    secrets:\n      inner: ${{ secrets.OUTER }}\n      if: ${{ secrets.IF }}\n";
    assert_eq!(shown(FILE, caller), ["secret OUTER 6", "secret IF 7"]);
    let called = "on:\n  workflow_call:\n    secrets:\n      inner: { required: true, description: 'not ${{ secrets.NO }}' }\njobs:\n  a:\n    steps:\n      - run: ${{ secrets.INNER }} ${{ secrets.OTHER }}\n";
    let read = read_alone(FILE, called.as_bytes());
    assert_eq!(shown(FILE, called), ["secret INNER 8", "secret OTHER 8"]);
    let forms: Vec<_> = read.references.iter().map(|reference| reference.form).collect();
    assert_eq!(forms, [esc_sync::scan::Form::Declared, esc_sync::scan::Form::Expression]);
}

#[test]
fn a_jobs_environment_is_told() {
    use esc_sync::scan::Reach;
    let text = "jobs:\n  a:\n    environment: Prod\n    env: { X: '${{ secrets.A }}' }\n  b:\n    environment: { name: '${{ inputs.e }}' }\n    env: { X: '${{ secrets.B }}' }\n  c:\n    env: { X: '${{ secrets.C }}' }\n  d:\n    environment: { name: stage, url: x }\n    env: { X: '${{ secrets.D }}' }\n";
    let read = read_alone(FILE, text.as_bytes());
    let reaches: Vec<_> = read.references.iter().map(|reference| reference.reach.clone()).collect();
    let expected = [
        Reach::Environment("Prod".into()),
        Reach::AnyEnvironment,
        Reach::Repository,
        Reach::Environment("stage".into()),
    ];
    assert_eq!(reaches, expected);
}

#[test]
fn what_is_no_yaml_is_read_as_text() {
    let broken = "on: push\njobs:\n\ta: x\n    steps:\n      - run: ${{ secrets.A }}\n      # ${{ secrets.NO }}\n      - if: secrets.B != ''\n      - run: ${{ steps.secrets.outputs.X }} ${{ secrets.C\n    secrets: inherit\n";
    let read = read_alone(FILE, broken.as_bytes());
    assert!(read.broken.is_some());
    assert_eq!(shown(FILE, broken), ["secret A 5", "secret B 7", "secret C 8", "secret * 9"]);
    for text in ["a: [", "a: 1\n---\nb: ${{ secrets.A }}\n", "a: *x\n b: ${{ secrets.A }}\n", "%\n- ${{ secrets.A }}"] {
        read_alone(FILE, text.as_bytes());
    }
}

#[test]
fn actions_are_read_and_other_yaml_is_not() {
    let action = "name: x\ndescription: not ${{ secrets.NO }}\nruns:\n  using: composite\n  steps:\n    - run: ${{ secrets.A }}\n      if: vars.B\n";
    for file in ["action.yml", "deep/er/action.yaml"] {
        assert_eq!(shown(file, action), ["secret A 6", "variable B 7"], "{file}");
    }
    for file in ["x.yml", ".github/x.yml", ".github/workflows/x.txt", "workflows/x.yml", ".github/workflows/sub/x.yml"]
    {
        assert_eq!(shown(file, action), [""; 0], "{file}");
    }
    assert_eq!(
        shown("sub/.github/workflows/x.yaml", "a: ${{ vars.X }}\r\nb: ${{ vars.Y }}\r\n"),
        ["variable X 1", "variable Y 2"]
    );
}

#[test]
fn code_and_templates_read_names() {
    let cases: &[(&str, &str, &str)] = &[
        ("a.py", "x = os.environ[\"OPENAI_API_KEY\"]", "OPENAI_API_KEY 1"),
        ("a.py", "os.environ.get('OPENAI_API_KEY', '')", "OPENAI_API_KEY 1"),
        ("a.py", "os.getenv(\n    \"OPENAI_API_KEY\")", "OPENAI_API_KEY 2"),
        ("a.py", "config.require_secret(\"openai_api_key\")", "OPENAI_API_KEY 1"),
        ("a.ts", "process.env.OPENAI_API_KEY!", "OPENAI_API_KEY 1"),
        ("a.ts", "process.env['OPENAI_API_KEY']", "OPENAI_API_KEY 1"),
        ("a.ts", "import.meta.env.OPENAI_API_KEY", "OPENAI_API_KEY 1"),
        ("a.ts", "cfg.requireSecret(\"openaiApiKey\")", "OPENAI_API_KEY 1"),
        ("a.rs", "std::env::var(\"OPENAI_API_KEY\")", "OPENAI_API_KEY 1"),
        ("a.rs", "std::env::var_os(\"OPENAI_API_KEY\")", "OPENAI_API_KEY 1"),
        ("a.rb", "ENV[\"OPENAI_API_KEY\"] || ''", "OPENAI_API_KEY 1"),
        ("a.rb", "ENV.fetch('OPENAI_API_KEY')", "OPENAI_API_KEY 1"),
        ("a.go", "os.Getenv(\"OPENAI_API_KEY\")", "OPENAI_API_KEY 1"),
        ("a.java", "System.getenv(\"OPENAI_API_KEY\")", "OPENAI_API_KEY 1"),
        ("a.sh", "pulumi config set --secret proj:openaiApiKey x", "OPENAI_API_KEY 1"),
        ("docker-compose.yml", "x: ${OPENAI_API_KEY:?no}", "OPENAI_API_KEY 1"),
        (".env.template", "OPENAI_API_KEY=", "OPENAI_API_KEY 1"),
        (".env.example", "export OPENAI_API_KEY = x", "OPENAI_API_KEY 1"),
    ];
    for (file, text, expected) in cases {
        assert_eq!(shown(file, text), [format!("environment {expected}")], "{file}: {text}");
    }
    for (file, text) in [
        ("a.sh", "echo ${OPENAI_API_KEY}"),
        ("a.py", "os.environ[name]"),
        ("a.py", "os.environ['lower_case']"),
        ("a.py", "OPENAI_API_KEY = 1"),
        ("a.ts", "process.environment.OPENAI_API_KEY"),
        ("compose.yml", "x: ${OPENAI_API_KEY"),
        ("a.py", "require_secret(openai)"),
    ] {
        assert_eq!(shown(file, text), [""; 0], "{file}: {text}");
    }
}
