use std::os::unix::fs::PermissionsExt as _;

use super::*;
use portcullis_admin::{Actor, Administered, Change, ChangeKind, administer, audit::Event};
use portcullis_policy::{Document, compilations_in};

const ASSIGN: Event = Event::Change(ChangeKind::Assign);
const POLICY: &str = include_str!("../../../examples/omniflow/policy.json");

struct Desk {
    folder: tempfile::TempDir,
    file: PolicyFile,
}

fn desk() -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.json");
    fs::write(&path, POLICY).unwrap();
    let file = PolicyFile::new(&path, None).unwrap();
    Desk { folder, file }
}

impl Desk {
    fn turn(&self) -> Turn<'_> {
        self.file.turn(None, UnixSeconds(9)).unwrap()
    }

    fn acts(&self) -> Vec<Event> {
        let log = self.file.log().unwrap();
        let agrees = log.reconcile(self.file.read().unwrap().found(), UnixSeconds(9));
        assert_eq!(agrees, None);
        log.records()
            .iter()
            .map(|linked| linked.record.operation)
            .collect()
    }
}

fn assigned(text: &str, id: &str) -> Administered {
    let document = Document::load(text).unwrap();
    let actor = Actor::of_directory("owner@acme.example");
    let change = Change::Assign {
        role: "trainer".to_owned(),
        team: None,
        subject: id.into(),
        until: None,
    };
    administer(&document, &actor, &change, &[], UnixSeconds(8)).unwrap()
}

fn commit(desk: &Desk, id: &str) {
    let turn = desk.turn();
    let done = assigned(turn.text(), id);
    turn.commit(done.record, done.document.text()).unwrap();
}

#[test]
fn a_change_of_a_file_compiles_twice() {
    let desk = desk();
    let ((), count) = compilations_in(|| commit(&desk, "jo"));
    assert_eq!(count, 2);
}

#[test]
fn who_did_what_is_for_the_owner_unless_somebody_shares_it() {
    let desk = desk();
    let mode = || {
        let log = fs::metadata(desk.file.audit()).unwrap();
        log.permissions().mode() & 0o777
    };
    // Whoever may read the policy may not therefore read the log.
    fs::set_permissions(&desk.file.policy, fs::Permissions::from_mode(0o644)).unwrap();
    commit(&desk, "jo");
    assert_eq!(mode(), 0o600);
    fs::set_permissions(desk.file.audit(), fs::Permissions::from_mode(0o640)).unwrap();
    commit(&desk, "al");
    assert_eq!((mode(), desk.acts().len()), (0o640, 2));
}

#[test]
fn a_change_and_its_record_land_together() {
    let desk = desk();
    commit(&desk, "kim");
    commit(&desk, "lou");
    assert_eq!(desk.acts(), [ASSIGN, ASSIGN]);
    assert!(desk.file.read().unwrap().text.contains("\"kim\""));
    let names = fs::read_dir(desk.folder.path()).unwrap();
    let mut names = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect::<Vec<_>>();
    names.sort_unstable();
    assert_eq!(
        names,
        [".policy.json.lock", "policy.audit.jsonl", "policy.json"]
    );
}

#[test]
fn a_crash_after_the_record_leaves_it_aborted() {
    let desk = desk();
    commit(&desk, "kim");
    let before = desk.file.read().unwrap();
    let turn = desk.turn();
    let done = assigned(turn.text(), "lou");
    // The program ends here: the lock is let go of, and nothing else is done.
    drop(turn.record(done.record).unwrap());
    assert_eq!(desk.file.read().unwrap(), before);
    drop(desk.turn());
    assert_eq!(desk.acts(), [ASSIGN, ASSIGN, Event::Abort]);
    commit(&desk, "lou");
    assert_eq!(desk.acts().len(), 4);
}

#[test]
fn a_crash_after_the_rename_needs_no_repair() {
    let desk = desk();
    let turn = desk.turn();
    let done = assigned(turn.text(), "kim");
    drop(turn.record(done.record).unwrap());
    files::rewrite(&desk.file.policy, done.document.text().as_bytes()).unwrap();
    drop(desk.turn());
    assert_eq!(desk.acts(), [ASSIGN]);
}

#[test]
fn a_crash_at_any_byte_of_the_record_is_recovered() {
    let desk = desk();
    commit(&desk, "kim");
    let (policy, log) = (
        desk.file.read().unwrap(),
        fs::read(&desk.file.audit).unwrap(),
    );
    let turn = desk.turn();
    let done = assigned(turn.text(), "lou");
    drop(turn.record(done.record).unwrap());
    let whole = fs::read(&desk.file.audit).unwrap();
    for end in log.len()..=whole.len() {
        fs::write(&desk.file.audit, &whole[..end]).unwrap();
        drop(desk.turn());
        let acts = desk.acts();
        let expected: &[Event] = if end == whole.len() {
            &[ASSIGN, ASSIGN, Event::Abort]
        } else {
            &[ASSIGN]
        };
        assert_eq!(acts, expected, "{end}");
        assert_eq!(desk.file.read().unwrap(), policy);
    }
}

