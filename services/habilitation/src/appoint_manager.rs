//! Making a plain user a « responsable d'habilitation ».

use api::convert::roles;
use api::habilitation::v1;
use api::refusal::Refusal;
use domain::account::{self, Account, Role};
use domain::call::Call;
use domain::paris::Day;
use domain::policy::{self, Actor};
use prost::Message;
use storage::authority::Authority;

use crate::Deps;
use crate::answers::not_ended;
use crate::new_standing::Standing;
use crate::role_change::Step;

impl Deps {
    /// Makes the account a manager.
    pub(crate) async fn appoint_manager(
        &self,
        call: &Call,
        request: v1::AppointManagerRequest,
    ) -> Result<v1::AppointManagerResponse, Refusal> {
        let asked = roles::appoint_manager(&request)?;
        let body = request.encode_to_vec();
        let taken = self.change_role(call, asked, &body, Appointment).await?;
        Ok(v1::AppointManagerResponse {
            account: Some(taken.account),
            delivery_id: taken.delivery,
            revision: taken.revision.encode(),
        })
    }
}

struct Appointment;

impl Step for Appointment {
    const TO: Role = Role::Manager;

    fn permitted(&self, actor: Actor<'_>, account: &Account) -> Result<(), policy::Refusal> {
        policy::may_appoint(actor, account)
    }

    fn taken(
        &self,
        _: Actor<'_>,
        account: &Account,
        authority: &Authority,
        today: Day,
    ) -> Result<Standing, Refusal> {
        not_ended(account, today)?;
        one_agreement_is_open(account, authority, today)?;
        Ok(Standing::with_role(account, Role::Manager))
    }
}

/// A manager manages under an agreement: one of those of their groups gives rights, or will.
fn one_agreement_is_open(
    account: &Account,
    authority: &Authority,
    today: Day,
) -> Result<(), Refusal> {
    let mut agreements = account
        .memberships
        .iter()
        .filter_map(|membership| authority.agreement(membership.agreement))
        .peekable();
    let Some(first) = agreements.peek().copied() else {
        return Err(account::Error::LastGroup(account.id).into());
    };
    if agreements.any(|agreement| agreement.open_for_habilitation(today)) {
        return Ok(());
    }
    Err(account::Error::AgreementNotValidated(Box::new(first.clone())).into())
}
