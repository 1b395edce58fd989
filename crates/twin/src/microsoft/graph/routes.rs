//! The one table of Graph's routes. Templates are the contract's own; every way of addressing an item has been made
//! one before (see [`super::address`]).

use super::files::{checkout, content, copy, delta, drives, folder, item, remove, search, session, versions};
use super::scene::Scene;
use super::{batch, lists, permissions, rows, sites, subscriptions};
use crate::core::env::{Env, Reply};
use crate::core::routes::{Route, Table};
use crate::microsoft::Microsoft;
use crate::microsoft::error::Refusal;
use http::Method;
use std::sync::LazyLock;

/// What handles a route.
pub type Handler = fn(&mut Microsoft, &mut Env<'_>, &Scene) -> Result<Reply<Microsoft>, Refusal>;

/// All routes.
pub fn table() -> &'static Table<Handler> {
    static TABLE: LazyLock<Table<Handler>> = LazyLock::new(|| Table::new(lines()));
    &TABLE
}

/// One line; the template is given without its parameters' values.
pub(super) fn line(
    method: Method,
    template: &'static str,
    operation: &'static str,
    units: u32,
    handler: Handler,
) -> Route<Handler> {
    Route { method, template, operation, units, handler }
}

fn lines() -> Vec<Route<Handler>> {
    let mut all = files();
    all.extend(more_files());
    all.extend(finding());
    all.extend(sharing());
    all.extend(site_lines());
    all.extend(list_lines());
    all.extend(row_lines());
    all.extend(super::people::lines());
    all
}

fn files() -> Vec<Route<Handler>> {
    use Method as M;
    vec![
        line(M::GET, "/drives/{drive-id}", "drive.get", 1, drives::get),
        line(M::GET, "/me/drives", "drive.list", 2, drives::mine),
        line(M::GET, "/sites/{site-id}/drives", "site.drives.list", 2, drives::of_site),
        line(M::GET, "/sites/{site-id}/drive", "site.drive.get", 1, drives::default_of_site),
        line(M::GET, "/sites/{site-id}/drives/{drive-id}", "site.drives.get", 1, drives::of_site_by_id),
        line(M::GET, "/me/drive", "me.drive.get", 1, drives::get),
        line(M::GET, "/drives/{drive-id}/root", "driveItem.root", 1, item::get),
        line(M::GET, "/drives/{drive-id}/items/{driveItem-id}", "driveItem.get", 1, item::get),
        line(M::PATCH, "/drives/{drive-id}/items/{driveItem-id}", "driveItem.update", 2, item::update),
        line(M::DELETE, "/drives/{drive-id}/items/{driveItem-id}", "driveItem.delete", 2, remove::delete),
        line(
            M::GET,
            "/drives/{drive-id}/items/{driveItem-id}/children",
            "driveItem.children.list",
            2,
            folder::children,
        ),
        line(
            M::POST,
            "/drives/{drive-id}/items/{driveItem-id}/children",
            "driveItem.children.create",
            2,
            folder::create,
        ),
        line(
            M::GET,
            "/drives/{drive-id}/items/{driveItem-id}/content",
            "driveItem.content.get",
            1,
            content::get,
        ),
        line(
            M::PUT,
            "/drives/{drive-id}/items/{driveItem-id}/content",
            "driveItem.content.put",
            2,
            content::put,
        ),
        line(
            M::POST,
            "/drives/{drive-id}/items/{driveItem-id}/createUploadSession",
            "driveItem.createUploadSession",
            2,
            session::create,
        ),
        line(M::POST, "/drives/{drive-id}/items/{driveItem-id}/copy", "driveItem.copy", 2, copy::copy),
        line(
            M::POST,
            "/drives/{drive-id}/items/{driveItem-id}/checkout",
            "driveItem.checkout",
            2,
            checkout::check_out,
        ),
        line(
            M::POST,
            "/drives/{drive-id}/items/{driveItem-id}/checkin",
            "driveItem.checkin",
            2,
            checkout::check_in,
        ),
        line(
            M::POST,
            "/drives/{drive-id}/items/{driveItem-id}/discardCheckout",
            "driveItem.discardCheckout",
            2,
            checkout::discard,
        ),
    ]
}

