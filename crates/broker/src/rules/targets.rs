//! Where answers may go: only to addresses that were registered, character for character.

/// Whether an address is one of those registered. A loopback address may differ in its port alone (RFC 8252
/// section 7.3), for programs on a person's own computer.
pub fn is_registered(asked: &str, registered: &[String]) -> bool {
    registered.iter().any(|r| r == asked || same_but_port(r, asked))
}

fn same_but_port(registered: &str, asked: &str) -> bool {
    let split = |url: &str| {
        let rest = url.strip_prefix("http://127.0.0.1")?;
        let (port, path) = match rest.strip_prefix(':') {
            Some(rest) => {
                let end = rest.find('/')?;
                (rest.get(..end)?.to_owned(), rest.get(end..)?.to_owned())
            }
            None => (String::new(), rest.to_owned()),
        };
        let digits = port.bytes().all(|b| b.is_ascii_digit()) && port.len() <= 5;
        (digits && path.starts_with('/')).then_some(path)
    };
    match (split(registered), split(asked)) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

/// Whether an address may be registered: https, or plain http to this very computer; a path, no fragment.
pub fn may_be_registered(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let local = matches!(name, "localhost" | "127.0.0.1");
    let sound = !host.is_empty()
        && !url.contains(['#', '@', '\\', ' ', '*'])
        && url.bytes().all(|b| (0x21..0x7F).contains(&b))
        && url.len() <= 512;
    sound && (scheme == "https" || (scheme == "http" && local))
}

/// The origin of an address, for a page's policy: scheme, host and port, and no sign that could end the list it is put
/// into. `None` for anything else than http and https.
pub fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-:[]".contains(&b);
    let sound = matches!(scheme, "https" | "http") && !host.is_empty() && host.bytes().all(plain);
    sound.then(|| format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_registered_addresses_are_targets() {
        // ATT-15
        let registered =
            ["https://crm.example/sign-in/return".to_owned(), "http://127.0.0.1:80/back".to_owned()];
        for asked in ["https://crm.example/sign-in/return", "http://127.0.0.1:49152/back"] {
            assert!(is_registered(asked, &registered), "{asked}");
        }
        for asked in [
            "",
            "//evil",
            "/\\evil",
            "https:evil",
            "https://crm.example/sign-in/return/",
            "javascript:alert(1)",
            "https://crm.example/sign-in/return?x",
            "https://crm.example.evil/sign-in/return",
            "https://crm.example@evil/sign-in/return",
            "https://crm.example:444/sign-in/return",
            "https://CRM.example/sign-in/return",
            "https://crm.example/sign-in/return\r\nx: y",
            "http://127.0.0.1:80@evil/back",
            "http://127.0.0.1:1/backs",
            "http://localhost:80/back",
            "http://127.0.0.1.evil:80/back",
            "%2f%2fevil",
            "http://127.0.0.1:99999999/back",
        ] {
            assert!(!is_registered(asked, &registered), "{asked}");
        }
    }

    #[test]
    fn an_origin_has_no_room_for_another_rule() {
        assert_eq!(origin("https://id.example:8443/a?b#c").as_deref(), Some("https://id.example:8443"));
        assert_eq!(origin("http://[::1]:9").as_deref(), Some("http://[::1]:9"));
        for url in [
            "",
            "id.example",
            "https://",
            "javascript://x",
            "https://a;script-src/x",
            "https://a,b",
            "https://a b/",
            "https://u@h/",
            "https://*.example/",
            "https://a'unsafe-inline'",
        ] {
            assert_eq!(origin(url), None, "{url}");
        }
    }

    #[test]
    fn what_may_be_registered_is_https_or_local() {
        for url in ["https://crm.example/back", "http://127.0.0.1:8080/back", "http://localhost/back"] {
            assert!(may_be_registered(url), "{url}");
        }
        for url in [
            "http://crm.example/back",
            "https://a@b/",
            "https://x/#y",
            "ftp://x/",
            "https://",
            "https://*.x/",
        ] {
            assert!(!may_be_registered(url), "{url}");
        }
    }
}
