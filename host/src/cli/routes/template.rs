//! A path as OpenAPI writes it, and as a route does.

use std::collections::BTreeSet;

use portcullis_gate::routes::PathPattern;

/// A path of a route, and what was changed to make it one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RoutePath {
    pub(super) path: String,
    /// Whether the described path ends with `/`, which a route accepts.
    pub(super) trailing_slash: bool,
    /// The described names of parameters, and those that they have here, where they differ.
    pub(super) renamed: Vec<(String, String)>,
    pub(super) notes: Vec<String>,
}

/// Returns the route's path for a described one, or why there is none. The wide parameters may
/// hold several segments.
pub(super) fn route_path(
    base: &str,
    described: &str,
    wide: &BTreeSet<&str>,
) -> Result<RoutePath, String> {
    if !described.starts_with('/') {
        return Err("its path begins without a `/`".to_owned());
    }
    let whole = format!("{}{described}", base.trim_end_matches('/'));
    let (mut renamed, mut notes) = (Vec::new(), Vec::new());
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
        let parameter = Parameter::new(name, wide);
        if parameter.name != name {
            renamed.push((name.to_owned(), parameter.name.clone()));
        }
        notes.extend(parameter.notes(is_last));
        let rest = if parameter.is_wide && is_last {
            "..."
        } else {
            ""
        };
        out.push_str(&format!("{{{}{rest}}}", parameter.name));
        left = after;
    }
    out.push_str(left);
    PathPattern::parse(&out).map_err(|error| error.message().to_owned())?;
    Ok(RoutePath {
        path: out,
        trailing_slash,
        renamed,
        notes,
    })
}

/// A parameter as a route writes it.
struct Parameter<'d> {
    described: &'d str,
    /// The described name without a mark.
    unmarked: &'d str,
    name: String,
    /// Whether it may hold several segments. Some frameworks mark one for the rest of a path.
    is_wide: bool,
}

impl<'d> Parameter<'d> {
    fn new(described: &'d str, wide: &BTreeSet<&str>) -> Self {
        let marked = described.strip_suffix(['+', '*']);
        let marked = marked.or_else(|| described.strip_prefix(['+', '*']));
        let plain = |byte: char| byte.is_ascii_alphanumeric() || matches!(byte, '_' | '-');
        let unmarked = marked.unwrap_or(described);
        let name = unmarked.chars();
        let name = name.map(|one| if plain(one) { one } else { '_' });
        Self {
            described,
            unmarked,
            name: name.collect(),
            is_wide: marked.is_some() || wide.contains(described),
        }
    }

    fn notes(&self, is_last: bool) -> Vec<String> {
        let (own, described, name) = (self.unmarked, self.described, &self.name);
        let mut notes = Vec::new();
        if name != own {
            notes.push(format!("the parameter `{own}` is `{name}` here"));
        }
        if self.is_wide && is_last {
            notes.push(format!("`{described}` takes the rest of the path"));
        } else if self.is_wide {
            notes.push(format!(
                "`{described}` takes no `/` here, for something follows or precedes it"
            ));
        }
        notes
    }
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
            let found = route_path(base, described, &BTreeSet::new()).unwrap();
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
                route_path("", described, &BTreeSet::new()),
                Err(expected.to_owned()),
                "{described}"
            );
        }
    }
}
