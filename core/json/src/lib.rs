//! Strict JSON (RFC 8259): a reader that names the place of everything that is wrong, and the
//! writers.
//!
//! ```
//! use core::cell::RefCell;
//!
//! use portcullis_json::{JsonText, JsonPath, Place, Read, Report};
//!
//! struct Listener {
//!     host: String,
//!     port: u32,
//! }
//!
//! impl Read for Listener {
//!     fn read(place: &Place<'_>) -> Self {
//!         let mut object = place.object("a listener", "write an object");
//!         let listener = Self {
//!             host: object.required("host", "name the host"),
//!             port: object.optional("port").unwrap_or(8080),
//!         };
//!         object.finish();
//!         listener
//!     }
//! }
//!
//! #[derive(Debug, Default)]
//! struct Lines(RefCell<Vec<String>>);
//!
//! impl Report for Lines {
//!     fn report_at(&self, path: JsonPath, message: &str, cure: &str) {
//!         let line = format!("{path}: {message}; {cure}");
//!         self.0.borrow_mut().push(line);
//!     }
//! }
//!
//! let lines = Lines::default();
//! let document = JsonText::parse(br#"{"host": "a.example", "prot": 8443}"#)?;
//! let listener: Listener = document.read(&lines);
//! assert_eq!((listener.host.as_str(), listener.port), ("a.example", 8080));
//! assert_eq!(*lines.0.borrow(), ["$.prot: unknown member `prot`; did you mean `port`?"]);
//! # Ok::<(), portcullis_json::SyntaxError>(())
//! ```
//!
//! Reading never stops at the first fault: a [`JsonText`] is parsed whole, [`Read`] puts an empty
//! value where something is wrong, and what the [`Report`] keeps of the faults is its own choice.
#![no_std]
#![forbid(unsafe_code)]
#![warn(
    clippy::std_instead_of_core,
    clippy::alloc_instead_of_core,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]
#![expect(
    clippy::single_char_add_str,
    reason = "`push` can write any character, which in a guest is four times the code"
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

#[cfg(feature = "read")]
mod fault;
mod nearest;
#[cfg(feature = "read")]
mod node;
#[cfg(feature = "read")]
mod object;
mod path;
#[cfg(feature = "read")]
mod place;
#[cfg(feature = "read")]
mod read;
#[cfg(feature = "read")]
mod text;
#[cfg(feature = "read")]
mod tree;
mod write;

#[cfg(feature = "read")]
pub use fault::{Fault, FirstFault};
pub use nearest::{nearest, nearest_or};
#[cfg(feature = "read")]
pub use node::Node;
#[cfg(feature = "read")]
pub use object::Object;
pub use path::{JsonPath, Path};
#[cfg(feature = "read")]
pub use place::{Place, Report};
#[cfg(feature = "read")]
pub use read::Read;
#[cfg(feature = "read")]
pub use text::{JsonText, SyntaxError};
pub use write::{write_list, write_member, write_string};
