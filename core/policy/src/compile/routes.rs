//! Routes: what they ask for, and that each request takes one of them.

use portcullis_gate::routes::{
    Conflict, ConflictKind, Cors, OnConditional, Origin, PathPattern, Route, UnreadableParameter,
    conflicts, withheld,
};
use portcullis_gate::{Ambiguities, Ambiguity};
use portcullis_json::{Path, nearest_or};

use super::expand::Expander;
use super::names::{Names, check_value, element};
use crate::atom::Entity;
use crate::model::{Condition, Permission};
use crate::problem::Problems;
use crate::source::{self, Conditional, Kind, Members, ValueSource};

/// What compiling routes needs to know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Routing<'a> {
    pub(super) expander: Expander<'a>,
    pub(super) conditions: &'a [Condition],
    /// The declared resource attributes.
    pub(super) attributes: &'a Names,
    pub(super) problems: &'a Problems,
}

impl Routing<'_> {
    /// Compiles the routes, each with its place in the source.
    pub(super) fn compile(
        &self,
        routes: &[source::Route],
        at: &Path<'_>,
    ) -> (Vec<Route>, Vec<usize>) {
        let at = at.key("routes");
        let mut compiled = Vec::new();
        // Where each stands in the source: one that is wrong is left out of what follows.
        let mut places = Vec::new();
        for (index, route) in routes.iter().enumerate() {
            for route in self.route(route, &at.index(index)).into_iter().flatten() {
                compiled.push(route);
                places.push(index);
            }
        }
        if compiled.len() > portcullis_gate::limits::ROUTES_MAX {
            let most = portcullis_gate::limits::ROUTES_MAX;
            self.problems.error(
                &at,
                format!("there are more than {most} routes"),
                "gather some under parameters",
            );
            return (compiled, places);
        }
        let conflicts = conflicts(&compiled);
        for conflict in &conflicts.found {
            self.conflict(conflict, &compiled, &places, &at);
        }
        if conflicts.more {
            self.problems.warn(
                &at,
                "routes overlap in more ways than are listed",
                "settle those that are; the gate refuses a request on which two routes cross",
            );
        }
        (compiled, places)
    }

    fn conflict(&self, conflict: &Conflict, routes: &[Route], places: &[usize], at: &Path<'_>) {
        let name = |index: usize| routes.get(index).map(Route::name).unwrap_or_default();
        let at = places.get(conflict.second).map(|place| at.index(*place));
        let Some(at) = at else {
            return;
        };
        let first = name(conflict.first);
        match &conflict.kind {
            ConflictKind::Same => self.problems.error(
                &at,
                format!("this matches the same requests as `{first}`"),
                "keep one of the two",
            ),
            ConflictKind::Lookalike => self.problems.warn(
                &at,
                format!("servers that ignore case take this for `{first}`, so the gate refuses both"),
                "rename one, or write \"accepts\": \"lookalike\" on both if the server does not",
            ),
            ConflictKind::Crossing(route) => self.problems.warn(
                &at,
                format!(
                    "this and `{first}` both match `{route}`, neither is the more specific, and the gate refuses the request"
                ),
                format!("add a route for `{route}` that says which permission it needs"),
            ),
        }
    }

    /// Compiles a route, once for each of its hosts.
    fn route(&self, source: &source::Route, at: &Path<'_>) -> Option<Vec<Route>> {
        let path = PathPattern::parse(&source.path)
            .map_err(|error| {
                self.problems.error(
                    &at.key("path"),
                    error.message(),
                    "see `{name}`, `{id}:cancel` and `{name...}`",
                )
            })
            .ok();
        let hosts = self.hosts(source, at);
        let (access, permission) = self.access(source, at)?;
        let path = path?;
        let attributes = self.attributes(&source.resource, &path, &at.key("resource"));
        if let Some(permission) = permission {
            self.warn_of_writes(permission, &attributes, at);
        }
        let route = Route {
            methods: source.methods.0.clone(),
            host: None,
            tenant_host: self.tenant_host(source, at)?,
            path,
            access,
            attributes: attributes?,
            conditional: match source.conditional {
                Some(Conditional::Forward) => OnConditional::Forward,
                Some(Conditional::Deny) | None => OnConditional::Deny,
            },
            allow: self.accepted(&source.accepts, &at.key("accepts"))?,
            token_in_query: source.token_in_query,
            cors: match &source.cors {
                Some(source) => Some(self.cors(source, &at.key("cors"))?),
                None => None,
            },
        };
        let hosts = hosts?.into_iter();
        let routes = hosts.map(|host| Route {
            host,
            ..route.clone()
        });
        let routes: Vec<Route> = routes.collect();
        match routes.iter().try_for_each(Route::check) {
            Ok(()) => Some(routes),
            Err(error) => {
                self.problems.error(at, error.message(), "fix it there");
                None
            }
        }
    }

    fn attributes(
        &self,
        sources: &Members<ValueSource>,
        path: &PathPattern,
        at: &Path<'_>,
    ) -> Option<Vec<(String, Origin)>> {
        let mut found = Vec::new();
        let mut sound = true;
        for (name, source) in sources.iter() {
            let at = at.key(name);
            let own = Entity::Resource.own_attributes();
            if !own.contains(&name) && self.attributes.find(name).is_none() {
                let known = self.attributes.names().iter().map(String::as_str);
                self.problems.error(
                    &at,
                    format!("`{name}` is no declared resource attribute"),
                    nearest_or(
                        name,
                        known.chain(own.iter().copied()),
                        "add it to `attributes.resource` of the catalog",
                    ),
                );
                sound = false;
            }
            match self.origin(source, path, &at) {
                Some(origin) => found.push((name.to_owned(), origin)),
                None => sound = false,
            }
        }
        sound.then_some(found)
    }

    fn origin(&self, source: &ValueSource, path: &PathPattern, at: &Path<'_>) -> Option<Origin> {
        let text = match source {
            ValueSource::Constant(values) => {
                for (index, value) in values.iter().enumerate() {
                    check_value("value", value, &element(at, values, index), self.problems);
                }
                let mut values = values.0.clone();
                values.sort_unstable();
                values.dedup();
                return Some(Origin::Constant(values));
            }
            ValueSource::Request(text) => text,
        };
        match text.split_once('.') {
            Some(("path", name)) => {
                let origin = path.parameter(name).and_then(|(segment, number)| {
                    let segment = u8::try_from(segment).ok()?;
                    Some(match number {
                        None => Origin::Path(segment),
                        Some(number) => Origin::Part {
                            segment,
                            number: u8::try_from(number).ok()?,
                        },
                    })
                });
                if origin.is_none() {
                    let cure = nearest_or(name, path.parameters(), "name one that the path has");
                    let message = format!("the path has no parameter `{name}`");
                    self.problems.error(at, message, cure);
                }
                origin
            }
            Some(("query", name)) if !name.is_empty() => {
                if let Some(fault) = UnreadableParameter::of(name) {
                    let message = format!("`{text}`: {}", fault.message());
                    self.problems.error(at, message, fault.cure());
                    return None;
                }
                Some(Origin::Query(name.to_owned()))
            }
            Some(("header", name)) if !name.is_empty() => {
                let name = name.to_ascii_lowercase();
                if let Some(why) = withheld(&name) {
                    let cure = "compare with who asks in a scope, as `subject.id`, or take it from the path, the query or another header";
                    self.problems.error(at, format!("`{text}`: {why}"), cure);
                    return None;
                }
                Some(Origin::Header(name))
            }
            _ => {
                self.problems.error(
                    at,
                    format!("`{text}` is no place of a request"),
                    "write path.id, query.owner or header.x-region, or {\"constant\": \"chat\"}",
                );
                None
            }
        }
    }

    fn cors(&self, source: &source::CrossOrigin, at: &Path<'_>) -> Option<Cors> {
        let headers_at = at.key("headers");
        let headers: Vec<String> = source.headers.iter().map(str::to_ascii_lowercase).collect();
        for (index, name) in headers.iter().enumerate() {
            if let Some(why) = withheld(name) {
                let at = element(&headers_at, &source.headers, index);
                let message = format!("`{name}`: {why}");
                let cure = "take it out: no page can say anything with it";
                self.problems.error(&at, message, cure);
                return None;
            }
        }
        Some(Cors {
            origins: source.origins.0.clone(),
            headers,
            credentials: source.credentials,
            max_age_seconds: source.max_age_seconds.unwrap_or(0),
        })
    }

    fn accepted(&self, names: &source::OneOrMany, at: &Path<'_>) -> Option<Ambiguities> {
        let mut all = Ambiguities::NONE;
        for (index, name) in names.iter().enumerate() {
            if let Some(one) = Ambiguity::optional_from_name(name) {
                all.add(one);
                continue;
            }
            let at = element(at, names, index);
            let known = Ambiguity::OPTIONAL.map(Ambiguity::name);
            let otherwise = format!("a route may accept {}", known.join(", "));
            let cure = nearest_or(name, known, otherwise);
            self.problems
                .error(&at, format!("`{name}` cannot be accepted"), cure);
            return None;
        }
        Some(all)
    }

    /// A client chooses its query and headers: what it may write must not depend on them.
    fn warn_of_writes(
        &self,
        permission: &Permission,
        attributes: &Option<Vec<(String, Origin)>>,
        at: &Path<'_>,
    ) {
        if !matches!(permission.kind, Kind::Write | Kind::Delete) {
            return;
        }
        let read = |name: &str| {
            let conditions = permission.scopes.iter();
            let mut conditions =
                conditions.filter_map(|(_, condition)| self.conditions.get(condition.get()));
            conditions.any(|condition| {
                let atoms = condition.0.iter().flatten();
                let mut references = atoms.flat_map(crate::atom::Atom::references);
                references.any(|own| own.entity == Entity::Resource && own.attribute == name)
            })
        };
        for (name, origin) in attributes.iter().flatten() {
            let place = match origin {
                Origin::Query(_) => "the query",
                Origin::Header(_) => "a header",
                Origin::Path(_) | Origin::Part { .. } | Origin::Constant(_) => continue,
            };
            if read(name) {
                self.problems.warn(
                    &at.key("resource").key(name),
                    format!(
                        "whether `{}` is allowed depends on {place}, which the client chooses",
                        permission.name
                    ),
                    "take it from the path, or leave it out and write \"conditional\": \"forward\"",
                );
            }
        }
    }
}
