use super::*;

fn parse(text: &str) -> Result<Config> {
    Config::parse(text, Path::new("chancery.toml"))
}

#[test]
fn an_empty_file_starts_a_working_service() {
    assert_eq!(parse("").unwrap(), Config::default());
}

#[test]
fn the_sample_file_says_the_defaults() {
    let sample = sample();
    assert_eq!(parse(&sample).unwrap(), Config::default());
    let uncommented: String =
        sample.lines().map(|l| l.strip_prefix("#: ").unwrap_or(l)).collect::<Vec<_>>().join("\n");
    assert_eq!(parse(&uncommented).unwrap(), Config::default(), "{uncommented}");
}

#[test]
fn the_reference_page_is_the_committed_one() {
    let committed = include_str!("../../../../docs/configuration.md");
    assert_eq!(committed.trim_end(), reference().trim_end(), "run `cargo xtask generate`");
}

/// The examples of the reference for one section, as a file would have them.
fn examples(heading: &str) -> String {
    let sample = sample();
    let lines = sample.lines().filter_map(|l| l.strip_prefix("# for example: "));
    let from = lines.skip_while(|l| *l != heading);
    let mut section = from.enumerate().take_while(|(n, l)| *n == 0 || !l.starts_with('[')).map(|(_, l)| l);
    section.by_ref().collect::<Vec<_>>().join("\n")
}

#[test]
fn the_examples_of_the_login_page_fit_together() {
    let google = examples("[broker.google]").replace("issuer", "#");
    let microsoft = examples("[broker.microsoft]").replace("issuer", "#");
    let oidc = examples("[[broker.oidc]]");
    // Nobody has both TLS and a proxy that ends it, but it is no error either.
    let text = [&examples("[broker]"), &google, &microsoft, &oidc].map(String::as_str).join("\n");
    let config = parse(&text).unwrap();
    assert!(!config.has_crm(), "{text}");
    let broker = config.broker.unwrap();
    assert!(broker.google.is_some() && broker.microsoft.is_some() && broker.oidc.len() == 1);
    assert_eq!(broker.url(), "https://login.example.com");
    let away = parse(&examples("[crm]")).unwrap();
    assert!(away.has_crm() && away.broker.is_none());
    let both = [text.as_str(), "[crm]"].join("\n");
    assert!(parse(&both).unwrap().has_crm());
}

const GOOD: &str = "[broker.google]\nclient_id = \"g\"\nsecret_file = \"g.secret\"\n";

