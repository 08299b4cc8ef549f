//! Which route a request takes, and why no other.

use portcullis_gate::routes::{Access, HostPattern, PatternSegment, Route, RouteMatch, Routes};
use portcullis_gate::{Ambiguities, Ambiguity, CanonicalPath, Code, Entry, UnixSeconds};
use serde::Serialize;

use crate::suite::gateway::Gateway;
use portcullis_policy::TestHosts;
use portcullis_policy::authzen::Subject;
use portcullis_policy::encode::BundleMetadata;
use portcullis_policy::model::Model;
use portcullis_policy::source::{Catalog, TestRequest};

/// Which route a request takes, and why no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Routing {
    /// The host that it was sent to; nothing where it is one that no route names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The code of the refusal, if it is refused whoever asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<&'static str>,
    /// What the log says of the refusal; empty where there is nothing to say.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// The route that it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<TakenRoute>,
    /// Other routes that match it too, and why they are not taken.
    pub others: Vec<OtherRoute>,
    /// Routes that nearly match it, and what is missing.
    pub nearly: Vec<OtherRoute>,
}

/// The route that a request takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TakenRoute {
    /// Its name: its first method, its host and its path.
    pub route: String,
    /// A permission, or `authenticated`, `public` or `public, identity optional`.
    pub asks: String,
    /// The parameters of its path, each with its value.
    pub parameters: Vec<(String, String)>,
}

/// A route that is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OtherRoute {
    /// Its name.
    pub route: String,
    /// Why not.
    pub why: String,
}

/// Says which route a request takes; where it names no host, at the one where it takes one route.
///
/// Whether it is refused is what the gate itself says, asked with the policy's bundle by somebody
/// without a role.
///
/// # Errors
///
/// Returns what keeps the question from being one: several hosts, a target that is too long, or a
/// policy that no gate takes.
pub fn routing(
    model: &Model,
    method: &str,
    target: &str,
    host: Option<&str>,
) -> Result<Routing, String> {
    let request = TestRequest {
        method: method.to_owned(),
        target: target.to_owned(),
        host: host.map(str::to_owned),
        ..TestRequest::default()
    };
    let hosts = TestHosts::new(&model.routes);
    let host = hosts.of(&request, None).map_err(|ambiguous| {
        let [one, other] = &ambiguous.routes;
        format!("it takes `{one}` at one host and `{other}` at another; say which host")
    })?;
    let path = CanonicalPath::parse(target.as_bytes());
    let path = path.map_err(|_| "the target is too long".to_owned())?;
    let routes = Routes::new(model.routes.clone()).map_err(|same| same.to_string())?;
    let found = routes.find(method.as_bytes(), host.as_bytes(), &path);
    let asked = Asked {
        method,
        path: &path,
        host: Hosts::new(&model.routes, &host),
    };
    let route = found.as_ref().map(|found| found.route);
    let entry = judged(model, &request, &host, route)?;
    let refused = Some(entry.code).filter(|code| refuses_request(*code));
    let (mut others, mut nearly) = (Vec::new(), Vec::new());
    for (index, route) in model.routes.iter().enumerate() {
        if found.as_ref().is_none_or(|found| found.index != index) {
            match asked.compare(route, found.as_ref()) {
                Compared::Matches(why) => others.push(other(route, why)),
                Compared::Nearly(rank, why) => nearly.push((rank, other(route, why))),
                Compared::Elsewhere => {}
            }
        }
    }
    nearly.sort_by_key(|(rank, _)| *rank);
    let nearly = nearly.into_iter().map(|(_, other)| other);
    Ok(Routing {
        refused: refused.map(Code::name),
        detail: refused.map(|_| entry.detail).unwrap_or_default(),
        route: found.map(|found| taken(found.route, &path)),
        others,
        nearly: nearly.take(NEARLY_MAX).collect(),
        host: Some(host).filter(|host| !TestHosts::is_unnamed(host)),
    })
}

/// Returns what the gate would log of a request of somebody without a role.
fn judged(
    model: &Model,
    request: &TestRequest,
    host: &str,
    route: Option<&Route>,
) -> Result<Entry, String> {
    let now = UnixSeconds(0);
    let metadata = BundleMetadata::new("routes", now, 60, &Catalog::default());
    let mut model = model.clone();
    // A host that names the tenant names the one that asks.
    if route.is_some_and(|route| route.tenant_host.is_some())
        && let Some((label, _)) = host.split_once('.')
    {
        label.to_ascii_lowercase().clone_into(&mut model.tenant.id);
    }
    let kind = model.subject_types.names().first().cloned();
    let gateway = Gateway::open(&model, &metadata);
    let mut gateway = gateway.map_err(|error| error.to_string())?;
    let somebody = Subject {
        kind: kind.unwrap_or_default(),
        id: "somebody".to_owned(),
        ..Subject::default()
    };
    Ok(gateway.judge(request, host, Some(&somebody), now))
}

