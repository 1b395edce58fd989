//! Libraries, items, shares.

use super::super::files::{
    checkout, content, copy, delta, drives, folder, follow, item, remove, search, session, versions,
};
use super::super::{lists, permissions, shares, subscriptions};
use super::{Handler, lines};
use crate::core::routes::Route;

/// The permissions of whatever the words in front name.
macro_rules! permission_lines {
    ($prefix:literal) => {
        $crate::microsoft::graph::routes::lines! { $prefix;
            GET "/permissions" "driveItem.permissions.list" 5 $crate::microsoft::graph::permissions::list;
            POST "/permissions" "driveItem.permissions.create" 5 $crate::microsoft::graph::permissions::create;
            GET "/permissions/{permission-id}" "driveItem.permissions.get" 5 $crate::microsoft::graph::permissions::get;
            PATCH "/permissions/{permission-id}" "driveItem.permissions.update" 5 $crate::microsoft::graph::permissions::change;
            DELETE "/permissions/{permission-id}" "driveItem.permissions.delete" 5 $crate::microsoft::graph::permissions::remove;
            POST "/permissions/{permission-id}/grant" "driveItem.permissions.grant" 5 $crate::microsoft::graph::permissions::grant;
            POST "/permissions/{permission-id}/revokeGrants" "driveItem.permissions.revokeGrants" 5 $crate::microsoft::graph::permissions::revoke;
        }
    };
}
pub(super) use permission_lines;

pub(super) fn lines() -> Vec<Route<Handler>> {
    let mut all = drive_lines();
    all.extend(item_lines());
    all.extend(content_lines());
    all.extend(sharing_lines());
    all.extend(share_lines());
    all
}

fn drive_lines() -> Vec<Route<Handler>> {
    lines! { "";
        GET "/me/drives" "drive.list" 2 drives::mine;
        GET "/drives/{drive-id}" "drive.get" 1 drives::get;
        GET "/drives/{drive-id}/root" "driveItem.root" 1 item::get;
        GET "/drives/{drive-id}/list" "drive.list.get" 1 lists::get;
        GET "/drives/{drive-id}/list/drive" "list.drive.get" 1 drives::get;
        GET "/drives/{drive-id}/search(q='{q}')" "drive.search" 2 search::search;
        GET "/drives/{drive-id}/recent()" "drive.recent" 2 search::recent;
        GET "/drives/{drive-id}/recent" "drive.recent" 2 search::recent;
        GET "/drives/{drive-id}/sharedWithMe()" "drive.sharedWithMe" 2 search::shared_with_me;
        GET "/drives/{drive-id}/sharedWithMe" "drive.sharedWithMe" 2 search::shared_with_me;
        GET "/drives/{drive-id}/following" "drive.following" 2 follow::list;
    }
}

fn item_lines() -> Vec<Route<Handler>> {
    lines! { "/drives/{drive-id}/items/{driveItem-id}";
        GET "" "driveItem.get" 1 item::get;
        PATCH "" "driveItem.update" 2 item::update;
        DELETE "" "driveItem.delete" 2 remove::delete;
        GET "/children" "driveItem.children.list" 2 folder::children;
        POST "/children" "driveItem.children.create" 2 folder::create;
        POST "/copy" "driveItem.copy" 2 copy::copy;
        POST "/checkout" "driveItem.checkout" 2 checkout::check_out;
        POST "/checkin" "driveItem.checkin" 2 checkout::check_in;
        POST "/discardCheckout" "driveItem.discardCheckout" 2 checkout::discard;
        POST "/permanentDelete" "driveItem.permanentDelete" 2 remove::for_good;
        POST "/restore" "driveItem.restore" 2 remove::restore_refused;
        GET "/delta()" "driveItem.delta" 1 delta::delta;
        GET "/delta" "driveItem.delta" 1 delta::delta;
        GET "/delta(token='{token}')" "driveItem.delta" 1 delta::delta;
        GET "/search(q='{q}')" "driveItem.search" 2 search::search;
        POST "/preview" "driveItem.preview" 2 item::preview;
        GET "/thumbnails" "driveItem.thumbnails.list" 2 item::thumbnails;
        GET "/thumbnails/{thumbnailSet-id}" "driveItem.thumbnails.get" 1 item::no_thumbnail;
        POST "/follow" "driveItem.follow" 2 follow::follow;
        POST "/unfollow" "driveItem.unfollow" 2 follow::unfollow;
        POST "/validatePermission" "driveItem.validatePermission" 5 permissions::validate;
        GET "/subscriptions" "driveItem.subscriptions.list" 2 subscriptions::list_here;
        GET "/subscriptions/{subscription-id}" "driveItem.subscriptions.get" 1 subscriptions::get;
        PATCH "/subscriptions/{subscription-id}" "driveItem.subscriptions.update" 2 subscriptions::renew;
        DELETE "/subscriptions/{subscription-id}" "driveItem.subscriptions.delete" 2 subscriptions::remove;
        POST "/subscriptions/{subscription-id}/reauthorize" "driveItem.subscriptions.reauthorize" 2 subscriptions::reauthorize;
    }
}

fn content_lines() -> Vec<Route<Handler>> {
    lines! { "/drives/{drive-id}/items/{driveItem-id}";
        GET "/content" "driveItem.content.get" 1 content::get;
        PUT "/content" "driveItem.content.put" 2 content::put;
        DELETE "/content" "driveItem.content.delete" 2 content::clear;
        POST "/createUploadSession" "driveItem.createUploadSession" 2 session::create;
        GET "/versions" "driveItem.versions.list" 2 versions::list;
        GET "/versions/{driveItemVersion-id}" "driveItem.versions.get" 1 versions::get;
        DELETE "/versions/{driveItemVersion-id}" "driveItem.versions.delete" 2 versions::remove;
        GET "/versions/{driveItemVersion-id}/content" "driveItem.versions.content.get" 1 versions::content;
        POST "/versions/{driveItemVersion-id}/restoreVersion" "driveItem.versions.restore" 2 versions::restore;
    }
}

fn sharing_lines() -> Vec<Route<Handler>> {
    let mut all = permission_lines!("/drives/{drive-id}/items/{driveItem-id}");
    all.extend(lines! { "/drives/{drive-id}/items/{driveItem-id}";
        POST "/invite" "driveItem.invite" 5 permissions::invite;
        POST "/createLink" "driveItem.createLink" 5 permissions::create_link;
    });
    all
}

fn share_lines() -> Vec<Route<Handler>> {
    lines! { "/shares/{sharedDriveItem-id}";
        GET "" "share.get" 1 shares::get;
        GET "/items" "share.items.list" 2 folder::children;
        GET "/site" "share.site.get" 1 shares::site;
        GET "/permission" "share.permission.get" 5 shares::permission;
        PATCH "/permission" "share.permission.update" 5 shares::change;
        DELETE "/permission" "share.permission.delete" 5 shares::remove;
        POST "/permission/grant" "share.permission.grant" 5 shares::grant;
        POST "/permission/revokeGrants" "share.permission.revokeGrants" 5 shares::revoke;
        GET "/driveItem" "share.driveItem.get" 1 item::get;
        GET "/driveItem/content" "share.driveItem.content.get" 1 content::get;
        PUT "/driveItem/content" "share.driveItem.content.put" 2 content::put;
        DELETE "/driveItem/content" "share.driveItem.content.delete" 2 content::clear;
    }
}