#[test]
fn a_login_page_that_could_not_work_is_refused_with_its_line_and_the_remedy() {
    // BAD-26
    let table = [
        ("[broker]\n".to_owned(), "line 1", "Add [broker.google]"),
        (format!("[broker]\npublic_url = \"http://login.example\"\n{GOOD}"), "line 2", "https"),
        (format!("[broker]\npublic_url = \"https://login.example/page\"\n{GOOD}"), "line 2", "path"),
        (format!("[broker]\naddress = \"0.0.0.0:443\"\n{GOOD}"), "line 2", "behind_proxy"),
        (format!("[broker]\nkey = \"k\"\n{GOOD}"), "line 2", "both certificate and key"),
        (format!("[broker]\nprivate_hosts = [\"http://10.0.0.1\"]\n{GOOD}"), "line 2", "127.0.0.1:port"),
        ("[broker.google]\nclient_id = \"g\"\n".to_owned(), "line 1", "secret_file"),
        ("[broker.google]\nclient_id = \" \"\nsecret_file = \"x\"".to_owned(), "line 2", "registration"),
        ("[broker.google]\nsecret_file = \"x\"".to_owned(), "line 1", "client_id"),
        (format!("{GOOD}issuer = \"https://accounts.google.evil\"\n"), "line 4", "no host of Google"),
        (format!("{GOOD}certificate = \"c\"\nkey = \"k\"\n"), "line 4", "Google takes no certificate"),
        ("[broker.microsoft]\nclient_id = \"m\"\ncertificate = \"c\"\n".to_owned(), "line 3", "in key"),
        ("[broker.microsoft]\nclient_id = \"m\"\nkey = \"c\"\n".to_owned(), "line 3", "in certificate"),
        (format!("{GOOD}{}", oidc("google", "https://id.example")), "line 5", "of its own"),
        (format!("{GOOD}{}", oidc("House", "https://id.example")), "line 5", "lower-case"),
        (format!("{GOOD}{}", oidc("house", "http://id.example")), "line 6", "private_hosts"),
        (format!("{GOOD}{}", oidc("house", "https://id.example:8443")), "line 6", "private_hosts"),
        (format!("[data]\nreserve_mib = 1\n{GOOD}"), "line 1", "[crm]"),
        (format!("[crm]\nbroker_url = \"https://x.example\"\n{GOOD}"), "line 2", "Leave one"),
        ("[crm]\nbroker_url = \"http://x.example\"\n".to_owned(), "line 2", "https"),
        ("[crm]\nbroker_ca_file = \"x.pem\"\n".to_owned(), "line 2", "broker_url"),
        (format!("[crm]\n[broker]\naddress = \"127.0.0.1:8080\"\n{GOOD}"), "line 3", "of its own"),
        (format!("[crm]\n[broker]\ndirectory = \"chancery-data\"\n{GOOD}"), "line 3", "of its own"),
    ];
    for (text, place, remedy) in table {
        let e = parse(&text).unwrap_err();
        assert!(e.public().starts_with("chancery.toml, "), "{text:?}: {}", e.public());
        assert!(e.public().contains(place) && e.public().contains(remedy), "{text:?}: {}", e.public());
        assert!(!e.public().contains('\n'), "one line: {}", e.public());
    }
    for good in [
        GOOD.to_owned(),
        format!("[broker]\npublic_url = \"http://localhost:8081\"\n{GOOD}"),
        format!("{GOOD}issuer = \"https://accounts.google.com\"\n"),
        format!(
            "[broker]\nprivate_hosts = [\"http://127.0.0.1:4000\"]\n{GOOD}issuer = \"http://127.0.0.1:4000\"\n"
        ),
        format!(
            "[broker]\nprivate_hosts = [\"https://id.house:8443\"]\n{}",
            oidc("house", "https://id.house:8443/x")
        ),
    ] {
        assert!(parse(&good).is_ok(), "{good}: {:?}", parse(&good));
    }
}

fn oidc(name: &str, issuer: &str) -> String {
    format!(
        "[[broker.oidc]]\nname = \"{name}\"\nissuer = \"{issuer}\"\nclient_id = \"c\"\nsecret_file = \"s\"\n"
    )
}

#[test]
fn faults_name_the_file_the_line_and_the_remedy() {
    let table = [
        ("[listen]\nadress = \"127.0.0.1:1\"\n", "line 2", "`address`"),
        ("\n\n[limits]\ndocument_mib = \"big\"\n", "line 4", "expected u64"),
        ("[listen]\naddress = \"0.0.0.0:80\"\n", "chancery.toml", "behind_proxy"),
        ("[listen]\ncertificate = \"a\"\n", "chancery.toml", "both"),
        ("[limits]\ndocument_mib = 0\n", "chancery.toml", "from 1"),
        (
            "[listen]\nbehind_proxy = \"10.0.0.1\"\npublic_url = \"http://x\"\n",
            "chancery.toml",
            "https address",
        ),
        ("[data]\nreserve_mib = 17592186044416\n", "chancery.toml", "from 0"),
        ("[log]\nfilter = \"store=loud=very\"\n", "chancery.toml", "[log] filter"),
        ("nonsense", "line 1", ""),
    ];
    for (text, place, remedy) in table {
        let e = parse(text).unwrap_err();
        assert!(e.public().contains(place) && e.public().contains(remedy), "{text:?}: {}", e.public());
    }
}