fn more_files() -> Vec<Route<Handler>> {
    use Method as M;
    vec![
        line(
            M::POST,
            "/drives/{drive-id}/items/{driveItem-id}/permanentDelete",
            "driveItem.permanentDelete",
            2,
            remove::for_good,
        ),
        line(
            M::POST,
            "/drives/{drive-id}/items/{driveItem-id}/restore",
            "driveItem.restore",
            2,
            remove::restore_refused,
        ),
        line(
            M::GET,
            "/drives/{drive-id}/items/{driveItem-id}/versions",
            "driveItem.versions.list",
            2,
            versions::list,
        ),
        line(
            M::GET,
            "/drives/{drive-id}/items/{driveItem-id}/versions/{driveItemVersion-id}",
            "driveItem.versions.get",
            1,
            versions::get,
        ),
        line(
            M::GET,
            "/drives/{drive-id}/items/{driveItem-id}/versions/{driveItemVersion-id}/content",
            "driveItem.versions.content.get",
            1,
            versions::content,
        ),
        line(
            M::POST,
            "/drives/{drive-id}/items/{driveItem-id}/versions/{driveItemVersion-id}/restoreVersion",
            "driveItem.versions.restore",
            2,
            versions::restore,
        ),
    ]
}

fn finding() -> Vec<Route<Handler>> {
    use Method as M;
    vec![
        line(M::GET, "/drives/{drive-id}/items/{driveItem-id}/delta()", "driveItem.delta", 1, delta::delta),
        line(M::GET, "/drives/{drive-id}/items/{driveItem-id}/delta", "driveItem.delta", 1, delta::delta),
        line(
            M::GET,
            "/drives/{drive-id}/items/{driveItem-id}/delta(token='{token}')",
            "driveItem.delta",
            1,
            delta::delta,
        ),
        line(
            M::GET,
            "/drives/{drive-id}/items/{driveItem-id}/search(q='{q}')",
            "driveItem.search",
            2,
            search::search,
        ),
        line(M::GET, "/drives/{drive-id}/search(q='{q}')", "drive.search", 2, search::search),
        line(M::GET, "/drives/{drive-id}/recent()", "drive.recent", 2, search::recent),
        line(M::GET, "/drives/{drive-id}/recent", "drive.recent", 2, search::recent),
        line(M::GET, "/drives/{drive-id}/sharedWithMe()", "drive.sharedWithMe", 2, search::shared_with_me),
        line(M::GET, "/drives/{drive-id}/sharedWithMe", "drive.sharedWithMe", 2, search::shared_with_me),
        line(
            M::POST,
            "/drives/{drive-id}/items/{driveItem-id}/preview",
            "driveItem.preview",
            2,
            item::preview,
        ),
        line(
            M::GET,
            "/drives/{drive-id}/items/{driveItem-id}/thumbnails",
            "driveItem.thumbnails.list",
            2,
            item::thumbnails,
        ),
        line(M::GET, "/shares/{sharedDriveItem-id}/driveItem", "share.driveItem.get", 1, item::get),
        line(
            M::GET,
            "/shares/{sharedDriveItem-id}/driveItem/content",
            "share.driveItem.content.get",
            1,
            content::get,
        ),
    ]
}

fn sharing() -> Vec<Route<Handler>> {
    use Method as M;
    vec![
        line(
            M::GET,
            "/drives/{drive-id}/items/{driveItem-id}/permissions",
            "driveItem.permissions.list",
            5,
            permissions::list,
        ),
        line(
            M::GET,
            "/drives/{drive-id}/items/{driveItem-id}/permissions/{permission-id}",
            "driveItem.permissions.get",
            5,
            permissions::get,
        ),
        line(
            M::PATCH,
            "/drives/{drive-id}/items/{driveItem-id}/permissions/{permission-id}",
            "driveItem.permissions.update",
            5,
            permissions::change,
        ),
        line(
            M::DELETE,
            "/drives/{drive-id}/items/{driveItem-id}/permissions/{permission-id}",
            "driveItem.permissions.delete",
            5,
            permissions::remove,
        ),
        line(
            M::POST,
            "/drives/{drive-id}/items/{driveItem-id}/invite",
            "driveItem.invite",
            5,
            permissions::invite,
        ),
        line(
            M::POST,
            "/drives/{drive-id}/items/{driveItem-id}/createLink",
            "driveItem.createLink",
            5,
            permissions::create_link,
        ),
        line(M::POST, "/$batch", "batch", 0, batch::batch),
        line(M::GET, "/subscriptions", "subscription.list", 2, subscriptions::list),
        line(M::POST, "/subscriptions", "subscription.create", 2, subscriptions::create),
        line(M::GET, "/subscriptions/{subscription-id}", "subscription.get", 1, subscriptions::get),
        line(M::PATCH, "/subscriptions/{subscription-id}", "subscription.update", 2, subscriptions::renew),
        line(M::DELETE, "/subscriptions/{subscription-id}", "subscription.delete", 2, subscriptions::remove),
        line(
            M::POST,
            "/subscriptions/{subscription-id}/reauthorize",
            "subscription.reauthorize",
            2,
            subscriptions::reauthorize,
        ),
    ]
}

