//! Names in a folder. Google lets two files of one folder have one name (G-01); people do not like it, so we do not
//! make any.
//!
//! The names of a folder are listed once and kept up to date with what we do, so making a file costs no listing.
//! What others do meanwhile is seen after an hour: until then a name may be given twice, which overwrites nothing,
//! because files are told apart by their ids.

use super::desk::Desk;
use crate::listing::Listing;
use domain::Result;
use tokio::sync::OwnedMutexGuard;

/// How many pages of a thousand are listed. Beyond, names may be given twice.
const PAGES: usize = 20;

impl Desk<'_> {
    /// Gives a file a name of its own in a folder: the suggested one, or the same with a counter.
    pub async fn reserve(&self, folder: &str, suggested: &str, id: &str) -> Result<String> {
        Ok(self.listed(folder).await?.reserve(suggested, id))
    }

    /// The files with a name in a folder.
    pub async fn named(&self, folder: &str, name: &str) -> Result<Vec<String>> {
        Ok(self.listed(folder).await?.named(name))
    }

    async fn listed(&self, folder: &str) -> Result<OwnedMutexGuard<Listing>> {
        let mut listing = self.shared.names.slot(folder).await;
        let now = self.shared.client.pace.now();
        if listing.is_fresh(now) {
            return Ok(listing);
        }
        let query = format!("'{folder}' in parents");
        let mut fresh = Listing::begun(now);
        let mut page = None;
        for _ in 0..PAGES {
            // Also what is in the trash: it comes back under its name.
            let list = self.line.list(&query, "id,name", page.as_deref()).await?;
            list.files.iter().for_each(|file| fresh.give(&file.name, &file.id));
            page = list.next_page_token;
            if page.is_none() {
                break;
            }
        }
        *listing = fresh;
        Ok(listing)
    }
}
