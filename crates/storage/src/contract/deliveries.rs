//! Messages read back with what became of them, newest first.

use std::collections::BTreeSet;

use domain::account::{Channel, Role};
use domain::delivery::{Cause, Kind, NewDelivery, Recipient, State, Subject};
use domain::{DeliveryId, OsRandom};

use super::Db;
use super::world::World;
use super::world::messages::{
    claim, finish_sent, message, notice, reissue, welcome, welcome_by_letter,
};
use super::world::people::{email, jeanne_petit, paul_durand, reached_at, somebody};
use super::world::reading::{deliveries, first};
use super::world::time::{START, hours, minutes};
use crate::delivery::DeliveryFilter;
use crate::mutation::ContactMove;
use crate::page::PageRequest;

pub async fn a_queued_message_reads_back_as_it_was_asked_for(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let jeanne = reached_at(jeanne_petit(), "jeanne@petit.example");
    let jeanne = oliviers.add(jeanne).await;
    let told = NewDelivery {
        subject: Subject::Role(Role::Manager),
        ..message(
            jeanne,
            Kind::RoleChanged,
            Channel::Email,
            Cause::Notice,
            hours(1),
        )
    };
    let letter = welcome_by_letter(jeanne, hours(1));
    oliviers
        .queue(&[told.clone(), letter.clone()], hours(1))
        .await;
    let at = email("jeanne@petit.example");
    for (message, recipient) in [
        (told, Recipient::Email(at)),
        (letter, Recipient::Letter("33000 BORDEAUX".into())),
    ] {
        let read = db.delivery(message.id).await.unwrap().unwrap();
        assert_eq!(
            (read.id, read.account, read.partner),
            (message.id, jeanne, oliviers.partner)
        );
        assert_eq!((read.kind, read.channel), (message.kind, message.channel));
        assert_eq!(
            (read.state, read.attempts, read.recipient),
            (State::Queued, 0, recipient)
        );
        assert_eq!((read.created_at, read.state_at), (hours(1), hours(1)));
        assert_eq!(read.next_attempt_at, Some(hours(1)));
        assert_eq!((read.provisional_expires_at, read.failure), (None, None));
    }
}

pub async fn an_unknown_message_is_no_error(db: Db) {
    assert_eq!(
        db.delivery(DeliveryId::new(START, &OsRandom))
            .await
            .unwrap(),
        None
    );
}

pub async fn a_message_without_an_address_goes_nowhere(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let paul = oliviers.add(paul_durand()).await;
    let mail = welcome(paul, START);
    oliviers.queue(std::slice::from_ref(&mail), START).await;
    let read = db.delivery(mail.id).await.unwrap().unwrap();
    assert_eq!(read.recipient, Recipient::Nowhere);
}

pub async fn the_old_address_is_told_of_the_new_one(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers
        .add(reached_at(somebody("MARTIN", "Luc"), "new@example.org"))
        .await;
    let told = NewDelivery {
        subject: Subject::FormerEmail(email("old@example.org")),
        ..notice(luc, START)
    };
    oliviers.queue(std::slice::from_ref(&told), START).await;
    let read = db.delivery(told.id).await.unwrap().unwrap();
    assert_eq!(read.recipient, Recipient::Email(email("old@example.org")));
    let held = claim(&db, &told, START).await;
    assert_eq!(held.job.subject, told.subject);
}

pub async fn a_message_that_left_keeps_the_address_it_went_to(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers
        .add(reached_at(somebody("MARTIN", "Luc"), "old@example.org"))
        .await;
    let sent = oliviers
        .send(welcome(luc, START), "ABCD", START)
        .await
        .delivery;
    let queued = reissue(luc, minutes(1));
    oliviers
        .queue(std::slice::from_ref(&queued), minutes(1))
        .await;
    let mut person = oliviers.account(luc).await.person;
    person.email = Some(email("new@example.org"));
    oliviers
        .change(luc, |change| {
            change.person = Some(person);
            change.contact = ContactMove::Moved;
        })
        .await;
    let recipient = async |id| db.delivery(id).await.unwrap().unwrap().recipient;
    assert_eq!(
        recipient(sent).await,
        Recipient::Email(email("old@example.org"))
    );
    assert_eq!(
        recipient(queued.id).await,
        Recipient::Email(email("new@example.org"))
    );
}

