use domain::OsRandom;
use domain::delivery::{Kind, Subject};
use uuid::Uuid;

use super::*;
use crate::world::{START, job};

/// Every bit drawn is this one's.
struct Luck(u8);

impl Random for Luck {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

const PASSWORD: Carried = Carried::Void(Uuid::from_u128(7));

fn words() -> Words {
    Words::new("Non.")
}

fn message(channel: Channel, attempts: u32) -> Job {
    Job {
        channel,
        attempts,
        ..job(Kind::FirstCredentials, Subject::Plain)
    }
}

fn followed(tried: Tried, job: &Job, unsure: u32, now: Timestamp) -> (Ending, Carried) {
    follow(tried, job, unsure, now, &OsRandom).expect("something is written")
}

fn is_retry(ending: &Ending) -> bool {
    matches!(ending, Ending::Retry { .. })
}

fn is_failed(ending: &Ending) -> bool {
    matches!(ending, Ending::Failed { .. })
}

#[test]
fn waits_double_from_ten_seconds_to_an_hour_a_half_more_or_less() {
    let waits = |luck: u8| -> Vec<i64> {
        (1..=12)
            .map(|attempts| wait(attempts, &Luck(luck)).as_secs())
            .collect()
    };
    assert_eq!(
        waits(0x00),
        [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1800, 1800, 1800]
    );
    assert_eq!(
        waits(0xff),
        [15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]
    );
    assert_eq!(wait(u32::MAX, &Luck(0xff)), LONGEST_WAIT);
    assert!(wait(0, &Luck(0)) > SignedDuration::ZERO);
}

#[test]
fn what_was_taken_is_sent_and_what_was_printed_is_rendered() {
    for (channel, ending) in [
        (Channel::Email, Ending::Sent),
        (Channel::Letter, Ending::Rendered),
    ] {
        let done = Tried::Done(Carried::Stays);
        let written = followed(done, &message(channel, 1), 1, START);
        assert_eq!(written, (ending, Carried::Stays));
    }
}

#[test]
fn a_refusal_for_now_is_tried_again_and_voids_the_password_that_did_not_leave() {
    let refused = Tried::RefusedForNow(words(), PASSWORD);
    let (ending, carried) = followed(refused, &message(Channel::Email, 1), 1, START);
    let Ending::Retry { at, failure } = ending else {
        panic!("not tried again");
    };
    let waited = at.duration_since(START).as_secs();
    assert!((5..=15).contains(&waited), "{waited}");
    assert_eq!((failure.as_str(), carried), ("Non.", PASSWORD));
}

#[test]
fn a_refusal_for_good_ends_it() {
    let refused = Tried::RefusedForGood(words(), PASSWORD);
    let (ending, carried) = followed(refused, &message(Channel::Email, 1), 1, START);
    assert!(is_failed(&ending));
    assert_eq!(carried, PASSWORD);
}

#[test]
fn an_email_is_put_off_for_forty_eight_hours_and_a_letter_as_long_as_it_takes() {
    let hours = |count| START + SignedDuration::from_hours(count);
    let after = |channel, now| {
        let refused = Tried::RefusedForNow(words(), Carried::Stays);
        followed(refused, &message(channel, 60), 1, now).0
    };
    let just_before = hours(48) - SignedDuration::from_micros(1);
    assert!(is_retry(&after(Channel::Email, just_before)));
    assert!(is_failed(&after(Channel::Email, hours(48))));
    assert!(is_retry(&after(Channel::Letter, hours(480))));
}

#[test]
fn the_third_unsure_try_ends_it_and_every_password_that_may_have_left_stays() {
    for unsure in 1..=4 {
        let tried = Tried::Unsure(words());
        let (ending, carried) = followed(tried, &message(Channel::Email, unsure), unsure, START);
        assert_eq!(is_failed(&ending), unsure >= 3, "{unsure}");
        assert_eq!(carried, Carried::Stays);
    }
}

#[test]
fn a_message_that_cannot_be_made_is_tried_five_times() {
    for attempts in 1..=6 {
        let tried = Tried::Unbuildable(words(), PASSWORD);
        let (ending, carried) = followed(tried, &message(Channel::Letter, attempts), 1, START);
        assert_eq!(is_failed(&ending), attempts >= 5, "{attempts}");
        assert_eq!(carried, PASSWORD);
    }
}

#[test]
fn what_moved_is_left_alone_and_what_has_no_reader_any_more_is_cancelled() {
    let message = message(Channel::Email, 1);
    assert_eq!(follow(Tried::Moved, &message, 1, START, &OsRandom), None);
    let (ending, _) = followed(Tried::Pointless(words()), &message, 1, START);
    assert!(matches!(ending, Ending::Cancelled { .. }));
}

#[test]
fn the_ends_of_time_do_not_panic() {
    let refused = Tried::RefusedForNow(words(), Carried::Stays);
    let (ending, _) = followed(refused, &message(Channel::Letter, 9), 1, Timestamp::MAX);
    assert!(is_retry(&ending));
}
