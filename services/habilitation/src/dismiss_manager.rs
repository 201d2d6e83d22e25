//! Making a « responsable d'habilitation » a plain user again, whatever has become of the
//! agreements: a right is always taken away.

use api::convert::roles;
use api::habilitation::v1;
use api::refusal::Refusal;
use domain::account::{Account, Availability, Role, State};
use domain::call::Call;
use domain::paris::Day;
use domain::policy::{self, Actor};
use prost::Message;
use storage::authority::Authority;

use crate::Deps;
use crate::new_standing::Standing;
use crate::role_change::Step;

impl Deps {
    /// Makes the account a plain user.
    pub(crate) async fn dismiss_manager(
        &self,
        call: &Call,
        request: v1::DismissManagerRequest,
    ) -> Result<v1::DismissManagerResponse, Refusal> {
        let asked = roles::dismiss_manager(&request)?;
        let body = request.encode_to_vec();
        let taken = self.change_role(call, asked, &body, Dismissal).await?;
        Ok(v1::DismissManagerResponse {
            account: Some(taken.account),
            delivery_id: taken.delivery,
            revision: taken.revision.encode(),
        })
    }
}

struct Dismissal;

impl Step for Dismissal {
    const TO: Role = Role::User;

    fn permitted(&self, actor: Actor<'_>, account: &Account) -> Result<(), policy::Refusal> {
        policy::may_dismiss(actor, account)
    }

    fn taken(
        &self,
        actor: Actor<'_>,
        account: &Account,
        _: &Authority,
        _: Day,
    ) -> Result<Standing, Refusal> {
        match account.state {
            State::Active => Ok(Standing {
                dismissed_by: actor.rank(),
                ..Standing::with_role(account, Role::User)
            }),
            State::Closed => Err(Refusal::AccountNotActive {
                account: account.id,
                state: Availability::Closed,
            }),
        }
    }
}
