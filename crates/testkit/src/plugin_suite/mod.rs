//! The document plugin contract as named cases: one suite, run against every plugin.
//!
//! A plugin's test file makes a [`World`] and expands [`plugin_suite!`](crate::plugin_suite!) over it; each case
//! becomes a test of its own name. Cases go through `DocumentPlugin` only. A plugin that does not claim a
//! capability runs the same cases, which then hold it to not having it: nothing is skipped.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a case fails by panicking")]

mod world;

pub mod claims;
pub mod creating;
pub mod extras;
pub mod locking;
pub mod many;
pub mod naming;
pub mod reading;
pub mod removing;
pub mod repeating;
pub mod saving;
pub mod versions;

pub use world::World;

/// Expands to one test per case of the suite. The argument is the path of an async function that makes a
/// [`World`]: fresh, empty, and of its own for each test.
#[macro_export]
macro_rules! plugin_suite {
    ($make:path) => {
        $crate::plugin_suite_cases! { $make;
            claims {
                info_and_capabilities_are_constant
                what_is_not_claimed_is_refused_as_unsupported
                the_check_finds_a_place_that_can_be_used
                provisioning_twice_is_safe
                blank_types_are_made_exactly_when_claimed
                a_changing_call_without_an_operation_changes_nothing
            }
            creating {
                an_item_without_a_body_has_zero_length
                an_item_with_a_body_is_read_back_whole
                the_level_in_force_is_the_lower_of_asked_and_supported
                the_level_in_force_never_changes
                without_locking_an_item_is_public_at_once
                with_locking_a_new_item_is_checked_out_to_its_maker
                with_locking_a_new_item_is_unpublished_until_the_first_check_in
                before_the_first_check_in_others_read_an_empty_stream
                publishing_at_creation_releases_the_lock
                a_zero_byte_body_is_a_document
                a_body_that_ends_early_makes_nothing
                a_body_that_runs_over_makes_nothing
                a_body_that_fails_midway_makes_nothing
                a_body_announced_too_large_is_refused
                templates_and_documents_are_kept_apart
                a_template_variant_is_an_item_of_its_own
                the_media_type_is_kept
            }
            reading {
                an_unknown_reference_is_not_found
                a_malformed_reference_is_not_found
                a_reference_of_another_installation_names_nothing
                the_length_equals_the_stream
                a_range_delivers_exactly_its_bytes
                a_range_beyond_the_end_cannot_be_satisfied
                a_range_of_empty_content_is_empty
                a_range_of_long_content_crosses_inner_borders
                the_revision_changes_with_the_content
                a_blank_version_means_the_latest
                an_unknown_version_is_not_found
                properties_are_told_and_unknown_ones_left_out
                long_content_survives_the_way_in_and_out
            }
            saving {
                without_locking_a_save_is_visible_at_once
                without_locking_anybody_may_save
                a_save_by_the_holder_is_seen_by_the_holder_only
                a_save_by_another_fails_without_change
                a_save_of_a_free_item_takes_the_lock
                saving_zero_bytes_empties_the_content
                a_save_that_ends_early_leaves_what_was_there
                a_save_that_runs_over_leaves_what_was_there
                a_save_that_fails_midway_leaves_what_was_there
                a_failed_save_of_a_work_copy_keeps_the_work_copy
                a_stale_revision_is_refused_without_change
                the_present_revision_is_accepted
                the_revision_of_the_work_copy_is_the_one_compared
                a_cancelled_save_leaves_old_or_new
            }
            locking {
                a_check_out_excludes_everybody_else
                ones_own_check_out_again_succeeds
                without_locking_check_out_and_check_in_do_nothing
                without_locking_nobody_ever_holds_the_item
                a_check_in_publishes_the_last_save
                a_foreign_check_in_fails_without_change
                a_check_in_of_a_free_item_fails
                an_undo_discards_the_work_and_frees_the_item
                a_foreign_undo_fails_without_change
                a_forced_undo_frees_the_item
                an_undo_of_a_free_item_changes_nothing
                an_undo_before_the_first_check_in_publishes_nothing
                the_state_names_the_holder
            }
            versions {
                the_first_check_in_is_version_one
                each_check_in_adds_a_version_with_its_note
                a_level_without_versions_lists_none
                work_in_progress_is_not_a_version
                an_earlier_version_is_read_by_its_id
                a_version_note_is_changed_and_absent_fields_stay
                restoring_a_version_makes_it_the_newest
                restoring_a_version_held_by_another_fails
                restoring_as_the_holder_is_published_by_check_in
            }
            naming {
                every_suggested_name_is_amended_to_a_valid_one
                a_very_long_name_is_cut_and_keeps_its_extension
                equal_names_get_a_suffix_and_overwrite_nothing
                a_rename_returns_the_name_in_use
                a_rename_to_a_taken_name_gets_a_suffix
                a_rename_to_nothing_keeps_a_name
                a_rename_to_the_same_name_changes_nothing
                a_freed_name_can_be_used_again
                a_rename_keeps_reference_content_and_lock
                a_reference_stays_valid_when_the_item_is_placed_elsewhere
                the_folder_of_the_same_facts_is_the_same
                a_path_leads_to_its_item
            }
            extras {
                unknown_metadata_is_ignored
                absent_metadata_is_unchanged
                metadata_given_at_creation_is_kept
                the_audience_is_set_exactly
                the_audience_given_at_creation_is_in_force
                who_can_open_is_told_where_the_place_has_rights
                commands_are_listed_by_what_the_caller_can_show
                an_answer_the_caller_cannot_handle_becomes_nothing
                a_private_command_runs_without_being_listed
                an_unknown_command_is_not_found
                a_copy_has_content_and_metadata_and_a_life_of_its_own
                a_copy_takes_what_the_caller_reads
                a_copy_has_neither_versions_nor_lock
                an_inventory_names_what_is_there_as_the_product_sees_it
            }
            removing {
                the_trash_keeps_everything_for_restoring
                in_the_trash_only_looking_restoring_and_destroying_work
                removing_twice_succeeds
                restoring_what_is_not_in_the_trash_changes_nothing
                a_destroyed_item_is_gone_with_everything
                restoring_a_destroyed_item_fails
                an_item_held_by_another_is_not_removed
                the_holder_may_remove_his_item
                destroying_a_copy_leaves_the_original
            }
            repeating {
                a_repeated_creation_makes_one_item
                a_repeated_copy_makes_one_item
                a_repeated_save_is_applied_once
                a_repeated_check_out_does_not_take_the_lock_again
                a_repeated_check_in_adds_one_version
                a_repeated_undo_does_not_undo_later_work
                a_repeated_rename_does_not_rename_again
                a_repeated_trash_does_not_undo_a_restore
                a_repeated_restore_does_not_undo_a_trash
                a_repeated_restore_of_a_version_adds_one
                a_repeated_destroy_succeeds
                the_fate_of_what_was_done_is_applied
                the_fate_of_what_was_not_done_is_not_applied
                the_fate_of_a_failed_call_is_not_applied
                the_fate_of_a_destroyed_item_is_gone
            }
            many {
                parallel_saves_leave_one_of_the_bodies_whole
                parallel_creations_of_one_name_get_distinct_names
                parallel_check_outs_have_one_winner
                parallel_repetitions_of_one_creation_make_one_item
                a_reader_sees_one_content_while_another_saves
            }
        }
    };
}

