//! Tests of the grammar.

use super::Atom;

#[test]
fn atoms_come_back_as_written() {
    for text in [
        "true",
        "shares(subject.id, resource.owner)",
        "shares(subject.calling-groups, context.groups)",
        "differs(subject.id, resource.creator)",
        "differs(subject.teams, context.teams)",
        "is(resource.state, {held, open})",
        "is(subject.type, {service})",
        "lacks(action.mode, {a.b@c:d/e+f-g_h})",
        "within(context.zone, {\"a b\", \"{x}, \\\"y\\\"\", \"ü\"})",
        "present(resource.id)",
        "absent(resource.owner)",
    ] {
        assert_eq!(Atom::parse(text).unwrap().to_string(), text);
    }
}

#[test]
fn space_and_order_of_constants_do_not_matter() {
    for text in [
        "is(resource.a,{b,a})",
        " is ( resource.a , { \"b\" , a , a } ) ",
    ] {
        assert_eq!(
            Atom::parse(text).map(|atom| atom.to_string()),
            Ok("is(resource.a, {a, b})".to_owned()),
        );
    }
}

#[test]
fn a_constant_that_reads_like_a_reference_is_quoted() {
    for text in ["subject.id", "Resource.owner", "context.a.b", "action.name"] {
        let error = Atom::parse(&format!("lacks(resource.creator, {{a, {text}}})")).unwrap_err();
        assert_eq!(error.column, 29, "{error}");
        assert!(
            error.message.contains("is text, not an attribute"),
            "{error}"
        );
        assert!(error.cure.contains(&format!("'{text}'")), "{error}");
        assert!(error.cure.contains("differs"), "{error}");

        let quoted = format!("lacks(resource.creator, {{\"{text}\"}})");
        for written in [&quoted, &quoted.replace('"', "'")] {
            let atom = Atom::parse(written).unwrap();
            assert_eq!(atom.to_string(), quoted);
        }
    }
    for (atom, cure) in [
        (
            "lacks(resource.creator, {subject.id})",
            "write differs(subject.id, resource.creator)",
        ),
        (
            "lacks(resource.creator, { subject .id })",
            "write differs(subject.id, resource.creator)",
        ),
        (
            "lacks(resource.creator, {a, subject. id})",
            "write differs(subject.id, resource.creator)",
        ),
        (
            "lacks(context.teams, {subject.teams})",
            "write differs(subject.teams, context.teams)",
        ),
        (
            "is(resource.owner, {subject.id})",
            "write shares(subject.id, resource.owner)",
        ),
        (
            "within(resource.owner, {subject.id})",
            "`shares` and `differs`",
        ),
        ("lacks(action.a, {subject.id})", "`shares` and `differs`"),
        ("lacks(resource.a, {resource.b})", "`shares` and `differs`"),
    ] {
        let error = Atom::parse(atom).unwrap_err();
        assert!(error.cure.contains(cure), "{error}");
    }
    for text in ["subject", "subject.", "subjects.id", "a.subject.id", ".id"] {
        let atom = format!("is(resource.a, {{{text}}})");
        assert_eq!(Atom::parse(&atom).unwrap().to_string(), atom);
    }
    let quoted = Atom::parse("is(resource.a, {'a \"b'})").unwrap();
    assert_eq!(quoted.to_string(), "is(resource.a, {\"a \\\"b\"})");
}

#[test]
fn errors_name_place_and_cure() {
    for (text, column, message, cure) in [
        ("", 1, "expected an atom", "known are"),
        (
            "share(subject.id, resource.a)",
            1,
            "`share`",
            "did you mean `shares`?",
        ),
        ("shares(subject.id)", 18, "expected `,`", "resource.owner"),
        (
            "shares(resource.a, subject.id)",
            8,
            "cannot be of the resource",
            "subject",
        ),
        (
            "shares(subject.id, subject.type)",
            20,
            "cannot be of the subject",
            "resource or context",
        ),
        (
            "differs(resource.a, subject.id)",
            9,
            "the first of `differs`",
            "subject",
        ),
        (
            "differs(subject.id, action.a)",
            21,
            "the second of `differs`",
            "resource or context",
        ),
        (
            "differs(subject.id, {a})",
            21,
            "expected an attribute",
            "resource",
        ),
        (
            "shares(subject.id, resorce.a)",
            20,
            "expected an attribute",
            "did you mean `resource`?",
        ),
        (
            "shares(subject.id, resource)",
            28,
            "expected `.`",
            "after a point",
        ),
        (
            "shares(subject.id, resource.)",
            29,
            "an attribute's name",
            "after the point",
        ),
        (
            "present(subject.id)",
            9,
            "cannot be of the subject",
            "resource",
        ),
        ("is(resource.a)", 14, "expected `,`", "{open, held}"),
        ("is(resource.a, b)", 16, "expected `{`", "{ and }"),
        ("is(resource.a, {})", 17, "expected a constant", "quote"),
        ("is(resource.a, {b c})", 19, "expected `,`", "quote"),
        ("is(resource.a, {b,})", 19, "expected a constant", "quote"),
        ("is(resource.a, {\"b})", 17, "no end", "close it"),
        ("is(resource.a, {'b})", 17, "no end", "close it"),
        ("is(resource.a, {''})", 17, "expected a constant", "quote"),
        (
            "is(resource.a, {\"\\q\"})",
            17,
            "not a JSON string",
            "escapes",
        ),
        (
            "is(resource.a, {\"\\u0001\"})",
            17,
            "not a possible value",
            "control",
        ),
        ("is(resource.a, {\"\"})", 17, "expected a constant", "quote"),
        ("is(resource.a, {b}", 19, "expected `)`", "close"),
        ("true or false", 6, "something follows", "lists of atoms"),
        ("TRUE", 1, "unknown atom `TRUE`", ""),
    ] {
        let error = Atom::parse(text).unwrap_err();
        assert_eq!(error.column, column, "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
        assert!(error.cure.contains(cure), "{text}: {error}");
    }
    assert!(Atom::parse(&format!("is(resource.a, {{{}}})", "x".repeat(256))).is_ok());
    assert!(Atom::parse(&format!("is(resource.a, {{{}}})", "x".repeat(257))).is_err());
}