#[test]
fn a_policy_that_an_editor_changed_is_noticed() {
    let desk = desk();
    commit(&desk, "kim");
    let edited = |text: &str| fs::write(&desk.file.policy, text).unwrap();
    // Between turns: it is recorded.
    let text = desk.file.read().unwrap().text;
    edited(&format!("{text} "));
    commit(&desk, "lou");
    assert_eq!(desk.acts(), [ASSIGN, Event::Outside, ASSIGN]);
    // Within a turn, before the record: refused, and nothing is lost.
    let turn = desk.turn();
    let done = assigned(turn.text(), "max");
    edited(&text);
    let failed = turn.commit(done.record, done.document.text()).unwrap_err();
    assert!(
        matches!(failed, PolicyFileFailure::ChangedSince { .. }),
        "{failed}"
    );
    assert_eq!(desk.file.read().unwrap().text, text);
    // Within a turn, after the record: the record is marked aborted.
    let turn = desk.turn();
    let done = assigned(turn.text(), "max");
    let recorded = turn.record(done.record).unwrap();
    edited(&format!("{text}\n"));
    recorded.replace(done.document.text()).unwrap_err();
    assert_eq!(desk.file.read().unwrap().text, format!("{text}\n"));
    assert_eq!(desk.acts().last(), Some(&Event::Abort));
    let expected = Some(Digest::of(text.as_bytes()));
    let failed = desk.file.turn(expected, UnixSeconds(9)).unwrap_err();
    assert!(
        failed.to_string().contains("changed since it was read"),
        "{failed}"
    );
}

#[test]
fn the_record_of_an_edit_by_other_means_has_the_difference() {
    let desk = desk();
    commit(&desk, "kim");
    let log = || desk.file.log().unwrap();
    let outside = || {
        let last = log().records().last().unwrap().record.clone();
        assert_eq!(last.operation, Event::Outside);
        last.changes
    };
    let edit = |from: &str, to: &str| {
        let text = desk.file.read().unwrap().text;
        assert!(text.contains(from));
        fs::write(&desk.file.policy, text.replacen(from, to, 1)).unwrap();
    };
    edit("\"kim\"", "\"mallory\"");
    let reading = desk.file.read().unwrap();
    assert!(!log().agrees(reading.found()));
    let known = desk.file.changes_since(&log(), &reading);
    drop(desk.turn());
    assert_eq!(outside(), known);
    let places = known.iter().map(|one| one.path.as_str());
    let places = places.collect::<Vec<_>>();
    assert_eq!(
        places,
        ["$.tenant.directory.kim", "$.tenant.directory.mallory"]
    );
    assert!(log().agrees(desk.file.read().unwrap().found()));
    // An edit of spaces is recorded and is no disagreement.
    edit("\"mallory\"", " \"mallory\"");
    assert!(log().agrees(desk.file.read().unwrap().found()));
    drop(desk.turn());
    assert_eq!(outside(), []);
    // A note that was changed too is not believed.
    edit("\"mallory\"", "\"eve\"");
    let note = fs::read_to_string(&desk.file.lock).unwrap();
    fs::write(&desk.file.lock, note.replace("mallory", "eve")).unwrap();
    drop(desk.turn());
    assert_eq!(outside(), []);
}

#[test]
fn lines_that_are_gone_are_missed() {
    let desk = desk();
    commit(&desk, "kim");
    commit(&desk, "lou");
    let policy = desk.file.read().unwrap();
    let log = fs::read_to_string(&desk.file.audit).unwrap();
    let first = log.lines().next().unwrap();
    for left in [Some(format!("{first}\n")), Some(String::new()), None] {
        match &left {
            Some(left) => fs::write(&desk.file.audit, left).unwrap(),
            None => fs::remove_file(&desk.file.audit).unwrap(),
        }
        let failed = desk.file.turn(None, UnixSeconds(9)).unwrap_err();
        assert!(
            matches!(failed, PolicyFileFailure::Gone { .. }),
            "{left:?}: {failed}"
        );
        assert_eq!(desk.file.read().unwrap(), policy);
    }
    // Whoever means it takes the note away, and begins another log.
    fs::remove_file(&desk.file.lock).unwrap();
    commit(&desk, "max");
    assert_eq!(desk.acts(), [ASSIGN]);
    // Without a note an empty log is noticed still.
    fs::remove_file(&desk.file.lock).unwrap();
    fs::write(&desk.file.audit, "").unwrap();
    let failed = desk.file.turn(None, UnixSeconds(9)).unwrap_err();
    assert!(failed.to_string().contains("is empty"), "{failed}");
}

