//! Questions to a database, as a script for its own client.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail, ensure};
use portcullis_host::sql::{Columns, Condition, Dialect, Placeholders, Query, Rows};
use serde_json::Value;

use crate::{
    rows::{Row, literal},
    schema::{ATTRIBUTES, columns, tables},
};

/// How a condition stands in a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Composed {
    /// Alone after `WHERE`.
    Alone,
    /// After `NOT`.
    Not,
    /// With one tenant's rows: after `AND`.
    AndTenant,
    /// Or one tenant's rows: after `OR`.
    OrTenant,
    /// Not (one tenant's rows, and these).
    NotAndTenant,
}

impl Composed {
    /// Every way.
    pub const ALL: [Self; 5] = [
        Self::Alone,
        Self::Not,
        Self::AndTenant,
        Self::OrTenant,
        Self::NotAndTenant,
    ];

    /// Says whether it selects a row, if the condition is `allowed` of it.
    #[must_use]
    pub fn selects(self, row: &Row, allowed: bool) -> bool {
        let own = row.tenant == TENANT;
        match self {
            Self::Alone => allowed,
            Self::Not => !allowed,
            Self::AndTenant => own && allowed,
            Self::OrTenant => own || allowed,
            Self::NotAndTenant => !(own && allowed),
        }
    }

    const fn has_tenant(self) -> bool {
        !matches!(self, Self::Alone | Self::Not)
    }

    /// Writes what stands after `WHERE`, bare where an author would leave parentheses out.
    fn text(self, tenant: &str, condition: &str) -> String {
        match self {
            Self::Alone => condition.to_owned(),
            Self::Not => format!("NOT {condition}"),
            Self::AndTenant => format!("t.tenant = {tenant} AND {condition}"),
            Self::OrTenant => format!("t.tenant = {tenant} OR {condition}"),
            Self::NotAndTenant => format!("NOT (t.tenant = {tenant} AND {condition})"),
        }
    }
}

/// What is asked of one database.
#[derive(Debug)]
pub struct Script {
    dialect: Dialect,
    sql: String,
    /// How many lists are asked for.
    asked: usize,
}

impl Script {
    /// Begins with tables that hold these rows.
    #[must_use]
    pub fn new(dialect: Dialect, rows: &[Row]) -> Self {
        let mut sql = tables(dialect);
        sql.extend(rows.iter().map(|row| row.statements(dialect)));
        if dialect == Dialect::Sqlite {
            sql.push_str(".parameter init\n");
        }
        Self {
            dialect,
            sql,
            asked: 0,
        }
    }

    /// Asks for the rows that an answer allows, in one way; `style` chooses how parameters are
    /// passed.
    ///
    /// # Errors
    ///
    /// Where the answer cannot be written.
    pub fn ask(&mut self, answer: &Value, composed: Composed, style: usize) -> Result<()> {
        let dialect = self.dialect;
        let before = u16::from(composed.has_tenant());
        let placeholders = match (dialect, style % 3) {
            (Dialect::Mysql, _) | (Dialect::Sqlite, 1) => Placeholders::Positional,
            (Dialect::Sqlite, 2) => Placeholders::Named("may".to_owned()),
            _ => Placeholders::Numbered(before.saturating_add(1)),
        };
        let known: Vec<String> = ATTRIBUTES
            .iter()
            .map(|attribute| attribute.name.to_owned())
            .collect();
        let columns = Columns::read(columns(dialect).to_string().as_bytes(), &known);
        let columns = columns.map_err(anyhow::Error::msg)?;
        let query = Query::new(dialect, placeholders.clone(), columns)?;
        let condition = match query.rows(&answer.to_string())? {
            Rows::All => Condition::constant(true),
            Rows::None => Condition::constant(false),
            Rows::Filter(condition) => condition,
        };
        let (tenant, mut parameters) = match (composed.has_tenant(), &placeholders) {
            (false, _) => ("", Vec::new()),
            (true, Placeholders::Named(_)) => (":tenant", vec![(":tenant".to_owned(), TENANT)]),
            (true, Placeholders::Numbered(_)) if dialect == Dialect::Postgresql => {
                ("$1", vec![(String::new(), TENANT)])
            }
            (true, Placeholders::Numbered(_)) => ("?1", vec![("?1".to_owned(), TENANT)]),
            (true, Placeholders::Positional) => ("?", vec![("?1".to_owned(), TENANT)]),
        };
        for (value, at) in condition.parameters.iter().zip(0_usize..) {
            let number = at.saturating_add(usize::from(before)).saturating_add(1);
            let name = placeholders
                .name(at)
                .map_or_else(|| format!("?{number}"), |name| format!(":{name}"));
            parameters.push((name, value.as_str()));
        }
        let text = composed.text(tenant, &condition.text);
        let select = format!("SELECT t.id FROM things AS t WHERE {text}");
        self.run(&select, &parameters);
        Ok(())
    }

    fn run(&mut self, select: &str, parameters: &[(String, &str)]) {
        let dialect = self.dialect;
        let values: Vec<String> = parameters
            .iter()
            .map(|(_, value)| literal(dialect, value))
            .collect();
        let values = values.join(", ");
        let statement = match (dialect, values.as_str()) {
            (Dialect::Postgresql, "") => {
                format!("PREPARE q AS {select};\nEXECUTE q;\nDEALLOCATE q;\n")
            }
            (Dialect::Postgresql, values) => {
                format!("PREPARE q AS {select};\nEXECUTE q({values});\nDEALLOCATE q;\n")
            }
            (Dialect::Mysql, values) => {
                let using = if values.is_empty() { "" } else { "USING " };
                let text = literal(dialect, select);
                format!(
                    "PREPARE q FROM {text};\nEXECUTE q {using}{values};\nDEALLOCATE PREPARE q;\n"
                )
            }
            (Dialect::Sqlite, _) => {
                let mut bound = "DELETE FROM temp.sqlite_parameters;\n".to_owned();
                for (name, value) in parameters {
                    let value = literal(dialect, value);
                    bound.push_str(&format!(
                        "INSERT INTO temp.sqlite_parameters VALUES ('{name}', {value});\n"
                    ));
                }
                format!("{bound}{select};\n")
            }
        };
        self.sql.push_str(&format!("SELECT '{MARK}';\n{statement}"));
        self.asked = self.asked.saturating_add(1);
    }

    /// Returns the script.
    #[must_use]
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// Reads what the client prints: the ids of each list.
    ///
    /// # Errors
    ///
    /// Where it is not one list for each that was asked for.
    pub fn read(&self, output: &str) -> Result<Vec<BTreeSet<String>>> {
        let mut lists: Vec<BTreeSet<String>> = Vec::new();
        for line in output.lines() {
            if line == MARK {
                lists.push(BTreeSet::new());
                continue;
            }
            let list = lists
                .last_mut()
                .context("something before the first list")?;
            if !list.insert(line.to_owned()) {
                bail!("`{line}` is listed twice");
            }
        }
        ensure!(
            lists.len() == self.asked,
            "{} lists of {}",
            lists.len(),
            self.asked
        );
        Ok(lists)
    }
}

/// Whose rows are asked for.
const TENANT: &str = "acme";
/// What is printed before each list.
const MARK: &str = "# list";
