//! Pairs taken out of a map: in a block with their lines, within braces with their commas.
//!
//! Comments on the line of a pair go with it; those on lines of their own stay. A map that
//! becomes empty is written `{}` where its first pair was announced.

use zeroize::Zeroizing;

use super::{super::wanted::Fresh, Pair, Slot, Splicer};
use crate::yaml::Node;

impl Splicer<'_> {
    /// Takes the pairs at the positions `gone` out, and puts `fresh` behind those that stay.
    pub(super) fn take_out(
        &mut self,
        slot: Slot,
        map: &Node<'_>,
        pairs: &[Pair<'_>],
        gone: &[usize],
        fresh: &[(&str, Fresh<'_>)],
    ) {
        let last = (0..pairs.len()).rfind(|at| !gone.contains(at)).map(|at| &pairs[at]);
        if !fresh.is_empty() && (map.flow || last.is_some()) {
            // Before the cuts: of two splices at one point the first one stands first.
            self.add(map, last, fresh);
        }
        if map.flow {
            return self.cut_from_braces(map, pairs, gone, last);
        }
        let mut gone = gone;
        match (last, slot) {
            (None, _) if !fresh.is_empty() => {
                self.put_instead(map, &pairs[0], fresh);
                gone = &gone[1..];
            }
            (None, Slot::Block { after, .. } | Slot::Item { after, .. }) => self.put(after, after, text(" {}")),
            _ => {}
        }
        for at in gone {
            self.cut_lines(map, &pairs[*at]);
        }
    }

    /// New pairs on the line of the first, where none of the old ones stays.
    fn put_instead(&mut self, map: &Node<'_>, (key, value): &Pair<'_>, fresh: &[(&str, Fresh<'_>)]) {
        let indent = key.at.column as usize - 1;
        let room = fresh.iter().map(|(key, child)| key.len() * 6 + child.room(16) + 64).sum();
        let mut text = Zeroizing::new(String::with_capacity(room));
        for (position, (key, child)) in fresh.iter().enumerate() {
            if position > 0 {
                self.layout.line(&mut text, indent);
            }
            self.layout.pair(&mut text, key, child, indent);
        }
        let end = self.line_end(self.end_of_pair(map, key, value));
        self.put(key.start as usize, end, text);
    }

    fn cut_lines(&mut self, map: &Node<'_>, (key, value): &Pair<'_>) {
        let line = self.line_start(key.start as usize);
        let end = self.line_end(self.end_of_pair(map, key, value));
        match self.source[line..key.start as usize].trim_end_matches([' ', '\t']).len() {
            0 => self.put(line, self.next_line(end), text("")),
            // The dash of the item stays, and the line break behind it.
            before => self.put(line + before, end, text("")),
        }
    }

    fn cut_from_braces(&mut self, map: &Node<'_>, pairs: &[Pair<'_>], gone: &[usize], last: Option<&Pair<'_>>) {
        let mut cuts: Vec<(usize, usize)> = gone.iter().map(|at| self.cut(map, pairs, gone, *at)).collect();
        // The comma before the last one, if that had none of its own.
        let end = |(key, value): &Pair<'_>| self.end_of_pair(map, key, value);
        let ends_bare = pairs.last().is_some_and(|pair| self.comma(end(pair)).is_none());
        if let Some(comma) =
            last.and_then(|last| self.comma(end(last))).filter(|_| ends_bare && is_last_gone(pairs, gone))
        {
            cuts.push((comma, comma + 1));
        }
        cuts.sort_unstable();
        let mut from = 0;
        for (start, end) in cuts {
            if end > from {
                self.put(start.max(from), end, text(""));
                from = end;
            }
        }
    }

    /// A pair with its comma, and its line or the blanks that parted it from the next.
    fn cut(&self, map: &Node<'_>, pairs: &[Pair<'_>], gone: &[usize], at: usize) -> (usize, usize) {
        let (key, value) = &pairs[at];
        let (start, end) = (key.start as usize, self.end_of_pair(map, key, value));
        let end = self.comma(end).map_or(end, |comma| comma + 1);
        let line = self.line_start(start);
        let rest = self.source[end..self.line_end(end)].trim_start_matches([' ', '\t']);
        let before = self.source[line..start].trim_end_matches([' ', '\t']);
        if before.is_empty() && (rest.is_empty() || rest.starts_with('#')) {
            return (line, self.next_line(self.line_end(end)));
        }
        match (0..at).all(|before| gone.contains(&before)) {
            true => (start, self.line_end(end) - rest.len()),
            false => (line + before.len(), end),
        }
    }

    /// Where the comma stands that follows a pair.
    fn comma(&self, end: usize) -> Option<usize> {
        let mut at = end;
        loop {
            let rest = &self.source[at..];
            let next = rest.trim_start();
            at += rest.len() - next.len();
            match next.chars().next()? {
                ',' => return Some(at),
                '#' => at = self.line_end(at),
                _ => return None,
            }
        }
    }

    fn line_start(&self, at: usize) -> usize {
        self.source[..at].rfind('\n').map_or(0, |at| at + 1)
    }

    /// Behind the line break at `end`.
    fn next_line(&self, end: usize) -> usize {
        self.source[end..].find('\n').map_or(self.source.len(), |length| end + length + 1)
    }
}

fn is_last_gone(pairs: &[Pair<'_>], gone: &[usize]) -> bool {
    gone.last().is_some_and(|last| last + 1 == pairs.len())
}

fn text(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}