fn site_lines() -> Vec<Route<Handler>> {
    use Method as M;
    vec![
        line(M::GET, "/sites", "site.search", 2, sites::search),
        line(M::GET, "/sites/{site-id}", "site.get", 1, sites::get),
        line(M::GET, "/sites/{site-id}/getByPath(path='{path}')", "site.getByPath", 1, sites::by_path),
        line(M::GET, "/sites/{site-id}/sites", "site.sites.list", 2, sites::subsites),
        line(M::GET, "/sites/{site-id}/permissions", "site.permissions.list", 5, sites::grants),
        line(M::POST, "/sites/{site-id}/permissions", "site.permissions.create", 5, sites::grant),
        line(
            M::GET,
            "/sites/{site-id}/permissions/{permission-id}",
            "site.permissions.get",
            5,
            sites::get_grant,
        ),
        line(
            M::PATCH,
            "/sites/{site-id}/permissions/{permission-id}",
            "site.permissions.update",
            5,
            sites::change_grant,
        ),
        line(
            M::DELETE,
            "/sites/{site-id}/permissions/{permission-id}",
            "site.permissions.delete",
            5,
            sites::withdraw_grant,
        ),
    ]
}

fn list_lines() -> Vec<Route<Handler>> {
    use Method as M;
    vec![
        line(M::GET, "/sites/{site-id}/lists", "list.list", 2, lists::all),
        line(M::POST, "/sites/{site-id}/lists", "list.create", 2, lists::create),
        line(M::GET, "/sites/{site-id}/lists/{list-id}", "list.get", 1, lists::get),
        line(M::GET, "/drives/{drive-id}/list", "drive.list.get", 1, lists::get),
        line(M::GET, "/sites/{site-id}/lists/{list-id}/columns", "column.list", 2, lists::columns),
        line(M::POST, "/sites/{site-id}/lists/{list-id}/columns", "column.create", 2, lists::add_column),
        line(
            M::GET,
            "/sites/{site-id}/lists/{list-id}/columns/{column-id}",
            "column.get",
            1,
            lists::get_column,
        ),
        line(
            M::PATCH,
            "/sites/{site-id}/lists/{list-id}/columns/{column-id}",
            "column.update",
            2,
            lists::change_column,
        ),
        line(
            M::DELETE,
            "/sites/{site-id}/lists/{list-id}/columns/{column-id}",
            "column.delete",
            2,
            lists::remove_column,
        ),
    ]
}

fn row_lines() -> Vec<Route<Handler>> {
    use Method as M;
    vec![
        line(M::GET, "/sites/{site-id}/lists/{list-id}/drive", "list.drive.get", 1, drives::of_list),
        line(
            M::GET,
            "/drives/{drive-id}/items/{driveItem-id}/listItem",
            "driveItem.listItem.get",
            1,
            rows::of_drive_item,
        ),
        line(M::GET, "/sites/{site-id}/lists/{list-id}/items", "listItem.list", 2, rows::all),
        line(M::POST, "/sites/{site-id}/lists/{list-id}/items", "listItem.create", 2, rows::create),
        line(M::GET, "/sites/{site-id}/lists/{list-id}/items/{listItem-id}", "listItem.get", 1, rows::get),
        line(
            M::DELETE,
            "/sites/{site-id}/lists/{list-id}/items/{listItem-id}",
            "listItem.delete",
            2,
            rows::remove,
        ),
        line(
            M::GET,
            "/sites/{site-id}/lists/{list-id}/items/{listItem-id}/driveItem",
            "listItem.driveItem.get",
            1,
            rows::drive_item,
        ),
        line(
            M::GET,
            "/sites/{site-id}/lists/{list-id}/items/{listItem-id}/fields",
            "listItem.fields.get",
            1,
            rows::fields,
        ),
        line(
            M::PATCH,
            "/sites/{site-id}/lists/{list-id}/items/{listItem-id}/fields",
            "listItem.fields.update",
            2,
            rows::set,
        ),
        line(M::GET, "/drives/{drive-id}/list/items", "drive.listItem.list", 2, rows::all),
        line(M::GET, "/drives/{drive-id}/list/items/{listItem-id}", "drive.listItem.get", 1, rows::get),
        line(
            M::GET,
            "/drives/{drive-id}/list/items/{listItem-id}/driveItem",
            "drive.listItem.driveItem.get",
            1,
            rows::drive_item,
        ),
        line(
            M::PATCH,
            "/drives/{drive-id}/list/items/{listItem-id}/fields",
            "drive.listItem.fields.update",
            2,
            rows::set,
        ),
    ]
}
