//! Which row of the table checks an entry, and which other entries hold the rest of its credential.

use super::{AllowedHosts, Check, Credential, Found, PROBES, Part, Probe, check::CheckWay, template::address};
use crate::{
    mapping::{Entry, Mapping, ProbeSpec, url_host},
    model::{Kind, SecretName, SecretValue},
};

/// The check by the table. `allowances` is what the entry adds to it.
pub(super) fn check<'m>(
    mapping: &'m Mapping,
    entry: &'m Entry,
    allowances: Option<&ProbeSpec>,
    own: SecretValue,
    value: &dyn Fn(&Entry) -> Option<SecretValue>,
) -> Option<Result<Check<'m>, Found>> {
    if entry.kind == Kind::Config {
        return None;
    }
    let probe = row(entry, &own)?;
    Some(gather(mapping, entry, probe, own, value).and_then(|(parts, entries)| {
        let hosts = hosts(probe, &parts, allowances)?;
        Ok(Check { way: CheckWay::Table(probe), credential: Credential::new(parts, hosts), entries })
    }))
}

/// The row that fits the entry's service and name best; one that knows the value's beginning fits better still.
fn row(entry: &Entry, value: &SecretValue) -> Option<&'static Probe> {
    let service = entry.service.as_deref()?;
    // Its beginning says which of a service's kinds of credential it is.
    let text = value.expose_text().unwrap_or_default();
    let fitting = PROBES.iter().filter(|probe| probe.service == service).filter_map(|probe| {
        let begins = probe.starts.iter().any(|start| text.starts_with(start));
        let longest =
            probe.parts.first()?.names.iter().filter(|name| fits(entry, name)).map(|name| name.len()).max()?;
        (begins || probe.starts.is_empty()).then_some((probe, (begins, longest)))
    });
    // Of equals the first: the table is sorted, so that the choice never depends on chance.
    fitting.reduce(|best, other| if other.1 > best.1 { other } else { best }).map(|(probe, _)| probe)
}

/// The rows that may check an entry, by its service and name: of some its value decides which.
pub fn rows(entry: &Entry) -> Vec<&'static Probe> {
    let Some(service) = entry.service.as_deref().filter(|_| entry.kind == Kind::Secret) else { return Vec::new() };
    let longest =
        |probe: &Probe| probe.parts.first()?.names.iter().filter(|name| fits(entry, name)).map(|name| name.len()).max();
    let fitting: Vec<_> = PROBES
        .iter()
        .filter(|probe| probe.service == service)
        .filter_map(|probe| Some((probe, longest(probe)?)))
        .collect();
    let most = fitting.iter().map(|(_, length)| *length).max();
    let chosen = |(probe, length): &(&'static Probe, usize)| Some(*length) == most || !probe.starts.is_empty();
    fitting.into_iter().filter(chosen).map(|(probe, _)| probe).collect()
}

/// By its name or an alias: exactly, or by a suffix that starts with `_`.
fn fits(entry: &Entry, pattern: &str) -> bool {
    names(entry).any(|name| name == pattern || (pattern.starts_with('_') && name.ends_with(pattern)))
}

fn names(entry: &Entry) -> impl Iterator<Item = &str> {
    std::iter::once(&entry.name).chain(&*entry.detail().aliases).map(SecretName::as_str)
}

type Gathered = (Vec<(&'static str, SecretValue)>, Vec<SecretName>);

fn gather(
    mapping: &Mapping,
    entry: &Entry,
    probe: &'static Probe,
    own: SecretValue,
    value: &dyn Fn(&Entry) -> Option<SecretValue>,
) -> Result<Gathered, Found> {
    let mut parts = vec![("value", own)];
    let mut entries = vec![entry.name.clone()];
    for part in &probe.parts[1..] {
        match companion(mapping, entry, part)? {
            Some(other) => match value(other) {
                Some(found) => {
                    parts.push((part.name, found));
                    entries.push(other.name.clone());
                }
                // Without it another account, or another host, would be asked.
                None => return Err(unread(other)),
            },
            None if part.optional => {}
            None => return Err(absent(part)),
        }
    }
    Ok((parts, entries))
}

/// The entry that holds another part: by the first pattern that fits one; of several the one named most alike.
fn companion<'m>(mapping: &'m Mapping, entry: &Entry, part: &Part) -> Result<Option<&'m Entry>, Found> {
    let others = || mapping.known().filter(|other| other.service == entry.service && other.name != entry.name);
    for pattern in part.names {
        let alike = |other: &Entry| common(other.name.as_str(), entry.name.as_str());
        let fitting: Vec<&Entry> = others().filter(|other| fits(other, pattern)).collect();
        let Some(most) = fitting.iter().map(|other| alike(other)).max() else { continue };
        let best: Vec<&&Entry> = fitting.iter().filter(|other| alike(other) == most).collect();
        return match best[..] {
            [one] => Ok(Some(one)),
            [one, other, ..] => Err(Found::incomplete(format!(
                "both {} and {} could be the rest of the credential; nothing was sent",
                one.name, other.name
            ))
            .help("give the entries of one account names with the same beginning")),
            [] => Ok(None),
        };
    }
    Ok(None)
}

/// How many bytes two names have in common from their beginnings.
fn common(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count()
}

fn unread(other: &Entry) -> Found {
    let name = &other.name;
    Found::incomplete(format!("{name} is needed too, and has no value that could be read; nothing was sent"))
        .help(format!("give {name} its value"))
}

fn absent(part: &Part) -> Found {
    let name = part.names.first().copied().unwrap_or(part.name);
    let called = if name.starts_with('_') { format!("whose name ends in {name}") } else { format!("named {name}") };
    Found::incomplete(format!("another entry of the same service is needed too, {called}; nothing was sent"))
        .help("add it to the mapping, under the same `service`")
}

/// `{part}` in a row's hosts is exactly the host of the address in that part.
fn hosts(
    probe: &Probe,
    parts: &[(&'static str, SecretValue)],
    allowances: Option<&ProbeSpec>,
) -> Result<AllowedHosts, Found> {
    let mut hosts = Vec::new();
    for host in probe.hosts {
        let Some(name) = host.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
            hosts.push((*host).to_owned());
            continue;
        };
        let Some((_, value)) = parts.iter().find(|(part, _)| *part == name) else { continue };
        // Only its host is taken, and is where the credential goes.
        let read = value.expose_text().ok_or("is not text").and_then(address);
        match read.map(|url| url_host(&url)) {
            Ok(Some((_, host))) => hosts.push(host),
            Ok(None) | Err(_) => {
                return Err(Found::incomplete(
                    "the entry that says where to ask does not hold an https address; nothing was sent",
                )
                .help("write https:// and the host, without a query"));
            }
        }
    }
    let private = allowances.map_or(&[][..], |spec| &spec.allow_private);
    Ok(AllowedHosts::new(hosts.iter().map(String::as_str), private.iter().map(|host| &**host)))
}
