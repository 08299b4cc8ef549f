//! The page's own files.

use std::fs;

use crate::support::{Client, OMNIFLOW, Office, Server};

const CSP: &str = "default-src 'self' 'wasm-unsafe-eval'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

fn office() -> Office {
    let office = Office::new(&[("flow", OMNIFLOW)]);
    fs::create_dir_all(office.path("page/assets")).unwrap();
    let write = |name: &str, text: &str| fs::write(office.path("page").join(name), text).unwrap();
    write("index.html", "<p>the page");
    write("assets/a.js", "1");
    write("assets/a.css", "p {}");
    write("assets/a.wasm", "\0asm");
    write("../secret.txt", "secret");
    std::os::unix::fs::symlink(office.path("secret.txt"), office.path("page/linked.txt")).unwrap();
    office
}

fn served(office: &Office) -> (Server, Client) {
    let server = Server::start(office, &["flow"], &["--page", "page"]);
    let port = server.port;
    (
        server,
        Client {
            port,
            cookie: String::new(),
        },
    )
}

#[test]
fn every_answer_keeps_other_pages_out() {
    let office = office();
    let (_server, client) = served(&office);
    for path in ["/", "/assets/a.js", "/gone.js", "/api/policies", "/api/x"] {
        let reply = client.get(path);
        for (name, value) in [
            ("content-security-policy", CSP),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(reply.header(name), Some(value), "{path}");
        }
    }
}

#[test]
fn files_have_their_types_and_views_are_the_page() {
    let office = office();
    let (_server, client) = served(&office);
    for (path, content_type, text) in [
        ("/", "text/html; charset=utf-8", "<p>the page"),
        ("/?token=0", "text/html; charset=utf-8", "<p>the page"),
        ("/index.html", "text/html; charset=utf-8", "<p>the page"),
        ("/roles/agent", "text/html; charset=utf-8", "<p>the page"),
        ("/assets/a.js", "text/javascript; charset=utf-8", "1"),
        ("/assets/a.css", "text/css; charset=utf-8", "p {}"),
        ("/assets/a.wasm", "application/wasm", "\0asm"),
    ] {
        let reply = client.get(path);
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(reply.header("content-type"), Some(content_type), "{path}");
        assert_eq!(reply.body, text.as_bytes(), "{path}");
        let tag = reply.header("etag").unwrap();
        assert_eq!(
            client
                .send("GET", path, &[("if-none-match", tag)], b"")
                .status,
            304
        );
        let head = client.send("HEAD", path, &[], b"");
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        assert_eq!(
            head.header("content-length"),
            Some(text.len().to_string().as_str())
        );
    }
}

#[test]
fn no_path_leads_out_of_the_page() {
    let office = office();
    let (_server, client) = served(&office);
    for path in [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/..%5c..%5csecret.txt",
        "//secret.txt",
        "/linked.txt",
        "/secret.txt",
        "/policy.json",
        "/flow/policy.json",
        "/assets/",
        "/assets",
        "/etc/passwd",
        "/index.html/.",
        "/assets/a.js%00",
    ] {
        let reply = client.get(path);
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        let is_page = (reply.status, text.as_str()) == (200, "<p>the page");
        assert!(is_page || reply.status == 404, "{path}: {reply:?}");
        assert!(
            !text.contains("secret\n") && !text.contains("tenant"),
            "{path}"
        );
        assert_ne!(text, "secret", "{path}");
    }
}

#[test]
fn without_a_page_it_says_how_to_build_one() {
    let office = office();
    let server = Server::start(&office, &["flow"], &[]);
    let client = Client {
        port: server.port,
        cookie: String::new(),
    };
    let reply = client.get("/?token=0");
    let text = String::from_utf8(reply.body.clone()).unwrap();
    assert!(
        text.contains("cargo xtask demo console") && text.contains("--page"),
        "{text}"
    );
    assert_eq!(reply.header("content-security-policy"), Some(CSP));
    assert_eq!(client.get("/assets/a.js").status, 404);
}
