//! The imports of TypeScript sources.

use super::arrows::{Arrow, Target};
use crate::files::File;

/// Returns the imports of a package's sources from each other.
///
/// The paths of `sources` are from the package's `src`. A file beside a folder of its name belongs to it.
#[must_use]
pub fn arrows(sources: &[File]) -> Vec<Arrow> {
    let mut arrows = Vec::new();
    for file in sources {
        let from = module(&file.path);
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (line, import) in imports(&file.text) {
            let inside = import
                .starts_with('.')
                .then(|| joined(folder, &import))
                .flatten();
            let to = inside.map_or_else(|| Target::Outside(vec![import]), Target::Inside);
            arrows.push(Arrow {
                from: from.clone(),
                to,
                place: format!("{}:{line}", file.path),
            });
        }
    }
    arrows
}

fn module(path: &str) -> Vec<String> {
    let stem = [".ts", ".tsx", ".js"]
        .iter()
        .find_map(|end| path.strip_suffix(end));
    stem.unwrap_or(path).split('/').map(str::to_owned).collect()
}

/// Returns the module that a relative import leads to; nothing where it leaves the sources.
fn joined(folder: &str, import: &str) -> Option<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for name in folder.split('/').chain(import.split('/')) {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()?),
            name => names.push(name.to_owned()),
        }
    }
    Some(module(&names.join("/")))
}

/// Returns what the text imports, each with its line: the string after `from` or `import`.
fn imports(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut word = String::new();
    let mut after = false;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c.is_alphanumeric() || c == '_' || c == '$' {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            after = word == "from" || word == "import";
            word.clear();
        }
        match c {
            '\n' => line += 1,
            '/' if rest.peek() == Some(&'/') => while rest.next_if(|c| *c != '\n').is_some() {},
            '/' if rest.peek() == Some(&'*') => {
                let mut last = ' ';
                for c in rest.by_ref() {
                    line += usize::from(c == '\n');
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            '"' | '\'' | '`' => {
                let mut string = String::new();
                while let Some(next) = rest.next() {
                    if next == c || (next == '\n' && c != '`') {
                        line += usize::from(next == '\n');
                        break;
                    }
                    line += usize::from(next == '\n');
                    string.push(next);
                    if next == '\\' {
                        string.extend(rest.next());
                    }
                }
                if after && c != '`' {
                    found.push((line, string));
                }
                after = false;
            }
            c if c.is_whitespace() || c == '(' => {}
            _ => after = false,
        }
    }
    found
}
