//! A session lives only while nothing it rests on has moved.

use domain::account::{Role, State, StoredRole};
use domain::audit::Event;
use domain::dates::AccountDates;
use domain::session::{Client, NextStep};
use domain::{OsRandom, SessionId, SessionToken};

use super::Db;
use super::world::messages::{hash, reissue};
use super::world::people::somebody;
use super::world::signing_in::new_session;
use super::world::time::{START, TODAY, minutes};
use super::world::{World, at_once, entry};
use crate::mutation::{RoleChange, SessionsMove};
use crate::session::{NewSession, Proof, Standing};

pub async fn a_session_reads_back_with_what_it_stands_on(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let administrator = oliviers.administrator;
    oliviers.connect(administrator, START).await;
    let admitted = oliviers
        .admit(administrator, None, minutes(1))
        .await
        .unwrap();
    let mut session = new_session(&admitted.holder, NextStep::None, minutes(1));
    session.session.client = Client {
        address: Some("2001:db8::7".parse().unwrap()),
        user_agent: Some("Navigateur « d’essai »/1.0".into()),
    };
    let throttle = oliviers.throttle(administrator, None).await;
    let proof = Proof::Password {
        throttle,
        side: admitted.side,
        rehash: None,
    };
    oliviers.open(&session, &proof).await.unwrap();

    let account = oliviers.account(administrator).await;
    let expected = Standing {
        session: session.session.clone(),
        state: State::Active,
        dates: account.dates,
        role: Role::Administrator,
    };
    assert_eq!(oliviers.standing(&session).await, Some(expected));
    assert_eq!(account.last_signed_in_at, Some(minutes(1)));
}

pub async fn a_token_that_nobody_holds_finds_no_session(db: Db) {
    let token = SessionToken::generate(&OsRandom).digest();
    assert_eq!(db.standing(token).await.unwrap(), None);
}

pub async fn a_standing_follows_role_and_dates(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let session = oliviers.connect(luc, START).await;
    let dates = AccountDates::stored(TODAY, Some(TODAY));
    oliviers
        .change(luc, |change| {
            change.dates = Some(dates);
            change.role = Some(RoleChange {
                role: StoredRole::Manager,
                dismissed_by: None,
            });
        })
        .await;
    let standing = oliviers.standing(&session).await.unwrap();
    assert_eq!((standing.role, standing.dates), (Role::Manager, dates));
}

pub async fn a_session_dies_with_the_epoch_of_its_account_alone(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let zoe = oliviers.add(somebody("FAURE", "Zoé")).await;
    let (of_luc, of_zoe) = (
        oliviers.connect(luc, START).await,
        oliviers.connect(zoe, START).await,
    );
    oliviers.change(luc, |_| ()).await;
    assert!(oliviers.stands(&of_luc).await);
    oliviers
        .change(luc, |change| change.sessions = SessionsMove::Ended)
        .await;
    assert!(!oliviers.stands(&of_luc).await);
    assert!(oliviers.charge_current(&of_luc, minutes(1)).await.is_none());
    assert!(oliviers.stands(&of_zoe).await);
}

pub async fn a_sign_in_that_races_a_suspension_loses(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    oliviers.connect(luc, START).await;
    let admitted = oliviers.admit(luc, None, minutes(1)).await.unwrap();
    oliviers
        .change(luc, |change| change.sessions = SessionsMove::Ended)
        .await;
    let before = oliviers.account(luc).await;

    let session = new_session(&admitted.holder, NextStep::None, minutes(1));
    let throttle = oliviers.throttle(luc, None).await;
    let rehash = Some(hash("other"));
    let proof = Proof::Password {
        throttle,
        side: admitted.side,
        rehash,
    };
    assert_eq!(oliviers.open(&session, &proof).await, None);
    assert!(!oliviers.stands(&session).await);
    assert_eq!(oliviers.account(luc).await, before);
    let admitted = oliviers.admit(luc, None, minutes(2)).await.unwrap();
    assert_eq!(admitted.hash, Some(hash("own")));
}

pub async fn a_session_is_not_opened_on_another_epoch_of_the_partner(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    oliviers.connect(oliviers.administrator, START).await;
    let admitted = oliviers
        .admit(oliviers.administrator, None, minutes(1))
        .await
        .unwrap();
    let mut session = new_session(&admitted.holder, NextStep::None, minutes(1));
    session.epochs.partner += 1;
    let throttle = oliviers.throttle(oliviers.administrator, None).await;
    let proof = Proof::Password {
        throttle,
        side: admitted.side,
        rehash: None,
    };
    assert_eq!(oliviers.open(&session, &proof).await, None);
}

pub async fn a_password_hashed_anew_at_sign_in_replaces_the_former_hash(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    oliviers.connect(luc, START).await;
    let admitted = oliviers.admit(luc, None, minutes(1)).await.unwrap();
    let session = new_session(&admitted.holder, NextStep::None, minutes(1));
    let throttle = oliviers.throttle(luc, None).await;
    let proof = Proof::Password {
        throttle,
        side: admitted.side,
        rehash: Some(hash("stronger")),
    };
    oliviers.open(&session, &proof).await.unwrap();
    let admitted = oliviers.admit(luc, None, minutes(2)).await.unwrap();
    assert_eq!(admitted.hash, Some(hash("stronger")));
    assert!(oliviers.stands(&session).await);
}

