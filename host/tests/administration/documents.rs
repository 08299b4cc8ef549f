//! What the five documents say of administering roles, each done by the command.

use portcullis_policy::source::Operation;
use serde_json::{Value, json};

use super::{CX_PLATFORM, OMNI24, OMNIFLOW, OMNIVOICE, OWNER, Office, SLEEKFLOW};

impl Office {
    /// Returns what a role of the tenant grants, by scope.
    fn grants(&self, role: &str) -> Value {
        self.policy()["tenant"]["roles"][role]["grants"].clone()
    }

    /// Builds the policy as a bundle of that sequence.
    pub(crate) fn build(&self, sequence: u64) {
        if !self.path("keys").exists() {
            self.ok("keygen -o keys");
        }
        // Another one of its sequence is not replaced.
        std::fs::remove_file(self.path(&format!("{sequence}.pclb"))).ok();
        self.ok(&format!(
            "build policy.json -k keys/signing.key -o {sequence}.pclb --sequence {sequence}"
        ));
    }

    /// Asks the present policy whether somebody may.
    fn asks(&self, subject: &str, permission: &str, resource: &Value) -> String {
        let (module, action) = permission.split_once(':').unwrap();
        let request = json!({
            "subject": { "type": "user", "id": subject },
            "action": { "name": action },
            "resource": { "type": module, "id": "r", "properties": resource },
        });
        self.build(1);
        std::fs::write(self.path("request.json"), request.to_string()).unwrap();
        let words = "explain 1.pclb --trust keys/trust.json @request.json --now 1700000001";
        let output: Value = serde_json::from_str(&self.ok(words)).unwrap();
        output["answer"]["reason"].as_str().unwrap().to_owned()
    }
}

#[test]
fn omniflow_clones_any_built_in_role_and_unticks_permissions() {
    let office = Office::new(OMNIFLOW);
    for role in ["admin", "supervisor", "agent", "trainee"] {
        office.owner(&format!("role clone policy.json {role} my-{role}"));
    }
    assert_eq!(
        office.grants("my-agent"),
        json!({
            "own": "dashboards:read",
            "team": ["conversations:read", "conversations:reply", "conversations:transfer", "conversations:resolve"],
            "all": "training:take",
        })
    );
    office.owner("role create policy.json blank --label Blank");
    office.owner("role grant policy.json blank conversations:read billing:view --scope all");
    office.owner("role revoke policy.json blank billing:view");
    assert_eq!(
        office.grants("blank"),
        json!({ "all": ["conversations:read"] })
    );
    office.owner("role assign policy.json blank kim");
    assert_eq!(
        office.asks("kim", "conversations:read", &json!({})),
        "granted"
    );
    assert_eq!(
        office.asks("kim", "billing:view", &json!({})),
        "not-granted"
    );
    // Every change of a permission or a role has actor, time, before and after.
    let log = office.ok("audit log policy.json --role blank --json");
    let records = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let records = records.collect::<Vec<_>>();
    let acts = records.iter().map(|line| &line["record"]["operation"]);
    assert_eq!(
        acts.collect::<Vec<_>>(),
        ["create", "grant", "revoke", "assign"]
    );
    for line in &records {
        assert_eq!(line["record"]["actor"]["subject"]["id"], OWNER);
        assert_eq!(line["record"]["time"], 1_700_000_000);
    }
    assert_eq!(
        records[2]["record"]["changes"],
        json!([{ "path": "$.tenant.roles.blank.grants.all", "before": ["billing:view"] }])
    );
    let table = office.ok("audit export policy.json --csv");
    assert_eq!(table.lines().count(), 9, "{table}");
}

#[test]
fn omniflow_makes_no_service_an_admin() {
    let office = Office::new(OMNIFLOW);
    office.ok("lint policy.json");
    office.owner("role assign policy.json api-consumer service:ci");
    office.ok("lint policy.json");
    office.owner("role assign policy.json admin service:ci");
    let ran = office.run(&["lint", "policy.json"]);
    assert_eq!(ran.exit, 1);
    assert!(ran.out.contains("service-all-powerful"), "{}", ran.out);
}

#[test]
fn omni24_keeps_its_three_roles_and_deletes_custom_ones() {
    let office = Office::new(OMNI24);
    for role in ["account-owner", "admin", "agent"] {
        office.refused(
            &format!("role delete policy.json {role} --as {OWNER}"),
            "is permanent and cannot be deleted",
        );
    }
    office.owner("role create policy.json librarian --label Librarian --description Articles");
    office.owner("role grant policy.json librarian knowledge-management:* --scope all");
    let role = &office.policy()["tenant"]["roles"]["librarian"];
    assert_eq!(role["label"], "Librarian");
    assert_eq!(role["description"], "Articles");
    // Whatever it grants applies to everyone who has it.
    for person in ["kim", "lou"] {
        office.owner(&format!("role assign policy.json librarian {person}"));
        let reason = office.asks(person, "knowledge-management:manage-articles", &json!({}));
        assert_eq!(reason, "granted");
    }
    let output = office.owner("role delete policy.json librarian");
    assert!(
        output.contains("kim loses it\n") && output.contains("lou loses it\n"),
        "{output}"
    );
    assert!(office.policy()["tenant"]["roles"]["librarian"].is_null());
}

