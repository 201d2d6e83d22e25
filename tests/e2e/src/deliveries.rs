//! What the service sends, as the Caf's agents see it.

use api::delivery::v1::{Delivery, ListDeliveriesRequest, delivery::Kind};
use api::recovery::v1::{RecoverIdentifierRequest, RecoverPasswordRequest};
use api::r#type::v1::HousingType;
use jiff::SignedDuration;

use crate::eventually::eventually;
use crate::les_oliviers::{Provisioned, housing, person_by_email, reference, validated};
use crate::service::{Service, fresh_id};

impl Service {
    /// Every message to an account.
    pub async fn deliveries_of(&self, account_id: &str) -> Vec<Delivery> {
        let request = ListDeliveriesRequest {
            account_id: account_id.to_owned(),
            page_size: 500,
            ..ListDeliveriesRequest::default()
        };
        let page = self
            .agent()
            .deliveries()
            .list_deliveries(request)
            .await
            .unwrap();
        page.into_inner().deliveries
    }

    /// How many messages of that kind an account was ever sent or is to be sent.
    pub async fn count_of(&self, kind: Kind, account_id: &str) -> usize {
        let deliveries = self.deliveries_of(account_id).await;
        deliveries
            .iter()
            .filter(|delivery| delivery.kind() == kind)
            .count()
    }

    /// Waits for the one message of that kind to an account to be queued.
    pub async fn delivery_of(&self, kind: Kind, account_id: &str) -> Delivery {
        eventually(
            &format!("a delivery {kind:?} to {account_id}"),
            async || {
                let deliveries = self.deliveries_of(account_id).await;
                let mut found = deliveries
                    .into_iter()
                    .filter(|delivery| delivery.kind() == kind);
                let first = found.next()?;
                assert!(
                    found.next().is_none(),
                    "more than one {kind:?} to {account_id}"
                );
                Some(first)
            },
        )
        .await
    }

    /// « Identifiant perdu ».
    pub async fn recover_identifier(&self, user_number: &str) {
        let request = RecoverIdentifierRequest {
            user_number: user_number.to_owned(),
        };
        self.portal()
            .recovery()
            .recover_identifier(request)
            .await
            .unwrap();
    }

    /// « Mot de passe oublié ».
    pub async fn recover_password(&self, email: &str) {
        let request = RecoverPasswordRequest {
            email: email.to_owned(),
        };
        self.portal()
            .recovery()
            .recover_password(request)
            .await
            .unwrap();
    }

    /// Waits until every recovery asked so far was resolved, into messages or into nothing.
    ///
    /// They are resolved one at a time, oldest first: so it asks one more, a second later, for
    /// somebody made for it, and waits for its message.
    pub async fn recoveries_resolved(&self) {
        let name = fresh_id();
        let email = format!("{name}@sentinelle.example");
        let mut request = api::partner::v1::ProvisionPartnerRequest {
            reference: Some(reference(&name)),
            name: "SENTINELLE".to_owned(),
            agreements: vec![validated(
                "CONV-1",
                "SENTINELLE",
                vec![housing(HousingType::Prive, "75", "Paris")],
            )],
            ..Default::default()
        };
        request.administrator = Some(person_by_email("Agathe", "VIGIE", &email));
        let sentinel = Provisioned::make(self, request).await;
        self.clock.advance(SignedDuration::from_secs(1));
        self.recover_identifier(&sentinel.administrator.user_number)
            .await;
        self.delivery_of(Kind::LostIdentifier, &sentinel.administrator.account_id)
            .await;
    }
}
