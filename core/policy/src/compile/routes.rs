//! Routes: what they ask for, and that each request takes one of them.

use portcullis_gate::routes::{
    Access, Conflict, ConflictKind, Cors, HostPattern, OnConditional, Origin, PathPattern, Route,
    conflicts,
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
    pub(super) fn compile(&self, routes: &[source::Route], at: &Path<'_>) -> Vec<Route> {
        let at = at.key("routes");
        let mut compiled = Vec::new();
        // Where each stands in the source: one that is wrong is left out of what follows.
        let mut places = Vec::new();
        for (index, route) in routes.iter().enumerate() {
            if let Some(route) = self.route(route, &at.index(index)) {
                compiled.push(route);
                places.push(index);
            }
        }
        if routes.len() > portcullis_gate::limits::ROUTES_MAX {
            let most = portcullis_gate::limits::ROUTES_MAX;
            self.problems.error(
                &at,
                format!("there are more than {most} routes"),
                "gather some under parameters",
            );
            return compiled;
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
        compiled
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

    fn route(&self, source: &source::Route, at: &Path<'_>) -> Option<Route> {
        let path = PathPattern::parse(&source.path)
            .map_err(|error| {
                self.problems.error(
                    &at.key("path"),
                    error.message(),
                    "see `{name}`, `{id}:cancel` and `{name...}`",
                )
            })
            .ok();
        let host = source.host.as_deref().map(|host| {
            HostPattern::parse(host)
                .map_err(|error| {
                    let cure = "leave the port out; the gate ignores it";
                    self.problems
                        .error(&at.key("host"), error.to_string(), cure);
                })
                .ok()
        });
        let (access, permission) = self.access(source, at)?;
        let path = path?;
        let attributes = self.attributes(&source.resource, &path, &at.key("resource"));
        if let Some(permission) = permission {
            self.warn_of_writes(permission, &attributes, at);
        }
        let route = Route {
            methods: source.methods.0.clone(),
            host: match host {
                Some(None) => return None,
                Some(host) => host,
                None => None,
            },
            path,
            access,
            attributes: attributes?,
            conditional: match source.conditional {
                Some(Conditional::Forward) => OnConditional::Forward,
                Some(Conditional::Deny) | None => OnConditional::Deny,
            },
            allow: self.accepted(&source.accepts, &at.key("accepts"))?,
            cors: source.cors.as_ref().map(cors),
        };
        match route.check() {
            Ok(()) => Some(route),
            Err(error) => {
                self.problems.error(at, error.message(), "fix it there");
                None
            }
        }
    }

    fn access(
        &self,
        source: &source::Route,
        at: &Path<'_>,
    ) -> Option<(Access, Option<&Permission>)> {
        let idle = source.conditional.is_some() || !source.resource.is_empty();
        match (&source.permission, source.public) {
            (Some(name), false) => {
                let found = self.expander.expect(name, &at.key("permission"))?;
                let permission = self.expander.tree.permissions.get(found.get())?;
                Some((
                    Access::Permission(permission.name.clone()),
                    Some(permission),
                ))
            }
            (None, true) if !idle => Some((Access::Public, None)),
            (None, true) => {
                let cure = "take `resource` and `conditional` out, or name a permission";
                self.problems
                    .error(at, "a public route asks for nothing", cure);
                None
            }
            (Some(_), true) => {
                let cure = "take one of the two out";
                self.problems
                    .error(at, "a public route asks for no permission", cure);
                None
            }
            (None, false) => {
                let cure = "name a permission, or write \"public\": true";
                self.problems.error(at, "this route asks for nothing", cure);
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
            Some(("query", name)) if !name.is_empty() => Some(Origin::Query(name.to_owned())),
            Some(("header", name)) if !name.is_empty() => {
                Some(Origin::Header(name.to_ascii_lowercase()))
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

fn cors(source: &source::CrossOrigin) -> Cors {
    Cors {
        origins: source.origins.0.clone(),
        headers: source.headers.iter().map(str::to_ascii_lowercase).collect(),
        credentials: source.credentials,
        max_age_seconds: source.max_age_seconds.unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use crate::Source;

    fn policy(routes: &str) -> String {
        format!(
            r#"{{ "catalog": {{ "id": "c",
                "attributes": {{ "resource": ["owner", "region"] }},
                "scopes": {{ "own": "shares(subject.id, resource.owner)", "all": "true" }},
                "modules": {{ "tickets": {{ "actions": {{ "read": "read",
                    "reply": {{ "kind": "write", "supports": ["own", "all"], "aliases": ["tickets:respond"] }},
                    "merge": {{ "kind": "write", "supports": "all" }} }} }} }},
                "routes": [{routes}] }}, "tenant": {{ "id": "acme" }} }}"#
        )
    }

    fn check(routes: &str, expected: &[&str]) {
        let found: Vec<String> = match Source::load(&policy(routes)) {
            Ok((_, model)) => model.warnings.iter().map(ToString::to_string).collect(),
            Err(invalid) => invalid.problems().iter().map(ToString::to_string).collect(),
        };
        assert_eq!(found, expected, "{routes}");
    }

    #[test]
    fn a_route_reads_as_it_is_written() {
        let text = policy(
            r#"{ "methods": ["GET", "POST"], "host": "API.example.com", "path": "/v1/tickets/{id}", "permission": "tickets:respond",
                 "resource": { "id": "path.id", "owner": "path.id", "region": { "constant": ["b", "a"] } },
                 "conditional": "forward", "accepts": ["encoded-slash", "parameters"],
                 "cors": { "origins": "*", "headers": "Content-Type" } },
               { "methods": "GET", "path": "/", "public": true }"#,
        );
        let (_, model) = Source::load(&text).unwrap();
        assert_eq!(model.warnings, []);
        let names: Vec<_> = model.routes.iter().map(|route| route.name()).collect();
        assert_eq!(names, ["GET api.example.com/v1/tickets/{id}", "GET /"]);
        let section = crate::encode::routes(&model).unwrap();
        let read = portcullis_gate::routes::Routes::decode(&section).unwrap();
        assert_eq!(read.all(), model.routes);
        // By its present name, whichever the author used.
        let first = format!("{:?}", model.routes[0]);
        for part in [
            r#"Permission("tickets:reply")"#,
            r#"("owner", Path(2))"#,
            r#"Constant(["a", "b"])"#,
            "Forward",
            r#"headers: ["content-type"]"#,
        ] {
            assert!(first.contains(part), "{part} in {first}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_reported_with_its_place_and_cure() {
        for (route, expected) in [
            (
                r#"{"methods":"GET","path":"/a"}"#,
                r#"$.catalog.routes[0]: this route asks for nothing; name a permission, or write "public": true"#,
            ),
            (
                r#"{"methods":"GET","path":"/a","permission":"tickets:read","public":true}"#,
                "$.catalog.routes[0]: a public route asks for no permission; take one of the two out",
            ),
            (
                r#"{"methods":"GET","path":"/a","public":true,"conditional":"forward"}"#,
                "$.catalog.routes[0]: a public route asks for nothing; take `resource` and `conditional` out, or name a permission",
            ),
            (
                r#"{"methods":"GET","path":"/a","permission":"tickets:raed"}"#,
                "$.catalog.routes[0].permission: unknown permission `tickets:raed`; did you mean `tickets:read`?",
            ),
            (
                r#"{"methods":"get","path":"/a","public":true}"#,
                "$.catalog.routes[0]: a route has methods in upper case, each once, or `*`; fix it there",
            ),
            (
                r#"{"methods":"GET","path":"/a/","public":true}"#,
                "$.catalog.routes[0].path: a path has no empty segment, and does not end with `/`; see `{name}`, `{id}:cancel` and `{name...}`",
            ),
            (
                r#"{"methods":"GET","path":"/a","host":"a:80","public":true}"#,
                "$.catalog.routes[0].host: a host is a name without a port, such as api.example.com or *.example.com, or `*`; leave the port out; the gate ignores it",
            ),
            (
                r#"{"methods":"GET","path":"/{id}","permission":"tickets:read","resource":{"ownr":"path.id"}}"#,
                "$.catalog.routes[0].resource.ownr: `ownr` is no declared resource attribute; did you mean `owner`?",
            ),
            (
                r#"{"methods":"GET","path":"/{id}","permission":"tickets:read","resource":{"owner":"path.ids"}}"#,
                "$.catalog.routes[0].resource.owner: the path has no parameter `ids`; did you mean `id`?",
            ),
            (
                r#"{"methods":"GET","path":"/a","permission":"tickets:read","resource":{"owner":"cookie.x"}}"#,
                r#"$.catalog.routes[0].resource.owner: `cookie.x` is no place of a request; write path.id, query.owner or header.x-region, or {"constant": "chat"}"#,
            ),
            (
                r#"{"methods":"GET","path":"/a","public":true,"accepts":"encoded-slsh"}"#,
                "$.catalog.routes[0].accepts: `encoded-slsh` cannot be accepted; did you mean `encoded-slash`?",
            ),
            (
                r#"{"methods":"GET","path":"/a","public":true,"accepts":"dot-segment"}"#,
                "$.catalog.routes[0].accepts: `dot-segment` cannot be accepted; a route may accept encoded-slash, parameters, trailing-slash, encoded-percent, lookalike, query-shadow, method-override, lookalike-suffix",
            ),
            (
                r#"{"methods":"GET","path":"/a","permission":"tickets:read","conditional":"allow"}"#,
                "$.catalog.routes[0].conditional: `allow` is nothing that can become of it; write deny, or forward to let the origin apply the filter",
            ),
            (
                r#"{"methods":"GET","path":"/a","public":true,"cors":{"origins":"*","credentials":true}}"#,
                "$.catalog.routes[0]: `cors` names origins such as https://app.example.com, or `*` alone and without credentials, and headers in lower case; fix it there",
            ),
            (
                r#"{"methods":"GET","path":"/{a}","public":true},{"methods":"GET","path":"/{b}","public":true}"#,
                "$.catalog.routes[1]: this matches the same requests as `GET /{a}`; keep one of the two",
            ),
            (
                r#"{"methods":"GET","path":"/a/{x}","public":true},{"methods":"GET","path":"/{y}/b","permission":"tickets:read"}"#,
                "$.catalog.routes[1]: this and `GET /a/{x}` both match `GET /a/b`, neither is the more specific, and the gate refuses the request; add a route for `GET /a/b` that says which permission it needs",
            ),
            (
                r#"{"methods":"GET","path":"/a/x","public":true},{"methods":"GET","path":"/a/X","permission":"tickets:read"}"#,
                r#"$.catalog.routes[1]: servers that ignore case take this for `GET /a/x`, so the gate refuses both; rename one, or write "accepts": "lookalike" on both if the server does not"#,
            ),
        ] {
            check(route, &[expected]);
        }
    }

    #[test]
    fn a_write_that_hangs_on_what_the_client_chooses_is_warned_of() {
        let warning = |place: &str| {
            format!(
                "$.catalog.routes[0].resource.owner: whether `tickets:reply` is allowed depends on {place}, which the client chooses; take it from the path, or leave it out and write \"conditional\": \"forward\""
            )
        };
        let route = |permission: &str, source: &str| {
            format!(
                r#"{{"methods":"POST","path":"/{{id}}","permission":"{permission}","resource":{{"owner":"{source}"}}}}"#
            )
        };
        check(
            &route("tickets:reply", "query.owner"),
            &[&warning("the query")],
        );
        check(
            &route("tickets:reply", "header.x-owner"),
            &[&warning("a header")],
        );
        check(&route("tickets:reply", "path.id"), &[]);
        check(&route("tickets:read", "query.owner"), &[]);
        check(&route("tickets:merge", "query.owner"), &[]);
    }
}