/// Says whether a code refuses a request for what it is, and not for who asks.
const fn refuses_request(code: Code) -> bool {
    matches!(
        code,
        Code::RequestMalformed
            | Code::LimitExceeded
            | Code::PathAmbiguous
            | Code::RouteUnknown
            | Code::RouteAmbiguous
            | Code::AttributeAmbiguous
    )
}

/// A request.
struct Asked<'a> {
    method: &'a str,
    path: &'a CanonicalPath<'a>,
    host: Hosts<'a>,
}

/// The host of a request, and what routes say of it.
struct Hosts<'a> {
    host: &'a str,
    /// Whether any route names a host.
    any: bool,
    /// Whether a route names this one.
    this: bool,
}

/// What a route has to do with a request that takes another.
enum Compared {
    /// It matches too; why it does not win.
    Matches(String),
    /// It does not, by little: the less the number is, and what it is.
    Nearly(u8, String),
    Elsewhere,
}

impl<'a> Hosts<'a> {
    fn new(routes: &[Route], host: &'a str) -> Self {
        let named = || {
            let hosts = routes.iter().filter_map(|route| route.host.as_ref());
            hosts.filter(|host| !host.is_every())
        };
        Self {
            host,
            any: named().next().is_some(),
            this: named().any(|own| own.matches(host.as_bytes())),
        }
    }

    fn are_of(&self, route: &Route) -> bool {
        match &route.host {
            Some(host) if self.any => host.matches(self.host.as_bytes()),
            Some(_) => true,
            None => !self.any || self.this,
        }
    }
}

impl Asked<'_> {
    fn compare(&self, route: &Route, found: Option<&RouteMatch<'_>>) -> Compared {
        let is_of_method = self.is_of_method(route);
        let is_of_host = self.host.are_of(route);
        let reading = self.reading(route);
        match (is_of_host, is_of_method, reading) {
            (true, true, Some(kinds)) if kinds.is_empty() => Compared::Matches(
                match found.is_some_and(|found| found.rival == Some(&route.name())) {
                    true => {
                        "it crosses the other: each is the more specific in host, method or path"
                    }
                    false => "it is less specific",
                }
                .to_owned(),
            ),
            (true, true, Some(kinds)) => Compared::Nearly(0, alike(kinds).to_owned()),
            (true, false, Some(kinds)) if kinds.is_empty() => {
                let methods = route.methods.join(", ");
                Compared::Nearly(1, format!("it is for {methods}"))
            }
            (false, true, Some(kinds)) if kinds.is_empty() => {
                let host = route.host.as_ref().map(HostPattern::to_string);
                let hosts = host.unwrap_or_else(|| "the hosts that routes name".to_owned());
                Compared::Nearly(2, format!("it is for {hosts}"))
            }
            (true, true, None) => match self.one_other_segment(route) {
                Some(why) => Compared::Nearly(3, why),
                None => Compared::Elsewhere,
            },
            _ => Compared::Elsewhere,
        }
    }

    fn is_of_method(&self, route: &Route) -> bool {
        let is_own = |own: &String| own == self.method || own == "*";
        let is_get = |own: &String| self.method == "HEAD" && own == "GET";
        route.methods.iter().any(|own| is_own(own) || is_get(own))
    }

    /// Returns how the path may be read as the route's, if it may: in no other way if it is it.
    fn reading(&self, route: &Route) -> Option<Ambiguities> {
        let all = |route: Route| Route {
            methods: vec!["*".to_owned()],
            host: None,
            tenant_host: None,
            ..route
        };
        let own = Routes::new(vec![all(route.clone())]).ok()?;
        if own.find(b"GET", b"", self.path).is_some() {
            return Some(Ambiguities::NONE);
        }
        // Beside one that takes everything else, it tells for what other servers would take it.
        let rest = Route {
            path: portcullis_gate::routes::PathPattern::parse("/{rest...}").ok()?,
            access: Access::Permission(String::new()),
            attributes: Vec::new(),
            ..route.clone()
        };
        let both = Routes::new(vec![all(route.clone()), all(rest)]).ok()?;
        let kinds = both.find(b"GET", b"", self.path)?.lookalikes;
        (!kinds.is_empty()).then_some(kinds)
    }

    /// Says which one segment of as many is another than the route's.
    fn one_other_segment(&self, route: &Route) -> Option<String> {
        let own = route.path.segments();
        let theirs = self.path.decoded();
        if own.len() != theirs.len() {
            return None;
        }
        let mut pairs = own.iter().zip(theirs).filter(|(own, theirs)| match own {
            PatternSegment::Literal(text) => text.as_bytes() != &**theirs,
            PatternSegment::Parts(parts) => !parts.matches(theirs),
            PatternSegment::Parameter(_) | PatternSegment::Rest(_) => false,
        });
        let (own, theirs) = pairs.next()?;
        if pairs.next().is_some() || own.name().is_some() {
            return None;
        }
        let own = match own {
            PatternSegment::Parts(parts) => parts.to_string(),
            PatternSegment::Literal(text)
            | PatternSegment::Parameter(text)
            | PatternSegment::Rest(text) => text.clone(),
        };
        // Of a path of one segment every other path is near.
        let is_some_kept = route.path.segments().len() > 1;
        let theirs = String::from_utf8_lossy(&theirs);
        is_some_kept.then(|| format!("it has `{own}` where the request has `{theirs}`"))
    }
}

