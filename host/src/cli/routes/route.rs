//! A route that is not yet written.

use serde_json::Value;

use super::permissions::Asks;

/// What a route says besides its methods; operations of which all is equal are one route.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Said {
    pub(super) path: String,
    /// Whether it was described with a `/` at its end.
    pub(super) trailing_slash: bool,
    pub(super) asks: Asks,
    /// As JSON.
    pub(super) resource: Option<String>,
}

/// What a route says, and its methods.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub(super) said: Said,
    pub(super) methods: Vec<Method>,
}

/// A method of a route.
#[derive(Clone, Debug)]
pub(super) struct Method {
    pub(super) name: String,
    /// The operation as the document has it: method and path.
    pub(super) described: String,
}

impl Said {
    /// Returns it with its parameters called by their numbers: two that are equal then ask the
    /// same of the same requests.
    pub(super) fn shape(&self) -> Self {
        let mut parts = self.path.split('{');
        let mut path = parts.next().unwrap_or_default().to_owned();
        let mut names = Vec::new();
        for part in parts {
            let (name, rest) = part.split_once('}').unwrap_or((part, ""));
            let number = names.len().to_string();
            let (name, end) = match name.strip_suffix("...") {
                Some(name) => (name, "..."),
                None => (name, ""),
            };
            path.push_str(&format!("{{{number}{end}}}{rest}"));
            names.push((name.to_owned(), number));
        }
        let resource = self.resource.as_deref().map(|resource| {
            let resource = serde_json::from_str(resource).unwrap_or_default();
            renamed(resource, &names).to_string()
        });
        Self {
            path,
            resource,
            ..self.clone()
        }
    }
}

impl Route {
    /// Returns the operation that the document has for a method of this route.
    pub(super) fn described(&self, method: &str) -> &str {
        let mut methods = self.methods.iter();
        let own = methods.find(|own| own.name == method);
        own.map_or("", |own| own.described.as_str())
    }
}

/// Returns where a resource's values come from, with the path's parameters called otherwise.
pub(super) fn renamed(mut resource: Value, names: &[(String, String)]) -> Value {
    let members = resource.as_object_mut();
    for source in members.into_iter().flat_map(|members| members.values_mut()) {
        let parameter = source.as_str().and_then(|text| text.strip_prefix("path."));
        let found = names
            .iter()
            .find(|(name, _)| Some(name.as_str()) == parameter);
        if let Some((_, name)) = found {
            *source = format!("path.{name}").into();
        }
    }
    resource
}
