use super::testing::Case;
#[test]
fn perf_tmp() {
    let mut case = Case::new();
    let t = std::time::Instant::now();
    for at in 0..20_000u64 {
        let h = at.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let name = format!("N{at:06}_API_KEY");
        case = case.secret(&name, &format!("a{}.b{}.k{at}", at % 7, at % 97)).service("openai")
            .value(&format!("a{}.b{}.k{at}", at % 7, at % 97), &format!("sk-{h:016x}{:016x}{:016x}Zk", h ^ 77, h.rotate_left(9))).listed(&name);
    }
    eprintln!("built {:?}", t.elapsed());
    case.fill_views();
    let t = std::time::Instant::now();
    let judged = super::judge(&case.mapping, &case.snapshot, case.options);
    eprintln!("judged {} in {:?} {:?}", judged.entries.len(), t.elapsed(), judged.entries[5].status);
}