fn alike(kinds: Ambiguities) -> &'static str {
    if kinds.has(Ambiguity::LookalikeSuffix) {
        "servers that cut a suffix off would take it"
    } else {
        "servers that ignore case, or what a segment has at its ends, would take it"
    }
}

fn other(route: &Route, why: String) -> OtherRoute {
    OtherRoute {
        route: route.name(),
        why,
    }
}

fn taken(route: &Route, path: &CanonicalPath<'_>) -> TakenRoute {
    TakenRoute {
        route: route.name(),
        asks: match &route.access {
            Access::Permission(permission) => permission.clone(),
            Access::Authenticated => "authenticated".to_owned(),
            Access::Public => "public".to_owned(),
            Access::Optional => "public, identity optional".to_owned(),
        },
        parameters: parameters(route, path),
    }
}

fn parameters(route: &Route, path: &CanonicalPath<'_>) -> Vec<(String, String)> {
    let segments: Vec<_> = path.decoded().collect();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut found = Vec::new();
    for (at, own) in route.path.segments().iter().enumerate() {
        let Some(segment) = segments.get(at) else {
            break;
        };
        match own {
            PatternSegment::Literal(_) => {}
            PatternSegment::Parameter(name) => found.push((name.clone(), text(segment))),
            PatternSegment::Rest(name) => {
                let rest = segments.iter().skip(at).map(|segment| text(segment));
                found.push((name.clone(), rest.collect::<Vec<_>>().join("/")));
            }
            PatternSegment::Parts(parts) => {
                let values = parts.names().enumerate().map(|(number, name)| {
                    let value = parts.value(segment, number).unwrap_or_default();
                    (name.to_owned(), text(value))
                });
                found.extend(values);
            }
        }
    }
    found
}

