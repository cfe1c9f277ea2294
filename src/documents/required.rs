//! The page of required secrets: what must exist, by tier and service.

use std::{borrow::Cow, fmt::Write};

use super::{
    Settings,
    markdown::{code, prose},
};
use crate::{
    mapping::{EndpointSpec, Entry, FormatRule, Mapping, catalogue},
    model::{Encoding, Kind, Slot, Tier},
    probe::rows,
};

const TIERS: [(Tier, &str, &str); 3] = [
    (Tier::Critical, "Critical", "Nothing works without them."),
    (Tier::Important, "Important", "A deployment fails without them."),
    (Tier::Optional, "Optional", "Only what uses them fails without them."),
];

pub(super) fn text(mapping: &Mapping, settings: &Settings) -> String {
    let mut text = String::from("\n# Required secrets\n\n");
    let _ = writeln!(
        text,
        "{} entries of {}. Values are kept in Pulumi ESC and brought to GitHub by `esc-sync sync`; this page holds none.\n",
        mapping.entries.len(),
        code(&settings.mapping)
    );
    text.push_str(
        "To set or rotate one: make it anew at its service, put it into ESC with the command below (it reads the value from\n\
         standard input), run `esc-sync sync`, and revoke the old one once `esc-sync check` passes.\n\n\
         ```sh\nesc env set ORG/PROJECT/ENV PATH --secret --string --file -\n```\n",
    );
    if mapping.ssh.is_some() {
        text.push_str(
            "\nThe machines' SSH key is rotated by `esc-sync ssh rotate` alone, which also writes its places.\n",
        );
    }
    for (tier, title, meaning) in TIERS {
        let of_tier: Vec<&Entry> = mapping.entries.iter().filter(|entry| entry.tier == tier).collect();
        if !of_tier.is_empty() {
            let _ = writeln!(text, "\n## {title} ({})\n\n{meaning}", of_tier.len());
            services(&of_tier, &mut text);
        }
    }
    endpoints(mapping, &mut text);
    text
}

/// What `--live` asks besides, without any credential.
fn endpoints(mapping: &Mapping, text: &mut String) {
    if mapping.endpoints.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\n## Endpoints ({})\n\nAsked by `esc-sync check --live`, without any credential.\n\n\
         | Name | Address | Healthy if it answers | Must a deployment wait for it |\n|---|---|---|---|",
        mapping.endpoints.len()
    );
    for endpoint in &mapping.endpoints {
        let waits = if endpoint.blocking { "yes" } else { "no" };
        let _ =
            writeln!(text, "| {} | {} | {} | {waits} |", code(&endpoint.name), code(&endpoint.url), healthy(endpoint));
    }
}

fn healthy(endpoint: &EndpointSpec) -> String {
    let mut demands = vec![joined(endpoint.status.iter().map(u16::to_string))];
    demands.extend(endpoint.content_type.as_deref().map(code));
    demands.extend(endpoint.field.as_ref().map(|field| match &field.values[..] {
        [] => format!("with a field {}", code(&field.path)),
        values => format!("{} is {}", code(&field.path), joined(values.iter().map(|value| code(value)))),
    }));
    demands.retain(|demand| !demand.is_empty());
    demands.join("; ")
}

fn services(entries: &[&Entry], text: &mut String) {
    let mut titles: Vec<(String, Vec<&Entry>)> = Vec::new();
    for entry in entries {
        let title = title(entry);
        match titles.iter_mut().find(|(known, _)| *known == title) {
            Some((_, of_title)) => of_title.push(entry),
            None => titles.push((title, vec![entry])),
        }
    }
    titles.sort_by_key(|(title, _)| (title.is_empty(), title.to_lowercase()));
    for (title, entries) in titles {
        let shown = if title.is_empty() { "Others".to_owned() } else { prose(&title) };
        let _ = writeln!(text, "\n### {shown}\n");
        text.push_str(
            "| Name | In ESC | On GitHub | Must look like | Checked live by | Must be seen by | At most |\n\
             |---|---|---|---|---|---|---|\n",
        );
        for entry in entries {
            let _ = writeln!(text, "| {} |", row(entry).join(" | "));
        }
    }
}

/// What a service is called; empty where an entry has none.
pub(super) fn title(entry: &Entry) -> String {
    let Some(id) = &entry.service else { return String::new() };
    catalogue::service(id).map_or_else(|| id.to_string(), |service| service.title.to_owned())
}

fn row(entry: &Entry) -> [String; 7] {
    let dash = |text: String| if text.is_empty() { "–".to_owned() } else { text };
    [
        name(entry),
        dash(entry.esc.as_ref().map_or(String::new(), |esc| {
            format!("{} {}", code(&esc.environment.to_string()), code(&esc.path.to_string()))
        })),
        dash(joined(entry.github.iter().map(|place| {
            let other =
                if place.name == entry.name { String::new() } else { format!(" {}", code(place.name.as_str())) };
            let slot = if place.slot == Slot::Variable { "variable" } else { "secret" };
            format!("{slot} of {}{other}", code(&place.scope.to_string()))
        }))),
        dash(demands(entry)),
        dash(checked_by(entry)),
        dash(joined(entry.visible_to.iter().map(|repository| code(&repository.to_string())))),
        dash(entry.detail().max_age_days.map_or(String::new(), |days| format!("{days} days"))),
    ]
}

fn name(entry: &Entry) -> String {
    let aliases = joined(entry.detail().aliases.iter().map(|alias| code(alias.as_str())));
    let also = if aliases.is_empty() { String::new() } else { format!(" (also {aliases})") };
    format!("{}{also}", code(entry.name.as_str()))
}

/// The format that it must have: its own, else the one that its service implies.
pub(super) fn format(entry: &Entry) -> Option<Cow<'_, FormatRule>> {
    match &entry.detail().format {
        Some(own) => Some(Cow::Borrowed(own)),
        None => catalogue::implied_format(entry.service.as_deref()?, entry.name.as_str())
            .map(|implied| Cow::Owned(FormatRule::Named(implied))),
    }
}

/// By which row of the table, or by a probe of the mapping's own; who knows the value knows which of several.
fn checked_by(entry: &Entry) -> String {
    if let Some(own) = entry.detail().probe.as_deref().filter(|own| !own.is_allowance()) {
        return format!("its own probe of {}", joined(own.hosts.iter().map(|host| code(host))));
    }
    let rows = rows(entry).into_iter().map(|row| match row.is_offline() {
        true => format!("{} (asks nobody)", code(row.id)),
        false => code(row.id),
    });
    rows.collect::<Vec<_>>().join(" or ")
}

fn demands(entry: &Entry) -> String {
    let mut demands = Vec::new();
    if entry.kind == Kind::Config {
        demands.push("plain setting".to_owned());
    }
    match format(entry).as_deref() {
        Some(FormatRule::Named(format)) => demands.push(prose(format.summary)),
        Some(FormatRule::Inline(pattern)) => demands.push(format!("matches {}", code(pattern.as_str()))),
        None => {}
    }
    let detail = entry.detail();
    let values = |list: &[Box<str>]| joined(list.iter().map(|value| code(value)));
    if !detail.expect.is_empty() {
        demands.push(format!("is {}", values(&detail.expect)));
    }
    if !detail.deny.is_empty() {
        demands.push(format!("is not {}", values(&detail.deny)));
    }
    if detail.encoding == Encoding::Base64 {
        demands.push("base64 in ESC".to_owned());
    }
    demands.join("; ")
}

fn joined(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
