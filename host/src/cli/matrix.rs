//! `matrix`: roles × permissions as a table.

use std::{io, io::Write, path::PathBuf};

use clap::{Args, ValueEnum};
use comfy_table::{LineStyle, Table, presets};
use portcullis_review::matrix::{Column, Matrix as Grants};

use super::{output::write_text, policies, stop::Stop};

/// Print who may do what: a row for each permission, a column for each role
///
/// A cell names the scopes at which the role has the permission. A table that is wider than
/// the terminal comes in parts.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Matrix {
    /// The policy
    #[arg(value_name = "POLICY")]
    policy: PathBuf,

    /// How to write it
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,

    /// Only these roles
    #[arg(long = "role", value_name = "ROLES", value_delimiter = ',')]
    roles: Vec<String>,
}

const EXAMPLES: &str = "\
Examples:
  portcullis matrix policy.json
  portcullis matrix policy.json --role agent,supervisor
  portcullis matrix policy.json --format html > matrix.html";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For the terminal
    #[default]
    Table,
    /// GitHub Flavored Markdown
    Markdown,
    /// Comma-separated values, for spreadsheets
    Csv,
    /// One page that needs no other file
    Html,
}

impl Matrix {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let path = self.policy.as_path();
        let loaded = policies::load(path)?;
        let (_, model) = loaded.map_err(|invalid| policies::invalid(path, &invalid))?;
        let grants = Grants::new(&model, &self.roles);
        let grants = grants.map_err(|error| Stop::usage(error.to_string()))?;
        write_text(|out| match self.format {
            Format::Table => write_table(out, &grants, Table::new().width()),
            Format::Markdown => out.write_all(grants.to_markdown().as_bytes()),
            Format::Csv => out.write_all(grants.to_csv().as_bytes()),
            Format::Html => out.write_all(grants.to_html().as_bytes()),
        })
    }
}

fn write_table(out: &mut dyn Write, grants: &Grants, width: Option<u16>) -> io::Result<()> {
    for (index, part) in parts(grants, width).into_iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let mut table = Table::new();
        table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
        let head = part.iter().map(|column| heading(grants, *column));
        table.set_header(core::iter::once("permission".to_owned()).chain(head));
        for row in &grants.rows {
            let cells = part.iter().map(|column| cell(row.cells.get(*column)));
            table.add_row(core::iter::once(row.heading()).chain(cells));
        }
        for line in table.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
    }
    Ok(())
}

/// Divides the roles so that each part of the table is as wide as the terminal at most.
fn parts(grants: &Grants, width: Option<u16>) -> Vec<Vec<usize>> {
    let all = 0..grants.roles.len();
    let Some(width) = width.map(usize::from) else {
        return vec![all.collect()];
    };
    let permission = grants.rows.iter().map(|row| row.heading().chars().count());
    let first = permission.max().unwrap_or(0).saturating_add(PADDING);
    let mut parts = vec![Vec::new()];
    let mut used = first;
    for column in all {
        let cells = grants.rows.iter().map(|row| cell(row.cells.get(column)));
        let texts = cells.chain([heading(grants, column)]);
        let widest = texts.map(|text| text.chars().count()).max().unwrap_or(0);
        let more = widest.saturating_add(PADDING);
        let is_full = used.saturating_add(more) > width;
        match parts.last_mut() {
            Some(part) if part.is_empty() || !is_full => part.push(column),
            _ => {
                parts.push(vec![column]);
                used = first;
            }
        }
        used = used.saturating_add(more);
    }
    parts
}

fn heading(grants: &Grants, column: usize) -> String {
    let role = grants.roles.get(column);
    role.map(Column::heading).unwrap_or_default()
}

fn cell(scopes: Option<&Vec<String>>) -> String {
    scopes.map(|scopes| scopes.join(", ")).unwrap_or_default()
}

/// What a column takes besides its text.
const PADDING: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis_policy::Source;

    const STARTER: &str = include_str!("starter/policy.json");

    fn grants() -> Grants {
        let (_, model) = Source::load(STARTER).unwrap();
        Grants::new(&model, &[]).unwrap()
    }

    fn table(width: Option<u16>) -> String {
        let mut out = Vec::new();
        write_table(&mut out, &grants(), width).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_wide_table_comes_in_parts_that_fit() {
        let whole = table(None);
        assert_eq!(whole.matches("permission").count(), 1);
        for width in [48, 60, 80, 200] {
            let text = table(Some(width));
            let longest = text.lines().map(|line| line.chars().count()).max();
            assert!(longest <= Some(usize::from(width)), "{width}\n{text}");
        }
        // However narrow it is, each part shows a role.
        assert_eq!(
            table(Some(1)).matches("permission").count(),
            grants().roles.len()
        );
        assert_eq!(parts(&grants(), Some(200)), [[0, 1, 2]]);
    }

    #[test]
    fn a_cell_names_the_scopes() {
        let text = table(None);
        let line = text
            .lines()
            .find(|line| line.contains("tickets:reply"))
            .unwrap();
        let words = line.split_whitespace().collect::<Vec<_>>();
        assert_eq!(words, ["tickets:reply", "all", "team", "own"]);
        assert!(text.contains("reports:read (feature off)"));
    }
}
