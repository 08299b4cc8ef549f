//! The texts, as each database gets them; what they select is shown by the databases' own tests.

use super::*;

const NONE: &str = "{}";

fn query(dialect: Dialect, columns: &str) -> Query {
    let known = ["a", "b", "owner", "type"].map(str::to_owned);
    let columns = Columns::read(columns.as_bytes(), &known).unwrap();
    Query::new(dialect, dialect.placeholders(), columns).unwrap()
}

fn conditional(atoms: &str) -> String {
    residual(&format!(r#"{{"any":[{{"all":[{atoms}]}}]}}"#))
}

fn residual(residual: &str) -> String {
    format!(r#"{{"effect":"conditional","reason":"conditional","residual":{residual}}}"#)
}

fn filter(query: &Query, answer: &str) -> Condition {
    match query.rows(answer) {
        Ok(Rows::Filter(condition)) => condition,
        other => panic!("{answer} makes {other:?}"),
    }
}

/// Holds the text of one atom on `a`, whose column is given, against what is expected.
fn check(dialect: Dialect, column: &str, atom: &str, text: &str) {
    let query = query(dialect, &format!(r#"{{"a":{column}}}"#));
    let condition = filter(
        &query,
        &conditional(&format!(r#"{{"attribute":"a",{atom}}}"#)),
    );
    assert_eq!(condition.text, text, "{column} {atom}");
}

#[test]
fn what_is_decided_selects_all_or_nothing() {
    let query = query(Dialect::Postgresql, NONE);
    let rows = |answer| query.rows(answer).unwrap();
    assert_eq!(rows(r#"{"effect":"allow","reason":"granted"}"#), Rows::All);
    assert_eq!(
        rows(r#"{"effect":"deny","reason":"not-granted"}"#),
        Rows::None
    );
    assert_eq!(Condition::constant(true).text, "(TRUE)");
    assert_eq!(Condition::constant(false).text, "(FALSE)");
}

#[test]
fn a_residual_is_a_disjunction_of_conjunctions_in_parentheses() {
    let answer = residual(
        r#"{"any":[{"all":[{"attribute":"owner","in":["jo","o'hara"]}]},
        {"all":[{"attribute":"a","is":"absent"},{"attribute":"b","in":["jo"]}]}]}"#,
    );
    let condition = filter(&query(Dialect::Sqlite, NONE), &answer);
    assert_eq!(
        condition.text,
        concat!(
            "((CAST(`owner` AS TEXT) COLLATE BINARY IN (?1, ?2)) IS TRUE OR ",
            "((length(CAST(`a` AS BLOB)) > 0) IS NOT TRUE AND ",
            "(CAST(`b` AS TEXT) COLLATE BINARY IN (?1)) IS TRUE))"
        )
    );
    assert_eq!(condition.parameters, ["jo", "o'hara"]);
}

#[test]
fn each_comparison_is_true_or_false_and_never_null() {
    let column = r#""a""#;
    for (atom, text) in [
        (
            r#""in":["x"]"#,
            r#"((CAST("a" AS text) COLLATE "C" IN (CAST($1 AS text))) IS TRUE)"#,
        ),
        (
            r#""within":["x"]"#,
            r#"((CAST("a" AS text) COLLATE "C" IN (CAST($1 AS text))) IS TRUE)"#,
        ),
        (
            r#""not_in":["x"]"#,
            r#"((CAST("a" AS text) COLLATE "C" NOT IN (CAST($1 AS text))) IS NOT FALSE)"#,
        ),
        (
            r#""is":"present""#,
            r#"((octet_length(CAST("a" AS text)) > 0) IS TRUE)"#,
        ),
        (
            r#""is":"absent""#,
            r#"((octet_length(CAST("a" AS text)) > 0) IS NOT TRUE)"#,
        ),
    ] {
        check(Dialect::Postgresql, column, atom, text);
    }
}

#[test]
fn with_a_type_an_index_can_help() {
    let column = |kind| format!(r#"{{"column":"t.a","type":"{kind}"}}"#);
    let uuid = r#""in":["00000000-0000-0000-0000-00000000000f"]"#;
    for (dialect, kind, atom, text) in [
        (
            Dialect::Postgresql,
            "text",
            r#""in":["x"]"#,
            r#"(("t"."a" IN (CAST($1 AS text)) AND (CAST("t"."a" AS text) COLLATE "C" IN (CAST($1 AS text))) IS TRUE))"#,
        ),
        (
            Dialect::Postgresql,
            "integer",
            r#""in":["7"]"#,
            r#"(("t"."a" IN (CAST(CAST($1 AS text) AS bigint)) AND "t"."a" IS NOT NULL))"#,
        ),
        (
            Dialect::Postgresql,
            "uuid",
            uuid,
            r#"(("t"."a" IN (CAST(CAST($1 AS text) AS uuid)) AND "t"."a" IS NOT NULL))"#,
        ),
        (
            Dialect::Sqlite,
            "text",
            r#""in":["x"]"#,
            "((`t`.`a` COLLATE BINARY IN (?1) AND `t`.`a` IS NOT NULL))",
        ),
        (
            Dialect::Sqlite,
            "integer",
            r#""in":["7"]"#,
            "((`t`.`a` IN (CAST(?1 AS INTEGER)) AND `t`.`a` IS NOT NULL))",
        ),
        (
            Dialect::Mysql,
            "text",
            r#""in":["x"]"#,
            "((`t`.`a` IN (?) AND (CAST(CONVERT(`t`.`a` USING utf8mb4) AS BINARY) IN (CONVERT(? USING utf8mb4))) IS TRUE))",
        ),
        (
            Dialect::Mysql,
            "integer",
            r#""in":["7"]"#,
            "((`t`.`a` IN (CAST(? AS SIGNED)) AND `t`.`a` IS NOT NULL))",
        ),
    ] {
        check(dialect, &column(kind), atom, text);
    }
}

#[test]
fn what_a_column_cannot_hold_is_no_value_of_it() {
    let column = |kind| format!(r#"{{"column":"t.a","type":"{kind}"}}"#);
    for (kind, constant) in [
        ("integer", "jo"),
        ("integer", "07"),
        ("integer", "+7"),
        ("integer", "-0"),
        ("integer", "9223372036854775808"),
        ("uuid", "00000000-0000-0000-0000-00000000000F"),
        ("uuid", "00000000000000000000000000000000000f"),
        ("uuid", "00000000-0000-0000-0000-00000000000f0"),
    ] {
        for dialect in [Dialect::Postgresql, Dialect::Sqlite, Dialect::Mysql] {
            let query = query(dialect, &format!(r#"{{"a":{}}}"#, column(kind)));
            let rows = |test| {
                let atom = format!(r#"{{"attribute":"a","{test}":["{constant}"]}}"#);
                query.rows(&conditional(&atom))
            };
            for test in ["in", "within"] {
                assert!(matches!(rows(test), Ok(Rows::None)), "{constant} {test}");
            }
            assert!(matches!(rows("not_in"), Ok(Rows::All)), "{constant}");
        }
    }
    let query = query(
        Dialect::Postgresql,
        &format!(r#"{{"a":{}}}"#, column("integer")),
    );
    let atom = r#"{"attribute":"a","in":["-9223372036854775808","0","jo","9223372036854775807"]}"#;
    let parameters = filter(&query, &conditional(atom)).parameters;
    assert_eq!(
        parameters,
        ["-9223372036854775808", "0", "9223372036854775807"]
    );
}

#[test]
fn a_list_is_asked_for_its_values() {
    let of_one = r#""in":["x"]"#;
    let array = |kind| format!(r#"{{"column":"t.a","shape":"array"{kind}}}"#);
    check(
        Dialect::Postgresql,
        &array(""),
        of_one,
        r#"(EXISTS (SELECT 1 FROM unnest("t"."a") AS portcullis_item (value) WHERE CAST(portcullis_item.value AS text) COLLATE "C" IN (CAST($1 AS text))))"#,
    );
    check(
        Dialect::Postgresql,
        &array(r#","type":"integer""#),
        r#""in":["7"]"#,
        r#"((CAST("t"."a" AS bigint[]) && ARRAY[CAST(CAST($1 AS text) AS bigint)] AND EXISTS (SELECT 1 FROM unnest("t"."a") AS portcullis_item (value) WHERE portcullis_item.value IN (CAST(CAST($1 AS text) AS bigint)))))"#,
    );
    check(
        Dialect::Postgresql,
        r#"{"column":"t.a","shape":"json"}"#,
        r#""not_in":["x"]"#,
        r#"(NOT EXISTS (SELECT 1 FROM jsonb_path_query(CAST("t"."a" AS jsonb), 'lax $[*]') AS portcullis_item (value) WHERE CAST((portcullis_item.value #>> '{}') AS text) COLLATE "C" IN (CAST($1 AS text))))"#,
    );
    check(
        Dialect::Sqlite,
        r#"{"column":"t.a","shape":"json"}"#,
        r#""is":"present""#,
        "(EXISTS (SELECT 1 FROM json_each(NULLIF(`t`.`a`, '')) AS portcullis_item WHERE length(CAST(iif(portcullis_item.type IN ('true', 'false'), portcullis_item.type, portcullis_item.value) AS BLOB)) > 0))",
    );
    check(
        Dialect::Mysql,
        r#"{"column":"t.a","shape":"json"}"#,
        r#""is":"absent""#,
        "(NOT EXISTS (SELECT 1 FROM JSON_TABLE(JSON_MERGE_PRESERVE('[]', NULLIF(CONVERT(`t`.`a` USING utf8mb4), '')), '$[*]' COLUMNS (value LONGTEXT PATH '$')) AS portcullis_item WHERE LENGTH(portcullis_item.value) > 0))",
    );
}

#[test]
fn a_join_is_asked_for_its_rows() {
    let join = r#"{"join":{"table":"app.assignees","on":"ticket_id","equals":"t.id","column":"user_id"},"type":"integer"}"#;
    check(
        Dialect::Mysql,
        join,
        r#""within":["7","8"]"#,
        concat!(
            "((EXISTS (SELECT 1 FROM `app`.`assignees` AS portcullis_item WHERE portcullis_item.`ticket_id` = `t`.`id` AND ",
            "portcullis_item.`user_id` IN (CAST(? AS SIGNED), CAST(? AS SIGNED))) AND ",
            "NOT EXISTS (SELECT 1 FROM `app`.`assignees` AS portcullis_item WHERE portcullis_item.`ticket_id` = `t`.`id` AND ",
            "portcullis_item.`user_id` IS NOT NULL AND portcullis_item.`user_id` NOT IN (CAST(? AS SIGNED), CAST(? AS SIGNED)))))"
        ),
    );
    let query = query(Dialect::Mysql, &format!(r#"{{"a":{join}}}"#));
    let atom = r#"{"attribute":"a","within":["7","8"]}"#;
    // Without numbers or names, each place takes the next.
    assert_eq!(
        filter(&query, &conditional(atom)).parameters,
        ["7", "8", "7", "8"]
    );
}

#[test]
fn parameters_go_on_from_a_number_or_have_names() {
    let answer =
        conditional(r#"{"attribute":"owner","in":["jo","bo"]},{"attribute":"b","not_in":["jo"]}"#);
    let text = |dialect, placeholders| {
        let query = Query::new(dialect, placeholders, Columns::default()).unwrap();
        let condition = filter(&query, &answer);
        assert_eq!(
            condition.parameters.len(),
            2 + usize::from(condition.text.contains("?)"))
        );
        condition.text
    };
    let postgresql = text(Dialect::Postgresql, Placeholders::Numbered(4));
    assert!(postgresql.contains("IN (CAST($4 AS text), CAST($5 AS text))"));
    assert!(
        postgresql.contains("NOT IN (CAST($4 AS text))"),
        "{postgresql}"
    );
    let sqlite = text(Dialect::Sqlite, Placeholders::Numbered(2));
    assert!(sqlite.contains("IN (?2, ?3)"), "{sqlite}");
    let positional = text(Dialect::Sqlite, Placeholders::Positional);
    assert!(positional.contains("IN (?, ?)"), "{positional}");
    let named = Placeholders::Named("may".to_owned());
    assert_eq!(named.name(1).as_deref(), Some("may2"));
    let mysql = text(Dialect::Mysql, named);
    assert!(mysql.contains("IN (CONVERT(:may1 USING utf8mb4), CONVERT(:may2 USING utf8mb4))"));
    assert!(
        mysql.contains("NOT IN (CONVERT(:may1 USING utf8mb4))"),
        "{mysql}"
    );
}

#[test]
fn what_a_database_does_not_have_is_refused() {
    let refused = |dialect: Dialect, placeholders, columns: &str| {
        let known = ["a".to_owned(), "type".to_owned()];
        let columns = Columns::read(columns.as_bytes(), &known).unwrap();
        Query::new(dialect, placeholders, columns).err()
    };
    let array = r#"{"a":{"column":"a","shape":"array"}}"#;
    let json = |column| format!(r#"{{"a":{{"column":"{column}","shape":"json"}}}}"#);
    let own = |dialect: Dialect| dialect.placeholders();
    for dialect in [Dialect::Sqlite, Dialect::Mysql] {
        assert_eq!(
            refused(dialect, own(dialect), array),
            Some(UnsupportedQuery::Array("a".to_owned()))
        );
    }
    assert_eq!(
        refused(Dialect::Postgresql, own(Dialect::Postgresql), array),
        None
    );
    let sqlite = own(Dialect::Sqlite);
    assert_eq!(
        refused(Dialect::Sqlite, sqlite.clone(), &json("Type")),
        Some(UnsupportedQuery::Hidden("Type".to_owned()))
    );
    assert_eq!(refused(Dialect::Sqlite, sqlite, &json("t.type")), None);
    assert_eq!(
        refused(Dialect::Mysql, Placeholders::Numbered(1), NONE),
        Some(UnsupportedQuery::Numbered)
    );
    for (prefix, good) in [
        ("p", true),
        ("may_2", true),
        ("", false),
        ("2", false),
        ("a b", false),
    ] {
        let named = Placeholders::Named(prefix.to_owned());
        assert_eq!(
            refused(Dialect::Mysql, named, NONE).is_none(),
            good,
            "{prefix}"
        );
    }
}

#[test]
fn names_are_quoted_whatever_is_in_them() {
    let columns = r#"{"a":"t.we\"ir`d"}"#;
    let text = |dialect| {
        filter(
            &query(dialect, columns),
            &conditional(r#"{"attribute":"a","is":"present"}"#),
        )
        .text
    };
    assert!(text(Dialect::Postgresql).contains(r#"CAST("t"."we""ir`d" AS"#));
    assert!(text(Dialect::Sqlite).contains("CAST(`t`.`we\"ir``d` AS"));
    assert!(text(Dialect::Mysql).contains("LENGTH(`t`.`we\"ir``d`)"));
}

#[test]
fn a_map_of_columns_says_what_is_wrong_with_it() {
    let known = ["owner".to_owned()];
    let join = |members: &str| format!(r#"{{"owner":{{"join":{{{members}}}}}}}"#);
    for (json, fault) in [
        ("[]".to_owned(), "expected an object of columns"),
        ("{".to_owned(), "not JSON"),
        (r#"{"ownr":"o"}"#.to_owned(), "did you mean `owner`"),
        (r#"{"owner":"o","owner":"p"}"#.to_owned(), "appears twice"),
        (r#"{"owner":7}"#.to_owned(), "expected a column"),
        (
            r#"{"owner":""}"#.to_owned(),
            "cannot be the name of a column",
        ),
        (
            r#"{"owner":"t..o"}"#.to_owned(),
            "cannot be the name of a column",
        ),
        (r#"{"owner":{}}"#.to_owned(), "this is no column"),
        (
            r#"{"owner":{"column":"o","type":"int"}}"#.to_owned(),
            "unknown type `int`",
        ),
        (
            r#"{"owner":{"column":"o","shape":"list"}}"#.to_owned(),
            "unknown shape `list`",
        ),
        (
            r#"{"owner":{"column":"o","kind":"text"}}"#.to_owned(),
            "unknown member `kind`",
        ),
        (
            r#"{"owner":{"column":"o","join":{}}}"#.to_owned(),
            "this is no column",
        ),
        (join(r#""table":"w""#), "`on` is missing"),
        (
            join(r#""table":"w","on":"t","equals":"id","column":"u""#),
            "whose column this is, is not said",
        ),
        (
            join(r#""table":"w","on":"w.t","equals":"t.id","column":"u""#),
            "a column of the other table",
        ),
    ] {
        let said = Columns::read(json.as_bytes(), &known).unwrap_err();
        assert!(said.contains(fault), "{json}: {said}");
    }
    let good = join(r#""table":"w","on":"t","equals":"t.id","column":"u""#);
    assert!(Columns::read(good.as_bytes(), &known).is_ok());
    assert!(Columns::read(br#"{"id":"t.id"}"#, &known).is_ok());
}

#[test]
fn arrays_may_be_named_alone() {
    let mut columns = Columns::default();
    columns.set_arrays(&["a".to_owned()]);
    let query = Query::new(Dialect::Postgresql, Placeholders::Numbered(1), columns).unwrap();
    let text = filter(&query, &conditional(r#"{"attribute":"a","in":["x"]}"#)).text;
    assert!(text.contains(r#"unnest("a")"#), "{text}");
}

#[test]
fn what_is_no_answer_is_refused() {
    for text in [
        "",
        "[]",
        r#"{"effect":"error"}"#,
        r#"{"effect":"conditional"}"#,
        &residual(r#"{"any":[]}"#),
        &residual(r#"{"any":[{"all":[]}]}"#),
        &conditional(r#"{"attribute":"a"}"#),
        &conditional(r#"{"attribute":"a","in":[1]}"#),
        &conditional(r#"{"attribute":"a","in":[]}"#),
        &conditional(r#"{"attribute":"a","is":"odd"}"#),
        &conditional(r#"{"in":["x"]}"#),
    ] {
        let query = query(Dialect::Postgresql, NONE);
        assert_eq!(query.rows(text), Err(UnreadableAnswer), "{text}");
    }
}
