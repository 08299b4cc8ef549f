//! The servers of a described API: the path before all others, and the hosts.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The path before an operation's own; empty for none.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Base(pub(super) String);

/// The servers of a document, and what was seen of those that operations have.
#[derive(Debug)]
pub(super) struct Servers<'a> {
    document: &'a Map<String, Value>,
    wished: Option<&'a str>,
    hosts: BTreeSet<String>,
    /// Variables with other values than the one that is taken.
    variables: BTreeSet<(String, String)>,
}

impl<'a> Servers<'a> {
    pub(super) const fn new(document: &'a Map<String, Value>, wished: Option<&'a str>) -> Self {
        Self {
            document,
            wished,
            hosts: BTreeSet::new(),
            variables: BTreeSet::new(),
        }
    }

    /// Returns the path before an operation's own, which its servers have, or those of the next
    /// that says any.
    pub(super) fn base(&mut self, within: [&'a Map<String, Value>; 2]) -> Result<Base, String> {
        let mut all = within.into_iter().chain([self.document]);
        let servers = loop {
            let Some(next) = all.next() else {
                return Ok(Base(self.wished.unwrap_or_default().to_owned()));
            };
            match next.get("servers") {
                None => {}
                Some(Value::Array(servers)) if servers.is_empty() => {}
                Some(Value::Array(servers)) => break servers,
                Some(_) => return Err("its `servers` is no list".to_owned()),
            }
        };
        let mut bases = Vec::new();
        for server in servers {
            let base = self.base_of(server)?;
            if !bases.contains(&base) {
                bases.push(base);
            }
        }
        match (self.wished, bases.as_slice()) {
            (Some(wished), _) => Ok(Base(wished.to_owned())),
            (None, [one]) => Ok(Base(one.clone())),
            (None, several) => Err(format!(
                "its servers have different paths ({}); say which by --base",
                several.join(", ")
            )),
        }
    }

    /// Returns the hosts that servers name.
    pub(super) const fn hosts(&self) -> &BTreeSet<String> {
        &self.hosts
    }

    /// Says which variables were taken for what they are by default.
    pub(super) fn notes(&self) -> Vec<String> {
        let variables = self.variables.iter();
        let notes = variables.map(|(name, value)| {
            format!("of the servers' `{{{name}}}` only `{value}` is taken, which it is by default")
        });
        notes.collect()
    }

    /// Returns the path of a server, its variables as they are by default.
    fn base_of(&mut self, server: &Value) -> Result<String, String> {
        let url = server.get("url").and_then(Value::as_str);
        let mut url = url.ok_or("one of its servers has no `url`")?.to_owned();
        let variables = server.get("variables").and_then(Value::as_object);
        for (name, variable) in variables.into_iter().flatten() {
            let default = variable.get("default").and_then(Value::as_str);
            let default =
                default.ok_or_else(|| format!("the servers' `{{{name}}}` has no `default`"))?;
            let place = format!("{{{name}}}");
            if url.contains(&place) {
                self.variables.insert((name.clone(), default.to_owned()));
            }
            url = url.replace(&place, default);
        }
        if url.contains(['{', '}']) {
            return Err(format!(
                "the server `{url}` has a variable that is not described"
            ));
        }
        let rest = url.split_once("://").map(|(_, rest)| rest);
        let path = match rest.or(url.strip_prefix("//")) {
            Some(rest) => {
                let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
                self.hosts.insert(host.to_owned());
                path
            }
            None => url.trim_start_matches('/'),
        };
        let path = path.split(['?', '#']).next().unwrap_or_default();
        Ok(match path.trim_end_matches('/') {
            "" => String::new(),
            path => format!("/{path}"),
        })
    }
}
