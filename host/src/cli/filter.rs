//! `filter`: which resources of a list the subject may have.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use portcullis_host::sql::{Columns, Condition, Dialect, Placeholders, Query, Rows};
use portcullis_policy::authzen::Request;
use serde_json::{Map, Value, json};

use super::{
    decide::Previews,
    engines::EngineArgs,
    input::{self, JsonArgument},
    load::BundleArgs,
    output::{print_answer, print_json},
    stop::Stop,
};

/// Print the list filter: what the origin must apply when it lists resources
///
/// It is the answer with nothing known of the resource: allow means every one, deny means
/// none, conditional means those that the residual lets through.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Filter {
    #[command(flatten)]
    bundle: BundleArgs,

    #[command(flatten)]
    engine: EngineArgs,

    /// An AuthZEN request, as JSON, `@file` or `-`; of its resource only the type counts
    #[arg(value_name = "REQUEST")]
    request: JsonArgument,

    /// Print a condition of SQL: {"rows": …, "where": …, "parameters": …}
    ///
    /// The rows are `all`, `none`, or those of the `filter`.
    #[arg(long)]
    sql: bool,

    /// With --sql: the database
    #[arg(long, value_enum, default_value_t, requires = "sql")]
    dialect: SqlDialect,

    /// With --sql: where the attributes are, as JSON: {"owner": "t.owner_id", …}
    #[arg(long, value_name = "FILE", requires = "sql")]
    columns: Option<PathBuf>,

    /// With --sql: attributes whose columns are PostgreSQL's arrays, which --columns can say too
    #[arg(long, value_name = "NAMES", value_delimiter = ',', requires = "sql")]
    arrays: Vec<String>,

    /// With --sql: the number of the first parameter, where others come before
    #[arg(long, value_name = "N", requires = "sql")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..))]
    first: Option<u16>,

    /// With --sql: parameters are `?`, as MySQL's always are
    #[arg(long, requires = "sql", conflicts_with = "first")]
    positional: bool,

    /// With --sql: parameters have names, `:PREFIX1` and so on
    #[arg(long, value_name = "PREFIX", requires = "sql")]
    #[arg(conflicts_with_all = ["first", "positional"])]
    named: Option<String>,
}

/// The databases of --dialect.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum SqlDialect {
    /// PostgreSQL 12 and later
    #[default]
    Postgresql,
    /// SQLite 3.38 and later
    Sqlite,
    /// MySQL 8, MariaDB 10.6, and later
    Mysql,
}

const EXAMPLES: &str = "\
Examples:
  portcullis filter shop.pclb --trust keys/trust.json @request.json
  portcullis filter shop.pclb --trust keys/trust.json @request.json --sql --first 2
  {\"rows\":\"filter\",\"where\":\"((CAST(\\\"owner\\\" AS text) COLLATE \\\"C\\\" IN (CAST($2 AS text))) IS TRUE)\",\"parameters\":[\"jo\"]}
  portcullis filter shop.pclb --trust keys/trust.json @request.json --sql --dialect mysql --columns columns.json

Columns; with a type an index can help:
  {\"owner\":{\"column\":\"t.owner_id\",\"type\":\"integer\"},
   \"teams\":{\"column\":\"t.teams\",\"type\":\"text\",\"shape\":\"array\"},
   \"assignees\":{\"join\":{\"table\":\"assignees\",\"on\":\"ticket_id\",\"equals\":\"t.id\",\"column\":\"user_id\"}}}
Types are text, integer and uuid; shapes are scalar, array (PostgreSQL) and json.

A request:
  {\"subject\":{\"type\":\"user\",\"id\":\"jo\",\"properties\":{\"roles\":[\"agent\"]}},
   \"action\":{\"name\":\"read\"},\"resource\":{\"type\":\"tickets\"}}";

impl Filter {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let engine = self.engine.engine()?;
        let policy = self.bundle.open(engine.as_ref())?;
        // What cannot be written is said before anything is decided.
        let query = self.query(&policy.names().vocabulary.resource)?;
        let text = self.request.read()?;
        let request = Request::read_filter(&text, &policy.names().vocabulary)
            .map_err(|malformed| Stop::usage(format!("the request: {malformed}")))?;
        let now = self.bundle.time.now()?;
        let mut previews = Previews::new(policy.as_ref());
        let answer = previews
            .of(request.features.as_deref())
            .and_then(|policy| policy.filter(&request, now))
            .map_err(|failure| Stop::failure(&failure))?;
        if !self.sql {
            return print_answer(&answer);
        }
        let rows = query
            .rows(&answer)
            .map_err(|error| Stop::check(error.to_string()))?;
        print_json(&shown(rows, query.placeholders()))
    }

    fn query(&self, known: &[String]) -> Result<Query, Stop> {
        let mut columns = match &self.columns {
            None => Columns::default(),
            Some(path) => {
                let text = input::read_text(path, COLUMNS_BYTES_MAX)?;
                Columns::read(text.as_bytes(), known)
                    .map_err(|error| Stop::usage(format!("`{}`: {error}", path.display())))?
            }
        };
        columns.set_arrays(&self.arrays);
        let dialect = Dialect::from(self.dialect);
        let placeholders = match (self.first, &self.named) {
            (Some(first), _) => Placeholders::Numbered(first),
            (None, Some(prefix)) => Placeholders::Named(prefix.clone()),
            (None, None) if self.positional => Placeholders::Positional,
            (None, None) => dialect.placeholders(),
        };
        Query::new(dialect, placeholders, columns).map_err(|error| Stop::usage(error.to_string()))
    }
}

impl From<SqlDialect> for Dialect {
    fn from(dialect: SqlDialect) -> Self {
        match dialect {
            SqlDialect::Postgresql => Self::Postgresql,
            SqlDialect::Sqlite => Self::Sqlite,
            SqlDialect::Mysql => Self::Mysql,
        }
    }
}

/// Every answer is a condition too, so that whoever asks for no more than that is not wrong.
fn shown(rows: Rows, placeholders: &Placeholders) -> Value {
    let (rows, condition) = match rows {
        Rows::All => ("all", Condition::constant(true)),
        Rows::None => ("none", Condition::constant(false)),
        Rows::Filter(condition) => ("filter", condition),
    };
    let parameters = match placeholders {
        Placeholders::Named(_) => {
            let values = condition.parameters.into_iter().zip(0..);
            let named =
                values.filter_map(|(value, at)| Some((placeholders.name(at)?, value.into())));
            Value::Object(named.collect::<Map<_, _>>())
        }
        Placeholders::Numbered(_) | Placeholders::Positional => condition.parameters.into(),
    };
    json!({ "rows": rows, "where": condition.text, "parameters": parameters })
}

const COLUMNS_BYTES_MAX: usize = 1024 * 1024;
