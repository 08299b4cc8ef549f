//! The list filter as a condition of SQL.

mod columns;
mod compare;
mod dialect;
mod query;
mod writer;

#[cfg(test)]
mod tests;

pub use columns::{Column, ColumnType, Columns, Join, Shape};
pub use dialect::{Dialect, Placeholders};
pub use query::{Condition, Query, Rows, UnreadableAnswer, UnsupportedQuery};
