//! Names in the sentences of a refusal.

/// Joins things, each between backticks.
pub(crate) fn quoted<T: ToString>(things: impl IntoIterator<Item = T>) -> String {
    let things = things
        .into_iter()
        .map(|thing| format!("`{}`", thing.to_string()));
    things.collect::<Vec<_>>().join(", ")
}

/// Lists some of the known names, as what to do about a name that is not among them.
pub(crate) fn known<'n>(sort: &str, names: impl Iterator<Item = &'n str>) -> String {
    let mut names = names.peekable();
    let mut list = Vec::new();
    while let Some(name) = names.next_if(|_| list.len() < KNOWN_MAX) {
        list.push(name);
    }
    if list.is_empty() {
        return format!("there are no {sort}");
    }
    let more = if names.peek().is_some() { " …" } else { "" };
    format!("known {sort} are `{}`{more}", list.join("`, `"))
}

/// Shortens what somebody gave, and escapes what cannot be read.
pub(crate) fn shown(text: &str) -> String {
    let start = text.chars().take(SHOWN_MAX).collect::<String>();
    start.escape_debug().to_string()
}

const KNOWN_MAX: usize = 12;
const SHOWN_MAX: usize = 64;