/// Most routes that are named for being near.
const NEARLY_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use portcullis_policy::Source;

    use super::*;

    fn model() -> Model {
        let text = r#"{ "catalog": { "id": "c",
            "modules": { "things": { "actions": { "read": "read", "write": "write", "cancel": "write" } } },
            "routes": [
                { "methods": "GET", "path": "/v1/things/{id}", "permission": "things:read" },
                { "methods": "GET", "path": "/v1/things/list", "permission": "things:read" },
                { "methods": "POST", "path": "/v1/things/{id}:cancel", "permission": "things:cancel" },
                { "methods": "GET", "path": "/v1/{kind}/x", "permission": "things:write" },
                { "methods": "GET", "path": "/files/{name...}", "public": true, "accepts": "encoded-slash" },
                { "methods": "GET", "path": "/files/secret/{name}", "permission": "things:write" },
                { "methods": "GET", "path": "/list", "permission": "things:read", "resource": { "id": "query.id" } },
                { "methods": "GET", "path": "/admin", "permission": "things:write", "host": "admin.example.com" },
                { "methods": "GET", "path": "/me", "authenticated": true, "host": "www.example.com" }
            ] }, "tenant": { "id": "acme" } }"#;
        Source::load(text).unwrap().1
    }

    /// Writes what is said of a request in one line.
    fn said(line: &str) -> String {
        let cells: Vec<&str> = line.split(' ').collect();
        let found = routing(&model(), cells[0], cells[1], cells.get(2).copied());
        let found = match found {
            Ok(found) => found,
            Err(why) => return why,
        };
        let mut out = found.refused.unwrap_or("taken").to_owned();
        if !found.detail.is_empty() {
            out.push_str(&format!(" ({})", found.detail));
        }
        if let Some(route) = found.route {
            out.push_str(&format!(": {} asks {}", route.route, route.asks));
            for (name, value) in route.parameters {
                out.push_str(&format!(" {name}={value}"));
            }
        }
        for (mark, list) in [("; also", found.others), ("; nearly", found.nearly)] {
            for other in list {
                out.push_str(&format!("{mark} {}: {}", other.route, other.why));
            }
        }
        out
    }

    #[test]
    fn a_host_is_named_where_routes_do() {
        let host = |line: &str| {
            let (method, target) = line.split_once(' ').unwrap();
            routing(&model(), method, target, None).unwrap().host
        };
        assert_eq!(host("GET /admin").as_deref(), Some("admin.example.com"));
        let text = r#"{ "catalog": { "id": "c", "routes": [
            { "methods": "GET", "path": "/a", "public": true } ] }, "tenant": { "id": "acme" } }"#;
        let (_, model) = Source::load(text).unwrap();
        assert_eq!(routing(&model, "GET", "/a", None).unwrap().host, None);
        let named = routing(&model, "GET", "/a", Some("a.example.com")).unwrap();
        assert_eq!(named.host.as_deref(), Some("a.example.com"));
    }

    #[test]
    fn a_request_says_which_route_it_takes_and_why_no_other() {
        for (line, expected) in [
            (
                "GET /v1/things/7",
                "taken: GET /v1/things/{id} asks things:read id=7; nearly GET /v1/things/list: it has `list` where the request has `7`; nearly GET /v1/{kind}/x: it has `x` where the request has `7`",
            ),
            (
                "POST /v1/things/7:cancel",
                "taken: POST /v1/things/{id}:cancel asks things:cancel id=7; nearly GET /v1/things/{id}: it is for GET",
            ),
            (
                "POST /v1/things/7:purge",
                "route-unknown; nearly GET /v1/things/{id}: it is for GET; nearly POST /v1/things/{id}:cancel: it has `{id}:cancel` where the request has `7:purge`",
            ),
            (
                "GET /v1/things/x",
                "route-ambiguous (GET /v1/{kind}/x): GET /v1/things/{id} asks things:read id=x; also GET /v1/{kind}/x: it crosses the other: each is the more specific in host, method or path; nearly GET /v1/things/list: it has `list` where the request has `x`",
            ),
            (
                "GET /v1/things/list",
                "taken: GET /v1/things/list asks things:read; also GET /v1/things/{id}: it is less specific; nearly GET /v1/{kind}/x: it has `x` where the request has `list`",
            ),
            (
                "GET /files/a/../b",
                "path-ambiguous (dot-segment): GET /files/{name...} asks public name=a/../b",
            ),
            (
                "GET /files/SECRET%2fa",
                "path-ambiguous (other-route): GET /files/{name...} asks public name=SECRET/a",
            ),
            (
                "GET /list?id=1&id=2 www.example.com",
                "attribute-ambiguous (id): GET /list asks things:read",
            ),
            (
                "GET /list?id=1 www.example.com",
                "taken: GET /list asks things:read",
            ),
            (
                " /me www.example.com",
                "request-malformed (method); nearly GET www.example.com/me: it is for GET",
            ),
            (
                "GET /admin www.example.com",
                "route-unknown; nearly GET admin.example.com/admin: it is for admin.example.com",
            ),
            (
                "GET /admin",
                "taken: GET admin.example.com/admin asks things:write",
            ),
            (
                "GET /me",
                "taken: GET www.example.com/me asks authenticated",
            ),
            (
                "get /me www.example.com",
                "request-malformed (method-case); nearly GET www.example.com/me: it is for GET",
            ),
            (
                "POST /v1/things/7:Cancel",
                "route-unknown; nearly POST /v1/things/{id}:cancel: servers that ignore case, or what a segment has at its ends, would take it; nearly GET /v1/things/{id}: it is for GET",
            ),
        ] {
            assert_eq!(said(line), expected, "{line}");
        }
    }
}
