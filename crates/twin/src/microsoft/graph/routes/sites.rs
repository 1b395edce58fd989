//! Sites, lists, list items.

use super::super::files::{content, drives};
use super::super::{bins, lists, permissions, rows, sites, subscriptions, types};
use super::files::permission_lines;
use super::{Handler, lines};
use crate::core::routes::Route;

/// A list and what belongs to it.
macro_rules! list_lines {
    ($prefix:literal) => {
        lines! { $prefix;
            GET "" "list.get" 1 lists::get;
            PATCH "" "list.update" 2 lists::change;
            DELETE "" "list.delete" 2 lists::remove;
            GET "/columns" "column.list" 2 lists::columns::all;
            POST "/columns" "column.create" 2 lists::columns::add;
            GET "/columns/{column-id}" "column.get" 1 lists::columns::get;
            PATCH "/columns/{column-id}" "column.update" 2 lists::columns::change;
            DELETE "/columns/{column-id}" "column.delete" 2 lists::columns::remove;
            GET "/contentTypes" "contentType.list" 2 types::of_list;
            GET "/contentTypes/{contentType-id}" "contentType.get" 1 types::of_list_by_id;
            GET "/subscriptions" "list.subscriptions.list" 2 subscriptions::list_here;
            GET "/subscriptions/{subscription-id}" "list.subscriptions.get" 1 subscriptions::get;
            PATCH "/subscriptions/{subscription-id}" "list.subscriptions.update" 2 subscriptions::renew;
            DELETE "/subscriptions/{subscription-id}" "list.subscriptions.delete" 2 subscriptions::remove;
            POST "/subscriptions/{subscription-id}/reauthorize" "list.subscriptions.reauthorize" 2 subscriptions::reauthorize;
        }
    };
}

/// List items and what belongs to one.
macro_rules! row_lines {
    ($prefix:literal) => {
        lines! { $prefix;
            GET "" "listItem.list" 2 rows::all;
            POST "" "listItem.create" 2 rows::create;
            GET "/delta" "listItem.delta" 2 rows::delta::delta;
            GET "/delta()" "listItem.delta" 2 rows::delta::delta;
            GET "/delta(token='{token}')" "listItem.delta" 2 rows::delta::delta;
            GET "/{listItem-id}" "listItem.get" 1 rows::get;
            PATCH "/{listItem-id}" "listItem.update" 2 rows::change;
            DELETE "/{listItem-id}" "listItem.delete" 2 rows::remove;
            POST "/{listItem-id}/createLink" "listItem.createLink" 5 permissions::create_link;
            GET "/{listItem-id}/driveItem" "listItem.driveItem.get" 1 rows::drive_item;
            GET "/{listItem-id}/driveItem/content" "listItem.content.get" 1 content::get;
            PUT "/{listItem-id}/driveItem/content" "listItem.content.put" 2 content::put;
            DELETE "/{listItem-id}/driveItem/content" "listItem.content.delete" 2 content::clear;
            GET "/{listItem-id}/fields" "listItem.fields.get" 1 rows::fields;
            PATCH "/{listItem-id}/fields" "listItem.fields.update" 2 rows::set;
            GET "/{listItem-id}/versions" "listItem.versions.list" 2 rows::versions::list;
            GET "/{listItem-id}/versions/{listItemVersion-id}" "listItem.versions.get" 1 rows::versions::get;
            GET "/{listItem-id}/versions/{listItemVersion-id}/fields" "listItem.versions.fields.get" 1 rows::versions::fields;
            POST "/{listItem-id}/versions/{listItemVersion-id}/restoreVersion" "listItem.versions.restore" 2 rows::versions::restore;
        }
    };
}

pub(super) fn lines() -> Vec<Route<Handler>> {
    let mut all = collections();
    all.extend(site_lines());
    all.extend(lines! { "/sites/{site-id}/lists";
        GET "" "list.list" 2 lists::all;
        POST "" "list.create" 2 lists::create;
        GET "/{list-id}/drive" "list.drive.get" 1 drives::of_list;
    });
    all.extend(list_lines!("/sites/{site-id}/lists/{list-id}"));
    all.extend(list_lines!("/drives/{drive-id}/list"));
    all.extend(row_lines!("/sites/{site-id}/lists/{list-id}/items"));
    all.extend(row_lines!("/drives/{drive-id}/list/items"));
    all.extend(permission_lines!("/sites/{site-id}/lists/{list-id}"));
    all.extend(permission_lines!("/drives/{drive-id}/list"));
    all.extend(permission_lines!("/sites/{site-id}/lists/{list-id}/items/{listItem-id}"));
    all.extend(permission_lines!("/drives/{drive-id}/list/items/{listItem-id}"));
    all.extend(lines! { "";
        GET "/drives/{drive-id}/items/{driveItem-id}/listItem" "driveItem.listItem.get" 1 rows::of_drive_item;
    });
    all
}

fn collections() -> Vec<Route<Handler>> {
    lines! { "";
        GET "/sites" "site.search" 2 sites::search;
        GET "/sites/delta" "site.delta" 2 sites::follow::delta;
        GET "/sites/delta()" "site.delta" 2 sites::follow::delta;
        GET "/sites/getAllSites" "site.getAllSites" 2 sites::everything;
        GET "/sites/getAllSites()" "site.getAllSites" 2 sites::everything;
        POST "/sites/add" "site.add" 2 sites::follow::add;
        POST "/sites/remove" "site.remove" 2 sites::follow::remove;
        GET "/me/followedSites" "me.followedSites" 2 sites::follow::list;
        POST "/users/{user-id}/followedSites/add" "site.add" 2 sites::follow::add;
        POST "/users/{user-id}/followedSites/remove" "site.remove" 2 sites::follow::remove;
    }
}

fn site_lines() -> Vec<Route<Handler>> {
    lines! { "/sites/{site-id}";
        GET "" "site.get" 1 sites::get;
        GET "/getByPath(path='{path}')" "site.getByPath" 1 sites::by_path;
        GET "/sites" "site.sites.list" 2 sites::subsites;
        GET "/drive" "site.drive.get" 1 drives::default_of_site;
        GET "/drives" "site.drives.list" 2 drives::of_site;
        GET "/drives/{drive-id}" "site.drives.get" 1 drives::of_site_by_id;
        GET "/permissions" "site.permissions.list" 5 sites::grants::list;
        POST "/permissions" "site.permissions.create" 5 sites::grants::create;
        GET "/permissions/{permission-id}" "site.permissions.get" 5 sites::grants::get;
        PATCH "/permissions/{permission-id}" "site.permissions.update" 5 sites::grants::change;
        DELETE "/permissions/{permission-id}" "site.permissions.delete" 5 sites::grants::withdraw;
        GET "/contentTypes" "contentType.list" 2 types::of_site;
        GET "/contentTypes/{contentType-id}" "contentType.get" 1 types::of_site_by_id;
        GET "/getApplicableContentTypesForList(listId='{list-id}')" "contentType.applicable" 2 types::of_site;
        GET "/recycleBin/items" "recycleBin.items.list" 2 bins::list;
    }
}
