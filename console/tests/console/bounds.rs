//! Clients that take all they can: each costs a bounded time and a bounded room.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener},
    time::{Duration, Instant},
};

use serde_json::json;

use crate::support::{Client, OMNIFLOW, Office, Reply, Server, assign, connect, raw};

fn served() -> (Office, Server, Client) {
    let office = Office::new(&[("flow", OMNIFLOW)]);
    let (server, client) = Server::for_owner(&office, &["flow"]);
    (office, server, client)
}

/// Returns a request for changes up to its body, whose length or framing is another.
fn head(client: &Client, framing: &str) -> String {
    let Client { port, cookie } = client;
    format!(
        "POST /api/policies/flow/changes HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\
         origin: http://127.0.0.1:{port}\r\ncontent-type: application/json\r\n\
         cookie: {cookie}\r\n{framing}\r\n\r\n"
    )
}

#[test]
fn a_huge_body_is_refused_before_it_is_read() {
    let (office, _server, client) = served();
    let said = raw(
        client.port,
        head(&client, "content-length: 4194305").as_bytes(),
    );
    assert!(said.error(413).contains("4194304"), "{said:?}");
    let absurd = raw(
        client.port,
        head(&client, "content-length: 99999999999999999999").as_bytes(),
    );
    assert_eq!(absurd.status, 400);
    // One that does not say how long it is, is refused once it is too long.
    let mut stream = connect(client.port);
    stream
        .write_all(head(&client, "transfer-encoding: chunked").as_bytes())
        .unwrap();
    let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
    for _ in 0..80 {
        if stream.write_all(&chunk).is_err() {
            break;
        }
    }
    let reply = Reply::read(stream);
    assert!([413, 0].contains(&reply.status), "{reply:?}");
    // As long as it may be, it is read.
    let mut body =
        json!({ "expect": office.digest("flow"), "changes": [assign("jo")] }).to_string();
    body.push_str(&" ".repeat(4_194_304 - body.len()));
    let request = head(&client, "connection: close\r\ncontent-length: 4194304") + &body;
    assert_eq!(raw(client.port, request.as_bytes()).status, 200);
}

#[test]
fn a_request_has_one_framing() {
    let (office, _server, client) = served();
    for framing in [
        "content-length: 2\r\ncontent-length: 3",
        "content-length: +2",
        "transfer-encoding: gzip",
        "transfer-encoding: chunked, identity",
    ] {
        let reply = raw(client.port, (head(&client, framing) + "{}").as_bytes());
        assert_eq!(reply.status, 400, "{framing}: {reply:?}");
    }
    assert_eq!(office.log("flow"), "");
}

#[test]
fn a_huge_head_is_refused() {
    let (_office, _server, client) = served();
    let long = "a".repeat(20_000);
    let reply = client.send("GET", "/", &[("x", &long)], b"");
    assert_eq!(reply.status, 431);
    let reply = client.send("GET", &format!("/{long}"), &[], b"");
    assert!([414, 431].contains(&reply.status), "{reply:?}");
    let many: Vec<(&str, &str)> = (0..200).map(|_| ("x", "y")).collect();
    assert_eq!(client.send("GET", "/", &many, b"").status, 431);
}

#[test]
fn slow_clients_keep_nobody_from_an_answer_and_are_let_go() {
    let (office, _server, client) = served();
    let began = Instant::now();
    let starts = [
        String::new(),
        "GET / HTTP/1.1\r\nhost: 127.0".to_owned(),
        format!("GET / HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n\r\n", client.port),
        head(&client, "content-length: 100") + "{",
    ];
    let mut slow: Vec<_> = starts
        .iter()
        .map(|start| {
            let mut stream = connect(client.port);
            stream.write_all(start.as_bytes()).unwrap();
            stream
        })
        .collect();
    assert_eq!(client.get("/api/policies/flow").status, 200);
    assert!(began.elapsed() < Duration::from_secs(5));
    // One sends a byte now and then, and is let go all the same.
    let mut dripping = connect(client.port);
    dripping.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    let mut drips = dripping.try_clone().unwrap();
    let dripper = std::thread::spawn(move || {
        while began.elapsed() < Duration::from_secs(40) && drips.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(200));
        }
    });
    slow.push(dripping);
    for (number, mut stream) in slow.into_iter().enumerate() {
        let mut answer = Vec::new();
        // A reset is an end as well.
        let _ = stream.read_to_end(&mut answer);
        assert!(began.elapsed() < Duration::from_secs(35), "{number}");
        if number == 3 {
            let answer = String::from_utf8_lossy(&answer);
            assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        }
    }
    dripper.join().unwrap();
    assert_eq!(office.log("flow"), "");
}

#[test]
fn many_connections_wait_for_their_turn() {
    let (_office, _server, client) = served();
    let idle: Vec<_> = (0..100).map(|_| connect(client.port)).collect();
    let began = Instant::now();
    drop(
        idle.iter()
            .take(60)
            .map(|own| own.shutdown(Shutdown::Both))
            .collect::<Vec<_>>(),
    );
    assert_eq!(client.get("/api/policies").status, 200);
    assert!(began.elapsed() < Duration::from_secs(25));
}

#[test]
fn a_lock_that_somebody_keeps_is_waited_for_no_longer_than_it_takes_to_say_so() {
    let (office, _server, client) = served();
    assert_eq!(
        client
            .change(&office, "flow", &json!([assign("jo")]))
            .status,
        200
    );
    let lock = File::open(office.path("flow").join(".policy.json.lock")).unwrap();
    lock.lock().unwrap();
    let began = Instant::now();
    let reply = client.change(&office, "flow", &json!([assign("kim")]));
    let error = reply.error(503);
    assert!(
        error.contains("somebody else") && error.contains("nothing was changed"),
        "{error}"
    );
    assert!(began.elapsed() < Duration::from_secs(20));
    // Reading waits for nobody.
    assert_eq!(client.get("/api/policies/flow").status, 200);
    drop(lock);
    assert_eq!(office.log("flow").lines().count(), 1);
    assert_eq!(
        client
            .change(&office, "flow", &json!([assign("kim")]))
            .status,
        200
    );
}

#[test]
fn it_listens_on_this_machine_alone() {
    let (_office, _server, client) = served();
    // Every other address of the machine has the port free.
    let others = TcpListener::bind(("127.0.0.2", client.port));
    assert!(
        others.is_ok() || cfg!(not(target_os = "linux")),
        "{others:?}"
    );
}

#[test]
fn asked_to_end_it_finishes_what_it_does() {
    let (office, mut server, client) = served();
    let idle = connect(client.port);
    let changes: Vec<_> = (0..20)
        .map(|number| assign(&format!("p{number}")))
        .collect();
    let asked = json!({ "expect": office.digest("flow"), "changes": changes });
    let reply = std::thread::scope(|scope| {
        let asking = scope.spawn(|| client.post("/api/policies/flow/changes", &asked));
        let log = office.path("flow").join("policy.audit.jsonl");
        while !log.exists() {
            std::thread::sleep(Duration::from_millis(1));
        }
        server.interrupt();
        asking.join().unwrap()
    });
    assert_eq!(reply.status, 200, "{reply:?}");
    let (status, said) = server.ended();
    assert!(status.success(), "{said}");
    assert!(said.contains("what was saved is in the files"), "{said}");
    assert_eq!(office.log("flow").lines().count(), 20);
    drop(idle);
}