pub async fn a_session_whose_sign_in_cannot_be_audited_is_not_opened(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    oliviers.connect(luc, START).await;
    let audit = entry(Event::LoginSuccess, START);
    db.record(&audit).await.unwrap();
    let admitted = oliviers.admit(luc, None, minutes(1)).await.unwrap();
    let session = new_session(&admitted.holder, NextStep::None, minutes(1));
    let throttle = oliviers.throttle(luc, None).await;
    let proof = Proof::Password {
        throttle,
        side: admitted.side,
        rehash: None,
    };
    let before = oliviers.account(luc).await;
    assert!(db.open(&session, &proof, &audit).await.is_err());
    assert!(!oliviers.stands(&session).await);
    assert_eq!(oliviers.account(luc).await, before);
}

pub async fn a_refusal_is_written_down_once(db: Db) {
    let audit = entry(Event::LoginFail, START).refused();
    db.record(&audit).await.unwrap();
    assert!(
        db.record(&audit).await.is_err(),
        "its line is there already"
    );
}

pub async fn a_sixth_session_ends_the_oldest(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let zoe = oliviers.add(somebody("FAURE", "Zoé")).await;
    let other = oliviers.connect(zoe, START).await;
    let mut sessions = vec![oliviers.connect(luc, START).await];
    for minute in 1..5 {
        sessions.push(oliviers.sign_in(luc, minutes(minute)).await);
    }
    assert_eq!(standing(&oliviers, &sessions).await, [true; 5]);
    sessions.push(oliviers.sign_in(luc, minutes(5)).await);
    assert_eq!(
        standing(&oliviers, &sessions).await,
        [false, true, true, true, true, true]
    );
    assert!(oliviers.stands(&other).await);
}

async fn standing(world: &World, sessions: &[NewSession]) -> Vec<bool> {
    let mut standing = Vec::new();
    for session in sessions {
        standing.push(world.stands(session).await);
    }
    standing
}

pub async fn an_incomplete_session_takes_no_place_of_a_full_one(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let mut sessions = vec![oliviers.connect(luc, START).await];
    for minute in 1..5 {
        sessions.push(oliviers.sign_in(luc, minutes(minute)).await);
    }
    let sent = oliviers
        .send(reissue(luc, minutes(5)), "ABCD", minutes(5))
        .await;
    sessions.push(oliviers.sign_in_with(luc, &sent, minutes(5)).await);
    assert_eq!(standing(&oliviers, &sessions).await, [true; 6]);
    oliviers.sign_in(luc, minutes(6)).await;
    assert_eq!(
        standing(&oliviers, &sessions).await,
        [false, true, true, true, true, true]
    );
}

pub async fn an_account_has_one_incomplete_session_the_newest(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let zoe = oliviers.add(somebody("FAURE", "Zoé")).await;
    let of_zoe = oliviers.send(reissue(zoe, START), "ABCD", START).await;
    let of_zoe = oliviers.sign_in_with(zoe, &of_zoe, START).await;
    let sent = oliviers.send(reissue(luc, START), "ABCD", START).await;
    let first = oliviers.sign_in_with(luc, &sent, START).await;
    let second = oliviers.sign_in_with(luc, &sent, minutes(1)).await;
    assert_eq!(
        standing(&oliviers, &[first, second, of_zoe]).await,
        [false, true, true]
    );
}

pub async fn of_sixteen_sign_ins_at_once_five_sessions_remain(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    oliviers.connect(luc, START).await;
    let admitted = oliviers.admit(luc, None, minutes(1)).await.unwrap();
    let throttle = oliviers.throttle(luc, None).await;
    let proof = Proof::Password {
        throttle,
        side: admitted.side,
        rehash: None,
    };
    let sessions = at_once(16, |_| {
        let (oliviers, proof) = (oliviers.clone(), proof.clone());
        let session = new_session(&admitted.holder, NextStep::None, minutes(1));
        async move {
            oliviers
                .open(&session, &proof)
                .await
                .expect("nothing moved");
            session
        }
    })
    .await;
    let live = standing(&oliviers, &sessions)
        .await
        .into_iter()
        .filter(|stands| *stands)
        .count();
    assert_eq!(live, 5);
}

pub async fn an_ended_session_is_gone_and_ending_it_again_is_no_error(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let ended = oliviers.connect(luc, START).await;
    let other = oliviers.sign_in(luc, minutes(1)).await;
    for _ in 0..2 {
        let revision = db
            .end(ended.session.id, &entry(Event::SessionEnded, minutes(2)))
            .await
            .unwrap();
        assert_eq!(revision, db.revision().await.unwrap());
        assert!(!oliviers.stands(&ended).await);
    }
    let unknown = SessionId::new(START, &OsRandom);
    db.end(unknown, &entry(Event::SessionEnded, minutes(2)))
        .await
        .unwrap();
    assert!(oliviers.charge_current(&ended, minutes(2)).await.is_none());
    assert!(oliviers.stands(&other).await);
}

pub async fn a_session_s_last_use_never_moves_back(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let (first, second) = (
        oliviers.connect(luc, START).await,
        oliviers.sign_in(luc, START).await,
    );
    let unknown = SessionId::new(START, &OsRandom);
    let (a, b) = (first.session.id, second.session.id);
    let used = async |session: &NewSession| {
        oliviers
            .standing(session)
            .await
            .unwrap()
            .session
            .last_used_at
    };
    db.touch(&[(a, minutes(3)), (unknown, minutes(9)), (b, minutes(1))])
        .await
        .unwrap();
    assert_eq!(
        (used(&first).await, used(&second).await),
        (minutes(3), minutes(1))
    );
    db.touch(&[(a, minutes(2)), (b, minutes(2))]).await.unwrap();
    assert_eq!(
        (used(&first).await, used(&second).await),
        (minutes(3), minutes(2))
    );
    db.touch(&[]).await.unwrap();
}
