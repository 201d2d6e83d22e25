//! Reading partners, agreements and groups.

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::agreement::{self, Agreement};
use domain::group::Group;
use domain::partner::{Partner, PartnerReference};
use domain::references::ServiceCode;
use domain::{AgreementId, GroupId, PartnerId};

use crate::Result;
use crate::page::{Page, PageRequest};

/// Which agreements a list shows. Conditions add up; an empty one does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgreementFilter {
    /// Of this partner.
    pub partner: Option<PartnerId>,
    /// Covering one of these services.
    pub services: BTreeSet<ServiceCode>,
    /// In one of these states.
    pub states: BTreeSet<agreement::State>,
}

/// Which groups a list shows. Conditions add up; an empty one does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupFilter {
    /// Of this partner.
    pub partner: Option<PartnerId>,
    /// Of this agreement.
    pub agreement: Option<AgreementId>,
    /// Only these, for someone who sees no more.
    pub among: Option<BTreeSet<GroupId>>,
}

/// A group in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedGroup {
    /// The group.
    pub group: Group,
    /// Accounts that are not closed and have it ticked; the administrator is not counted.
    pub member_count: u32,
}

/// Reading partners, agreements and groups.
#[async_trait]
pub trait PartnerReads: Send + Sync {
    /// The partner.
    async fn partner(&self, id: PartnerId) -> Result<Option<Partner>>;

    /// The partner by the Caf's reference of it.
    async fn partner_by_reference(&self, reference: &PartnerReference) -> Result<Option<Partner>>;

    /// The agreement.
    async fn agreement(&self, id: AgreementId) -> Result<Option<Agreement>>;

    /// A page of agreements, ordered by id, which is by age.
    async fn agreements(
        &self,
        filter: &AgreementFilter,
        page: &PageRequest,
    ) -> Result<Page<Agreement>>;

    /// A page of groups, ordered by id, which is by age.
    async fn groups(&self, filter: &GroupFilter, page: &PageRequest) -> Result<Page<ListedGroup>>;
}
