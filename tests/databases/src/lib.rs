//! Databases that run filters as SQL, on rows that the engine decides one by one.

pub mod ask;
pub mod cases;
pub mod database;
pub mod rows;
pub mod schema;
