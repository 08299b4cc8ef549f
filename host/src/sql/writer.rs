//! The writer of a condition.

use serde_json::Value;

use super::{
    columns::{Column, ColumnType, Shape},
    compare::{Indexed, Operand},
    dialect::{Dialect, Placeholders},
    query::{Condition, Query, Rows, UnreadableAnswer},
};

/// Writes one condition. Parameters are taken in the order of the text.
pub(super) struct Writer<'q> {
    query: &'q Query,
    parameters: Vec<String>,
}

/// Where a list's values come from, and what one of them is.
struct Many {
    /// What stands after `FROM`.
    from: String,
    /// What stands after `WHERE`, before what is asked of the value.
    is_of_row: String,
    value: Operand,
}

/// An atom as it is written, or what it always is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Written {
    True,
    False,
    Text(String),
}

/// A comparison of the engine's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Test {
    In,
    NotIn,
    Within,
}

impl<'q> Writer<'q> {
    pub(super) const fn new(query: &'q Query) -> Self {
        Self {
            query,
            parameters: Vec::new(),
        }
    }

    /// Writes a residual.
    pub(super) fn rows(mut self, residual: &Value) -> Result<Rows, UnreadableAnswer> {
        let mut conjunctions = Vec::new();
        for all in members(residual, "any")? {
            let parameters = self.parameters.len();
            match self.all(all)? {
                None => self.parameters.truncate(parameters),
                Some(atoms) if atoms.is_empty() => return Ok(Rows::All),
                Some(atoms) => conjunctions.push(atoms),
            }
        }
        let alone = conjunctions.len() == 1;
        let texts = conjunctions.iter().map(|atoms| {
            let text = atoms.join(" AND ");
            if alone || atoms.len() == 1 {
                text
            } else {
                format!("({text})")
            }
        });
        let text = texts.collect::<Vec<_>>().join(" OR ");
        if text.is_empty() {
            return Ok(Rows::None);
        }
        Ok(Rows::Filter(Condition {
            text: format!("({text})"),
            parameters: self.parameters,
        }))
    }

    /// Writes the atoms of a conjunction that are not always true; nothing if one never is.
    fn all(&mut self, all: &Value) -> Result<Option<Vec<String>>, UnreadableAnswer> {
        let (mut texts, mut holds) = (Vec::new(), true);
        for atom in members(all, "all")? {
            match self.atom(atom)? {
                Written::True => {}
                Written::False => holds = false,
                Written::Text(text) => texts.push(text),
            }
        }
        Ok(holds.then_some(texts))
    }

    /// Writes one atom, as what is true or false and never null.
    fn atom(&mut self, atom: &Value) -> Result<Written, UnreadableAnswer> {
        let attribute = atom.get("attribute").and_then(Value::as_str);
        let column = self.query.columns.of(attribute.ok_or(UnreadableAnswer)?);
        if let Some(word) = atom.get("is").and_then(Value::as_str) {
            let is_value = match self.many(&column) {
                None => format!("({})", self.scalar(&column).is_value()),
                Some(many) => many.some(&many.value.is_value()),
            };
            return match (word, &column.shape) {
                ("present", Shape::Scalar) => Ok(format!("{is_value} IS TRUE")),
                ("absent", Shape::Scalar) => Ok(format!("{is_value} IS NOT TRUE")),
                ("present", _) => Ok(is_value),
                ("absent", _) => Ok(format!("NOT {is_value}")),
                _ => Err(UnreadableAnswer),
            }
            .map(Written::Text);
        }
        let tests = [
            ("in", Test::In),
            ("not_in", Test::NotIn),
            ("within", Test::Within),
        ];
        let stated = tests
            .into_iter()
            .find_map(|(name, test)| Some((test, atom.get(name)?)));
        let (test, constants) = stated.ok_or(UnreadableAnswer)?;
        let constants = texts(constants)?;
        // What the column cannot hold, no value of it is.
        let constants: Vec<&str> = constants
            .into_iter()
            .filter(|constant| column.kind.admits(constant))
            .collect();
        Ok(match (constants.is_empty(), self.many(&column)) {
            (true, _) if test == Test::NotIn => Written::True,
            (true, _) => Written::False,
            (false, None) => Written::Text(self.of_one(&column, test, &constants)),
            (false, Some(many)) => Written::Text(self.of_many(&column, &many, test, &constants)),
        })
    }

    fn of_one(&mut self, column: &Column, test: Test, constants: &[&str]) -> String {
        let value = self.scalar(column);
        let (exact, text) = (value.exact(), value.text.as_str());
        if test == Test::NotIn {
            let list = self.list(value.kind, constants);
            return format!("({exact} NOT IN ({list})) IS NOT FALSE");
        }
        match value.indexed() {
            Indexed::Never => {
                let list = self.list(value.kind, constants);
                format!("({exact} IN ({list})) IS TRUE")
            }
            Indexed::Itself => {
                let list = self.list(value.kind, constants);
                format!("({exact} IN ({list}) AND {text} IS NOT NULL)")
            }
            Indexed::Plainly => {
                let plain = self.plain_list(value.kind, constants);
                let list = self.list(value.kind, constants);
                format!("({text} IN ({plain}) AND ({exact} IN ({list})) IS TRUE)")
            }
        }
    }

