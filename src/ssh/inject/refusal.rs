//! Why a document is refused: one table of faults, each with its id, its reason and its remedy.
//!
//! A refusal names lines, fields and users. It never quotes a value of the document.

use std::fmt;

/// One reason why a document would not work, or could not be changed with proof.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refusal {
    pub id: &'static str,
    /// Line of the document, counted from 1.
    pub line: Option<u32>,
    pub reason: String,
    pub remedy: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        write!(f, "{} [{}]", self.reason, self.id)
    }
}

impl Refusal {
    /// The same reason, with the name of what it is about before it.
    pub(super) fn about(self, what: impl fmt::Display) -> Self {
        Self { reason: format!("{what}: {}", self.reason), ..self }
    }

    pub(super) fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: remedy.into(), ..self }
    }

    /// Where the same line stands in the file around a part.
    pub(super) fn below(self, lines: u32) -> Self {
        Self { line: self.line.map(|line| line + lines), ..self }
    }
}

macro_rules! faults {
    ($($name:ident $id:literal $reason:literal $remedy:literal;)*) => {
        /// What can be wrong, in the order of the alphabet.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(super) enum Fault { $($name),* }

        impl Fault {
            #[cfg(test)]
            pub(super) const ALL: &[Self] = &[$(Self::$name),*];

            fn words(self) -> (&'static str, &'static str, &'static str) {
                match self { $(Self::$name => ($id, $reason, $remedy)),* }
            }
        }
    };
}

