use super::*;
use crate::config::Config;
use std::os::unix::fs::PermissionsExt as _;

/// A configuration over a directory and a secret's file in this folder.
fn written(folder: &Path, more: &str) -> Broker {
    let (directory, secret) = (folder.join("login"), folder.join("google.secret"));
    std::fs::write(&secret, "word").unwrap();
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    let text = format!(
        "[broker]\ndirectory = {directory:?}\n[broker.google]\nclient_id = \"g\"\nsecret_file = {secret:?}\n{more}"
    );
    Config::parse(&text, Path::new("chancery.toml")).unwrap().broker.unwrap()
}

#[test]
fn only_the_hosts_of_the_configured_providers_are_met() {
    // ATT-51
    let folder = tempfile::tempdir().unwrap();
    let google = hosts(&written(folder.path(), ""));
    assert_eq!(google.len(), 4);
    assert!(!google.contains(&Host::Exactly("login.microsoftonline.com".into())));
    let house = "[[broker.oidc]]\nname = \"house\"\nissuer = \"https://id.example/realms/x\"\nclient_id = \"c\"\n\
                 secret_file = \"s\"\nhosts = [\"token.example\"]\n";
    let more = hosts(&written(folder.path(), house));
    assert_eq!(more.len(), 6);
    assert!(more.contains(&Host::Exactly("id.example".into())));
    assert!(more.contains(&Host::Exactly("token.example".into())));
}

#[test]
fn master_keys_are_made_in_an_empty_directory_and_nowhere_else() {
    // BAD-26, FLT-37
    let folder = tempfile::tempdir().unwrap();
    let config = written(folder.path(), "");
    let missing = master_keys(&config, false).unwrap_err();
    assert!(missing.public().starts_with("chancery.toml, line 1: [broker] master_keys:"), "{missing:?}");
    assert!(missing.public().contains("chancery broker init-keys"), "{missing:?}");
    master_keys(&config, true).unwrap();
    master_keys(&config, false).unwrap();

    std::fs::write(database_file(&config.directory), "").unwrap();
    std::fs::remove_file(config.master_keys_file()).unwrap();
    let lost = master_keys(&config, true).unwrap_err();
    assert!(lost.public().contains("restore it") && !lost.public().contains("init-keys"), "{lost:?}");
    assert!(!config.master_keys_file().exists());
}

#[test]
fn a_secret_that_cannot_be_used_is_named_with_its_line() {
    // BAD-26
    let folder = tempfile::tempdir().unwrap();
    let config = written(folder.path(), "");
    let secret = folder.path().join("google.secret");
    assert_eq!(settings(&config).unwrap().public_url, "http://127.0.0.1:8081");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o604)).unwrap();
    let open = settings(&config).unwrap_err();
    assert!(open.public().starts_with("chancery.toml, line 5: [broker.google] secret_file:"), "{open:?}");
    assert!(open.public().contains("chmod 400"), "{open:?}");
    std::fs::remove_file(&secret).unwrap();
    assert!(settings(&config).unwrap_err().public().contains("cannot be read"));
}

#[tokio::test]
async fn a_directory_is_served_by_one_process_and_opens_only_with_its_own_keys() {
    // FLT-37: a missing key refuses the start and deletes nothing.
    let folder = tempfile::tempdir().unwrap();
    let config = written(folder.path(), "");
    let listener = || async { TcpListener::bind("127.0.0.1:0").await.unwrap() };
    let manner = || Manner { tls: None, proxy: None };
    let first = Serving::on(listener().await, manner(), ask(&config, true).unwrap()).await.unwrap();
    let second = Serving::on(listener().await, manner(), ask(&config, true).unwrap()).await.err().unwrap();
    assert!(second.public().contains("Stop it first"), "{second:?}");
    drop(first);

    let keys = config.master_keys_file();
    let kept = std::fs::read(&keys).unwrap();
    std::fs::remove_file(&keys).unwrap();
    assert!(ask(&config, true).is_err());
    MasterKeys::create(&keys).unwrap();
    assert!(Serving::on(listener().await, manner(), ask(&config, true).unwrap()).await.is_err());
    std::fs::remove_file(&keys).unwrap();
    std::fs::write(&keys, kept).unwrap();
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o400)).unwrap();
    Serving::on(listener().await, manner(), ask(&config, true).unwrap()).await.unwrap();
}
