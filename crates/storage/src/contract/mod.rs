//! What every database must do: the executable meaning of this crate's traits.
//!
//! Each case opens a database of its own, tells a small story on it and looks at what can be read
//! afterwards; nothing is known of tables. A database joins in a test file of its own:
//!
//! ```ignore
//! storage::suite!(open);
//!
//! async fn open() -> (MyDatabase, TempDir) { /* an empty, migrated one, and what keeps it */ }
//! ```
//!
//! The times are fixed, nobody sleeps, and races are run as races: many tasks released at once,
//! of which exactly so many may win.

#![expect(
    clippy::unwrap_used,
    reason = "these are tests, compiled for the tests of others"
)]
#![expect(missing_docs, reason = "the name of a case is the rule it proves")]

pub mod account_lists;
pub mod accounts;
pub mod administrators;
pub mod authority;
pub mod claims;
pub mod current_password;
pub mod deliveries;
pub mod endings;
pub mod habilitation;
pub mod integrity;
pub mod mutations;
pub mod partners;
pub mod passwords;
pub mod provisional;
pub mod quotas;
pub mod recovery;
pub mod recovery_limits;
pub mod requests;
pub mod revisions;
pub mod sessions;
pub mod sign_in_health;
pub mod throttle;
pub mod voiding;

mod world;

use std::sync::Arc;

use tokio::runtime::Builder;

use crate::Store;

/// The database that a case is told on.
pub type Db = Arc<dyn Store>;

/// Opens a database, tells the case on it, and lets go of what kept it.
pub fn run<Opening, Opened, Keep, Told>(open: fn() -> Opening, case: fn(Db) -> Told)
where
    Opening: Future<Output = (Opened, Keep)>,
    Opened: Store + 'static,
    Told: Future<Output = ()>,
{
    let runtime = Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let (store, keep) = open().await;
        case(Arc::new(store)).await;
        drop(keep);
    });
}

