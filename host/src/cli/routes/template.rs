//! A path as OpenAPI writes it, and as a route does.

use portcullis_gate::routes::PathPattern;

/// A path of a route, and what was changed to make it one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RoutePath {
    pub(super) path: String,
    /// Whether the described path ends with `/`, which a route accepts.
    pub(super) trailing_slash: bool,
    pub(super) notes: Vec<String>,
}

/// Returns the route's path for a described one, or why there is none.
pub(super) fn route_path(base: &str, described: &str) -> Result<RoutePath, String> {
    if !described.starts_with('/') {
        return Err("its path begins without a `/`".to_owned());
    }
    let whole = format!("{}{described}", base.trim_end_matches('/'));
    let mut notes = Vec::new();
    let (path, trailing_slash) = match whole.strip_suffix('/') {
        Some(path) if !path.is_empty() => (path, true),
        _ => (whole.as_str(), false),
    };
    let mut out = String::new();
    let mut left = path;
    while let Some((text, after)) = left.split_once('{') {
        let (name, after) = after.split_once('}').ok_or("a parameter has no end")?;
        out.push_str(text);
        let is_last = after.is_empty() && out.ends_with('/');
        out.push_str(&parameter(name, is_last, &mut notes));
        left = after;
    }
    out.push_str(left);
    PathPattern::parse(&out).map_err(|error| error.message().to_owned())?;
    Ok(RoutePath {
        path: out,
        trailing_slash,
        notes,
    })
}

/// Returns a parameter as a route writes it. Some frameworks mark one for the rest of a path.
fn parameter(name: &str, is_last: bool, notes: &mut Vec<String>) -> String {
    let marked = name.strip_suffix(['+', '*']);
    let marked = marked.or_else(|| name.strip_prefix(['+', '*']));
    let plain = |byte: char| byte.is_ascii_alphanumeric() || matches!(byte, '_' | '-');
    let own = marked.unwrap_or(name);
    let clean: String = own
        .chars()
        .map(|one| if plain(one) { one } else { '_' })
        .collect();
    if clean != own {
        notes.push(format!("the parameter `{own}` is `{clean}` here"));
    }
    if marked.is_some() && is_last {
        notes.push(format!("`{name}` takes the rest of the path"));
        return format!("{{{clean}...}}");
    }
    if marked.is_some() {
        notes.push(format!(
            "`{name}` takes no `/` here, for something follows or precedes it"
        ));
    }
    format!("{{{clean}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_described_path_is_a_routes_path() {
        for (base, described, expected) in [
            ("", "/pets/{id}", "/pets/{id}"),
            ("/v1/", "/pets", "/v1/pets"),
            ("/v1", "/pets/", "/v1/pets /"),
            ("", "/", "/"),
            ("/v1", "/", "/v1 /"),
            ("", "/jobs/{job.id}:cancel", "/jobs/{job_id}:cancel"),
            ("", "/files/{path+}", "/files/{path...}"),
            ("", "/files/{+path}", "/files/{path...}"),
            ("", "/compare/{base}...{head}", "/compare/{base}...{head}"),
        ] {
            let found = route_path(base, described).unwrap();
            let slash = if found.trailing_slash { " /" } else { "" };
            assert_eq!(format!("{}{slash}", found.path), expected, "{described}");
        }
        for (described, expected) in [
            ("/a/{b", "a parameter has no end"),
            ("pets", "its path begins without a `/`"),
            (
                "/a//b",
                "a path has no empty segment, and does not end with `/`",
            ),
            (
                "/{a}{b}",
                "two parameters of one segment have a literal between them",
            ),
            ("/{a}/{a}", "two parameters have one name"),
        ] {
            assert_eq!(
                route_path("", described),
                Err(expected.to_owned()),
                "{described}"
            );
        }
    }
}