#[test]
fn omni24s_admins_manage_agents_alone() {
    let office = Office::new(OMNI24);
    office.owner("role assign policy.json admin max");
    office.ok("role assign policy.json agent kim --as max --at 1700000000");
    for (words, part) in [
        ("role assign policy.json admin kim", "manages only `agent`"),
        (
            "role assign policy.json account-owner kim",
            "manages only `agent`",
        ),
        (
            "role assign policy.json content-editor kim",
            "manages only `agent`",
        ),
        ("role create policy.json x", "may not create"),
        ("role delete policy.json content-editor", "may not delete"),
    ] {
        office.refused(&format!("{words} --as max"), part);
    }
    // Who is an agent and more is not an agent alone.
    office.owner("role assign policy.json content-editor kim");
    office.refused(
        "role assign policy.json agent kim --team emea --as max",
        "about `content-editor`",
    );
}

#[test]
fn cx_platform_resets_a_role_to_its_defaults() {
    let office = Office::new(CX_PLATFORM);
    office.owner("role grant policy.json agent interactions:write --scope own");
    office.owner("role revoke policy.json agent profile.preferences:write");
    office.owner("role assign policy.json agent kim");
    let own = || json!({ "owner": "kim", "user": "kim" });
    let write = |office: &Office| office.asks("kim", "interactions:write", &own());
    let edited = office.policy()["tenant"]["edits"]["agent"].clone();
    assert_eq!(edited["added"], json!({ "own": "interactions:write" }));
    assert_eq!(
        edited["removed"],
        json!({ "own": "profile.preferences:write" })
    );
    // The policy's own tests say what an agent may by default.
    office.ok("keygen -o keys");
    let ran = office.run(&[
        "build",
        "policy.json",
        "-k",
        "keys/signing.key",
        "-o",
        "x.pclb",
    ]);
    assert_eq!(ran.exit, 1, "{}", ran.out);
    assert!(
        ran.err.contains("an agent updates their own preferences"),
        "{}",
        ran.err
    );
    office.owner("role reset policy.json agent");
    assert!(office.policy()["tenant"]["edits"].is_null());
    assert_eq!(write(&office), "not-granted");
    assert_eq!(
        office.asks("kim", "profile.preferences:write", &own()),
        "granted"
    );
    office.refused(
        &format!("role grant policy.json admin interactions:read --scope own --as {OWNER}"),
        "does not let a tenant change the role `admin`",
    );
}

#[test]
fn cx_platforms_team_lead_is_coming_soon() {
    let office = Office::new(CX_PLATFORM);
    for words in [
        "assign policy.json team-lead kim",
        "clone policy.json team-lead x",
    ] {
        let words = format!("role {words} --as {OWNER}");
        office.refused(&words, "the role `team-lead` is not yet available");
    }
}

#[test]
fn cx_platforms_role_editor_lists_the_enabled_modules() {
    let office = Office::new(CX_PLATFORM);
    let listed = |office: &Office| {
        office.build(1);
        let words = "inspect 1.pclb --trust keys/trust.json --now 1700000001 --json";
        let output: Value = serde_json::from_str(&office.ok(words)).unwrap();
        let modules = output["modules"].as_array().unwrap().iter();
        let enabled = modules.filter(|module| module["enabled"] == true);
        let enabled = enabled.map(|module| module["module"].as_str().unwrap().to_owned());
        enabled.collect::<Vec<_>>()
    };
    let before = listed(&office);
    assert!(
        !before.iter().any(|module| module.starts_with("quality")),
        "{before:?}"
    );
    assert!(before.contains(&"ai-metrics".to_owned()), "{before:?}");
    assert!(
        before.contains(&"ai-transcription".to_owned()),
        "{before:?}"
    );
    office.ok("feature enable policy.json quality --vendor ops --at 1700000000");
    let after = listed(&office);
    let new = after.iter().filter(|module| !before.contains(module));
    let new = new.map(String::as_str).collect::<Vec<_>>();
    assert_eq!(new, ["quality", "quality.evaluations", "quality.settings"]);
    // The table for whoever edits roles says the same.
    let matrix = office.ok("matrix policy.json");
    assert!(!matrix.contains("quality:read (feature off)"), "{matrix}");
    assert!(
        matrix.contains("knowledge-base:read (feature off)"),
        "{matrix}"
    );
}

