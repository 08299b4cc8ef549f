//! A folder with a policy, and the program that is run in it.

use std::{fs, path::PathBuf, process::Command};

use serde_json::Value;

/// Who may administer the examples.
pub(crate) const OWNER: &str = "owner@acme.example";

/// A folder with a policy, in which the program runs.
pub(crate) struct Office(tempfile::TempDir);

/// What a run came to.
pub(crate) struct Ran {
    pub(crate) exit: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Office {
    pub(crate) fn new(policy: &str) -> Self {
        let office = Self(tempfile::tempdir().unwrap());
        fs::write(office.path("policy.json"), policy).unwrap();
        office
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn policy(&self) -> Value {
        serde_json::from_str(&self.read("policy.json")).unwrap()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        let command = command.args(arguments).current_dir(self.0.path());
        let output = command
            .env("SOURCE_DATE_EPOCH", "1700000000")
            .output()
            .unwrap();
        Ran {
            exit: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs words, which must succeed.
    #[track_caller]
    pub(crate) fn ok(&self, words: &str) -> String {
        let ran = self.run(&words.split(' ').collect::<Vec<_>>());
        assert_eq!(ran.exit, 0, "{words}: {}", ran.err);
        ran.out
    }

    /// Runs words as the owner, which must succeed.
    #[track_caller]
    pub(crate) fn owner(&self, words: &str) -> String {
        self.ok(&format!("{words} --as {OWNER} --at 1700000000"))
    }

    /// Runs words, which must be refused with that part of a message, and change nothing.
    #[track_caller]
    pub(crate) fn refused(&self, words: &str, part: &str) {
        let before = (
            self.read("policy.json"),
            fs::read(self.path("policy.audit.jsonl")).ok(),
        );
        let ran = self.run(&words.split(' ').collect::<Vec<_>>());
        assert_eq!(ran.exit, 1, "{words}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(part), "{words}: {}", ran.err);
        assert!(ran.err.contains("hint:"), "{words}: {}", ran.err);
        let after = (
            self.read("policy.json"),
            fs::read(self.path("policy.audit.jsonl")).ok(),
        );
        assert_eq!(before, after, "{words}");
    }
}