#[test]
fn a_lock_that_is_a_link_leads_nowhere() {
    let desk = desk();
    let other = desk.folder.path().join("other");
    fs::write(&other, "precious").unwrap();
    std::os::unix::fs::symlink(&other, &desk.file.lock).unwrap();
    let failed = desk.file.turn(None, UnixSeconds(9)).unwrap_err();
    assert!(failed.to_string().contains("it is a link"), "{failed}");
    assert_eq!(fs::read(&other).unwrap(), b"precious");
    // Nor is a file made where a link leads to none.
    fs::remove_file(&other).unwrap();
    let failed = desk.file.turn(None, UnixSeconds(9)).unwrap_err();
    assert!(failed.to_string().contains("a link to nothing"), "{failed}");
    assert!(!other.exists());
}

#[test]
fn a_lock_that_was_replaced_while_waiting_is_taken_again() {
    let desk = desk();
    let held = desk.turn();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let turn = desk.turn();
            let found = fs::metadata(&desk.file.lock).unwrap();
            let opened = turn.lock.metadata().unwrap();
            assert_eq!(found.ino(), opened.ino());
        });
        fs::remove_file(&desk.file.lock).unwrap();
        fs::write(&desk.file.lock, "").unwrap();
        drop(held);
        waiting.join().unwrap();
    });
}

#[test]
fn a_policy_that_is_read_only_stays() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = desk();
    let policy = desk.file.read().unwrap();
    fs::set_permissions(&desk.file.policy, fs::Permissions::from_mode(0o444)).unwrap();
    let failed = desk.file.turn(None, UnixSeconds(9)).unwrap_err();
    assert!(failed.to_string().contains("read-only"), "{failed}");
    assert_eq!(desk.file.read().unwrap(), policy);
    assert!(!desk.file.audit.exists());
}

#[test]
fn nothing_is_built_on_a_broken_log() {
    let desk = desk();
    commit(&desk, "kim");
    let log = fs::read_to_string(&desk.file.audit).unwrap();
    fs::write(&desk.file.audit, log.replacen("kim", "tim", 1)).unwrap();
    let failed = desk.file.turn(None, UnixSeconds(9)).unwrap_err();
    assert!(failed.to_string().contains("line 1"), "{failed}");
}

#[test]
fn changes_are_decided_first_and_then_made_one_after_another() {
    let desk = desk();
    let manner = Manner::default();
    let steps = |text: &str, ids: [&str; 2]| {
        let mut text = text.to_owned();
        let steps = ids.map(|id| {
            let done = assigned(&text, id);
            text = done.document.text().to_owned();
            Step {
                record: done.record,
                text: text.clone(),
            }
        });
        steps.to_vec()
    };
    let refused = desk
        .file
        .change(&manner, UnixSeconds(9), |_, _| Err::<(_, ()), _>("no"));
    assert!(matches!(refused, Err(NotChanged::Refused("no"))));
    assert!(!desk.file.audit.exists());
    let decide = |text: &str, _| Ok::<_, ()>((steps(text, ["kim", "lou"]), 5));
    let changed = desk.file.change(&manner, UnixSeconds(9), decide).unwrap();
    assert_eq!((changed.records.len(), changed.outcome), (2, 5));
    assert_eq!(changed.reading, desk.file.read().unwrap());
    assert_eq!(desk.acts(), [ASSIGN, ASSIGN]);
    // What fails after another was made says how many were.
    let failed = desk.file.change(&manner, UnixSeconds(9), |text, _| {
        let mut steps = steps(text, ["max", "tom"]);
        steps[1].text.push(' ');
        Ok::<_, ()>((steps, ()))
    });
    assert!(matches!(failed, Err(NotChanged::File { made: 1, .. })));
    assert_eq!(desk.acts()[2..], [ASSIGN, ASSIGN, Event::Abort]);
    let text = desk.file.read().unwrap().text;
    assert!(text.contains("\"max\"") && !text.contains("\"tom\""));
}

#[test]
fn who_has_patience_for_so_long_waits_no_longer() {
    let desk = desk();
    let hasty = desk.file.clone().with_patience(Duration::from_millis(50));
    let held = desk.turn();
    let failed = hasty.turn(None, UnixSeconds(9)).unwrap_err();
    assert!(matches!(failed, PolicyFileFailure::Busy { .. }), "{failed}");
    drop(held);
    hasty.turn(None, UnixSeconds(9)).unwrap();
}