#[test]
fn omnivoices_administrators_change_roles_and_its_managers_do_not() {
    let office = Office::new(OMNIVOICE);
    office.owner("role assign policy.json manager leo");
    office.owner("role assign policy.json agent-personal jasmine");
    // Jasmine's access level becomes another.
    office.owner("role assign policy.json agent-calling-group jasmine");
    office.owner("role unassign policy.json agent-personal jasmine");
    let jasmine = &office.policy()["tenant"]["directory"]["jasmine"]["roles"];
    assert_eq!(*jasmine, json!(["agent-calling-group"]));
    for words in [
        "role create policy.json x",
        "role clone policy.json agent x",
        "role map policy.json agent g",
    ] {
        office.refused(
            &format!("{words} --as leo"),
            "that takes `user-roles:change`",
        );
    }
    // Without the plan there is nothing to administer.
    office.ok("feature disable policy.json company-plan --vendor ops --at 1700000000");
    office.refused(
        &format!("role create policy.json x --as {OWNER}"),
        "turn `company-plan` on first: `portcullis feature enable policy.json company-plan --vendor NAME`",
    );
    // What the hint says is what helps.
    office.ok("feature enable policy.json company-plan --vendor NAME --at 1700000000");
    office.owner("role create policy.json x");
}

#[test]
fn sleekflow_creates_duplicates_edits_and_deletes_a_role() {
    let office = Office::new(SLEEKFLOW);
    office.ok("feature enable policy.json roles-and-permissions --vendor ops --at 1700000000");
    // A name, a description and a set of permissions.
    office.owner("role create policy.json closer --label Closer --description Closes");
    office.owner("role grant policy.json closer ticketing:* --scope all");
    // A duplicate inherits all the details.
    office.owner("role clone policy.json closer closer-2");
    let roles = office.policy()["tenant"]["roles"].clone();
    for detail in ["label", "description", "grants"] {
        assert!(!roles["closer"][detail].is_null(), "{detail}");
        assert_eq!(
            roles["closer-2"][detail], roles["closer"][detail],
            "{detail}"
        );
    }
    // Editing changes name, description and permissions, of the one alone.
    office.owner("role label policy.json closer-2 --label Finisher --description Finishes");
    office.owner("role revoke policy.json closer-2 ticketing:delete-tickets");
    let edited = office.policy()["tenant"]["roles"].clone();
    assert_eq!(edited["closer"], roles["closer"]);
    assert_eq!(edited["closer-2"]["label"], "Finisher");
    // When it is deleted all who have it lose its permissions.
    office.owner("role assign policy.json closer-2 kim");
    assert_eq!(
        office.asks("kim", "ticketing:create-tickets", &json!({})),
        "granted"
    );
    office.owner("role delete policy.json closer-2");
    assert_eq!(
        office.asks("kim", "ticketing:create-tickets", &json!({})),
        "not-granted"
    );
    // Only a super admin has access to roles and permissions, whoever else has everything.
    office.owner("role assign policy.json admin max");
    office.refused("role create policy.json x --as max", "may not create");
    office.refused(
        &format!(
            "role grant policy.json admin roles-and-permissions:view --scope all --as {OWNER}"
        ),
        "only some roles of the catalog may hold",
    );
    office.owner("role clone policy.json super-admin nearly-super");
    assert!(
        !office
            .grants("nearly-super")
            .to_string()
            .contains("roles-and-permissions")
    );
}

#[test]
fn the_commands_of_the_page_on_administration_work() {
    let page = include_str!("../../../docs/ADMINISTRATION.md");
    let office = Office::new(OMNIFLOW);
    let commands = page
        .lines()
        .filter_map(|line| line.strip_prefix("    portcullis "));
    let output = commands.map(|words| office.ok(words)).collect::<Vec<_>>();
    assert_eq!(output.len(), 13);
    assert!(output[12].is_empty() && office.read("changes.csv").contains("senior-agent"));
    assert!(
        output[11].contains("9 records, and the chain holds"),
        "{}",
        output[11]
    );
}

#[test]
fn the_page_on_administration_has_every_operation() {
    let page = include_str!("../../../docs/ADMINISTRATION.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let names = rows.filter_map(|row| row.split_once('`'));
    let names: Vec<&str> = names.map(|(name, _)| name).collect();
    assert_eq!(names, Operation::ALL.map(Operation::name));
    // And a command for each, as the program has it.
    let office = Office::new(OMNIFLOW);
    for line in page.lines().filter(|line| line.starts_with("| `")) {
        let commands = line.rsplit('|').nth(1).unwrap();
        for command in commands.split('`').skip(1).step_by(2) {
            let words: Vec<&str> = command.split(' ').chain(["--help"]).collect();
            assert_eq!(office.run(&words).exit, 0, "{command}");
        }
    }
}
