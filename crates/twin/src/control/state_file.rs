//! A whole world in one file: a zip with `state.json` and each content once, by its SHA-256.

use crate::core::blobs::{Blob, BlobWriter, Gathered, gathering};
use crate::google::Google;
use crate::microsoft::Microsoft;
use crate::{Error, Result, Twin};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write as _};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const STATE: &str = "state.json";
const CONTENT: &str = "content/";

#[derive(Serialize)]
struct Saved<'a> {
    clock: SavedClock,
    random: u64,
    google: &'a Google,
    microsoft: &'a Microsoft,
}

#[derive(Deserialize)]
struct Loaded {
    clock: SavedClock,
    random: u64,
    google: Google,
    microsoft: Microsoft,
}

/// How far the time was moved; a stopped clock goes on from where it stood.
#[derive(Serialize, Deserialize)]
struct SavedClock {
    now: Timestamp,
    ahead_seconds: i64,
}

impl Twin {
    /// Tries whether a world could be saved to a file, so that nobody learns it only at the end.
    /// # Errors
    /// When its folder does not exist or cannot be written to, or a folder is in its place.
    pub fn may_save(path: &Path) -> Result<()> {
        let failed =
            |error: &dyn std::fmt::Display| Error(format!("{} cannot be saved: {error}", path.display()));
        if path.is_dir() {
            return Err(failed(&"it is a folder"));
        }
        tempfile::NamedTempFile::new_in(folder_of(path)).map(drop).map_err(|error| failed(&error))
    }

    /// Saves the whole world to a file, replacing it only when all is written.
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        let failed =
            |error: &dyn std::fmt::Display| Error(format!("{} cannot be saved: {error}", path.display()));
        let file = tempfile::NamedTempFile::new_in(folder_of(path)).map_err(|error| failed(&error))?;
        let mut zip = ZipWriter::new(BufWriter::new(file.as_file()));
        let options =
            SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(true);
        zip.start_file(STATE, options).map_err(|error| failed(&error))?;
        let (written, contents) = gathering(Gathered::new(), || self.write_state(&mut zip));
        written.map_err(|error| failed(&error))?;
        for (name, blob) in &contents {
            zip.start_file(format!("{CONTENT}{name}"), options).map_err(|error| failed(&error))?;
            let mut result = Ok(());
            blob.pieces(|piece| {
                if result.is_ok() {
                    result = zip.write_all(piece);
                }
            });
            result.map_err(|error| failed(&error))?;
        }
        zip.finish().map_err(|error| failed(&error))?.flush().map_err(|error| failed(&error))?;
        file.persist(path).map_err(|error| failed(&error))?;
        Ok(())
    }

    fn write_state(&self, out: &mut impl io::Write) -> serde_json::Result<()> {
        let house = self.house();
        let clock = SavedClock { now: house.clock.now(), ahead_seconds: house.clock.ahead().as_secs() };
        self.google(|google, _| {
            self.microsoft(|microsoft, _| {
                let saved = Saved { clock, random: house.random.position(), google, microsoft };
                serde_json::to_writer(BufWriter::new(out), &saved)
            })
        })
    }

    /// Goes on with a world that was saved.
    /// # Errors
    /// When the file cannot be read or was not saved by a twin; then nothing has changed.
    pub fn load(&self, path: &Path) -> Result<()> {
        let failed =
            |error: &dyn std::fmt::Display| Error(format!("{} cannot be loaded: {error}", path.display()));
        let foreign = |error: &dyn std::fmt::Display| {
            Error(format!("{} is no state that a twin saved: {error}", path.display()))
        };
        let file = File::open(path).map_err(|error| failed(&error))?;
        if file.metadata().is_ok_and(|known| !known.is_file()) {
            return Err(foreign(&"it is no file"));
        }
        let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|error| foreign(&error))?;
        let mut contents = Gathered::new();
        let names: Vec<String> =
            zip.file_names().filter_map(|name| Some(name.ok()?.strip_prefix(CONTENT)?.to_owned())).collect();
        for name in names {
            let mut entry = zip.by_name(&format!("{CONTENT}{name}")).map_err(|error| failed(&error))?;
            let blob = read_blob(self.house().blobs.writer(), &mut entry).map_err(|error| failed(&error))?;
            contents.insert(name, blob);
        }
        let state = zip.by_name(STATE).map_err(|_| foreign(&format_args!("there is no {STATE} in it")))?;
        let (loaded, _) = gathering(contents, || serde_json::from_reader::<_, Loaded>(BufReader::new(state)));
        let loaded = loaded.map_err(|error| foreign(&error))?;
        let house = self.house();
        house.clock.follow_machine();
        let behind = house.clock.now() < loaded.clock.now;
        if behind || loaded.clock.ahead_seconds.abs() > 1 {
            house.clock.advance(SignedDuration::from_secs(loaded.clock.ahead_seconds));
        }
        house.random.resume(loaded.random);
        self.google(|state, _| *state = loaded.google);
        self.microsoft(|state, _| *state = loaded.microsoft);
        Ok(())
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn read_blob(mut writer: BlobWriter, from: &mut impl io::Read) -> io::Result<Blob> {
    let mut piece = vec![0; 256 << 10];
    loop {
        match from.read(&mut piece)? {
            0 => return writer.finish(),
            read => writer.append(&piece[..read])?,
        }
    }
}
