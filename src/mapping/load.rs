//! Text in, a mapping out, or everything that is wrong with it.

use std::collections::HashMap;

use super::{
    Elsewhere, Entry, Mapping, address, collisions, companions,
    diagnostic::{Diagnostic, Diagnostics, Sink, Span, named, quoted},
    encoding,
    fields::{self, Fields},
    layer::{EntryLayer, Toggle},
    read::{self, Head, Override, Reader},
    read_endpoints, read_ssh,
    resolve::Resolver,
    schema, ssh_places,
};
use crate::{
    model::SecretName,
    yaml::{self, Limits, Node},
};

/// The largest file that is read (failure case M1).
pub const MAX_BYTES: u64 = 64 << 20;

/// What loading depends on beside the text.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// The profile to lay over the file.
    pub profile: Option<String>,
}

/// A valid mapping, and what is odd about it.
#[derive(Debug)]
pub struct Loaded {
    pub mapping: Mapping,
    /// In the order of the file; never an error.
    pub warnings: Vec<Diagnostic>,
    /// The names of the file's profiles, in its order.
    pub profiles: Vec<String>,
}

/// Reads a mapping. `file_name` is what reports will call it; nothing is opened.
pub fn load(file_name: &str, text: &[u8], options: &LoadOptions) -> Result<Loaded, Diagnostics> {
    let mut sink = Sink::default();
    let Some(text) = encoding::decode(text, &mut sink) else { return Err(sink.into_diagnostics("")) };
    let (sink, loaded) = match yaml::parse(text, Limits::default()) {
        Ok(Some(root)) => read_file(file_name, &root, options, sink),
        Ok(None) => {
            sink.file_error("empty-file", "the file is empty").help("start with `version: 1` and `entries:`");
            (sink, None)
        }
        Err(error) => {
            sink.bare_error("syntax", error.at, format!("this is not YAML: {}", error.message))
                .help("the line is not shown, since it may hold a value");
            (sink, None)
        }
    };
    let failed = sink.failed();
    let diagnostics = sink.into_diagnostics(text);
    match loaded {
        Some(loaded) if !failed => Ok(Loaded { warnings: diagnostics.list, ..loaded }),
        _ => Err(diagnostics),
    }
}

fn read_file(file_name: &str, root: &Node<'_>, options: &LoadOptions, sink: Sink) -> (Sink, Option<Loaded>) {
    let mut reader = Reader::new(sink);
    let Some(file) = Fields::open(root, &schema::FILE, &mut reader.sink) else { return (reader.sink, None) };
    let mut head = read::head(&file, options.profile.as_deref(), &mut reader);
    let mut resolver = Resolver::new(&mut head, &mut reader.sink);
    let endpoints =
        file.get("endpoints").map_or_else(Vec::new, |node| read_endpoints::endpoints(node, false, &mut reader));
    let endpoints = read_endpoints::settle(endpoints, std::mem::take(&mut head.endpoints));
    let ssh = file.get("ssh").and_then(|node| read_ssh::ssh(node, &mut resolver.environments, &mut reader.sink));
    let (mut entries, keys) = read_entries(&file, head, &mut resolver, &mut reader);
    companions::settle(&mut entries, std::mem::take(&mut resolver.wanted), &mut reader.sink);
    collisions::find(&entries, &keys, &mut reader.sink);
    let ssh = ssh.map(|(spec, spans)| {
        ssh_places::find(&spec, spans, &entries, &keys, &mut reader.sink);
        spec
    });
    let profiles = profile_names(&file);
    let mapping =
        Mapping { file: file_name.into(), entries, ssh: ssh.map(Box::new), endpoints, elsewhere: Elsewhere::default() };
    (reader.sink, Some(Loaded { mapping, warnings: Vec::new(), profiles }))
}

