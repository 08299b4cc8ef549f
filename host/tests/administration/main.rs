//! Administration on the command line: a session with sleekflow's roles, and what goes wrong.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at what it did not expect"
)]

mod documents;
mod hostile;
mod office;
mod people;
mod versions;

use std::fs;

use serde_json::Value;

use office::{OWNER, Office};

const SLEEKFLOW: &str = include_str!("../../../examples/sleekflow/policy.json");
const OMNIVOICE: &str = include_str!("../../../examples/omnivoice/policy.json");
const OMNI24: &str = include_str!("../../../examples/omni24/policy.json");
const CX_PLATFORM: &str = include_str!("../../../examples/cx-platform/policy.json");
const OMNIFLOW: &str = include_str!("../../../examples/omniflow/policy.json");

#[test]
fn a_session_with_sleekflows_roles() {
    let office = Office::new(SLEEKFLOW);
    // Under limited release nobody administers roles, the super admin included.
    office.refused(
        &format!("role clone policy.json staff senior-staff --as {OWNER}"),
        "while the tenant does not have `roles-and-permissions`",
    );
    office.ok("feature enable policy.json roles-and-permissions --vendor ops --at 1700000000");

    office.owner("role clone policy.json staff senior-staff --label Senior");
    let role = office.policy()["tenant"]["roles"]["senior-staff"].clone();
    assert_eq!(role["base"], "staff");
    assert_eq!(role["label"], "Senior");
    assert_eq!(
        role["grants"]["assigned-to-themselves"]
            .as_array()
            .unwrap()
            .len(),
        5
    );

    let output = office.owner("role grant policy.json senior-staff inbox:view-conversations --scope assigned-to-their-team");
    assert!(output.contains("+ $.tenant.roles.senior-staff.grants.assigned-to-their-team \"inbox:view-conversations\""), "{output}");
    let output = office.owner("role assign policy.json senior-staff kim");
    assert!(
        output.contains("kim gains contact-management:edit-contacts at assigned-to-themselves"),
        "{output}"
    );
    office.owner("role assign policy.json senior-staff lou --team emea");

    // Six roles came with the tenant and one was added; the twentieth is the last.
    for index in 8..=20 {
        office.owner(&format!("role create policy.json extra-{index}"));
    }
    office.refused(
        &format!("role create policy.json extra-21 --as {OWNER}"),
        "the tenant has 20 roles of its own, and the limit is 20",
    );
    office.refused(
        &format!("role clone policy.json staff extra-21 --as {OWNER}"),
        "the limit is 20",
    );

    let output = office.owner("role delete policy.json senior-staff --reassign staff");
    assert!(output.contains("kim gets staff instead\n"), "{output}");
    assert!(
        output.contains("lou gets staff instead on emea"),
        "{output}"
    );
    assert!(
        output.contains("kim loses inbox:view-conversations at assigned-to-their-team"),
        "{output}"
    );
    let tenant = office.policy()["tenant"].clone();
    assert_eq!(tenant["directory"]["lou"]["roles"], "staff@emea");
    assert_eq!(tenant["retired"], "senior-staff");
    // There is room for one more, but never under that id again.
    office.refused(
        &format!("role create policy.json senior-staff --as {OWNER}"),
        "belonged to a role",
    );
    office.owner("role create policy.json extra-21");

    let verified = office.ok("audit verify policy.json");
    assert!(
        verified.contains("20 records, and the chain holds"),
        "{verified}"
    );
    let log = office.ok("audit log policy.json --role senior-staff");
    assert_eq!(
        log.lines()
            .filter(|line| line.starts_with(|first: char| first.is_ascii_digit()))
            .count(),
        5,
        "{log}"
    );
    assert!(log.contains("5 2023-11-14T22:13:20Z owner@acme.example: assign role senior-staff subject lou team emea"), "{log}");
    let table = office.ok("audit export policy.json --csv");
    assert_eq!(table.lines().count(), 21);

    // Somebody rewrites who did it.
    let whole = office.read("policy.audit.jsonl");
    let tampered = whole.lines().enumerate().map(|(index, line)| {
        if index == 3 {
            line.replace(OWNER, "mallory")
        } else {
            line.to_owned()
        }
    });
    let tampered = tampered.collect::<Vec<_>>().join("\n") + "\n";
    assert_ne!(tampered, whole);
    fs::write(office.path("policy.audit.jsonl"), &tampered).unwrap();
    office.refused(
        "audit verify policy.json",
        "line 4 does not follow from the line before",
    );
    office.refused(
        &format!("role create policy.json extra-22 --as {OWNER}"),
        "line 4",
    );
    // Or takes the last line out: the chain holds, but not up to what a bundle names.
    let head = whole
        .lines()
        .last()
        .unwrap()
        .split('"')
        .nth(3)
        .unwrap()
        .to_owned();
    fs::write(office.path("policy.audit.jsonl"), &whole).unwrap();
    office.ok(&format!("audit verify policy.json --head {head}"));
    let last = whole.trim_end().rfind('\n').unwrap();
    fs::write(
        office.path("policy.audit.jsonl"),
        whole.get(..=last).unwrap(),
    )
    .unwrap();
    office.refused("audit verify policy.json", "has lost lines");
    office.refused(
        &format!("role create policy.json extra-22 --as {OWNER}"),
        "has lost lines",
    );
    // Even if what the lock notes is gone too.
    fs::remove_file(office.path(".policy.json.lock")).unwrap();
    // Then the policy is not what the lines that are left say.
    office.refused("audit verify policy.json", "is not what");
    office.ok("audit verify --audit policy.audit.jsonl");
    office.refused(
        &format!("audit verify policy.json --head {head}"),
        "does not have the link",
    );
    fs::write(
        office.path("policy.audit.jsonl"),
        whole.get(..last - 9).unwrap(),
    )
    .unwrap();
    office.refused("audit verify policy.json", "line 19 is cut off");
    fs::write(office.path("policy.audit.jsonl"), "").unwrap();
    for words in [
        "verify policy.json",
        "log policy.json",
        "verify --audit policy.audit.jsonl",
    ] {
        office.refused(&format!("audit {words}"), "is empty");
    }
    office.refused(
        &format!("role create policy.json extra-22 --as {OWNER}"),
        "is empty",
    );
}