    fn of_many(&mut self, column: &Column, many: &Many, test: Test, constants: &[&str]) -> String {
        let overlaps = self.overlaps(column, test, constants);
        let value = &many.value;
        let (exact, text) = (value.exact(), value.text.as_str());
        let mut among = String::new();
        if test != Test::NotIn && value.indexed() == Indexed::Plainly {
            let plain = self.plain_list(value.kind, constants);
            among = format!("{text} IN ({plain}) AND ");
        }
        let list = self.list(value.kind, constants);
        let some = many.some(&format!("{among}{exact} IN ({list})"));
        match test {
            Test::NotIn => format!("NOT {some}"),
            Test::In if overlaps.is_empty() => some,
            Test::In => format!("({overlaps}{some})"),
            Test::Within => {
                let list = self.list(value.kind, constants);
                let is_value = value.is_value();
                let outside = many.some(&format!("{is_value} AND {exact} NOT IN ({list})"));
                format!("({overlaps}{some} AND NOT {outside})")
            }
        }
    }

    /// Writes what an index on an array of a known type helps; it is never narrower.
    fn overlaps(&mut self, column: &Column, test: Test, constants: &[&str]) -> String {
        if test == Test::NotIn || column.shape != Shape::Array {
            return String::new();
        }
        let array = match column.kind {
            ColumnType::Any => return String::new(),
            ColumnType::Text => "text[]",
            ColumnType::Integer => "bigint[]",
            ColumnType::Uuid => "uuid[]",
        };
        let text = self.query.dialect.quoted(&column.name);
        let list = self.list(column.kind, constants);
        format!("CAST({text} AS {array}) && ARRAY[{list}] AND ")
    }

    fn scalar(&self, column: &Column) -> Operand {
        let dialect = self.query.dialect;
        Operand {
            text: dialect.quoted(&column.name),
            kind: column.kind,
            dialect,
        }
    }

    fn many(&self, column: &Column) -> Option<Many> {
        let dialect = self.query.dialect;
        let name = dialect.quoted(&column.name);
        let of_value = format!("{ITEM}.value");
        let (from, is_of_row, text, kind) = match (&column.shape, dialect) {
            (Shape::Scalar, _) => return None,
            (Shape::Array, _) => {
                let from = format!("unnest({name}) AS {ITEM} (value)");
                (from, String::new(), of_value, column.kind)
            }
            (Shape::Json, Dialect::Postgresql) => {
                // In this mode one value is a list of itself.
                let from = format!(
                    "jsonb_path_query(CAST({name} AS jsonb), 'lax $[*]') AS {ITEM} (value)"
                );
                let text = format!("({of_value} #>> '{{}}')");
                (from, String::new(), text, ColumnType::Any)
            }
            (Shape::Json, Dialect::Sqlite) => {
                let from = format!("json_each(NULLIF({name}, '')) AS {ITEM}");
                // The value of true would be 1.
                let text =
                    format!("iif({ITEM}.type IN ('true', 'false'), {ITEM}.type, {of_value})");
                (from, String::new(), text, ColumnType::Any)
            }
            (Shape::Json, Dialect::Mysql) => {
                let from = format!(
                    "JSON_TABLE(JSON_MERGE_PRESERVE('[]', NULLIF(CONVERT({name} USING utf8mb4), '')), \
                     '$[*]' COLUMNS (value LONGTEXT PATH '$')) AS {ITEM}"
                );
                (from, String::new(), of_value, ColumnType::Any)
            }
            (Shape::Join(join), _) => {
                let from = format!("{} AS {ITEM}", dialect.quoted(&join.table));
                let on = dialect.quoted(&join.on);
                let equals = dialect.quoted(&join.equals);
                let is_of_row = format!("{ITEM}.{on} = {equals} AND ");
                (from, is_of_row, format!("{ITEM}.{name}"), column.kind)
            }
        };
        let value = Operand {
            text,
            kind,
            dialect,
        };
        Some(Many {
            from,
            is_of_row,
            value,
        })
    }

    fn list(&mut self, kind: ColumnType, constants: &[&str]) -> String {
        let dialect = self.query.dialect;
        self.each(constants, |place| kind.constant(dialect, place))
    }

    fn plain_list(&mut self, kind: ColumnType, constants: &[&str]) -> String {
        let dialect = self.query.dialect;
        self.each(constants, |place| kind.plain_constant(dialect, place))
    }

    fn each(&mut self, constants: &[&str], written: impl Fn(&str) -> String) -> String {
        let places = constants.iter().map(|constant| {
            let known = self.parameters.iter().position(|known| known == constant);
            let at = match (known, &self.query.placeholders) {
                // All are text, so that one place may be named again.
                (Some(at), Placeholders::Numbered(_) | Placeholders::Named(_)) => at,
                _ => {
                    self.parameters.push((*constant).to_owned());
                    self.parameters.len().saturating_sub(1)
                }
            };
            written(&self.query.placeholders.text(self.query.dialect, at))
        });
        places.collect::<Vec<_>>().join(", ")
    }
}

impl Many {
    /// Says that there is a value for which a condition holds.
    fn some(&self, condition: &str) -> String {
        let Self {
            from, is_of_row, ..
        } = self;
        format!("EXISTS (SELECT 1 FROM {from} WHERE {is_of_row}{condition})")
    }
}

/// Returns the list of a member; an empty one is none of the engine's.
fn members<'v>(value: &'v Value, name: &str) -> Result<&'v [Value], UnreadableAnswer> {
    match value.get(name).and_then(Value::as_array).map(Vec::as_slice) {
        None | Some([]) => Err(UnreadableAnswer),
        Some(list) => Ok(list),
    }
}

fn texts(constants: &Value) -> Result<Vec<&str>, UnreadableAnswer> {
    match constants.as_array().map(Vec::as_slice) {
        None | Some([]) => Err(UnreadableAnswer),
        Some(list) => list
            .iter()
            .map(|constant| constant.as_str().ok_or(UnreadableAnswer))
            .collect(),
    }
}

/// What a value of a list is called: no table of anybody's.
const ITEM: &str = "portcullis_item";
