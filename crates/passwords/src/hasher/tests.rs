use argon2::{Argon2, PasswordVerifier};
use domain::OsRandom;

use super::*;
use crate::Pepper;

const PASSWORD: &str = "sept chèvres au balcon";

fn small(memory_kib: u32) -> Settings {
    Settings {
        parameters: Parameters::new(memory_kib, 1, 1).unwrap(),
        threads: NonZeroUsize::new(2).unwrap(),
        // A test machine may be slow: no test here is about the wait.
        wait: Duration::from_mins(1),
        ..Settings::default()
    }
}

fn start(settings: Settings) -> Hasher {
    Hasher::start(settings, Arc::new(OsRandom)).unwrap()
}

fn peppered(current: Option<&Pepper>, earlier: &[&Pepper]) -> Hasher {
    let earlier = earlier.iter().copied().cloned().collect();
    start(Settings {
        peppers: Peppers::new(current.cloned(), earlier).unwrap(),
        ..small(64)
    })
}

fn password(text: &str) -> Password {
    Password::new(text.to_owned())
}

fn matches(rehash: Rehash) -> Verdict {
    Verdict::Matches { rehash }
}

#[test]
fn the_default_is_what_the_rules_say() {
    let settings = Settings::default();
    assert_eq!(settings.parameters, Parameters::new(19_456, 2, 1).unwrap());
    assert_eq!(
        (settings.waiting, settings.wait),
        (32, Duration::from_millis(500))
    );
}

#[tokio::test]
async fn a_new_hash_has_the_form_of_the_rules() {
    let hasher = start(Settings {
        threads: NonZeroUsize::MIN,
        ..Settings::default()
    });
    let hash = hasher.hash(password(PASSWORD)).await.unwrap();
    assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    let stored = Stored::read(&hash).unwrap();
    assert_eq!((stored.salt.len(), stored.tag.len()), (16, 32));
    let verdict = hasher.verify(password(PASSWORD), hash).await.unwrap();
    assert_eq!(verdict, matches(Rehash::No));
}

#[tokio::test]
async fn many_hashes_through_two_threads_are_each_right() {
    let hasher = start(small(64));
    let texts: Vec<_> = (0..24).map(|n| format!("{PASSWORD} {n}")).collect();
    let made = futures::future::join_all(texts.iter().map(|text| hasher.hash(password(text))));
    let hashes: Vec<_> = made.await.into_iter().map(Result::unwrap).collect();
    for (text, hash) in texts.iter().zip(&hashes) {
        let independent = Argon2::default().verify_password(text.as_bytes(), hash.expose());
        assert!(
            independent.is_ok(),
            "the argon2 crate's own verifier agrees"
        );
        let other = hasher
            .verify(password(PASSWORD), hash.clone())
            .await
            .unwrap();
        assert_eq!(other, Verdict::Differs);
    }
    assert_eq!(hasher.computed(), 48);
}

#[tokio::test]
async fn a_hash_made_elsewhere_is_verified_with_its_own_parameters() {
    use argon2::{Algorithm, Params, PasswordHasher, Version};

    let params = Params::new(256, 3, 2, Some(24)).unwrap();
    let made = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(PASSWORD.as_bytes(), b"grain de sel")
        .unwrap();
    let hash = PasswordHash::new(made.to_string());
    let hasher = start(small(64));
    let verdict = hasher
        .verify(password(PASSWORD), hash.clone())
        .await
        .unwrap();
    assert_eq!(verdict, matches(Rehash::Needed));
    let verdict = hasher
        .verify(password("sept chevres au balcon"), hash)
        .await
        .unwrap();
    assert_eq!(verdict, Verdict::Differs);
}

#[tokio::test]
async fn a_change_of_parameters_asks_for_a_new_hash() {
    let hash = start(small(64)).hash(password(PASSWORD)).await.unwrap();
    let today = start(small(128));
    let verdict = today.verify(password(PASSWORD), hash).await.unwrap();
    assert_eq!(verdict, matches(Rehash::Needed));
    let renewed = today.hash(password(PASSWORD)).await.unwrap();
    let verdict = today.verify(password(PASSWORD), renewed).await.unwrap();
    assert_eq!(verdict, matches(Rehash::No));
}

