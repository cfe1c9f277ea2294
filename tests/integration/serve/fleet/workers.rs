//! Workers as processes: the command line of a fleet, against one emulator.

use serde_json::Value;

use crate::support::{
    program::Ran,
    world::{World, status},
};

const SCOPES: usize = 12;

/// A secret for each of some repositories and one of the organization, none of them on GitHub yet.
fn fleet(name: &str) -> World {
    let repositories =
        (0..SCOPES).map(|at| format!("S_{at:02}: {{ esc: s.s{at:02}, github: {{ repository: acme/r{at:02} }} }}"));
    let entries: Vec<String> = repositories.chain(["SHARED: s.shared".to_owned()]).collect();
    let world = World::with_entries(name, &entries.iter().map(String::as_str).collect::<Vec<_>>());
    let mut values: Vec<(String, String)> =
        (0..SCOPES).map(|at| (format!("s{at:02}"), format!("value-of-{at:02}-9c41aa"))).collect();
    values.push(("shared".to_owned(), "value-of-all-77ab21".to_owned()));
    world.esc_secrets(&values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>());
    let now = world.running.now();
    world.running.world(|world| {
        for at in 0..SCOPES {
            let visibility = esc_sync::sandbox::github::RepositoryVisibility::Private;
            world.github.put_repository("acme", &format!("r{at:02}"), visibility, now);
        }
    });
    world
}

fn run(world: &World, command: &str, part: &str) -> Ran {
    let yes: &[&str] = if command == "sync" { &["--yes"] } else { &[] };
    let args = ["--format", "json", "--partition", part].into_iter().chain(yes.iter().copied());
    world.program([command]).args(args).run()
}

fn names(report: &Value) -> Vec<String> {
    let entries = report["entries"].as_array().expect("entries");
    entries.iter().map(|entry| entry["name"].as_str().expect("a name").to_owned()).collect()
}

/// All workers of a fleet at the same time.
fn together(world: &World, command: &str, of: usize) -> Vec<Ran> {
    std::thread::scope(|scope| {
        let run = |index: usize| scope.spawn(move || run(world, command, &format!("{index}/{of}")));
        let workers: Vec<_> = (1..=of).map(run).collect();
        workers.into_iter().map(|worker| worker.join().expect("no worker panics")).collect()
    })
}

#[test]
fn the_parts_of_a_check_are_the_whole() {
    let world = fleet("parts");
    let mut found: Vec<String> = Vec::new();
    for index in 1..=4 {
        let report = run(&world, "check", &format!("{index}/4")).json();
        found.extend(names(&report));
        let remarks = report["remarks"].to_string();
        assert!(remarks.contains(&format!("worker {index}/4")), "{remarks}");
    }
    let mut whole = names(&world.check([]).json());
    found.sort();
    whole.sort();
    assert_eq!(found, whole);
}

/// The first of them makes the fingerprint key; who came second at the same moment is refused before any write.
#[test]
fn c7_workers_that_begin_at_once_converge_in_two_rounds() {
    let world = fleet("race");
    together(&world, "sync", 4);
    for ran in together(&world, "sync", 4) {
        assert_eq!(ran.code, 0, "{}", ran.everything());
    }
    let quiet = together(&world, "sync", 4);
    let writes = quiet.iter().map(|ran| ran.json()["outcomes"].as_array().expect("outcomes").len()).sum::<usize>();
    assert_eq!(writes, 0, "all is equal");
    for ran in together(&world, "check", 4) {
        let report = ran.json();
        assert_eq!(ran.code, 0, "{}", ran.everything());
        assert!(names(&report).iter().all(|name| status(&report, name) == "ok"), "{report:#}");
    }
}

#[test]
fn a_worker_without_work_passes_and_says_so() {
    let world = World::with_entries("idle", &["ONE: s.one"]);
    world.esc_secrets(&[("one", "v1k7f3c9a1e5b2d801")]);
    world.org_secret("ONE", "v1k7f3c9a1e5b2d801");
    let idle: Vec<Ran> = (1..=8)
        .map(|index| run(&world, "check", &format!("{index}/8")))
        .filter(|ran| ran.json()["entries"].as_array().expect("entries").is_empty())
        .collect();
    assert_eq!(idle.len(), 7);
    for ran in idle {
        assert_eq!((ran.code, &ran.json()["verdict"]), (0, &"pass".into()), "{}", ran.everything());
        assert!(ran.stdout.contains("nothing of what was asked for falls to worker"), "{}", ran.stdout);
    }
    // Without a partition nothing to check is a failure still.
    assert_eq!(world.check(["--only", "NO_SUCH", "--partition", "1/8"]).code, 2);
}

#[test]
fn a_kept_plan_is_for_the_part_it_was_made_for() {
    let world = fleet("kept");
    let plan = |part| world.program(["plan", "--out", "plan.json", "--partition", part]).run();
    let made = plan("1/4");
    assert!(made.code <= 1, "{}", made.everything());
    let other = world.program(["sync", "--yes", "--plan", "plan.json", "--partition", "2/4"]).run();
    assert_eq!(other.code, 5, "{}", other.everything());
    let own = world.program(["sync", "--yes", "--plan", "plan.json", "--partition", "1/4"]).run();
    assert_eq!(own.code, 0, "{}", own.everything());
}

#[test]
fn an_indexed_job_tells_its_worker() {
    let world = fleet("job");
    let typed = names(&run(&world, "check", "3/4").json());
    let told = world.program(["check", "--format", "json", "--partition", "auto"]);
    let told = told.env("JOB_COMPLETION_INDEX", "2").env("ESC_SYNC_PARTITIONS", "4").run();
    assert_eq!(names(&told.json()), typed);
    let alone = world.program(["check", "--partition", "auto"]).run();
    assert_eq!(alone.code, 2, "{}", alone.everything());
    assert!(alone.stderr.contains("JOB_COMPLETION_INDEX is not set"), "{}", alone.stderr);
}

#[test]
fn what_is_split_is_not_taken_from_github() {
    let github =
        "[{ repository: acme/r00 }, { repository: acme/r01 }, { repository: acme/r02 }, { repository: acme/r03 }]";
    let entry = format!("WIDE: {{ esc: s.wide, github: {github} }}");
    let world = World::with_entries("split", &[&entry]);
    world.esc_secrets(&[("wide", "v1k7f3c9a1e5b2d801")]);
    let refused = (1..=4)
        .map(|index| world.program(["plan", "--from", "github", "--partition", &format!("{index}/4")]).run())
        .filter(|ran| ran.code == 2)
        .inspect(|ran| assert!(ran.stderr.contains("WIDE has places that fall to other workers"), "{}", ran.stderr))
        .count();
    assert!(refused >= 2, "the four scopes fall to one worker");
}
