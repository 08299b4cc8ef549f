//! Who may ask: this page, opened by whoever has the token, and nobody else.

use serde_json::json;

use crate::support::{Client, OMNIFLOW, OWNER, Office, Server, assign, raw};

fn office() -> Office {
    Office::new(&[("flow", OMNIFLOW)])
}

#[test]
fn another_host_is_not_served() {
    let office = office();
    let (_server, client) = Server::for_owner(&office, &["flow"]);
    let port = client.port;
    let own = format!("localhost:{port}");
    for path in ["/", "/api/policies", "/assets/a.js"] {
        for host in [
            "rebound.attacker.example",
            &format!("rebound.attacker.example:{port}"),
            "127.0.0.1",
            "127.0.0.1:1",
            &format!("[::1]:{port}"),
            "",
        ] {
            let reply = client.send("GET", path, &[("host", host)], b"");
            assert!(reply.error(421).contains("`Host`"), "{path} {host}");
        }
        let reply = client.send("GET", path, &[("host", &own)], b"");
        assert_ne!(reply.status, 421, "{path}");
    }
    // Nor is one that says two, none, or another in its first line.
    let twice = format!("host: 127.0.0.1:{port}\r\nhost: 127.0.0.1:{port}\r\n");
    let absolute = format!(
        "GET http://attacker.example/ HTTP/1.1\r\nhost: {own}\r\nconnection: close\r\n\r\n"
    );
    for request in [
        format!("GET / HTTP/1.1\r\n{twice}connection: close\r\n\r\n"),
        "GET / HTTP/1.1\r\nconnection: close\r\n\r\n".to_owned(),
        "GET / HTTP/1.0\r\n\r\n".to_owned(),
        absolute,
    ] {
        assert_eq!(raw(port, request.as_bytes()).status, 421, "{request}");
    }
}

#[test]
fn a_request_of_another_sites_page_is_refused() {
    let office = office();
    let (_server, client) = Server::for_owner(&office, &["flow"]);
    let own = format!("http://127.0.0.1:{}", client.port);
    let other_port = format!("http://127.0.0.1:{}", client.port ^ 1);
    let before = (office.policy("flow"), office.log("flow"));
    let body = json!({ "expect": office.digest("flow"), "changes": [assign("jo")] }).to_string();
    let json = ("content-type", "application/json");
    let ask = |method: &str, path: &str, headers: &[(&str, &str)]| {
        let headers = [headers, &[json]].concat();
        client.send(
            method,
            path,
            &headers,
            if method == "GET" {
                b""
            } else {
                body.as_bytes()
            },
        )
    };
    let change = "/api/policies/flow/changes";
    for headers in [
        &[("origin", "https://attacker.example")][..],
        &[("origin", "null")],
        &[("origin", &other_port)],
        &[("origin", &own), ("origin", &own)],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site"), ("origin", &own)],
    ] {
        for (method, path) in [
            ("POST", change),
            ("GET", "/api/policies"),
            ("POST", "/"),
            ("POST", "/api/session"),
        ] {
            let error = ask(method, path, headers).error(403);
            assert!(
                error.contains("another site"),
                "{method} {path} {headers:?}"
            );
        }
    }
    // What changes anything says where it comes from.
    assert_eq!(ask("POST", change, &[]).status, 403);
    assert_eq!((office.policy("flow"), office.log("flow")), before);
    // A link from elsewhere leads to the page, which has nothing in it.
    let link = client.send("GET", "/", &[("sec-fetch-site", "cross-site")], b"");
    assert_eq!(link.status, 200);
    assert_eq!(ask("GET", "/api/policies", &[]).status, 200);
    let same = [("origin", own.as_str()), ("sec-fetch-site", "same-origin")];
    assert_eq!(ask("GET", "/api/policies", &same).status, 200);
    assert_eq!(ask("POST", change, &same).status, 200);
}

#[test]
fn without_the_cookie_nothing_is_answered() {
    let office = office();
    let (_server, client) = Server::for_owner(&office, &["flow"]);
    let (name, cookie) = client.cookie.split_once('=').unwrap();
    assert_eq!(name, format!("portcullis-console-{}", client.port));
    for cookie in [
        String::new(),
        format!("{name}="),
        format!(
            "{name}={}",
            cookie.replace(|c: char| c.is_ascii_digit(), "0")
        ),
        format!("{name}={cookie}0"),
        format!("portcullis-console={cookie}"),
        cookie.to_owned(),
    ] {
        let thief = Client {
            cookie: cookie.clone(),
            ..client.clone()
        };
        for path in [
            "/api/policies",
            "/api/policies/flow",
            "/api/policies/flow/archive",
            "/api/x",
            "/api",
        ] {
            assert!(
                thief.get(path).error(401).contains("no session"),
                "{cookie} {path}"
            );
        }
        let change = thief.change(&office, "flow", &json!([assign("jo")]));
        assert_eq!(change.status, 401, "{cookie}");
        let actor = thief.post("/api/actor", &json!({ "subject": "jo" }));
        assert_eq!(actor.status, 401, "{cookie}");
    }
    assert_eq!(office.log("flow"), "");
}

#[test]
fn a_token_works_once_and_is_said_nowhere() {
    let office = office();
    let mut server = Server::start(&office, &["flow"], &["--as", OWNER]);
    let stranger = Client {
        port: server.port,
        cookie: String::new(),
    };
    for token in [
        "",
        "0",
        server.token.get(..31).unwrap(),
        &format!("{}0", server.token),
        &"0".repeat(32),
    ] {
        let reply = stranger.post("/api/session", &json!({ "token": token }));
        assert!(reply.error(401).contains("not the printed one"), "{token}");
        assert_eq!(reply.header("set-cookie"), None);
    }
    for body in [
        json!({}),
        json!({ "token": 1 }),
        json!({ "token": "", "x": 1 }),
        json!([]),
    ] {
        assert_eq!(stranger.post("/api/session", &body).status, 400, "{body}");
    }
    let taken = stranger.post("/api/session", &json!({ "token": server.token }));
    assert_eq!((taken.status, taken.body.len()), (204, 0));
    let cookie = taken.header("set-cookie").unwrap().to_owned();
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    assert!(!cookie.contains(&server.token));
    let again = stranger.post("/api/session", &json!({ "token": server.token }));
    assert_eq!(again.status, 401);
    assert!(
        !String::from_utf8(again.body)
            .unwrap()
            .contains(&server.token)
    );
    let opened = Client {
        cookie: cookie.split(';').next().unwrap().to_owned(),
        ..stranger
    };
    assert_eq!(opened.get("/api/policies").status, 200);
    // The address with the token is asked for like any other.
    assert_eq!(opened.get(&format!("/?token={}", server.token)).status, 200);
    server.interrupt();
    let (status, said) = server.ended();
    assert!(status.success(), "{said}");
    assert!(!said.contains(&server.token), "{said}");
}