#[tokio::test]
async fn a_pepper_is_replaced_without_locking_anyone_out() {
    let first = Pepper::new("k1", vec![1; 32]).unwrap();
    let second = Pepper::new("k2", vec![2; 32]).unwrap();

    let plain = peppered(None, &[]).hash(password(PASSWORD)).await.unwrap();
    let with_first = peppered(Some(&first), &[])
        .hash(password(PASSWORD))
        .await
        .unwrap();
    assert!(with_first.expose().contains(",keyid=azE$"));

    let today = peppered(Some(&second), &[&first]);
    for old in [plain, with_first.clone()] {
        let verdict = today.verify(password(PASSWORD), old).await.unwrap();
        assert_eq!(verdict, matches(Rehash::Needed));
    }
    let renewed = today.hash(password(PASSWORD)).await.unwrap();
    let verdict = today.verify(password(PASSWORD), renewed).await.unwrap();
    assert_eq!(verdict, matches(Rehash::No));

    let without_first = peppered(Some(&second), &[])
        .verify(password(PASSWORD), with_first)
        .await;
    assert_eq!(
        without_first.unwrap_err().to_string(),
        "the stored password hash cannot be used: its pepper k1 is not configured"
    );
}

#[tokio::test]
async fn the_pepper_decides_the_hash() {
    let key = Pepper::new("k1", vec![1; 32]).unwrap();
    let other = Pepper::new("k1", vec![2; 32]).unwrap();
    let hash = peppered(Some(&key), &[])
        .hash(password(PASSWORD))
        .await
        .unwrap();
    let verdict = peppered(Some(&other), &[])
        .verify(password(PASSWORD), hash)
        .await
        .unwrap();
    assert_eq!(verdict, Verdict::Differs);
}

#[tokio::test]
async fn an_unknown_account_costs_one_hash_and_matches_nothing() {
    let hasher = peppered(Some(&Pepper::new("k1", vec![1; 32]).unwrap()), &[]);
    let real = hasher.hash(password(PASSWORD)).await.unwrap();
    let before = hasher.computed();
    let verdict = hasher
        .verify(password(PASSWORD), hasher.dummy())
        .await
        .unwrap();
    assert_eq!((verdict, hasher.computed()), (Verdict::Differs, before + 1));
    let cost = |hash: &PasswordHash| hash.expose().rsplitn(3, '$').last().map(str::to_owned);
    assert_eq!(cost(&hasher.dummy()), cost(&real));
}

#[tokio::test]
async fn starting_computes_nothing() {
    let hasher = start(Settings::default());
    assert_eq!(hasher.computed(), 0);
    assert_eq!(hasher.dummy(), hasher.dummy());
}

#[tokio::test]
async fn a_password_of_a_megabyte_is_refused_before_any_hash() {
    let hasher = start(small(64));
    let huge = password(&"a".repeat(1 << 20));
    let dummy = hasher.dummy();
    assert!(matches!(
        hasher.hash(huge.clone()).await,
        Err(Error::TooLong(_))
    ));
    assert!(matches!(
        hasher.verify(huge, dummy).await,
        Err(Error::TooLong(_))
    ));
    assert_eq!(hasher.computed(), 0);
}

#[tokio::test]
async fn a_row_of_absurd_cost_is_refused_before_any_hash() {
    let hasher = start(small(64));
    let hash = hasher.hash(password(PASSWORD)).await.unwrap();
    let absurd = PasswordHash::new(hash.expose().replace("m=64,", "m=4000000,"));
    let error = hasher.verify(password(PASSWORD), absurd).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the stored password hash cannot be used: its cost is out of bounds: \
         4000000 KiB of memory: 8 to 65536 are possible"
    );
    assert_eq!(hasher.computed(), 1);
}

#[tokio::test]
async fn a_password_opens_in_whatever_form_the_keyboard_sends_it() {
    let hasher = start(small(64));
    let hash = hasher.hash(password("che\u{300}vre")).await.unwrap();
    let verdict = hasher.verify(password("ch\u{e8}vre"), hash).await.unwrap();
    assert_eq!(verdict, matches(Rehash::No));
}
