//! The list filter as a condition of SQL.

use core::fmt;

use serde_json::Value;

/// What stands after `WHERE`, with its parameters apart from the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// Standard SQL; parameters are `$1`, `$2`, … and columns are quoted.
    pub text: String,
    /// The parameters, in order.
    pub parameters: Vec<String>,
}

/// An answer that is not one of the engine's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadableAnswer;

impl fmt::Display for UnreadableAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is not a canonical answer")
    }
}

impl core::error::Error for UnreadableAnswer {}

impl Condition {
    /// Turns a canonical answer into the condition that selects what is allowed: every
    /// row, none, or those that the residual lets through.
    ///
    /// It is in parentheses and never null, so it may be combined with other conditions by
    /// `AND`, `OR` and `NOT`.
    ///
    /// An attribute is the column of its name, and the resource's id the column `id`. A
    /// column holds one value or, where it is named in `arrays`, an array (`text[]` in
    /// `PostgreSQL`). Null is no value, and neither is empty text, in an array as well.
    ///
    /// # Errors
    ///
    /// Refuses what the engine does not write.
    pub fn of_answer(answer: &str, arrays: &[String]) -> Result<Self, UnreadableAnswer> {
        let answer: Value = serde_json::from_str(answer).map_err(|_| UnreadableAnswer)?;
        let mut condition = Self::default();
        match answer.get("effect").and_then(Value::as_str) {
            Some("allow") => condition.text.push_str("(TRUE)"),
            Some("deny") => condition.text.push_str("(FALSE)"),
            Some("conditional") => {
                let residual = answer.get("residual").ok_or(UnreadableAnswer)?;
                let any = condition.any(residual, arrays)?;
                condition.text = format!("(({any}) IS TRUE)");
            }
            _ => return Err(UnreadableAnswer),
        }
        Ok(condition)
    }

    fn any(&mut self, residual: &Value, arrays: &[String]) -> Result<String, UnreadableAnswer> {
        let any = members(residual, "any")?;
        let alone = any.len() == 1;
        let all = any.iter().map(|all| {
            let atoms = members(all, "all")?;
            let texts = atoms.iter().map(|atom| self.atom(atom, arrays));
            let text = texts.collect::<Result<Vec<_>, _>>()?.join(" AND ");
            let bare = alone || atoms.len() == 1;
            Ok(if bare { text } else { format!("({text})") })
        });
        Ok(all.collect::<Result<Vec<_>, _>>()?.join(" OR "))
    }

    fn atom(&mut self, atom: &Value, arrays: &[String]) -> Result<String, UnreadableAnswer> {
        let attribute = atom.get("attribute").and_then(Value::as_str);
        let attribute = attribute.ok_or(UnreadableAnswer)?;
        // A name has no quote in it; doubled all the same, should that ever change.
        let column = format!("\"{}\"", attribute.replace('"', "\"\""));
        let array = arrays.iter().any(|name| name == attribute);
        let test = ["in", "not_in", "within", "is"];
        let test = test.into_iter().find(|test| atom.get(test).is_some());
        let test = test.ok_or(UnreadableAnswer)?;
        if test == "is" {
            let word = atom.get(test).and_then(Value::as_str);
            return Ok(match (word, array) {
                (Some("present"), false) => format!("{column} <> ''"),
                (Some("absent"), false) => format!("({column} IS NULL OR {column} = '')"),
                (Some("present"), true) => some_value(&column, ""),
                (Some("absent"), true) => format!("NOT {}", some_value(&column, "")),
                _ => return Err(UnreadableAnswer),
            });
        }
        let list = self.list(members(atom, test)?)?;
        Ok(match (test, array) {
            ("in" | "within", false) => format!("{column} IN ({list})"),
            ("not_in", false) => format!("({column} IS NULL OR {column} NOT IN ({list}))"),
            ("in", true) => format!("{column} && ARRAY[{list}]::text[]"),
            ("not_in", true) => {
                format!("NOT COALESCE({column} && ARRAY[{list}]::text[], FALSE)")
            }
            _ => {
                let outside = some_value(&column, &format!(" AND value NOT IN ({list})"));
                format!("({column} && ARRAY[{list}]::text[] AND NOT {outside})")
            }
        })
    }

