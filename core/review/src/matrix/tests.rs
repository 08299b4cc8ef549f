//! Tests of matrices.

use super::*;
use portcullis_policy::Source;

const HELPDESK: &str = include_str!("../../../policy/tests/helpdesk.json");

fn model() -> Model {
    let text = HELPDESK.replace("\"label\": \"Reader\"", "\"label\": \"<b>R&D's \\\"x\\\"\"");
    Source::load(&text).unwrap().1
}

fn of(roles: &[&str]) -> Matrix {
    let roles = roles.iter().map(|id| (*id).to_owned());
    Matrix::new(&model(), &roles.collect::<Vec<_>>()).unwrap()
}

fn cell(matrix: &Matrix, permission: &str, role: &str) -> String {
    let column = matrix
        .roles
        .iter()
        .position(|own| own.role == role)
        .unwrap();
    let named = |row: &&Row| format!("{}:{}", row.module, row.action) == permission;
    matrix.rows.iter().find(named).unwrap().cells[column].join(" ")
}

#[test]
fn every_permission_has_a_row_and_every_role_a_column() {
    let (model, matrix) = (model(), of(&[]));
    assert_eq!(matrix.rows.len(), model.permissions.len());
    let roles = matrix.roles.iter().map(|column| column.role.as_str());
    assert_eq!(
        roles.collect::<Vec<_>>(),
        ["admin", "auditor", "team-lead", "agent", "reader"]
    );
    for (permission, role, scopes) in [
        ("tickets:read", "admin", "own team all"),
        ("tickets:merge", "admin", "all"),
        ("tickets:read", "agent", "own"),
        ("tickets:read", "reader", "own all"),
        ("tickets:merge", "agent", ""),
        ("quality.settings:read", "auditor", ""),
        ("tickets:read", "team-lead", ""),
    ] {
        assert_eq!(
            cell(&matrix, permission, role),
            scopes,
            "{permission} {role}"
        );
    }
    let closed = matrix.rows.iter().filter(|row| !row.open);
    assert!(closed.clone().count() > 0);
    assert!(
        closed
            .into_iter()
            .all(|row| row.module.starts_with("quality"))
    );
}

#[test]
fn roles_can_be_chosen_and_slips_are_reported() {
    let matrix = of(&["reader", "agent"]);
    let roles = matrix.roles.iter().map(|column| column.role.as_str());
    assert_eq!(roles.collect::<Vec<_>>(), ["agent", "reader"]);
    let error = Matrix::new(&model(), &["agnet".to_owned()]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the policy has no role `agnet`; did you mean `agent`?"
    );
}

#[test]
fn markdown_has_a_cell_for_each_role() {
    let text = of(&["agent", "team-lead"]).to_markdown();
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some("| permission | team-lead (not yet available) | agent |")
    );
    assert_eq!(lines.next(), Some("| --- | --- | --- |"));
    assert_eq!(lines.next(), Some("| tickets:read |  | own |"));
    assert!(text.contains("| quality:read (feature off) |  |  |"));
    assert!(text.lines().all(|line| line.matches(" |").count() == 3));
}

#[test]
fn csv_reads_back_and_starts_no_formula() {
    let text = HELPDESK.replace("\"reader\"", "\"-reader\"");
    let model = Source::load(&text).unwrap().1;
    let text = Matrix::new(&model, &[]).unwrap().to_csv();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(
        reader.headers().unwrap().iter().collect::<Vec<_>>(),
        [
            "module",
            "action",
            "open",
            "admin",
            "auditor",
            "team-lead",
            "agent",
            "'-reader"
        ]
    );
    let rows = reader.records().map(Result::unwrap).collect::<Vec<_>>();
    assert_eq!(rows.len(), model.permissions.len());
    assert_eq!(
        rows[0].iter().collect::<Vec<_>>(),
        [
            "tickets",
            "read",
            "yes",
            "own team all",
            "all",
            "",
            "own",
            "own all"
        ]
    );
}

#[test]
fn html_is_one_page_and_escapes_what_people_wrote() {
    let text = of(&[]).to_html();
    assert!(text.contains("<small>&lt;b&gt;R&amp;D&#39;s &quot;x&quot;</small>"));
    assert!(!text.contains("<b>") && !text.contains("<script") && !text.contains("http://"));
    assert!(text.contains("<td>own, all</td>") && text.contains("feature off"));
    assert_eq!(text.matches("<tr").count(), text.matches("</tr>").count());
}
