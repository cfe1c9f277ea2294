//! A strict reader of OpenMetrics text 1.0, as much of it as is written here: written from the specification, not from
//! the writer.

use std::collections::{BTreeMap, BTreeSet};

pub(super) type Labels = BTreeMap<String, String>;

#[derive(Debug, Default)]
pub(super) struct Family {
    pub(super) kind: String,
    pub(super) help: String,
    /// Name, labels, value.
    pub(super) samples: Vec<(String, Labels, f64)>,
}

/// Every family, or the line that breaks a rule.
pub(super) fn parse(text: &str) -> Result<BTreeMap<String, Family>, String> {
    let body = text.strip_suffix("# EOF\n").ok_or("no end mark")?;
    let mut families = BTreeMap::new();
    let mut open: Option<(String, Family)> = None;
    for line in body.split_terminator('\n') {
        let broken = |why: &str| format!("{why}: {line:?}");
        if let Some(about) = line.strip_prefix("# ") {
            let mut words = about.splitn(3, ' ');
            let (Some(what), Some(name), Some(said)) = (words.next(), words.next(), words.next()) else {
                return Err(broken("a line about nothing"));
            };
            if open.as_ref().is_none_or(|(current, _)| current != name) {
                close(&mut families, open.take())?;
                open = Some((name.to_owned(), Family::default()));
            }
            let (_, family) = open.as_mut().ok_or_else(|| broken("no family"))?;
            let told = match what {
                "TYPE" => &mut family.kind,
                "HELP" => &mut family.help,
                _ => return Err(broken("unknown word")),
            };
            if !told.is_empty() || !family.samples.is_empty() || said.is_empty() {
                return Err(broken("told twice, too late, or nothing"));
            }
            said.clone_into(told);
        } else {
            let sample = sample(line).ok_or_else(|| broken("no sample"))?;
            let (name, family) = open.as_mut().ok_or_else(|| broken("a sample of no family"))?;
            if !belongs(&sample.0, name, &family.kind) {
                return Err(broken("a sample of another family"));
            }
            family.samples.push(sample);
        }
    }
    close(&mut families, open)?;
    Ok(families)
}

fn belongs(sample: &str, family: &str, kind: &str) -> bool {
    let endings: &[&str] = match kind {
        "gauge" => &[""],
        "counter" => &["_total"],
        "info" => &["_info"],
        "histogram" => &["_bucket", "_sum", "_count"],
        _ => &[],
    };
    endings.iter().any(|ending| sample == format!("{family}{ending}"))
}

fn close(families: &mut BTreeMap<String, Family>, open: Option<(String, Family)>) -> Result<(), String> {
    let Some((name, family)) = open else { return Ok(()) };
    let series: BTreeSet<_> = family.samples.iter().map(|(name, labels, _)| (name, labels)).collect();
    if series.len() != family.samples.len() {
        return Err(format!("{name} has the same series twice"));
    }
    if family.kind != "gauge" && family.samples.iter().any(|(_, _, value)| *value < 0.0 || value.is_nan()) {
        return Err(format!("{name} counts below nothing"));
    }
    if family.kind == "histogram" {
        histogram(&name, &family)?;
    }
    if families.insert(name.clone(), family).is_some() {
        return Err(format!("{name} comes twice"));
    }
    Ok(())
}

/// Buckets rise to the one without an end, which holds all that was counted.
fn histogram(name: &str, family: &Family) -> Result<(), String> {
    let mut spreads: BTreeMap<Labels, Vec<(f64, f64)>> = BTreeMap::new();
    for (sample, labels, value) in &family.samples {
        let mut labels = labels.clone();
        if sample.ends_with("_bucket") {
            let bound = labels.remove("le").and_then(|bound| number(&bound)).ok_or("a bucket without a bound")?;
            spreads.entry(labels).or_default().push((bound, *value));
        }
    }
    for (labels, buckets) in spreads {
        let rises = buckets.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
        let last = buckets.last().copied().unwrap_or_default();
        let count = family.samples.iter().find(|(sample, of, _)| sample.ends_with("_count") && *of == labels);
        if !rises || last.0 != f64::INFINITY || count.is_none_or(|(_, _, count)| *count != last.1) {
            return Err(format!("{name} has buckets that are none"));
        }
    }
    Ok(())
}

fn number(text: &str) -> Option<f64> {
    match text {
        "+Inf" => Some(f64::INFINITY),
        digits if digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'e' | b'E' | b'+')) => {
            digits.parse().ok()
        }
        _ => None,
    }
}

fn sample(line: &str) -> Option<(String, Labels, f64)> {
    let end = line.find(['{', ' '])?;
    let (name, rest) = line.split_at(end);
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (Labels::new(), rest),
    };
    (is_name(name)).then_some((name.to_owned(), labels, number(rest.strip_prefix(' ')?)?))
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.bytes().all(plain) && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

/// Up to the closing brace, and what follows it.
fn labels(mut rest: &str) -> Option<(Labels, &str)> {
    let mut labels = Labels::new();
    loop {
        let (name, quoted) = rest.split_once("=\"")?;
        let (value, after) = unquoted(quoted)?;
        if !is_name(name) || labels.insert(name.to_owned(), value).is_some() {
            return None;
        }
        match after.split_at_checked(1)? {
            ("}", after) => return Some((labels, after)),
            (",", after) => rest = after,
            _ => return None,
        }
    }
}

fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(match characters.next()?.1 {
                'n' => '\n',
                same @ ('\\' | '"') => same,
                _ => return None,
            }),
            plain => value.push(plain),
        }
    }
    None
}

/// The reader itself must see what is wrong, or the tests that use it prove nothing.
#[test]
fn the_reader_sees_what_it_is_for() {
    let good = "# HELP a_b What.\n# TYPE a_b gauge\na_b{c=\"d\\\"\\\\\\n\"} -1\na_b 2.5\n# EOF\n";
    let labels = &parse(good).expect("good")["a_b"].samples[0].1;
    assert_eq!(labels["c"], "d\"\\\n");
    for bad in [
        "# TYPE a gauge\na 1\n",
        "a 1\n# EOF\n",
        "# TYPE a gauge\na 1\na 2\n# EOF\n",
        "# TYPE a gauge\na{b=\"c\",b=\"d\"} 1\n# EOF\n",
        "# TYPE a gauge\na{b=\"c\" 1\n# EOF\n",
        "# TYPE a gauge\na{b=\"\\x\"} 1\n# EOF\n",
        "# TYPE a gauge\nb 1\n# EOF\n",
        "# TYPE a gauge\na one\n# EOF\n",
        "# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\na{c=\"d\"} 1\n# EOF\n",
        "# TYPE a gauge\n\na 1\n# EOF\n",
        "# TYPE a gauge\na 1\n# EOF\n# EOF\n",
        "# TYPE a counter\na 1\n# EOF\n",
        "# TYPE a counter\na_total -1\n# EOF\n",
        "# TYPE a histogram\na_bucket{le=\"1.0\"} 2\na_bucket{le=\"+Inf\"} 1\na_count 1\n# EOF\n",
        "# TYPE a histogram\na_bucket{le=\"1.0\"} 1\na_bucket{le=\"+Inf\"} 1\na_count 2\n# EOF\n",
    ] {
        assert!(parse(bad).is_err(), "{bad}");
    }
}
