//! The running server, and a client that says what it is made to say.

use std::{
    fs,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use portcullis_admin::audit::Digest;
use serde_json::{Value, json};

/// Who may administer the examples.
pub(crate) const OWNER: &str = "owner@acme.example";
/// A policy without features, whose owner may do all but switch features.
pub(crate) const OMNIFLOW: &str = include_str!("../../../examples/omniflow/policy.json");
/// A policy whose features the vendor switches.
pub(crate) const SLEEKFLOW: &str = include_str!("../../../examples/sleekflow/policy.json");

/// A folder with policies.
pub(crate) struct Office(tempfile::TempDir);

impl Office {
    pub(crate) fn new(policies: &[(&str, &str)]) -> Self {
        let office = Self(tempfile::tempdir().unwrap());
        for (id, text) in policies {
            fs::create_dir(office.path(id)).unwrap();
            fs::write(office.path(id).join("policy.json"), text).unwrap();
        }
        office
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn policy(&self, id: &str) -> String {
        fs::read_to_string(self.path(id).join("policy.json")).unwrap()
    }

    pub(crate) fn digest(&self, id: &str) -> String {
        Digest::of(self.policy(id).as_bytes()).to_string()
    }

    /// Returns the log's bytes; none where there is no log.
    pub(crate) fn log(&self, id: &str) -> String {
        fs::read_to_string(self.path(id).join("policy.audit.jsonl")).unwrap_or_default()
    }

    /// Runs the command line in a policy's folder, which must succeed.
    #[track_caller]
    pub(crate) fn portcullis(&self, id: &str, words: &str) -> String {
        let ran = self.command(id, words).output().unwrap();
        let error = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(ran.status.success(), "{words}: {error}");
        String::from_utf8(ran.stdout).unwrap()
    }

    /// Returns the command line with words, to be run in a policy's folder.
    pub(crate) fn command(&self, id: &str, words: &str) -> Command {
        let program = Path::new(env!("CARGO_BIN_EXE_portcullis-console"));
        let program = program.with_file_name("portcullis");
        assert!(
            program.is_file(),
            "{} is missing: run `cargo build --workspace --bin portcullis`",
            program.display()
        );
        let mut command = Command::new(program);
        command.args(words.split(' ')).current_dir(self.path(id));
        command
    }
}

/// A running server; it ends when this is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    pub(crate) token: String,
}

impl Server {
    /// Starts one for an office's policies, with more arguments.
    pub(crate) fn start(office: &Office, ids: &[&str], arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis-console"));
        command
            .args(ids)
            .args(arguments)
            .args(["--port", "0"])
            .current_dir(office.0.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut printed = BufReader::new(child.stdout.take().unwrap());
        let mut address = String::new();
        printed.read_line(&mut address).unwrap();
        if address.is_empty() {
            let mut error = String::new();
            child
                .stderr
                .take()
                .unwrap()
                .read_to_string(&mut error)
                .unwrap();
            panic!("it does not start: {error}");
        }
        let rest = address.trim().strip_prefix("http://127.0.0.1:").unwrap();
        let (port, token) = rest.split_once("/?token=").unwrap();
        Self {
            port: port.parse().unwrap(),
            token: token.to_owned(),
            child,
        }
    }

    /// Starts one that the owner uses, and opens its page.
    pub(crate) fn for_owner(office: &Office, ids: &[&str]) -> (Self, Client) {
        let server = Self::start(office, ids, &["--as", OWNER]);
        let client = server.client();
        (server, client)
    }

    /// Exchanges the token, as a page does.
    pub(crate) fn client(&self) -> Client {
        let mut client = Client {
            port: self.port,
            cookie: String::new(),
        };
        let session = client.post("/api/session", &json!({ "token": self.token }));
        assert_eq!(session.status, 204, "{session:?}");
        let cookie = session.header("set-cookie").unwrap();
        client.cookie = cookie.split(';').next().unwrap().to_owned();
        client
    }

    /// Ends it at once, as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end, as Ctrl-C does.
    pub(crate) fn interrupt(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for it to end of itself, and returns what it said on standard error.
    pub(crate) fn ended(&mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        let mut said = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut said).unwrap();
        (status, said)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A page that has a session.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) port: u16,
    pub(crate) cookie: String,
}

impl Client {
    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], b"")
    }

    /// Sends JSON as the page does.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        let origin = format!("http://127.0.0.1:{}", self.port);
        let headers = [
            ("origin", origin.as_str()),
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/json"),
        ];
        self.send("POST", path, &headers, body.to_string().as_bytes())
    }

    /// Asks for changes of a policy as it is.
    pub(crate) fn change(&self, office: &Office, id: &str, changes: &Value) -> Reply {
        let asked = json!({ "expect": office.digest(id), "changes": changes });
        self.post(&format!("/api/policies/{id}/changes"), &asked)
    }

    /// Sends a request with these headers besides the cookie, the host and the length.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        let own = |name: &str| headers.iter().any(|(known, _)| *known == name);
        if !own("host") {
            head.push_str(&format!("host: 127.0.0.1:{}\r\n", self.port));
        }
        if !own("cookie") && !self.cookie.is_empty() {
            head.push_str(&format!("cookie: a=b; {}\r\n", self.cookie));
        }
        if method != "GET" && !own("content-length") && !own("transfer-encoding") {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        raw(self.port, &[head.as_bytes(), body].concat())
    }
}

/// Sends bytes, and reads what comes until the connection is closed.
pub(crate) fn raw(port: u16, bytes: &[u8]) -> Reply {
    let mut stream = connect(port);
    // The server may have answered and gone before all is sent.
    let _ = stream.write_all(bytes);
    Reply::read(stream)
}

pub(crate) fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    let patience = Some(Duration::from_secs(60));
    stream.set_read_timeout(patience).unwrap();
    stream
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        match stream.read_to_end(&mut bytes) {
            Ok(_) => {}
            // What was sent after the answer is not read.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {}
            Err(error) => panic!("no answer: {error}"),
        }
        let end = bytes.windows(4).position(|own| own == b"\r\n\r\n");
        let Some(end) = end else {
            let (status, head, body) = (0, String::new(), bytes);
            return Self { status, head, body };
        };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        Self {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head,
            body: bytes[end + 4..].to_vec(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut found = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value)
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Returns the sentence of an answer that must have this status.
    #[track_caller]
    pub(crate) fn error(&self, status: u16) -> String {
        assert_eq!(
            self.status,
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        self.json()["error"].as_str().unwrap().to_owned()
    }
}

/// Returns a change that the owner may make.
pub(crate) fn assign(id: &str) -> Value {
    json!({ "operation": "assign", "role": "agent", "subject": id })
}
