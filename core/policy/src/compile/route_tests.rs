//! Routes as they are written, and what is said of those that make no sense.

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
fn a_route_of_several_hosts_is_a_route_for_each() {
    let text = policy(
        r#"{ "methods": "GET", "path": "/ws", "authenticated": true, "hosts": ["a.example.com", "b.example.com"] },
           { "methods": "GET", "path": "/me", "authenticated": true, "tenant_host": "{tenant}.example.com" },
           { "methods": "GET", "path": "/feed", "public": true, "identity": "optional" }"#,
    );
    let (_, model) = Source::load(&text).unwrap();
    assert_eq!(model.warnings, []);
    let names: Vec<_> = model.routes.iter().map(|route| route.name()).collect();
    let expected = [
        "GET a.example.com/ws",
        "GET b.example.com/ws",
        "GET *.example.com/me",
        "GET /feed",
    ];
    assert_eq!(names, expected);
    assert_eq!(model.route_places, [0, 0, 1, 2]);
    let section = crate::encode::routes(&model).unwrap();
    let read = portcullis_gate::routes::Routes::decode(&section).unwrap();
    assert_eq!(read.all(), model.routes);
}

#[test]
fn what_makes_no_sense_is_reported_with_its_place_and_cure() {
    for (route, expected) in [
        (
            r#"{"methods":"GET","path":"/a","permission":"tickets:read","resource":{"owner":"header.X-Portcullis-Subject"}}"#,
            "$.catalog.routes[0].resource.owner: `header.X-Portcullis-Subject`: the gate takes this header out of every request; compare with who asks in a scope, as `subject.id`, or take it from the path, the query or another header",
        ),
        (
            r#"{"methods":"GET","path":"/a","permission":"tickets:read","resource":{"owner":"header.x_portcullis_roles"}}"#,
            "$.catalog.routes[0].resource.owner: `header.x_portcullis_roles`: the gate takes this header out of every request; compare with who asks in a scope, as `subject.id`, or take it from the path, the query or another header",
        ),
        (
            r#"{"methods":"GET","path":"/a","permission":"tickets:read","resource":{"owner":"header.te"}}"#,
            "$.catalog.routes[0].resource.owner: `header.te`: this header is of the connection: proxies drop it; compare with who asks in a scope, as `subject.id`, or take it from the path, the query or another header",
        ),
        (
            r#"{"methods":"GET","path":"/a","public":true,"cors":{"origins":"https://a.b","headers":["x-a","X-Portcullis-Tenant"]}}"#,
            "$.catalog.routes[0].cors.headers[1]: `x-portcullis-tenant`: the gate takes this header out of every request; take it out: no page can say anything with it",
        ),
        (
            r#"{"methods":"GET","path":"/a"}"#,
            r#"$.catalog.routes[0]: this route asks for nothing; name a permission, or write "authenticated": true or "public": true"#,
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
            r#"{"methods":"GET","path":"/a","permission":"tickets:read","authenticated":true}"#,
            "$.catalog.routes[0]: a permission asks for an identity already; take `authenticated` out",
        ),
        (
            r#"{"methods":"GET","path":"/a","authenticated":true,"conditional":"forward"}"#,
            "$.catalog.routes[0]: a route that asks for an identity alone reads nothing of a resource; take `resource` and `conditional` out, or name a permission",
        ),
        (
            r#"{"methods":"GET","path":"/a","authenticated":true,"public":true}"#,
            r#"$.catalog.routes[0]: a public route asks for no identity; take one of the two out, or write "identity": "optional""#,
        ),
        (
            r#"{"methods":"GET","path":"/a","authenticated":true,"identity":"optional"}"#,
            r#"$.catalog.routes[0]: `identity` is for public routes: others need one; write "public": true too, or take it out"#,
        ),
        (
            r#"{"methods":"GET","path":"/a","public":true,"identity":"required"}"#,
            r#"$.catalog.routes[0].identity: `required` is nothing that a route does with an identity; write optional, or take it out; "authenticated": true asks for one"#,
        ),
        (
            r#"{"methods":"GET","path":"/a","public":true,"host":"a.b","hosts":"c.d"}"#,
            "$.catalog.routes[0]: `host` and `hosts` say the same; write them all in `hosts`",
        ),
        (
            r#"{"methods":"GET","path":"/a","public":true,"hosts":["a.b","c.d","A.b"]}"#,
            "$.catalog.routes[0].hosts[2]: `A.b` appears twice; keep one of the two",
        ),
        (
            r#"{"methods":"GET","path":"/a","public":true,"hosts":[]}"#,
            "$.catalog.routes[0].hosts: a route for no host at all takes no request; name the hosts, or take it out: then the route is for those that routes name",
        ),
        (
            r#"{"methods":"GET","path":"/a","public":true,"host":"*.com"}"#,
            "$.catalog.routes[0].host: a host is a name without a port, such as api.example.com or *.example.com, or `*`; write a domain of your own after `*.`, of two labels or more",
        ),
        (
            r#"{"methods":"GET","path":"/a","public":true,"hosts":["a.b","*.0.0.1"]}"#,
            "$.catalog.routes[0].hosts[1]: a host is a name without a port, such as api.example.com or *.example.com, or `*`; write a domain of your own after `*.`, of two labels or more",
        ),
        (
            r#"{"methods":"GET","path":"/a","authenticated":true,"tenant_host":"*.a.b"}"#,
            "$.catalog.routes[0].tenant_host: `*.a.b` does not say which label of a host is the tenant; write it as {tenant}.example.com",
        ),
        (
            r#"{"methods":"GET","path":"/a","authenticated":true,"tenant_host":"{tenant}.a.b","hosts":["x.a.b","a.b"]}"#,
            "$.catalog.routes[0]: with `tenant_host` every host is as it says, one label before the rest; fix it there",
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

#[test]
fn a_parameter_that_servers_read_differently_is_refused_with_what_to_write_instead() {
    let of = |name: &str| {
        format!(
            r#"{{"methods":"GET","path":"/a","permission":"tickets:read","resource":{{"owner":"query.{name}"}}}}"#
        )
    };
    let at = "$.catalog.routes[0].resource.owner";
    for (name, why) in [
        (
            "filter.owner",
            "PHP reads a dot in a name as `_`, and others nest by it; write query.filter[owner] for a member, or let the API take a name without dots",
        ),
        (
            "filter[]",
            "servers read these brackets in several ways; write a name and then whole members, such as query.filter[owner]",
        ),
        (
            "filter[0]",
            "some servers make a list of members that are numbers; let the API take a member with a name, such as query.filter[owner]",
        ),
        (
            "own er",
            "servers read some of its characters in several ways; use letters, digits, `_`, `-`, `~`, `$`, `@` and `:`",
        ),
        (
            "utf8",
            "servers take this parameter for how the query is encoded; let the API take another name",
        ),
        (
            "__proto__",
            "in JavaScript every object has a member of that name; let the API take another name",
        ),
    ] {
        check(&of(name), &[&format!("{at}: `query.{name}`: {why}")]);
    }
    for name in ["owner", "owner_id", "filter[owner]", "$filter"] {
        check(&of(name), &[]);
    }
}
