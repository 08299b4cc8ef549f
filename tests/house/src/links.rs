//! The docs: every relative link, every anchor and every path in code leads somewhere.

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::files::File;

/// Returns the links of the docs that lead nowhere.
///
/// `exists` says whether there is a file or folder at a path from the root.
#[must_use]
pub fn broken(docs: &[File], exists: impl Fn(&str) -> bool) -> Vec<String> {
    let anchors: BTreeMap<&str, BTreeSet<String>> = docs
        .iter()
        .map(|doc| (doc.path.as_str(), anchors(&doc.text)))
        .collect();
    let mut found = Vec::new();
    for doc in docs {
        for (line, mention) in mentions(&doc.text) {
            let problem = match mention {
                Mention::Link(link) => problem_of_link(doc, &link, &anchors, &exists),
                Mention::Code(code) => problem_of_path(doc, &code, &exists),
            };
            if let Some(problem) = problem {
                found.push(format!("{}:{line}: {problem}", doc.path));
            }
        }
    }
    found
}

enum Mention {
    Link(String),
    Code(String),
}

fn mentions(text: &str) -> Vec<(usize, Mention)> {
    let line = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    let events = Parser::new_ext(text, options()).into_offset_iter();
    events
        .filter_map(|(event, place)| {
            let mention = match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    Mention::Link(dest_url.into_string())
                }
                Event::Code(code) => Mention::Code(code.into_string()),
                _ => return None,
            };
            Some((line(place.start), mention))
        })
        .collect()
}

fn problem_of_link(
    doc: &File,
    link: &str,
    anchors: &BTreeMap<&str, BTreeSet<String>>,
    exists: impl Fn(&str) -> bool,
) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() {
        doc.path.clone()
    } else {
        let Some(target) = joined(&doc.path, path) else {
            return Some(format!("the link `{link}` leaves the repository"));
        };
        target
    };
    if !exists(&target) {
        return Some(format!(
            "the link `{link}` leads to nothing: {target} is not there"
        ));
    }
    if anchor.is_empty() {
        return None;
    }
    let known = anchors.get(target.as_str())?;
    (!known.contains(anchor)).then(|| {
        format!("the link `{link}` leads to no heading: {target} has none named `{anchor}`")
    })
}

/// Code that is a path from the root, or from the folder of the page, to a source or a page.
fn problem_of_path(doc: &File, code: &str, exists: impl Fn(&str) -> bool) -> Option<String> {
    let word = code.trim_end_matches('/');
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let (top, rest) = word.split_once('/')?;
    if rest.is_empty() || !word.chars().all(plain) || !FOLDERS.contains(&top) {
        return None;
    }
    let beside = joined(&doc.path, word);
    let there = exists(word) || beside.is_some_and(|path| exists(&path));
    (!there).then(|| format!("`{code}` is not there; name where it is now"))
}

fn joined(page: &str, link: &str) -> Option<String> {
    let mut names: Vec<&str> = page.split('/').collect();
    names.pop();
    for name in link.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()?),
            name => names.push(name),
        }
    }
    Some(names.join("/"))
}

/// Returns the anchors of a page's headings, as GitHub makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, options()) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let slug = slug(&heading.take().unwrap_or_default());
                let mut anchor = slug.clone();
                let mut again = 0;
                while !anchors.insert(anchor) {
                    again += 1;
                    anchor = format!("{slug}-{again}");
                }
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            _ => {}
        }
    }
    anchors
}

fn slug(heading: &str) -> String {
    let kept = heading.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c if c.is_alphanumeric() => Some(c),
        _ => None,
    });
    kept.flat_map(char::to_lowercase).collect()
}

fn options() -> Options {
    Options::ENABLE_TABLES
}

/// The folders of the root that paths in the docs begin with.
const FOLDERS: [&str; 10] = [
    "benches", "core", "docs", "examples", "host", "native", "tests", "wasm", "web", "xtask",
];