faults! {
    AliasedKeys "aliased-keys" "an anchor, an alias, a tag or a merge stands where keys do, so a change here would be one elsewhere too" "write the list out in its place";
    Archive "archive" "a cloud-config archive is not changed" "make it one `#cloud-config` document";
    BadKey "bad-key" "the key to inject cannot be used" "take the line of the .pub file, with a plain comment";
    BadUser "bad-user" "the user's name is none" "small letters, digits, `-` and `_`, beginning with a letter, at most 32";
    Boothook "boothook" "a boothook is a script, not a cloud-config" "name a document that begins with `#cloud-config`";
    ByteOrderMark "byte-order-mark" "it begins with a byte-order mark, and cloud-init does not recognise it" "save it as UTF-8 without a mark";
    CommentColon "comment-colon" "a blank after a colon makes a map of this key, and none of it is installed" "put the key in double quotes";
    CommentNewline "comment-newline" "the key's comment holds a line end, and what follows is a line of its own in authorized_keys" "keep one key on one line";
    CutKey "cut-key" "the key's body is cut off or changed; its line would be installed and open nothing" "take the line of the .pub file again";
    DuplicateKey "duplicate-key" "this name stands twice in one map; the last one wins without a word" "join the two";
    DuplicateUser "duplicate-user" "the user has two entries" "join the two";
    EmptyKey "empty-key" "the key is empty, and nothing is installed" "remove the item, or put the key there";
    EmptyList "empty-list" "the list of keys is empty, which cloud-init takes for an error" "remove the name, or put a key there";
    EncodedKey "encoded-key" "the key is still base64, and nothing is installed" "decode it: `base64 -d`";
    FileSecret "private-key-block" "a private key stands in the document, and whoever reads the launch can read it" "renew that key, and bring it to the machine by another way";
    FlowStyle "flow-style" "the place stands inside braces or brackets, where no line can be added with proof" "write it in block style, one item on a line";
    ForcedRoot "forced-root" "root's keys get a forced command in front (`disable_root`), so a login as root runs nothing else" "name the default user, or set `disable_root: false`";
    HostKey "host-private-key" "a private host key stands in the document, and whoever reads the launch can read it" "leave host keys to the machine's first boot";
    Include "include" "an include is fetched by the machine, so what it says cannot be seen here" "name the document that it includes";
    Jinja "jinja" "a jinja template becomes a document only on the machine, so no change of it can be proved" "inject into the document without `## template: jinja`";
    Jsonp "jsonp" "a JSON patch is not changed" "make it one `#cloud-config` document";
    KnownValue "known-value" "a secret value that is kept in ESC stands in the document" "take it out: user data can be read by everybody on the machine and in the account";
    LastKey "last-key" "the key is the only one in its list, and taking it out could leave no way in" "inject the new key first";
    ListExpected "list-expected" "keys are given as a list of texts" "write each key as an item: `- \"ssh-ed25519 …\"`";
    LongKey "long-key" "the key's line is longer than the 8 KB that sshd reads" "shorten its options or its comment";
    MimeForm "mime-form" "the MIME message cannot be read with certainty" "make it anew with `cloud-init devel make-mime`, or use one `#cloud-config` document";
    MimeMerge "mime-merge" "keys stand in several parts, and without `merge_how` the later list replaces the earlier" "put `merge_how: 'list(append)+dict(recurse_list)+str()'` into each part, or all keys into one";
    MimeNoConfig "mime-no-cloud-config" "none of the parts is a cloud-config" "add a part of the type text/cloud-config";
    MimeSplit "mime-split" "`users` and `ssh_authorized_keys` stand in different parts" "put both into one part";
    Misplaced "misplaced-keys" "`ssh_authorized_keys` means nothing here" "put it at the top level or into an entry of `users`";
    Misspelt "misspelt-name" "cloud-init knows no such name and ignores it without a word" "write it as cloud-init does";
    NoDefault "no-default" "`users` has no `default`, so the provider's key would be lost, and it cannot be added here" "write `users` as a list, one item on a line, the first `- default`";
    NoHeader "no-header" "the first line is not `#cloud-config`, and cloud-init ignores the document" "begin the file with the line `#cloud-config`";
    NoShell "no-shell" "the user has no shell to log in to" "give the user a shell, or name another user";
    NotAKey "not-a-key" "this is no public key" "take the line of the .pub file";
    NotAMap "not-a-map" "the document is not a map of cloud-config names" "write `name: value` lines below `#cloud-config`";
    NotText "not-text" "the document is not UTF-8 text" "save it as UTF-8";
    NotYaml "not-yaml" "the document is not valid YAML" "mend it there; `cloud-init schema --config-file FILE` helps";
    NullKey "null-key" "an item of the list is nothing, and then none of the keys is installed" "remove the item";
    PartHandler "part-handler" "a part handler is a program, not a cloud-config" "name a document that begins with `#cloud-config`";
    PrivateKey "private-key" "a private key stands where a public one belongs" "renew that key, and take the line of the .pub file";
    Redirected "redirected-user" "the user has `ssh_redirect_user`, so its keys only say where to log in" "name the user that it redirects to";
    Script "script" "a script is not changed" "name a document that begins with `#cloud-config`";
    SeveralKeys "several-keys" "this one text holds more than one key" "give each key an item of its own";
    Tab "tab" "a tab indents, and YAML takes only spaces" "replace it by spaces";
    TemplateForm "template-form" "`${` does not begin a variable here" "write `${name}`, or `$${` for the two characters themselves";
    TemplateMime "template-mime" "a template is one `#cloud-config` document" "fill it first, then put it into the message";
    TemplateUnknown "template-unknown" "no value is given for this variable" "give it with `--var NAME=VALUE`, or write `$${` for the two characters themselves";
    TemplateUnused "template-unused" "the template does not have this variable" "leave the `--var` out, or put `${NAME}` into the template";
    TemplateValue "template-value" "the variable's value is empty or holds characters that could be read as something else" "letters, digits, blanks and `@._:+=,/()-`, no blank after a colon";
    TooLarge "too-large" "user data may have 1 MB at most" "fetch what is large from the machine";
    Unfilled "unfilled-variable" "a variable was never filled in" "give `--template`, with `--var NAME=VALUE` for what is not the key or the user";
    UnknownKind "unknown-key-type" "no such type of key, and nothing is installed" "use `ssh-ed25519`, `ecdsa-sha2-nistp256` or `ssh-rsa`";
    UnknownUser "unknown-user" "the user is neither in `users` nor the image's default user, so nobody would get the key" "add the user to `users`, or name the image's own with `--default-user`";
    Unpacked "bad-gzip" "the gzip cannot be unpacked, or only into more than 16 MB" "compress it again";
    Unproved "unproved" "no change of the text adds the key and nothing else" "write the list of keys in block style, one key on a line";
    UrlSafe "url-safe-key" "the key's body has `-` or `_`, which is url-safe base64; its line would be installed and open nothing" "take the line of the .pub file";
    UsersShape "users-shape" "`users` is not a list of entries with names" "write `users` as a list: `- default`, `- name: …`";
    WrappedKey "wrapped-key" "the key's body is wrapped, and each line would be taken for a key of its own" "join it into one line";
}

impl Fault {
    pub(super) fn id(self) -> &'static str {
        self.words().0
    }

    pub(super) fn at(self, line: impl Into<Option<u32>>) -> Refusal {
        let (id, reason, remedy) = self.words();
        Refusal { id, line: line.into(), reason: reason.into(), remedy: remedy.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_has_an_id_of_its_own_and_says_what_to_do() {
        let mut ids: Vec<_> = Fault::ALL.iter().map(|fault| fault.id()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "an id stands twice");
        for fault in Fault::ALL {
            let refusal = fault.at(3);
            assert!(!refusal.reason.is_empty() && !refusal.remedy.is_empty(), "{fault:?}");
            assert!(refusal.to_string().starts_with("line 3: "), "{refusal}");
        }
    }
}
