//! The names of a `.env` template; what stands behind the equals sign is not looked at.

/// Names in the order of the file, each once.
pub fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in text.lines().filter_map(name) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

fn name(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let name = line.split_once('=')?.0.trim();
    let legal = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    legal.then_some(name)
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_without_their_values() {
        let text = "# A=1\nexport B_KEY=x\nC = 'y=z'\n\nB_KEY=again\nnot a line\n=x\n1D=2\n";
        assert_eq!(super::names(text), ["B_KEY", "C"]);
    }
}