#[test]
fn a_bundle_names_the_last_line_of_the_log() {
    let office = Office::new(OMNIFLOW);
    office.owner("role clone policy.json agent senior-agent");
    office.ok("keygen -o keys");
    office.ok("build policy.json -k keys/signing.key -o a.pclb");
    let verified: Value =
        serde_json::from_str(&office.ok("audit verify policy.json --json")).unwrap();
    let inspected = office.ok("inspect a.pclb --trust keys/trust.json --now 1700000001 --json");
    let head = verified["head"].as_str().unwrap();
    assert!(inspected.contains(head), "{inspected}");
    office.ok(&format!("audit verify policy.json --head {head}"));
    // Nothing is built on a log that is broken.
    let log = office
        .read("policy.audit.jsonl")
        .replace("senior", "junior");
    fs::write(office.path("policy.audit.jsonl"), log).unwrap();
    office.refused("build policy.json -k keys/signing.key -o b.pclb", "line 1");
}

#[test]
fn a_manager_manages_agents_and_nobody_else() {
    let office = Office::new(OMNIVOICE);
    office.owner("role assign policy.json manager leo");
    let numbers = r#"{"type":"user","id":"leo","properties":{"numbers":["+1 213"]}}"#;
    fs::write(office.path("leo.json"), numbers).unwrap();
    office.refused(
        "role assign policy.json agent-personal kim --as leo",
        "may not assign",
    );
    office.refused(
        "role assign policy.json agent-personal kim --as-json @leo.json",
        "`users:add` only where this holds",
    );
    office.refused(
        "role assign policy.json agent-personal kim --as-json @leo.json --resource numbers=+1",
        "may not assign",
    );
    // Where the number is one of leo's.
    let leo = |verb: &str| {
        office.run(&[
            "role",
            verb,
            "policy.json",
            "agent-personal",
            "kim",
            "--as-json",
            "@leo.json",
            "--resource",
            "numbers=+1 213",
            "--at",
            "1700000000",
        ])
    };
    let ran = leo("assign");
    assert_eq!(ran.exit, 0, "{}", ran.err);
    // The vendor lets a manager assign these; taking one away takes what the role grants.
    let unassign = leo("unassign");
    assert_eq!(unassign.exit, 1, "{}", unassign.out);
    assert!(
        unassign.err.contains("`calls:access at personal`"),
        "{}",
        unassign.err
    );
    // Who is agent and administrator is no agent.
    office.owner("role assign policy.json administrator kim");
    let ran = leo("unassign");
    assert_eq!(ran.exit, 1, "{}", ran.out);
    office.refused(
        "role assign policy.json agent leo --as leo",
        "nobody changes its own access",
    );
    fs::write(
        office.path("forged.json"),
        r#"{"type":"user","id":"x","properties":{"roles":["administrator"]}}"#,
    )
    .unwrap();
    let forged = office.run(&[
        "role",
        "create",
        "policy.json",
        "x",
        "--as-json",
        "@forged.json",
    ]);
    assert_eq!(forged.exit, 64);
    assert!(
        forged.err.contains("does not bring its own roles"),
        "{}",
        forged.err
    );
}

