//! To which host a test's request goes when it does not say.

use portcullis_gate::CanonicalPath;
use portcullis_gate::routes::{HostPattern, Route, Routes};

use crate::source::TestRequest;

/// The hosts that a policy's requests may go to.
#[derive(Clone, Debug)]
pub struct TestHosts {
    /// Nothing where two routes match the same requests: the compiler refuses those.
    routes: Option<Routes>,
    /// A host for each pattern that a route names, each once, in the order written.
    named: Vec<String>,
}

/// A request that takes different routes at different hosts, and does not say to which it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmbiguousHost {
    /// Two of the routes, by their names.
    pub routes: [String; 2],
}

impl TestHosts {
    /// Gathers the hosts that routes name.
    #[must_use]
    pub fn new(routes: &[Route]) -> Self {
        let mut patterns: Vec<&HostPattern> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for host in routes.iter().filter_map(|route| route.host.as_ref()) {
            if !host.is_every() && seen.insert(host) {
                patterns.push(host);
            }
        }
        let mut label = "x".to_owned();
        let is_taken = |label: &str| {
            let mut hosts = patterns.iter();
            hosts.any(|host| host.to_string().split('.').next() == Some(label))
        };
        while is_taken(&label) {
            label.push('x');
        }
        Self {
            named: patterns
                .iter()
                .filter_map(|host| host.example(&label))
                .collect(),
            routes: Routes::new(routes.to_vec()).ok(),
        }
    }

    /// Returns the host that a request goes to: its own; else that of the route that the test
    /// expects; else that of the one route that it takes, at whichever host.
    ///
    /// Where no route names a host, all hosts are alike; so are they to a request that takes no
    /// route at any.
    ///
    /// # Errors
    ///
    /// Refuses a request that takes different routes at different hosts.
    pub fn of(
        &self,
        request: &TestRequest,
        expected_route: Option<&str>,
    ) -> Result<String, AmbiguousHost> {
        if let Some(host) = &request.host {
            return Ok(host.clone());
        }
        let (Some(first), Some(routes)) = (self.named.first(), &self.routes) else {
            return Ok(UNNAMED.to_owned());
        };
        let Ok(path) = CanonicalPath::parse(request.target.as_bytes()) else {
            return Ok(first.clone());
        };
        let hosts = self.named.iter().map(String::as_str).chain([UNNAMED]);
        let method = request.method.as_bytes();
        let taken = hosts.filter_map(|host| {
            let found = routes.find(method, host.as_bytes(), &path)?;
            Some((host, found.name))
        });
        let mut one: Option<(&str, &str)> = None;
        for (host, route) in taken {
            if expected_route == Some(route) {
                return Ok(host.to_owned());
            }
            match one {
                Some((_, other)) if other != route && expected_route.is_none() => {
                    let routes = [other.to_owned(), route.to_owned()];
                    return Err(AmbiguousHost { routes });
                }
                Some(_) => {}
                None => one = Some((host, route)),
            }
        }
        // A test that expects a route which does not match fails, and says what took the request.
        let expected = expected_route.and_then(|name| self.host_of(name));
        let own = expected.or_else(|| one.map(|(host, _)| host.to_owned()));
        Ok(own.unwrap_or_else(|| first.clone()))
    }

    /// Says whether a host is the one that stands for those that no route names.
    #[must_use]
    pub fn is_unnamed(host: &str) -> bool {
        host == UNNAMED
    }

    /// Returns a host of the route of that name, if it names one.
    fn host_of(&self, name: &str) -> Option<String> {
        let mut routes = self.routes.iter().flat_map(Routes::all);
        let route = routes.find(|route| route.name() == name)?;
        route.host.as_ref()?.example("x")
    }
}

/// A name that belongs to nobody (RFC 6761, section 6.4), so that no route names it.
const UNNAMED: &str = "a-host-that-no-route-names.invalid";

#[cfg(test)]
mod tests {
    use super::*;

    fn route(text: &str) -> Route {
        let (method, rest) = text.split_once(' ').unwrap();
        let (host, path) = rest.split_once('/').unwrap();
        Route {
            methods: vec![method.to_owned()],
            host: (!host.is_empty()).then(|| HostPattern::parse(host).unwrap()),
            tenant_host: None,
            path: portcullis_gate::routes::PathPattern::parse(&format!("/{path}")).unwrap(),
            access: portcullis_gate::routes::Access::Public,
            attributes: Vec::new(),
            conditional: portcullis_gate::routes::OnConditional::Deny,
            allow: portcullis_gate::Ambiguities::NONE,
            token_in_query: false,
            cors: None,
        }
    }

    #[test]
    fn a_request_without_a_host_goes_where_its_route_is() {
        let routes = [
            "GET /a",
            "GET api.example/b",
            "GET *.web.example/b",
            "GET *.web.example/c",
            "GET */d",
            "GET */a",
        ];
        let hosts = TestHosts::new(&routes.map(route));
        for (line, expected, host) in [
            ("GET /a", Some("GET /a"), "api.example"),
            ("GET /a", Some("GET */a"), UNNAMED),
            ("GET /a", None, "GET /a, GET */a"),
            ("GET /b", Some("GET api.example/b"), "api.example"),
            ("GET /b", Some("GET *.web.example/b"), "x.web.example"),
            ("GET /b", None, "GET api.example/b, GET *.web.example/b"),
            ("GET /c", None, "x.web.example"),
            ("GET /c?q", Some("GET *.web.example/b"), "x.web.example"),
            ("GET /d", None, "api.example"),
            ("GET /else", None, "api.example"),
            ("POST /b", None, "api.example"),
        ] {
            let (method, target) = line.split_once(' ').unwrap();
            let request = TestRequest {
                method: method.to_owned(),
                target: target.to_owned(),
                ..TestRequest::default()
            };
            let found = hosts.of(&request, expected);
            let found = found.unwrap_or_else(|ambiguous| ambiguous.routes.join(", "));
            assert_eq!(found, host, "{line} {expected:?}");
            let to = TestRequest {
                host: Some("else.example".to_owned()),
                ..request
            };
            assert_eq!(hosts.of(&to, expected).unwrap(), "else.example");
        }
        let all_alike = TestHosts::new(&["GET /a", "GET */b"].map(route));
        let request = TestRequest::default();
        assert_eq!(all_alike.of(&request, None).unwrap(), UNNAMED);
    }
}