/// One message each hour to the account, oldest first.
async fn hourly(world: &World, account: domain::AccountId, count: i64) -> Vec<DeliveryId> {
    let mut ids = Vec::new();
    for hour in 1..=count {
        let message = reissue(account, hours(hour));
        ids.push(message.id);
        world.queue(&[message], hours(hour)).await;
    }
    ids
}

pub async fn messages_are_listed_newest_first_at_every_size_of_page(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let mut expected = hourly(&oliviers, oliviers.administrator, 5).await;
    expected.reverse();
    for size in [1, 2, 4, 5, 6] {
        let read = deliveries(&db, &DeliveryFilter::default(), size).await;
        let ids: Vec<_> = read.iter().map(|delivery| delivery.id).collect();
        assert_eq!(ids, expected, "{size} a page");
    }
}

pub async fn messages_of_one_moment_are_each_listed_once(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let messages: Vec<_> = (0..9)
        .map(|_| notice(oliviers.administrator, START))
        .collect();
    oliviers.queue(&messages, START).await;
    let expected: BTreeSet<_> = messages.iter().map(|message| message.id).collect();
    for size in [1, 2, 4, 9] {
        let read = deliveries(&db, &DeliveryFilter::default(), size).await;
        assert_eq!(read.len(), 9, "{size} a page");
        assert_eq!(read.iter().map(|d| d.id).collect::<BTreeSet<_>>(), expected);
    }
}

pub async fn a_message_queued_between_two_pages_neither_repeats_nor_hides_another(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let ids = hourly(&oliviers, oliviers.administrator, 4).await;
    let filter = DeliveryFilter::default();
    let page = db.deliveries(&filter, &first(2)).await.unwrap();
    oliviers
        .queue(&[reissue(oliviers.administrator, hours(9))], hours(9))
        .await;
    let after = page.rows.last().map(|(cursor, _)| cursor.clone());
    let page = db
        .deliveries(&filter, &PageRequest { after, limit: 10 })
        .await
        .unwrap();
    let rest: Vec<_> = page.rows.iter().map(|(_, delivery)| delivery.id).collect();
    assert_eq!((rest, page.more), (vec![ids[1], ids[0]], false));
}

pub async fn messages_are_found_by_account_partner_state_channel_and_age(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let durand = World::durand(db.clone()).await;
    let jeanne = oliviers.add(jeanne_petit()).await;
    let mail = welcome(jeanne, START);
    let letter = welcome_by_letter(jeanne, START);
    let late = reissue(oliviers.administrator, hours(2));
    let foreign = welcome_by_letter(durand.administrator, hours(1));
    oliviers.queue(&[mail.clone(), letter.clone()], START).await;
    finish_sent(&db, &claim(&db, &mail, START).await).await;
    durand.queue(std::slice::from_ref(&foreign), hours(1)).await;
    oliviers.queue(std::slice::from_ref(&late), hours(2)).await;

    let all = DeliveryFilter::default;
    let to_jeanne = DeliveryFilter {
        account: Some(jeanne),
        ..all()
    };
    let of_oliviers = DeliveryFilter {
        partner: Some(oliviers.partner),
        ..all()
    };
    let by_letter = DeliveryFilter {
        channel: Some(Channel::Letter),
        ..all()
    };
    let sent = DeliveryFilter {
        states: [State::Sent].into(),
        ..all()
    };
    let either = DeliveryFilter {
        states: [State::Sent, State::Queued].into(),
        ..all()
    };
    let since = DeliveryFilter {
        since: Some(hours(1)),
        ..all()
    };
    let several = DeliveryFilter {
        states: [State::Queued].into(),
        ..to_jeanne.clone()
    };
    for (filter, expected) in [
        (all(), vec![&late, &foreign, &letter, &mail]),
        (to_jeanne, vec![&letter, &mail]),
        (of_oliviers, vec![&late, &letter, &mail]),
        (by_letter, vec![&foreign, &letter]),
        (sent, vec![&mail]),
        (either, vec![&late, &foreign, &letter, &mail]),
        (since, vec![&late, &foreign]),
        (several, vec![&letter]),
    ] {
        let read = deliveries(&db, &filter, 1).await;
        let read: BTreeSet<_> = read.iter().map(|delivery| delivery.id).collect();
        assert_eq!(
            read,
            expected.iter().map(|message| message.id).collect(),
            "{filter:?}"
        );
    }
}
