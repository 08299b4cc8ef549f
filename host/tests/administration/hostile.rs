//! What files and crashes do to administration: nothing is lost, and it is said.

use std::{fs, os::unix::fs::PermissionsExt as _};

use super::{OMNIFLOW, OWNER, Office};

const POLICY: &str = "policy.json";
const LOG: &str = "policy.audit.jsonl";

/// Runs words as the owner, which must fail so, and change nothing.
#[track_caller]
fn fails(office: &Office, words: &str, exit: i32, part: &str) {
    let files = [POLICY, LOG].map(|name| office.path(name));
    let read = || files.each_ref().map(|path| fs::read(path).ok());
    let before = read();
    let words = format!("{words} --as {OWNER}");
    let ran = office.run(&words.split(' ').collect::<Vec<_>>());
    assert_eq!(ran.exit, exit, "{words}: {}{}", ran.out, ran.err);
    assert!(ran.err.contains(part), "{words}: {}", ran.err);
    assert_eq!(read(), before, "{words}");
}

#[test]
fn a_policy_with_a_fault_is_told_and_left() {
    let cases = [
        (
            r#""roles": { "a": { "clones": "b" }, "b": { "clones": "a" },"#,
            "a copy of itself: `a` → `b` → `a`; let one of them",
        ),
        (
            r#""roles": { "trainer": {},"#,
            "appears twice; keep one of the two",
        ),
        (
            r#""roles": { "a": { "grants": { "all": "dashboards:raed" } },"#,
            "did you mean `dashboards:read`?",
        ),
        (r#""roles": { "a b": {},"#, "A-Z, a-z, 0-9, _ and -"),
        (r#""rolls": {}, "roles": {"#, "did you mean `roles`?"),
    ];
    let (catalog, tenant) = OMNIFLOW.split_once(r#""role_changes""#).unwrap();
    for (roles, part) in cases {
        let tenant = tenant.replacen(r#""roles": {"#, roles, 1);
        let office = Office::new(&format!("{catalog}\"role_changes\"{tenant}"));
        fails(&office, "role create policy.json x", 1, part);
        fails(&office, "feature enable policy.json x", 1, part);
    }
}

#[test]
fn a_crash_between_record_and_policy_is_mended_by_the_next_change() {
    let office = Office::new(OMNIFLOW);
    office.owner("role create policy.json first");
    let before = office.read(POLICY);
    office.owner("role create policy.json second");
    let (after, whole) = (office.read(POLICY), office.read(LOG));
    // The record is there and the policy was not replaced.
    fs::write(office.path(POLICY), &before).unwrap();
    let ran = office.run(&["audit", "verify", POLICY]);
    assert_eq!(ran.exit, 1, "{}", ran.err);
    assert!(ran.err.contains("a change was cut short"), "{}", ran.err);
    office.owner("role create policy.json third");
    let acts = office.ok("audit log policy.json");
    assert!(
        acts.contains("\n3 2023-11-14T22:13:20Z the log: abort"),
        "{acts}"
    );
    assert!(office.policy()["tenant"]["roles"]["second"].is_null());
    assert!(office.ok("audit verify policy.json").contains("4 records"));
    // The record is there and the policy was replaced: nothing is left to do.
    fs::write(office.path(POLICY), &after).unwrap();
    fs::write(office.path(LOG), &whole).unwrap();
    fs::remove_file(office.path(".policy.json.lock")).unwrap();
    office.owner("role create policy.json third");
    assert!(office.ok("audit verify policy.json").contains("3 records"));
    // Half of the record is there: it was never acted on.
    let first = whole.lines().next().unwrap().len();
    fs::write(office.path(POLICY), &before).unwrap();
    fs::write(office.path(LOG), whole.get(..first + 60).unwrap()).unwrap();
    fs::remove_file(office.path(".policy.json.lock")).unwrap();
    office.refused("audit verify policy.json", "line 2 is cut off");
    office.owner("role create policy.json second");
    assert!(office.ok("audit verify policy.json").contains("2 records"));
}

#[test]
fn a_policy_that_is_not_what_the_log_says_is_neither_verified_nor_built() {
    let office = Office::new(OMNIFLOW);
    office.ok("keygen -o keys");
    // Without a log nothing is compared.
    office.ok("build policy.json -k keys/signing.key -o a.pclb");
    let mode = fs::metadata(office.path("a.pclb"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o007, 0);
    office.owner("role assign policy.json trainer kim");
    let good = office.read(POLICY);
    let verified = office.ok("audit verify policy.json --json");
    let verified: serde_json::Value = serde_json::from_str(&verified).unwrap();
    let head = verified["head"].as_str().unwrap();
    // Spaces and the catalog are no disagreement.
    let spaced = good.replacen("\"catalog\"", "  \"catalog\"", 1);
    assert_ne!(spaced, good);
    fs::write(office.path(POLICY), spaced).unwrap();
    office.ok("audit verify policy.json");
    // Somebody gives itself a role by hand.
    let mut edited: serde_json::Value = serde_json::from_str(&good).unwrap();
    edited["tenant"]["directory"]["mallory"] = serde_json::json!({ "roles": "admin" });
    fs::write(office.path(POLICY), edited.to_string()).unwrap();
    let part = "+ $.tenant.directory.mallory {\"roles\":\"admin\"}";
    office.refused("audit verify policy.json", part);
    office.refused("audit verify policy.json --json", part);
    office.refused(&format!("audit verify policy.json --head {head}"), part);
    let build = "build policy.json -k keys/signing.key -o b.pclb";
    office.refused(build, part);
    assert!(!office.path("b.pclb").exists());
    office.ok(&format!("{build} --accept-outside"));
    // The next change records it.
    office.owner("role create policy.json x");
    let log = office.ok("audit log policy.json");
    assert!(
        log.contains("the log: outside: the policy was changed"),
        "{log}"
    );
    assert!(log.contains(part), "{log}");
    office.ok("audit verify policy.json");
    // At the same sequence, so in another place.
    office.ok(&build.replace("b.pclb", "next.pclb"));
}

#[test]
fn times_of_records_neither_go_back_nor_lie_ahead() {
    let policy = OMNIFLOW.replacen(
        r#""catalog": {"#,
        r#""catalog": { "features": ["extra"],"#,
        1,
    );
    let office = Office::new(&policy);
    office.owner("role create policy.json a");
    let at = |role: &str, at: u64| format!("role create policy.json {role} --as {OWNER} --at {at}");
    office.refused(&at("b", 1_699_999_999), "before that of the last record");
    office.refused(&at("b", 9_999_999_999), "ahead of the clock");
    // Any time is the vendor's, whom no right of the tenant lets.
    let words = format!("{} --any-time", at("b", 9_999_999_999));
    let ran = office.run(&words.split(' ').collect::<Vec<_>>());
    assert_eq!(ran.exit, 64, "{}", ran.err);
    assert!(ran.err.contains("cannot be used with"), "{}", ran.err);
    let feature = |is: &str, at: u64| {
        format!("feature {is} policy.json extra --vendor ops --at {at} --any-time")
    };
    office.ok(&feature("enable", 9_999_999_999));
    office.refused(&at("c", 1_700_000_000), "ahead of the clock");
    office.ok(&feature("disable", 1_700_000_000));
    office.owner("role create policy.json d");
}

#[test]
fn a_record_that_is_dated_back_revives_no_right() {
    let office = Office::new(OMNIFLOW);
    let lasting = office.read(POLICY);
    let ending = lasting.replacen(
        &format!(r#""{OWNER}": {{ "roles": "admin" }}"#),
        &format!(
            r#""{OWNER}": {{ "roles": {{ "role": "admin", "until": "2023-11-14T22:13:10Z" }} }}"#
        ),
        1,
    );
    assert_ne!(ending, lasting);
    fs::write(office.path(POLICY), ending).unwrap();
    // Ten seconds before the clock, when the right had not ended.
    for time in ["", " --at 1699999980"] {
        let words = format!("role create policy.json new --as {OWNER}{time}");
        office.refused(&words, "refused:");
    }
}

#[test]
fn a_log_that_is_gone_is_missed() {
    let office = Office::new(OMNIFLOW);
    office.owner("role create policy.json x");
    fs::remove_file(office.path(LOG)).unwrap();
    fails(&office, "role create policy.json y", 1, "has lost lines");
    office.refused("audit verify policy.json", "has lost lines");
    // A bundle that names no head would prove nothing of it.
    office.ok("keygen -o keys");
    let build = "build policy.json -k keys/signing.key -o a.pclb";
    office.refused(build, "has lost lines");
    assert!(!office.path("a.pclb").exists());
    fs::create_dir(office.path(LOG)).unwrap();
    fails(&office, "role create policy.json y", 74, "directory");
}

#[test]
fn a_read_only_policy_stays() {
    let office = Office::new(OMNIFLOW);
    let read_only = fs::Permissions::from_mode(0o444);
    fs::set_permissions(office.path(POLICY), read_only).unwrap();
    fails(&office, "role create policy.json x", 74, "it is read-only");
    let ran = office.run(&["role", "create", POLICY, "x", "--as", OWNER]);
    assert!(
        ran.err.contains("hint: who changes a policy"),
        "{}",
        ran.err
    );
    assert!(!office.path(LOG).exists());
}

#[test]
fn a_link_stays_a_link_and_the_log_is_beside_the_policy() {
    let office = Office::new(OMNIFLOW);
    fs::create_dir(office.path("real")).unwrap();
    fs::rename(office.path(POLICY), office.path("real/a.json")).unwrap();
    std::os::unix::fs::symlink("real/a.json", office.path(POLICY)).unwrap();
    office.owner("role create policy.json x");
    let link = fs::symlink_metadata(office.path(POLICY)).unwrap();
    assert!(link.is_symlink());
    assert!(office.read("real/a.json").contains("\"x\""));
    assert!(office.path("real/a.audit.jsonl").is_file());
    // By either name it is one policy with one lock.
    office.owner("role create real/a.json y");
    assert!(office.ok("audit verify policy.json").contains("2 records"));
    fs::remove_file(office.path(POLICY)).unwrap();
    std::os::unix::fs::symlink(POLICY, office.path(POLICY)).unwrap();
    let ran = office.run(&["role", "create", POLICY, "x", "--as", OWNER]);
    assert_eq!(ran.exit, 74, "{}", ran.err);
}
