//! Changes that the control door makes to files.

use super::access;
use super::changes::{self, What};
use super::routes::Caller;
use super::state::{ContentRestriction, Key, Role, When};
use crate::core::env::House;
use crate::google::Google;
use crate::{Error, Result};
use jiff::Timestamp;

/// How many folders the picker shows.
const SHOWN: usize = 50;

impl Google {
    /// The folders that the picker shows somebody: at the top of their My Drive, and of the shared drives in which they may
    /// write. Their ids and names.
    pub fn folders_of(&mut self, user: &str, now: Timestamp) -> Vec<(String, String)> {
        let person = self.drive.person(user);
        let domain = self.directory.users.get(user).and_then(|user| user.domain.clone());
        let (drive, now) = (&self.drive, When::from(now));
        let writes = |key: &Key| {
            let role = access::role_of(&self.directory, drive, (person, domain.as_deref()), now, *key);
            role.is_some_and(|role| role >= Role::Writer)
        };
        let shared = drive.shared_drives.keys().copied().filter(writes);
        let tops = drive.roots.get(&person).copied().into_iter().chain(shared);
        let inside = tops.flat_map(|top| drive.files.children_of(top, None));
        let folders = inside.filter_map(|key| drive.files.get(key)).filter(|file| file.mime.is_folder());
        let there = folders.filter(|file| !file.is_explicitly_trashed());
        there.take(SHOWN).map(|file| (file.id.to_string(), file.name.to_string())).collect()
    }

    /// Somebody opens a file with a project's application, so that `drive.file` reaches it; or no longer.
    /// # Errors
    /// When there is no such file or project.
    pub fn opened_with(&mut self, file: &str, project: &str, opened: bool) -> Result<()> {
        let key = self.ordered_file(file)?;
        if !self.directory.projects.contains_key(project) {
            return Err(Error(format!("Google has no project {project}")));
        }
        let app = self.drive.app(project);
        self.drive.edit(key, |file| {
            let with = &mut file.extra_mut().opened_with;
            if opened { with.insert(app) } else { with.remove(&app) }
        });
        Ok(())
    }

    /// Locks a file as the system does, or takes that lock away. It shows as a change, as a lock by a person does.
    /// # Errors
    /// When there is no such file, or it is a folder or shortcut.
    pub fn system_lock(
        &mut self,
        file: &str,
        reason: Option<&str>,
        locked: bool,
        house: &House,
    ) -> Result<()> {
        let key = self.ordered_file(file)?;
        let Some(found) = self.drive.files.get(key) else { return Ok(()) };
        if found.mime.is_folder() || found.mime.is_shortcut() {
            return Err(Error(format!("{file} is no file that can be locked")));
        }
        let by = found.owner.unwrap_or(found.modified_by);
        let now = When::from(house.clock.now());
        self.drive.edit(key, |file| {
            file.version += 1;
            let locks = &mut file.extra_mut().restrictions;
            locks.retain(|lock| !lock.system_restricted && !locked);
            if locked {
                locks.push(ContentRestriction {
                    reason: reason.map(Box::from),
                    owner_restricted: false,
                    system_restricted: true,
                    by,
                    at: now,
                });
            }
        });
        let id = self.drive.user_id(by).to_owned();
        let caller = Caller::person(self, house, &id);
        changes::record(&mut self.drive, &self.directory, &caller, key, What::Metadata);
        Ok(())
    }

    fn ordered_file(&self, file: &str) -> Result<Key> {
        self.drive.files.find(file).ok_or_else(|| Error(format!("Google has no file {file}")))
    }
}