/// Expands a list of modules and cases to tests. Used by [`plugin_suite!`](crate::plugin_suite!) only.
#[doc(hidden)]
#[macro_export]
macro_rules! plugin_suite_cases {
    ($make:path; $($module:ident { $($case:ident)* })*) => {
        $($crate::plugin_suite_module! { $make; $module { $($case)* } })*
    };
}

/// Expands the cases of one module. Used by [`plugin_suite!`](crate::plugin_suite!) only.
#[doc(hidden)]
#[macro_export]
macro_rules! plugin_suite_module {
    ($make:path; $module:ident { $($case:ident)* }) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let world = $make().await;
                $crate::plugin_suite::$module::$case(&world).await;
            }
        )*
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// A case that is written and not listed would never run.
    #[test]
    fn every_case_that_is_written_is_listed() {
        let list = include_str!("mod.rs");
        let sources = [
            include_str!("claims.rs"),
            include_str!("creating.rs"),
            include_str!("extras.rs"),
            include_str!("locking.rs"),
            include_str!("many.rs"),
            include_str!("naming.rs"),
            include_str!("reading.rs"),
            include_str!("removing.rs"),
            include_str!("repeating.rs"),
            include_str!("saving.rs"),
            include_str!("versions.rs"),
        ];
        let listed: BTreeSet<&str> = list.lines().map(str::trim).collect();
        let written: Vec<&str> = sources
            .iter()
            .flat_map(|source| source.lines())
            .filter_map(|line| line.strip_prefix("pub async fn "))
            .filter_map(|rest| rest.split('(').next())
            .collect();
        let missing: Vec<_> = written.iter().filter(|name| !listed.contains(**name)).collect();
        assert!(missing.is_empty(), "not listed: {missing:?}");
        assert!(written.len() >= 100, "only {} cases were found", written.len());
    }
}
