//! Who may call what: the access option of every RPC, as a table made by the build.
//!
//! The server admits by this table and by nothing else. An RPC that does not declare its option does not build, and a
//! path that is not in the table is no RPC.

pub use domain::call::CallerRole;

include!(concat!(env!("OUT_DIR"), "/rpcs.rs"));

/// One RPC and who may call it.
#[derive(Debug, PartialEq, Eq)]
pub struct Rpc {
    /// The path of its HTTP/2 request: `/package.Service/Method`.
    pub path: &'static str,
    /// The ways to be admitted; one that fits is enough. Never empty.
    pub grants: &'static [Grant],
    /// What kind of work it is, which sets its deadline.
    pub work_class: WorkClass,
}

/// One way to be admitted to an RPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The role that the calling service must hold.
    pub caller: CallerRole,
    /// For whom the call must be made.
    pub actor: Actor,
    /// How far the person's sign-in must have come. Says something for [`Actor::Session`] only.
    pub sign_in: SignIn,
}

/// For whom a call is made, as its metadata says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Nobody: the service asks for itself.
    None,
    /// The person whose token stands in `session-token`.
    Session,
    /// The Caf's agent named in `caf-agent`.
    CafAgent,
}

impl Actor {
    /// The metadata key that names such an actor.
    pub fn metadata_key(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Session => Some("session-token"),
            Self::CafAgent => Some("caf-agent"),
        }
    }
}

/// How far a sign-in must have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignIn {
    /// Nothing may be left to do.
    Complete,
    /// A provisional password may still have to be replaced.
    MayBeIncomplete,
}

/// What kind of work an RPC is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkClass {
    /// Questions about habilitations.
    Check,
    /// Reading and ending sessions.
    Session,
    /// Everything about accounts, partners and deliveries.
    Administration,
    /// Whatever computes a password hash.
    SignIn,
    /// Anonymous requests for lost credentials.
    Recovery,
}

impl WorkClass {
    /// Its name in the protos, without prefix.
    pub fn name(self) -> &'static str {
        match self {
            Self::Check => "CHECK",
            Self::Session => "SESSION",
            Self::Administration => "ADMINISTRATION",
            Self::SignIn => "SIGN_IN",
            Self::Recovery => "RECOVERY",
        }
    }
}

/// The RPC behind the path of a request; `None` for whatever is not ours (health, reflection) or does not exist.
pub fn rpc(path: &str) -> Option<&'static Rpc> {
    let place = RPCS.binary_search_by(|rpc| rpc.path.cmp(path)).ok()?;
    RPCS.get(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost_reflect::DescriptorPool;

    #[test]
    fn every_rpc_of_the_protos_is_in_the_table() {
        let pool = DescriptorPool::decode(crate::FILE_DESCRIPTOR_SET).unwrap();
        let mut count = 0;
        for service in pool.services() {
            for method in service.methods() {
                let path = format!("/{}/{}", service.full_name(), method.name());
                let found = rpc(&path).unwrap_or_else(|| panic!("{path} is not in the table"));
                assert!(!found.grants.is_empty(), "{path} lets nobody in");
                count += 1;
            }
        }
        assert_eq!(RPCS.len(), count);
    }

    #[test]
    fn a_path_that_is_no_rpc_is_not_found() {
        assert_eq!(
            rpc("/comptepartenaire.account.v1.AccountService/DropAccounts"),
            None
        );
        assert_eq!(rpc("/grpc.health.v1.Health/Check"), None);
        assert_eq!(rpc(""), None);
    }

    #[test]
    fn only_reading_ending_and_completing_a_sign_in_is_open_before_it_is_complete() {
        let mut open: Vec<&str> = RPCS
            .iter()
            .filter(|rpc| {
                rpc.grants
                    .iter()
                    .any(|g| g.sign_in == SignIn::MayBeIncomplete)
            })
            .map(|rpc| rpc.path)
            .collect();
        open.sort_unstable();
        assert_eq!(
            open,
            [
                "/comptepartenaire.session.v1.SessionService/ChangePassword",
                "/comptepartenaire.session.v1.SessionService/GetCurrentSession",
                "/comptepartenaire.session.v1.SessionService/SignOut",
            ]
        );
    }

    #[test]
    fn only_the_caf_replaces_an_administrator_and_makes_a_partner() {
        for path in [
            "/comptepartenaire.habilitation.v1.HabilitationService/ReplaceAdministrator",
            "/comptepartenaire.partner.v1.PartnerService/ProvisionPartner",
        ] {
            let caf = Grant {
                caller: CallerRole::Backoffice,
                actor: Actor::CafAgent,
                sign_in: SignIn::Complete,
            };
            assert_eq!(rpc(path).unwrap().grants, [caf]);
        }
    }
}