    fn list(&mut self, values: &[Value]) -> Result<String, UnreadableAnswer> {
        let mut places = Vec::with_capacity(values.len());
        for value in values {
            let value = value.as_str().ok_or(UnreadableAnswer)?;
            self.parameters.push(value.to_owned());
            places.push(format!("${}", self.parameters.len()));
        }
        Ok(places.join(", "))
    }
}

/// Says that an array has a value for which `more` holds.
fn some_value(column: &str, more: &str) -> String {
    format!("EXISTS (SELECT 1 FROM unnest({column}) AS value WHERE value <> ''{more})")
}

fn members<'v>(value: &'v Value, name: &str) -> Result<&'v [Value], UnreadableAnswer> {
    let list = value.get(name).and_then(Value::as_array);
    match list.map(Vec::as_slice) {
        None | Some([]) => Err(UnreadableAnswer),
        Some(list) => Ok(list),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(answer: &str, arrays: &[&str], text: &str, parameters: &[&str]) {
        let arrays: Vec<String> = arrays.iter().map(ToString::to_string).collect();
        let condition = Condition::of_answer(answer, &arrays).unwrap();
        assert_eq!(condition.text, text);
        assert_eq!(condition.parameters, parameters);
    }

    fn conditional(residual: &str) -> String {
        format!(r#"{{"effect":"conditional","reason":"conditional","residual":{residual}}}"#)
    }

    #[test]
    fn what_is_decided_selects_all_or_nothing() {
        check(
            r#"{"effect":"allow","reason":"granted"}"#,
            &[],
            "(TRUE)",
            &[],
        );
        check(
            r#"{"effect":"deny","reason":"not-granted"}"#,
            &[],
            "(FALSE)",
            &[],
        );
    }

    #[test]
    fn a_residual_is_a_disjunction_of_conjunctions() {
        check(
            &conditional(
                r#"{"any":[{"all":[{"attribute":"owner","in":["jo","o'hara"]}]},
                {"all":[{"attribute":"assignees","is":"absent"},{"attribute":"teams","in":["emea"]}]}]}"#,
            ),
            &[],
            r#"(("owner" IN ($1, $2) OR (("assignees" IS NULL OR "assignees" = '') AND "teams" IN ($3))) IS TRUE)"#,
            &["jo", "o'hara", "emea"],
        );
    }

    #[test]
    fn each_comparison_holds_for_values_and_for_arrays() {
        let atoms = r#"{"any":[{"all":[{"attribute":"a","in":["x"]},{"attribute":"a","not_in":["x"]},
            {"attribute":"a","within":["x"]},{"attribute":"a","is":"present"},{"attribute":"a","is":"absent"}]}]}"#;
        let one = r#"(("a" IN ($1) AND ("a" IS NULL OR "a" NOT IN ($2)) AND "a" IN ($3) AND "a" <> '' AND ("a" IS NULL OR "a" = '')) IS TRUE)"#;
        let many = concat!(
            r#"(("a" && ARRAY[$1]::text[] AND NOT COALESCE("a" && ARRAY[$2]::text[], FALSE) AND "#,
            r#"("a" && ARRAY[$3]::text[] AND NOT EXISTS (SELECT 1 FROM unnest("a") AS value WHERE value <> '' AND value NOT IN ($3))) AND "#,
            r#"EXISTS (SELECT 1 FROM unnest("a") AS value WHERE value <> '') AND "#,
            r#"NOT EXISTS (SELECT 1 FROM unnest("a") AS value WHERE value <> '')) IS TRUE)"#,
        );
        check(&conditional(atoms), &[], one, &["x", "x", "x"]);
        check(&conditional(atoms), &["a"], many, &["x", "x", "x"]);
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for text in [
            "",
            "[]",
            r#"{"effect":"error"}"#,
            r#"{"effect":"conditional"}"#,
            &conditional(r#"{"any":[]}"#),
            &conditional(r#"{"any":[{"all":[]}]}"#),
            &conditional(r#"{"any":[{"all":[{"attribute":"a"}]}]}"#),
            &conditional(r#"{"any":[{"all":[{"attribute":"a","in":[1]}]}]}"#),
        ] {
            assert_eq!(
                Condition::of_answer(text, &[]),
                Err(UnreadableAnswer),
                "{text}"
            );
        }
    }
}