fn profile_names(file: &Fields<'_, '_>) -> Vec<String> {
    let pairs = file.get("profiles").and_then(Node::as_map).unwrap_or_default();
    pairs.iter().filter_map(|(key, _)| Some(key.as_scalar()?.text.to_string())).collect()
}

/// All entries with the places of their keys: those of the file, then those that only the profile has.
fn read_entries<'t>(
    file: &Fields<'t, '_>,
    head: Head<'t>,
    resolver: &mut Resolver<'t>,
    reader: &mut Reader<'t>,
) -> (Vec<Entry>, Vec<Span>) {
    let pairs = file.get("entries").and_then(|node| fields::map(node, "a map of entries", &mut reader.sink));
    let pairs = pairs.unwrap_or_default();
    let (mut overrides, order) = (head.overrides, head.override_order);
    let mut known = Known::with_capacity(pairs.len());
    for (key, value) in pairs {
        let layer = reader.entry(value, &schema::ENTRY);
        let Some(text) = key.as_scalar().map(|scalar| &*scalar.text) else { continue };
        let above = if overrides.is_empty() { None } else { overrides.remove(&text.to_ascii_uppercase()) };
        let layer = match (above.map(|above| above.layer), layer) {
            (Some(Toggle::Off), _) => continue,
            (Some(Toggle::On(above)), Some(below)) => above.over(below),
            (_, Some(layer)) => layer,
            (_, None) => broken(),
        };
        known.add(text, key.into(), layer, resolver, &mut reader.sink);
    }
    for Override { key, layer } in order.iter().filter_map(|name| overrides.remove(name)) {
        match layer {
            Toggle::On(layer) => known.add(key.0, key.1, layer, resolver, &mut reader.sink),
            _ => {
                reader.sink.warning(
                    "drops-nothing",
                    key.1,
                    format!("the profile drops {}, which is no entry", quoted(key.0)),
                );
            }
        }
    }
    if known.entries.is_empty() && !reader.sink.failed() {
        reader
            .sink
            .file_error("empty", "there are no entries: nothing would be checked")
            .help("list them under `entries:`");
    }
    (known.entries, known.keys)
}

/// An entry about which all has been said: it takes part in the search for collisions by its name alone.
fn broken<'t>() -> EntryLayer<'t> {
    EntryLayer { esc: Some(Toggle::Broken), github: Some(Toggle::Broken), ..EntryLayer::default() }
}

/// The entries so far, by name.
struct Known<'t> {
    entries: Vec<Entry>,
    keys: Vec<Span>,
    /// The keys as they are spelt.
    texts: Vec<&'t str>,
    names: HashMap<SecretName, usize>,
}

impl<'t> Known<'t> {
    fn with_capacity(capacity: usize) -> Self {
        Self {
            entries: Vec::with_capacity(capacity),
            keys: Vec::with_capacity(capacity),
            texts: Vec::with_capacity(capacity),
            names: HashMap::with_capacity(capacity),
        }
    }

    fn add(&mut self, text: &'t str, key: Span, layer: EntryLayer<'t>, resolver: &mut Resolver<'t>, sink: &mut Sink) {
        let Some(name) = address::name(text, key, sink) else { return };
        let entry = resolver.entry(&name, key, layer, sink);
        if let Some(earlier) = self.names.insert(name, self.keys.len()) {
            self.refuse_again(text, key, &entry.name, earlier, sink);
        }
        self.entries.push(entry);
        self.keys.push(key);
        self.texts.push(text);
    }

    /// Two keys that GitHub cannot tell apart. The same spelling twice was said when the map was read.
    fn refuse_again(&self, text: &str, key: Span, name: &SecretName, earlier: usize, sink: &mut Sink) {
        if self.texts[earlier] != text {
            sink.error(
                "case-collision",
                key,
                format!("{} and another entry are both {} to GitHub", quoted(text), named(name)),
            )
            .also(self.keys[earlier], "the other entry")
            .help("GitHub does not tell the case of names apart: keep one of the two");
        }
    }
}
