//! Matrices as Markdown, CSV and HTML.

use core::fmt::Write as _;

use super::{Column, Matrix, Row};

impl Matrix {
    /// Writes a table in GitHub Flavored Markdown (its spec, section 4.10).
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let roles = self.roles.iter().map(|role| markdown(&role.heading()));
        let mut text = format!(
            "| permission | {} |\n",
            roles.collect::<Vec<_>>().join(" | ")
        );
        let rule = vec!["---"; self.roles.len().saturating_add(1)];
        let _ = writeln!(text, "| {} |", rule.join(" | "));
        for row in &self.rows {
            let cells = row.cells.iter().map(|scopes| markdown(&scopes.join(", ")));
            let cells = cells.collect::<Vec<_>>().join(" | ");
            let _ = writeln!(text, "| {} | {cells} |", markdown(&row.heading()));
        }
        text
    }

    /// Writes comma-separated values (RFC 4180): module, action, open, then a column for
    /// each role with its scopes between spaces.
    ///
    /// A text that a spreadsheet would take for a formula has an apostrophe before it.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(Vec::new());
        let roles = self.roles.iter().map(|role| role.role.as_str());
        let head = ["module", "action", "open"].into_iter().chain(roles);
        // Writing to memory cannot fail, and every record has the columns of the first.
        let _ = writer.write_record(head.map(inert));
        for row in &self.rows {
            let open = if row.open { "yes" } else { "no" };
            let own = [row.module.clone(), row.action.clone(), open.to_owned()];
            let cells = row.cells.iter().map(|scopes| scopes.join(" "));
            let record = own.into_iter().chain(cells);
            let _ = writer.write_record(record.map(|text| inert(&text)));
        }
        let bytes = writer.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// Writes one page of HTML that needs no other file and runs no script.
    #[must_use]
    pub fn to_html(&self) -> String {
        let title = format!("{} · {}", html(&self.tenant), html(&self.catalog));
        let mut text = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
             <h1>{title}</h1>\n<table>\n<thead><tr><th scope=\"col\">permission</th>"
        );
        for role in &self.roles {
            let class = if role.available { "" } else { " class=\"off\"" };
            let _ = write!(text, "<th scope=\"col\"{class}>{}", html(&role.role));
            if let Some(label) = &role.label {
                let _ = write!(text, "<small>{}</small>", html(label));
            }
            if !role.available {
                text.push_str("<small>not yet available</small>");
            }
            text.push_str("</th>");
        }
        text.push_str("</tr></thead>\n<tbody>\n");
        let mut module = "";
        for row in &self.rows {
            if row.module != module {
                module = &row.module;
                let span = self.roles.len().saturating_add(1);
                let id = html(module);
                let _ = writeln!(
                    text,
                    "<tr><th colspan=\"{span}\" class=\"module\">{id}</th></tr>"
                );
            }
            let class = if row.open { "" } else { " class=\"off\"" };
            let later = if row.open {
                ""
            } else {
                " <small>feature off</small>"
            };
            let action = html(&row.action);
            let _ = write!(text, "<tr{class}><th scope=\"row\">{action}{later}</th>");
            for scopes in &row.cells {
                let _ = write!(text, "<td>{}</td>", html(&scopes.join(", ")));
            }
            text.push_str("</tr>\n");
        }
        text.push_str("</tbody>\n</table>\n</body>\n</html>\n");
        text
    }
}

impl Column {
    /// Returns the role's id, marked where it cannot be used yet.
    #[must_use]
    pub fn heading(&self) -> String {
        let later = if self.available {
            ""
        } else {
            " (not yet available)"
        };
        format!("{}{later}", self.role)
    }
}

impl Row {
    /// Returns the permission's name, marked where a feature that it needs is off.
    #[must_use]
    pub fn heading(&self) -> String {
        let closed = if self.open { "" } else { " (feature off)" };
        format!("{}:{}{closed}", self.module, self.action)
    }
}

fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(
            character,
            '|' | '\\' | '*' | '_' | '`' | '<' | '>' | '[' | ']'
        ) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// Returns a text that no spreadsheet runs.
fn inert(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

const STYLE: &str = "\
body { font: 14px/1.4 system-ui, sans-serif; margin: 2rem; }
table { border-collapse: collapse; }
th, td { border: 1px solid #ccc; padding: .25rem .5rem; text-align: left; vertical-align: top; }
thead th { position: sticky; top: 0; background: #fff; }
th small { display: block; font-weight: normal; color: #666; }
.module { background: #f3f3f3; }
.off, .off td, .off th { color: #999; }
";
