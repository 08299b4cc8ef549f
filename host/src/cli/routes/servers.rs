//! The servers of a described API: the path before all others, and the hosts.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Where an operation is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The path before an operation's own; empty for none.
    pub(super) base: String,
    /// What a wish overrides that the operation's or path's own servers say, if it does.
    pub(super) moved: Option<String>,
}

/// The path and host that are wished for, in place of the servers'.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wishes<'a> {
    /// The path before all others; it begins with `/`.
    pub(super) base: Option<&'a str>,
    /// The hosts of every route, in lower case.
    pub(super) hosts: &'a [String],
}

/// The servers of a document, and what was seen of those that operations have.
#[derive(Debug)]
pub(super) struct Servers<'a> {
    document: &'a Map<String, Value>,
    wishes: Wishes<'a>,
    hosts: BTreeSet<String>,
    /// Variables with other values than the one that is taken.
    variables: BTreeSet<(String, String)>,
}

impl<'a> Servers<'a> {
    pub(super) const fn new(document: &'a Map<String, Value>, wishes: Wishes<'a>) -> Self {
        Self {
            document,
            wishes,
            hosts: BTreeSet::new(),
            variables: BTreeSet::new(),
        }
    }

    /// Returns where an operation is, as its servers say, or those of the next that says any.
    pub(super) fn place(&mut self, within: [&'a Map<String, Value>; 2]) -> Result<Place, String> {
        let wished = self.wishes.base;
        let all = within.into_iter().chain([self.document]);
        let mut said = None;
        for (at, next) in all.enumerate() {
            match next.get("servers") {
                None => {}
                Some(Value::Array(servers)) if servers.is_empty() => {}
                Some(Value::Array(servers)) => {
                    said = Some((servers, at < within.len()));
                    break;
                }
                Some(_) => return Err("its `servers` is no list".to_owned()),
            }
        }
        let Some((servers, is_own)) = said else {
            let base = wished.unwrap_or_default().to_owned();
            return Ok(Place { base, moved: None });
        };
        let (mut bases, mut moved) = (Vec::new(), None);
        for server in servers {
            let Server { host, path } = self.server(server)?;
            let hosts = self.wishes.hosts;
            let elsewhere = host.filter(|host| !hosts.is_empty() && !hosts.contains(host));
            if let Some(host) = elsewhere.filter(|_| is_own) {
                moved = Some(format!(
                    "its own server is at {host}, and the route at {}, as --host says",
                    hosts.join(", ")
                ));
            } else if is_own && wished.is_some_and(|wished| wished != path) {
                moved = Some(format!(
                    "its own server has the path `{path}`, and --base says another"
                ));
            }
            if !bases.contains(&path) {
                bases.push(path);
            }
        }
        let base = match (wished, bases.as_slice()) {
            (Some(wished), _) => wished.to_owned(),
            (None, [one]) => one.clone(),
            (None, several) => {
                return Err(format!(
                    "its servers have different paths ({}); say which by --base",
                    several.join(", ")
                ));
            }
        };
        Ok(Place { base, moved })
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

    /// Reads a server, its variables as they are by default.
    fn server(&mut self, server: &Value) -> Result<Server, String> {
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
        let mut own = None;
        let path = match rest.or(url.strip_prefix("//")) {
            Some(rest) => {
                let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
                let host = host.to_ascii_lowercase();
                self.hosts.insert(host.clone());
                // A route's host has no port.
                let (name, port) = host.rsplit_once(':').unwrap_or((&host, ""));
                let is_port = port.bytes().all(|byte| byte.is_ascii_digit());
                own = Some(if is_port { name.to_owned() } else { host });
                path
            }
            None => url.trim_start_matches('/'),
        };
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let path = match path.trim_end_matches('/') {
            "" => String::new(),
            path => format!("/{path}"),
        };
        Ok(Server { host: own, path })
    }
}

/// A server as a document has it.
struct Server {
    /// In lower case, without a port.
    host: Option<String>,
    /// Without a `/` at its end.
    path: String,
}