#[test]
fn a_group_is_mapped_after_a_look_at_its_members() {
    let office = Office::new(&OMNIFLOW.replacen(
        r#""directory": {"#,
        r#""directory": { "max": { "groups": "idp-agents" },"#,
        1,
    ));
    let before = office.read("policy.json");
    let output = office.owner("role map policy.json trainer idp-agents --dry-run");
    assert!(
        output.contains("would have mapped the group idp-agents to trainer"),
        "{output}"
    );
    assert!(
        output.contains("max could conversations:read at team"),
        "{output}"
    );
    assert!(output.contains("max can now"), "{output}");
    assert!(
        output.contains("max gains conversations:read at all"),
        "{output}"
    );
    assert!(output.contains("nothing was changed"), "{output}");
    assert_eq!(office.read("policy.json"), before);
    assert!(!office.path("policy.audit.jsonl").exists());
    let json = office.owner("role map policy.json trainer idp-agents --dry-run --json");
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["impacts"][0]["subject"]["id"], "max");
    assert_eq!(json["link"], Value::Null);
    office.owner("role map policy.json trainer idp-agents");
    office.owner("role unmap policy.json agent idp-agents");
    assert_eq!(
        office.policy()["tenant"]["groups"]["idp-agents"],
        serde_json::json!(["trainer"])
    );
}

#[test]
fn what_is_refused_says_why_and_what_to_do() {
    let office = Office::new(OMNIFLOW);
    let ran = office.run(&[
        "role",
        "grant",
        "policy.json",
        "trainer",
        "billing:pay",
        "--scope",
        "all",
        "--as",
        "sarah",
        "--json",
    ]);
    assert_eq!(ran.exit, 1);
    let refused: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(refused["refused"]["reason"], "not-allowed");
    assert!(
        ran.err
            .contains("that takes `settings.roles-and-permissions:edit`"),
        "{}",
        ran.err
    );
    office.refused(
        &format!("role grant policy.json admin billing:pay --scope all --as {OWNER}"),
        "does not let a tenant change",
    );
    office.refused(
        &format!("role grant policy.json trainr billing:pay --scope all --as {OWNER}"),
        "there is no role `trainr`",
    );
    office.refused(
        &format!("role assign policy.json trainer {OWNER} --as {OWNER}"),
        "nobody changes its own access",
    );
    office.refused(
        &format!(
            "role create policy.json x --as {OWNER} --expect {}",
            "0".repeat(64)
        ),
        "the policy was changed since it was read",
    );
    let usage = office.run(&["role", "create", "policy.json", "x"]);
    assert_eq!(usage.exit, 64, "{}", usage.err);
    let usage = office.run(&[
        "role",
        "create",
        "policy.json",
        "x",
        "--as",
        OWNER,
        "--expect",
        "abc",
    ]);
    assert_eq!(usage.exit, 64, "{}", usage.err);
    let missing = office.run(&["role", "create", "none.json", "x", "--as", OWNER]);
    assert_eq!(missing.exit, 74, "{}", missing.err);
    let missing = office.run(&["audit", "verify", "policy.json"]);
    assert_eq!(missing.exit, 74, "{}", missing.err);
}

#[test]
fn two_who_change_at_once_take_turns() {
    let office = Office::new(OMNIFLOW);
    std::thread::scope(|scope| {
        for person in 0..8 {
            let office = &office;
            scope
                .spawn(move || office.owner(&format!("role assign policy.json trainer p{person}")));
        }
    });
    let directory = office.policy()["tenant"]["directory"].clone();
    assert!(
        (0..8).all(|person| directory[format!("p{person}")]["roles"] == "trainer"),
        "{directory}"
    );
    assert!(office.ok("audit verify policy.json").contains("8 records"));
}