/// One test for each case, on databases that the named function opens.
#[macro_export]
macro_rules! suite {
    (@area $open:ident, $area:ident, $($case:ident,)+) => {
        mod $area {
            $(
                #[test]
                fn $case() {
                    $crate::contract::run(super::$open, $crate::contract::$area::$case);
                }
            )+
        }
    };
    ($open:ident) => {
        $crate::suite!(@area $open, account_lists,
            accounts_are_listed_by_family_then_given_name_case_and_accents_aside,
            a_shorter_name_comes_before_the_one_it_begins,
            the_same_name_is_parted_by_id_at_every_size_of_page,
            ids_are_ordered_as_bytes_from_the_first,
            a_page_says_whether_more_follow,
            after_the_last_row_comes_an_empty_page,
            someone_who_comes_in_between_two_pages_neither_repeats_nor_hides_another,
            a_list_of_a_partner_holds_its_own_people_alone,
            a_list_by_group_or_agreement_holds_who_has_it_ticked_and_the_administrator,
            conditions_of_a_list_add_up,
            a_manager_sees_themselves_the_administrator_and_who_shares_a_group,
        );
        $crate::suite!(@area $open, accounts,
            an_account_reads_back_as_it_was_written,
            an_unknown_account_is_no_error,
            an_administrator_is_so_by_the_partner_s_word_and_has_no_group_ticked,
            an_identifier_belongs_to_one_account_however_it_is_typed,
            a_user_number_belongs_to_one_account_of_the_whole_service,
            each_change_raises_the_version_and_only_of_its_account,
            of_sixteen_people_under_one_user_number_at_once_one_is_added,
            an_account_is_found_by_its_number_and_its_identifier_however_they_are_typed,
        );
        $crate::suite!(@area $open, administrators,
            a_successor_replaces_the_administrator_in_one_step,
            a_stored_role_shows_again_when_its_holder_is_no_longer_administrator,
            nobody_of_another_partner_or_of_none_becomes_administrator,
            a_partner_is_not_made_without_its_administrator,
            of_many_replacements_at_once_one_is_carried_out,
        );
        $crate::suite!(@area $open, authority,
            the_authority_is_found_by_every_name_of_its_partner,
            the_authority_of_an_unknown_name_is_none,
            the_authority_tells_only_what_was_asked_and_only_of_its_partner,
            all_groups_are_those_of_the_partner,
            the_administrator_is_told_unasked,
            version_and_memberships_are_of_one_moment,
        );
        $crate::suite!(@area $open, claims,
            a_claimed_message_comes_with_all_that_it_says,
            a_worker_claims_its_channel_alone_and_no_more_than_it_asks,
            a_message_is_not_claimed_before_it_is_due,
            a_message_to_be_tried_again_waits_for_its_time,
            what_has_ended_is_never_claimed_again,
            messages_of_recovery_go_last,
            the_message_of_a_crashed_worker_is_claimed_when_its_lease_is_over,
            a_worker_who_lost_the_lease_writes_nothing,
            sixteen_workers_share_the_outbox_without_a_double,
            what_is_known_of_a_message_counts_until_another_worker_has_it,
        );
        $crate::suite!(@area $open, current_password,
            five_tries_at_the_current_password_end_the_session,
            of_sixteen_tries_at_the_current_password_at_once_five_are_made,
            a_session_whose_time_has_run_out_tries_no_password,
            a_locked_out_person_still_changes_the_password_from_a_session,
            a_right_fifth_try_still_changes_the_password,
            a_try_at_the_current_password_that_was_not_made_is_given_back,
        );
        $crate::suite!(@area $open, deliveries,
            a_queued_message_reads_back_as_it_was_asked_for,
            an_unknown_message_is_no_error,
            a_message_without_an_address_goes_nowhere,
            the_old_address_is_told_of_the_new_one,
            a_message_that_left_keeps_the_address_it_went_to,
            messages_are_listed_newest_first_at_every_size_of_page,
            messages_of_one_moment_are_each_listed_once,
            a_message_queued_between_two_pages_neither_repeats_nor_hides_another,
            messages_are_found_by_account_partner_state_channel_and_age,
        );
        $crate::suite!(@area $open, endings,
            each_ending_is_told_with_its_time_and_reason,
            a_letter_in_its_folder_is_rendered,
            a_failed_mail_shows_on_the_account_until_the_address_changes,
            a_mail_to_be_tried_again_or_cancelled_is_no_problem_of_the_account,
            queued_credentials_are_cancelled_with_what_voids_them_and_notices_are_not,
            credentials_queued_by_the_same_mutation_are_not_cancelled_by_it,
            a_mail_that_arrives_shows_that_an_earlier_failure_is_mended,
        );
        $crate::suite!(@area $open, habilitation,
            a_user_holds_the_groups_ticked_and_their_agreements,
            the_administrator_holds_every_group_of_the_partner_and_no_other,
            holdings_follow_groups_role_and_state,
            an_unknown_account_holds_nothing,
            holdings_are_never_older_than_the_revision_told_with_them,
        );
        $crate::suite!(@area $open, integrity,
            a_mutation_of_an_unknown_partner_writes_nothing,
            a_mutation_changes_no_account_of_another_partner,
            a_group_is_ticked_only_within_its_own_partner,
            a_group_stands_under_an_agreement_of_its_own_partner,
            a_group_is_unique_by_agreement_and_scope_whatever_its_label,
            an_agreement_s_reference_is_unique_in_its_partner,
            a_partner_s_reference_taken_meanwhile_is_a_conflict,
            a_message_goes_to_an_account_of_the_mutation_s_own_partner,
        );
        $crate::suite!(@area $open, mutations,
            without_its_audit_row_nothing_of_a_mutation_is_written,
            without_one_of_its_rows_nothing_of_a_mutation_is_written,
            a_decision_on_a_moved_authority_writes_nothing,
            a_decision_on_a_moved_account_writes_nothing,
            the_authority_moves_when_the_mutation_says_so_and_only_then,
            another_partner_s_authority_does_not_move,
            a_change_writes_what_it_names_and_leaves_the_rest,
            a_pause_of_recovery_stays_until_it_is_moved_or_lifted,
            a_renamed_person_moves_in_the_list,
            epoch_and_contact_version_rise_only_when_told,
            a_role_is_stored_with_the_rank_that_dismissed,
            ticking_what_is_ticked_and_unticking_what_is_not_changes_nothing,
            messages_of_a_mutation_wait_in_the_outbox,
            of_sixteen_updates_of_one_version_one_is_carried_out,
        );
        $crate::suite!(@area $open, partners,
            a_partner_reads_back_by_id_and_by_reference,
            an_unknown_partner_or_agreement_is_no_error,
            an_agreement_reads_back_in_every_state_with_its_services,
            agreements_are_listed_by_age_at_every_size_of_page,
            an_agreement_made_between_two_pages_comes_at_the_end,
            agreements_are_found_by_partner_service_and_state,
            groups_are_listed_by_id_and_only_of_their_agreement,
            someone_who_sees_some_groups_is_shown_no_other,
            members_are_counted_without_the_closed_and_the_administrator,
            groups_are_found_by_partner_and_by_agreement,
        );
        $crate::suite!(@area $open, passwords,
            the_first_password_is_chosen_with_a_provisional_one,
            a_later_change_keeps_the_time_of_the_first_connection,
            every_session_ends_but_the_new_one_which_goes_on,
            other_provisional_passwords_are_voided_and_queued_credentials_cancelled,
            the_notice_of_a_change_waits_in_the_outbox,
            a_session_that_ended_meanwhile_changes_no_password,
            a_suspension_meanwhile_leaves_the_password_alone,
            a_provisional_password_voided_meanwhile_is_not_spent,
            a_change_that_cannot_be_audited_is_not_made,
            of_sixteen_spendings_of_one_provisional_password_one_wins,
        );
        $crate::suite!(@area $open, provisional,
            storing_tells_where_the_message_goes,
            a_provisional_password_is_found_by_its_first_group,
            a_provisional_password_opens_until_its_end,
            the_tenth_try_is_the_last,
            a_right_try_is_given_back,
            a_right_try_that_opens_nothing_is_given_back,
            of_sixteen_tries_at_once_ten_are_made,
            a_first_group_is_unique_among_the_live_ones_of_an_account,
            a_worker_whose_message_moved_stores_nothing,
            a_worker_who_lost_the_lease_to_another_stores_nothing,
            a_letter_s_password_opens_for_three_weeks,
            a_provisional_password_ends_by_the_opening_day_the_account_has_now,
            an_opening_day_moved_back_ends_a_provisional_password_sooner,
            a_provisional_password_never_outlives_the_closing_day_the_account_has_now,
            an_opening_day_moves_no_end_of_what_is_voided_or_of_another_account,
        );
        $crate::suite!(@area $open, quotas,
            the_fourth_reissue_waits_until_the_first_has_left_the_window,
            a_reissue_counts_for_its_account_and_other_messages_do_not,
            a_reissue_cancelled_before_it_left_does_not_count_for_its_account,
            a_reissue_cancelled_before_it_left_counts_for_its_partner,
            creations_and_reissues_of_the_whole_partner_count_together,
            the_first_limit_that_does_not_hold_refuses_the_whole,
            of_sixteen_reissues_at_once_three_go_out,
        );
        $crate::suite!(@area $open, recovery,
            a_request_is_claimed_as_it_was_written_down,
            the_oldest_request_is_claimed_first_and_by_one_worker,
            a_crashed_worker_s_request_is_claimed_when_its_lease_is_over,
            sixteen_workers_share_the_requests_without_a_double,
            a_user_number_finds_its_account,
            an_address_finds_every_account_on_it_by_id_up_to_the_limit,
            an_address_that_was_changed_finds_nobody_any_more,
            a_candidate_tells_whether_credentials_ever_left_by_email,
            a_resolved_request_queues_its_messages_and_is_never_claimed_again,
            a_request_for_nobody_is_resolved_too,
            a_worker_who_lost_the_lease_settles_nothing,
            a_request_that_cannot_be_audited_stays_to_be_resolved,
        );
        $crate::suite!(@area $open, recovery_limits,
            one_message_in_ten_minutes_and_three_in_a_day,
            one_letter_in_a_week,
            a_letter_asked_for_does_not_hold_up_the_mails,
            first_credentials_and_reissues_count_towards_no_recovery,
            one_request_reaches_every_account_on_its_address,
            an_address_is_not_flooded_through_the_accounts_that_share_it,
            of_sixteen_requests_resolved_at_once_one_is_answered,
        );
        $crate::suite!(@area $open, requests,
            a_replay_answers_what_the_request_made,
            the_same_request_again_changes_nothing_more,
            a_replay_comes_before_every_other_refusal,
            another_body_under_the_same_request_is_refused,
            the_same_name_means_another_thing_in_another_scope,
            a_request_is_free_again_after_24_hours,
            a_refused_mutation_leaves_its_request_free,
            sixteen_times_the_same_request_at_once_has_one_effect,
            of_sixteen_bodies_under_one_request_one_is_carried_out,
        );
        $crate::suite!(@area $open, revisions,
            an_opened_database_is_ready,
            each_mutation_is_known_by_a_later_revision,
            a_mutation_that_tells_nothing_to_others_moves_the_revision_once,
            what_is_no_mutation_moves_no_revision,
            a_page_says_what_it_was_read_at,
            mutations_at_once_have_revisions_of_their_own,
        );
        $crate::suite!(@area $open, sessions,
            a_session_reads_back_with_what_it_stands_on,
            a_token_that_nobody_holds_finds_no_session,
            a_standing_follows_role_and_dates,
            a_session_dies_with_the_epoch_of_its_account_alone,
            a_sign_in_that_races_a_suspension_loses,
            a_session_is_not_opened_on_another_epoch_of_the_partner,
            a_password_hashed_anew_at_sign_in_replaces_the_former_hash,
            a_session_whose_sign_in_cannot_be_audited_is_not_opened,
            a_refusal_is_written_down_once,
            a_sixth_session_ends_the_oldest,
            an_incomplete_session_takes_no_place_of_a_full_one,
            an_account_has_one_incomplete_session_the_newest,
            of_sixteen_sign_ins_at_once_five_sessions_remain,
            an_ended_session_is_gone_and_ending_it_again_is_no_error,
            a_session_s_last_use_never_moves_back,
        );
        $crate::suite!(@area $open, sign_in_health,
            several_people_are_told_in_the_order_asked,
            somebody_who_never_tried_has_no_failures,
            failures_are_told_by_side_as_they_are_charged,
            only_provisional_passwords_that_open_now_are_counted,
        );
        $crate::suite!(@area $open, throttle,
            a_try_is_told_the_account_and_its_password,
            an_unknown_identifier_is_throttled_as_a_known_one,
            five_failures_are_free_and_the_next_waits_65_seconds_then_130,
            each_identifier_is_throttled_alone,
            of_many_tries_at_once_the_free_ones_are_admitted,
            an_address_is_usual_for_thirty_days_after_a_success_there,
            a_usual_address_is_so_for_one_account,
            a_sign_in_from_nowhere_in_particular_makes_no_address_usual,
            a_stranger_s_failures_do_not_keep_the_person_out_of_usual_places,
            a_success_resets_its_own_side_only,
            a_change_of_password_resets_both_sides,
            a_stranger_s_failures_after_a_change_do_not_keep_the_person_out_from_its_address,
            a_hundred_strange_failures_disable_the_password_from_strange_places,
            a_hundred_usual_failures_disable_the_password_everywhere,
            a_throttled_person_still_tries_a_provisional_password,
        );
        $crate::suite!(@area $open, voiding,
            three_deliveries_live_and_a_fourth_voids_the_oldest,
            the_passwords_of_one_delivery_s_tries_count_once,
            a_password_that_certainly_did_not_leave_is_voided,
            voiding_takes_the_passwords_sent_the_way_that_is_named,
            voiding_is_of_one_account,
            a_provisional_password_voided_during_its_verification_opens_nothing,
            a_delivery_tells_how_long_its_password_opens_while_it_is_live,
            a_third_party_request_changes_nothing_for_the_person,
        );
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_case_is_in_the_suite() {
        let suite = include_str!("mod.rs");
        for area in [
            include_str!("account_lists.rs"),
            include_str!("accounts.rs"),
            include_str!("administrators.rs"),
            include_str!("authority.rs"),
            include_str!("claims.rs"),
            include_str!("current_password.rs"),
            include_str!("deliveries.rs"),
            include_str!("endings.rs"),
            include_str!("habilitation.rs"),
            include_str!("integrity.rs"),
            include_str!("mutations.rs"),
            include_str!("partners.rs"),
            include_str!("passwords.rs"),
            include_str!("provisional.rs"),
            include_str!("quotas.rs"),
            include_str!("recovery.rs"),
            include_str!("recovery_limits.rs"),
            include_str!("requests.rs"),
            include_str!("revisions.rs"),
            include_str!("sessions.rs"),
            include_str!("sign_in_health.rs"),
            include_str!("throttle.rs"),
            include_str!("voiding.rs"),
        ] {
            for case in area
                .lines()
                .filter_map(|line| line.strip_prefix("pub async fn "))
            {
                let name = case.split('(').next().unwrap();
                assert!(
                    suite.contains(&format!(" {name},")),
                    "{name} is not in the suite"
                );
            }
        }
    }
}
